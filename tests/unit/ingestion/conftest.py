"""A tiny deployment for ingestion tests: write a delivery, describe it, load it, look at what became of its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from otklik.home import lake
from otklik.home.settings import Home
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.ingestion.ledger import Load
from otklik.intake.sources.configuration import Source, load_configuration

RECEIVED_AT = datetime(2026, 9, 30, tzinfo=UTC)

POSTS_SELECT = (
    "select id as source_post_id, posted as posted_at, author, 'vk' as channel, words as text, "
    "source_row as origin_row from source"
)


@dataclass
class Deployment:
    """A home and an inbox under one temporary folder."""

    folder: Path

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    def deliver(self, name: str, content: str | bytes) -> Path:
        """Put a file into the inbox."""
        path = self.folder / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def source(self, entity: str = "post", select: str = POSTS_SELECT, **entry: Any) -> Source:
        """A source over everything in the inbox."""
        lines = ["version: 1", "time_zone: Europe/Moscow", "sources:", "  s:", "    title: S"]
        entry = {"path": "inbox/*", "format": "csv"} | entry
        is_undated = entry.pop("is_undated", False)
        lines += [f"    {key}: {value}" for key, value in entry.items()]
        lines += ["    entities:", f"      {entity}:", f"        is_undated: {str(is_undated).lower()}"]
        lines += ["        select: |", f"          {select}"]
        path = self.folder / "sources.yaml"
        path.write_text("\n".join(lines), encoding="utf-8")
        return load_configuration([path], {}).sources["s"]

    def load(self, source: Source | None = None, entity: str = "post") -> list[Load]:
        return ingest(self.home, source or self.source(), entity, received_at=RECEIVED_AT)

    def rows(self, columns: str = "*", entity: str = "post") -> list[tuple[Any, ...]]:
        """Rows of the raw lake, ordered."""
        files = sorted(lake.load_path(self.home, entity, "s", "_").parent.glob("*.parquet"))
        if not files:
            return []
        return duckdb.execute(
            f"select {columns} from read_parquet(?) order by all", [[str(f) for f in files]]
        ).fetchall()

    def quarantined(self, columns: str = "origin_row, field, reason", entity: str = "post") -> list[tuple[Any, ...]]:
        """Rows of the quarantine, ordered."""
        files = sorted(lake.quarantine_path(self.home, entity, "s", "_").parent.glob("*.parquet"))
        if not files:
            return []
        return duckdb.execute(
            f"select {columns} from read_parquet(?) order by all", [[str(f) for f in files]]
        ).fetchall()


def counts(load: Load) -> tuple[int, int, int, int]:
    """Rows read, loaded, duplicate, quarantined."""
    return load.rows_read, load.rows_loaded, load.rows_duplicate, load.rows_quarantined


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path)


@pytest.fixture
def ledger() -> Callable[[Load], tuple[int, int, int, int]]:
    return counts
