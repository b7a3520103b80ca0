"""Deliveries of which nothing is loaded: empty ones, and those that are refused as a whole, with the reason why."""

from collections import Counter
from pathlib import Path

from otklik.home.engine import connect, text_literal
from otklik.intake.entity import Entity
from otklik.intake.ingestion import loading
from otklik.intake.ingestion.deliveries import content_hash
from otklik.intake.ingestion.ledger import QUARANTINE, ROWS
from otklik.intake.ingestion.loading import Counts
from otklik.intake.readers.tabular import printable


def size_of(path: Path) -> int:
    """Bytes of a delivery: a file, or all files of a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def write_blank(entity: Entity, work: Path) -> Counts:
    """An empty delivery is a load of nothing."""
    columns = ", ".join(f"null::{kind} as {name}" for name, kind in entity.stored_columns.items())
    with connect() as connection:
        connection.execute(f"copy (select {columns} where false) to {text_literal(work / ROWS)} (format parquet)")
    return Counts(
        rows_read=0,
        rows_loaded=0,
        rows_duplicate=0,
        rows_quarantined=0,
        rows_erased=0,
        left_out=Counter(),
        first_event_at=None,
        last_event_at=None,
    )


def write_unreadable(entity: Entity, source: str, path: Path, work: Path, *, reason: str) -> Counts:
    """A delivery nobody can read is a load of one quarantined row, which says why. The file stays where it lies."""
    raw = printable(f"{path.name}: {size_of(path)} bytes, content {content_hash(path)}")
    return write_refused(entity, source, path, work, reason=reason, raw=raw)


def write_refused(entity: Entity, source: str, path: Path, work: Path, *, reason: str, raw: str) -> Counts:
    """One quarantined row for a delivery, which is not opened."""
    counts = write_blank(entity, work)
    about = {"source_name": source, "file_name": printable(path.name)}
    loading.write_whole_file_quarantine(entity, printable(reason), raw, work / QUARANTINE, **about)
    counts["rows_read"] = counts["rows_quarantined"] = 1
    return counts
