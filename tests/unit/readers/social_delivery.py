"""What the tests of citizens' exports share: a delivery loaded by its reader's own mapping."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from otklik.home import lake
from otklik.home.settings import Home
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.ingestion.ledger import Load
from otklik.intake.sources.configuration import Source, load_configuration

RECEIVED_AT = datetime(2026, 9, 30, tzinfo=UTC)


def source_of(folder: Path, kind: str, path: str = "inbox/*") -> Source:
    """A source of one format without a `select` of its own."""
    text = (
        "version: 1\ntime_zone: Europe/Moscow\nsources:\n  s:\n    title: S\n"
        f"    path: {path}\n    format: {kind}\n    entities:\n      post: {{}}\n      case_event: {{}}\n"
    )
    file = folder / "sources.yaml"
    file.write_text(text, encoding="utf-8")
    return load_configuration([file], {}).sources["s"]


def load(folder: Path, kind: str, entity: str = "post") -> list[Load]:
    """Ingest what lies in `folder/inbox`; every load must balance."""
    loads = ingest(Home(folder / "home"), source_of(folder, kind), entity, received_at=RECEIVED_AT)
    for one in loads:
        assert one.rows_read == one.rows_loaded + one.rows_duplicate + one.rows_quarantined + one.rows_left_out
    return loads


def rows(folder: Path, columns: str, entity: str = "post") -> list[tuple[Any, ...]]:
    """Rows of the raw lake, ordered."""
    files = sorted(lake.load_path(Home(folder / "home"), entity, "s", "_").parent.glob("*.parquet"))
    if not files:
        return []
    found = duckdb.execute(f"select {columns} from read_parquet(?) order by all", [[str(file) for file in files]])
    return found.fetchall()


def reasons(folder: Path, entity: str = "post") -> list[str]:
    """Reasons of the quarantined rows, ordered."""
    files = sorted(lake.quarantine_path(Home(folder / "home"), entity, "s", "_").parent.glob("*.parquet"))
    if not files:
        return []
    found = duckdb.execute("select reason from read_parquet(?) order by all", [[str(file) for file in files]])
    return [reason for (reason,) in found.fetchall()]
