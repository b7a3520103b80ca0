"""A small warehouse with two marts that must agree, an operational view, and a restricted column."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from otklik.publishing.mart_contracts import Column, Mart, Surface
from otklik.publishing.snapshots import PublishResult, publish_snapshot

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
VERDICTS = [{"gate": "marts", "is_passed": True, "n_expectations": 3, "n_failed": 0}]
MARTS = (
    Mart(
        "fct_post",
        (Column("post_id", "bigint", "Id of the post."), Column("topic_code", "varchar", "What it's about.")),
        order_by=("post_id",),
        version=2,
        definitions=(1, 2),
        description="One row per post.",
    ),
    Mart("agg_topic", (Column("n_posts", "bigint", "Posts."),), order_by=("n_posts",), description="One row."),
    Mart(
        "agg_topic",
        (Column("n_posts", "bigint", "Posts."),),
        order_by=("n_posts",),
        description="One row.",
        surface=Surface.PUBLIC,
    ),
    Mart("meta_load", (Column("rows_read", "bigint", "Rows read."),), order_by=("rows_read",), description="Loads."),
)


class Publisher:
    """Publishes a warehouse of as many posts as asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.warehouse = root / "warehouse.duckdb"
        self.published = root / "published"

    def build(self, n_posts: int, rows_read: int = 1) -> None:
        """Write the warehouse, its rows in no order."""
        self.warehouse.unlink(missing_ok=True)
        (self.root / "lake").mkdir(exist_ok=True)
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(
                f"create table fct_post as select i as post_id, 'roads' as topic_code, 'c_1' as author_subject_id "
                f"from range({n_posts}) as r (i) order by hash(i)"
            )
            connection.execute("create table agg_topic as select count(*) as n_posts from fct_post")
            ledger = self.root / "lake" / "ledger.parquet"
            connection.execute(f"copy (select {rows_read} as rows_read) to '{ledger}'")
            connection.execute(f"set file_search_path = '{self.root}'")
            connection.execute("create view meta_load as from read_parquet('lake/ledger.parquet')")

    def publish(self, **changes: Any) -> PublishResult:
        """Publish what was built."""
        arguments: dict[str, Any] = {
            "warehouse": self.warehouse,
            "published": self.published,
            "marts": MARTS,
            "as_of": AS_OF,
            "gate_verdicts": VERDICTS,
        }
        return publish_snapshot(**(arguments | changes))


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    """A publisher over ten posts."""
    made = Publisher(tmp_path)
    made.build(10)
    return made


@pytest.fixture
def marts() -> tuple[Mart, ...]:
    """The contracts of the small warehouse."""
    return MARTS
