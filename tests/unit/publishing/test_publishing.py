"""A snapshot holds the public columns, whole, the same bytes for the same data, and says what it is."""

import hashlib
import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from otklik.home.lock import held_file
from otklik.publishing.manifests import current_manifest
from otklik.publishing.mart_contracts import Column, Mart
from otklik.publishing.snapshots import PublishError

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)


def query(publisher: Any, sql: str, surface: str = "analyst") -> list[tuple[Any, ...]]:
    database = publisher.published / "current" / surface / "otklik.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_snapshot_holds_database_parquet_and_manifest(publisher: Any) -> None:
    result = publisher.publish()

    assert sorted(str(path.relative_to(result.path)) for path in result.path.rglob("*.*")) == [
        "analyst/agg_topic.parquet",
        "analyst/fct_post.parquet",
        "analyst/meta_load.parquet",
        "analyst/otklik.duckdb",
        "manifest.json",
        "public/agg_topic.parquet",
        "public/manifest.json",
        "public/otklik.duckdb",
    ]
    assert (publisher.published / "current").readlink() == Path("snapshots") / result.snapshot_id
    assert result.snapshot_id.startswith("20260301T120000Z-")
    assert result.row_counts == {
        "analyst": {"agg_topic": 1, "fct_post": 10, "meta_load": 1},
        "public": {"agg_topic": 1},
    }
    assert query(publisher, "select list(post_id), any_value(topic_code) from fct_post") == [(list(range(10)), "roads")]


def test_manifest_describes_what_is_published(publisher: Any) -> None:
    result = publisher.publish()

    manifest = current_manifest(publisher.published)

    assert manifest is not None
    parquet = (result.path / "analyst" / "fct_post.parquet").read_bytes()
    assert manifest["surfaces"]["analyst"]["fct_post"] == {
        "file": "fct_post.parquet",
        "relation": "fct_post",
        "bytes": len(parquet),
        "sha256": hashlib.sha256(parquet).hexdigest(),
        "row_count": 10,
        "version": 2,
        "definitions": [1, 2],
        "description": "One row per post.",
        "order_by": ["post_id"],
        "columns": [
            {"name": "post_id", "type": "bigint", "description": "Id of the post."},
            {"name": "topic_code", "type": "varchar", "description": "What it's about."},
        ],
    }
    assert manifest["as_of"] == "2026-03-01T12:00:00+00:00"
    assert manifest["snapshot_id"] == result.snapshot_id == f"20260301T120000Z-{manifest['content_hash'][:8]}"
    assert manifest["gates"] == [{"gate": "marts", "is_passed": True, "n_expectations": 3, "n_failed": 0}]
    text = (result.path / "manifest.json").read_text(encoding="utf-8")
    assert text == json.dumps(manifest, sort_keys=True, ensure_ascii=False, indent=2) + "\n"


def test_there_is_no_manifest_before_the_first_snapshot(publisher: Any) -> None:
    assert current_manifest(publisher.published) is None


def test_bi_tools_find_descriptions_as_comments(publisher: Any) -> None:
    publisher.publish()

    assert query(publisher, "select comment from duckdb_tables() where table_name = 'fct_post'") == [
        ("One row per post.",)
    ]
    assert query(
        publisher, "select column_name, comment from duckdb_columns() where table_name = 'fct_post' order by 1"
    ) == [("post_id", "Id of the post."), ("topic_code", "What it's about.")]


def test_restricted_column_is_in_neither_database_nor_parquet(publisher: Any) -> None:
    result = publisher.publish()

    assert query(publisher, "select count(*) from duckdb_columns() where column_name = 'author_subject_id'") == [(0,)]
    for path in (path for path in result.path.rglob("*") if path.is_file()):
        assert b"author_subject_id" not in path.read_bytes()
        assert b"c_1" not in path.read_bytes()


def test_anybody_may_read_the_public_surface_and_only_owner_and_group_the_rest(publisher: Any) -> None:
    snapshot = publisher.publish().path

    modes = {str(path.relative_to(snapshot)): oct(path.stat().st_mode)[-3:] for path in snapshot.rglob("*")}

    assert modes == {
        "analyst": "750",
        "analyst/agg_topic.parquet": "640",
        "analyst/fct_post.parquet": "640",
        "analyst/meta_load.parquet": "640",
        "analyst/otklik.duckdb": "640",
        "manifest.json": "640",
        "public": "755",
        "public/agg_topic.parquet": "644",
        "public/manifest.json": "644",
        "public/otklik.duckdb": "644",
    }
    assert [oct(path.stat().st_mode)[-3:] for path in (snapshot, snapshot.parent, snapshot.parents[1])] == ["755"] * 3


def test_analysts_files_have_the_group_that_the_folder_hands_down(publisher: Any) -> None:
    publisher.published.mkdir()
    publisher.published.chmod(0o2755)
    os.chown(publisher.published, -1, 12345)

    snapshot = publisher.publish().path

    assert {path.stat().st_gid for path in (snapshot / "analyst", *(snapshot / "analyst").iterdir())} == {12345}


def test_the_public_manifest_tells_nothing_of_the_analysts_tables(publisher: Any) -> None:
    manifest = json.loads((publisher.publish().path / "public" / "manifest.json").read_text(encoding="utf-8"))

    assert manifest["surfaces"].keys() == {"public"}
    assert manifest["surfaces"]["public"].keys() == {"agg_topic"}
    assert not {"judged", "gates"} & manifest.keys()


def test_same_rows_in_any_order_give_the_same_bytes(publisher: Any, tmp_path: Path) -> None:
    publisher.build(300_000)
    first = publisher.publish().path
    with duckdb.connect(str(publisher.warehouse)) as connection:
        connection.execute("create or replace table fct_post as from fct_post order by hash(post_id + 1)")

    second = publisher.publish(published=tmp_path / "elsewhere").path

    for name in ("analyst/fct_post.parquet", "public/agg_topic.parquet", "public/manifest.json", "manifest.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_unchanged_content_publishes_nothing(publisher: Any) -> None:
    first = publisher.publish()
    before = sorted((path, path.stat().st_mtime_ns) for path in (publisher.published / "snapshots").rglob("*"))
    # Operational tables alone are no reason for a snapshot.
    publisher.build(10, rows_read=2)

    second = publisher.publish()

    assert (first.is_unchanged, second.is_unchanged) == (False, True)
    assert second.snapshot_id == first.snapshot_id
    assert sorted((path, path.stat().st_mtime_ns) for path in (publisher.published / "snapshots").rglob("*")) == before


@pytest.mark.parametrize("change", ["rows", "as_of", "description", "platform", "meaning of what tells of runs"])
def test_changed_content_publishes_a_snapshot(
    publisher: Any, marts: tuple[Mart, ...], change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publisher.publish()
    changes: dict[str, Any] = {}
    match change:
        case "rows":
            publisher.build(11)
        case "as_of":
            changes = {"as_of": AS_OF + timedelta(days=1)}
        case "description":
            changes = {"marts": [replace(marts[0], description="One row per live post."), *marts[1:]]}
        case "platform":
            monkeypatch.setattr("otklik.publishing.snapshots.platform_version", lambda: "9.9.9")
        case "meaning of what tells of runs":
            changes = {"marts": [*marts[:-1], replace(marts[-1], version=2)]}

    second = publisher.publish(**changes)

    assert not second.is_unchanged
    assert second.snapshot_id != first.snapshot_id
    assert (publisher.published / "current").resolve() == second.path


def test_going_back_to_older_content_makes_its_snapshot_current(publisher: Any) -> None:
    first = publisher.publish()
    publisher.build(11)
    second = publisher.publish()
    publisher.build(10)

    third = publisher.publish()

    assert not third.is_unchanged
    assert third.snapshot_id == first.snapshot_id != second.snapshot_id
    assert (publisher.published / "current").resolve() == first.path


def test_oldest_snapshots_are_pruned(publisher: Any) -> None:
    ids = [publisher.publish(as_of=AS_OF + timedelta(days=day), keep=3).snapshot_id for day in range(4)]

    last = publisher.publish(as_of=AS_OF + timedelta(days=4), keep=3)

    assert sorted(path.name for path in (publisher.published / "snapshots").iterdir()) == [*ids[2:], last.snapshot_id]
    assert last.pruned == (ids[1],)


def test_current_and_previous_are_never_pruned(publisher: Any) -> None:
    for day in range(3):
        newest = publisher.publish(as_of=AS_OF + timedelta(days=day), keep=2).snapshot_id

    older = publisher.publish(as_of=AS_OF - timedelta(days=9), keep=2).snapshot_id

    assert sorted(path.name for path in (publisher.published / "snapshots").iterdir()) == [older, newest]


def test_failed_gate_publishes_nothing(publisher: Any) -> None:
    with pytest.raises(PublishError, match=r"Gates \['marts'\] did not pass"):
        publisher.publish(gate_verdicts=[{"gate": "marts", "is_passed": False}])

    assert not publisher.published.exists()


@pytest.mark.parametrize(
    ("mart", "message"),
    [
        (Mart("fct_gone", (Column("a", "bigint", "A."),), ("a",)), "fct_gone does not meet its contract: .*fct_gone"),
        (Mart("fct_post", (Column("gone", "bigint", "A."),), ("post_id",)), "fct_post does not meet .*gone"),
        (
            Mart("fct_post", (Column("topic_code", "bigint", "A."),), ("post_id",)),
            "^Mart fct_post does not meet its contract: a value does not fit its declared type$",
        ),
    ],
)
def test_broken_contract_is_named_and_leaves_current_alone(publisher: Any, mart: Mart, message: str) -> None:
    current = publisher.publish().path

    with pytest.raises(PublishError, match=message):
        publisher.publish(marts=[mart], as_of=AS_OF + timedelta(days=1))

    assert (publisher.published / "current").resolve() == current
    publisher.publish(as_of=AS_OF + timedelta(days=1))
    assert not list((publisher.published / "snapshots").glob(".*"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"keep": 1}, "keep is 1; at least 2"),
        ({"as_of": datetime(2026, 3, 1)}, "has no time zone"),  # noqa: DTZ001
        ({"marts": []}, "at least one"),
    ],
)
def test_impossible_arguments_are_refused(publisher: Any, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        publisher.publish(**changes)


def test_second_publisher_is_refused(publisher: Any) -> None:
    with (
        held_file(publisher.published / ".publish.lock", refusal=TimeoutError),
        pytest.raises(PublishError, match="Another process is publishing"),
    ):
        publisher.publish()


def test_missing_warehouse_is_named(publisher: Any) -> None:
    publisher.warehouse.unlink()

    with pytest.raises(PublishError, match="There is no warehouse at"):
        publisher.publish()
