"""How long the words of internal messages are kept: `message_text_retention_days`, then nothing of them is.

Words live in `restricted/message_text`, in loads that were retired, and, where a row was refused, in the quarantine;
all three are swept. What was found in the words (labels, findings) is kept elsewhere and stays. When this runs is
`orchestration/assets/retention.py`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from otklik.home.engine import connect, text_literal
from otklik.home.files import move_into_place
from otklik.home.settings import Home


@dataclass(frozen=True)
class RetentionSummary:
    """What one sweep did. Rows are counts of messages' words; files of the quarantine are dropped as a whole."""

    limit_at: datetime
    rows_dropped: int
    rows_kept: int
    quarantine_files_dropped: int


def enforce_retention(home: Home, *, at: datetime, days: int) -> RetentionSummary:
    """Drop the words of messages sent more than `days` days before `at`; words without a time go by their load's.

    Args:
        home: the deployment's folder; the caller holds it.
        at: the instant to look from, with its zone.
        days: `message_text_retention_days`.

    Returns:
        Counts. A second sweep from the same instant drops nothing.
    """
    limit = at - timedelta(days=days)
    dropped = kept = n_files = 0
    with connect() as connection:
        for root in (home.root, home.restricted / "retired"):
            for path in sorted(root.glob("restricted/message_text/*/load=*.parquet")):
                if path.name != "load=_empty.parquet":
                    n_dropped, n_kept = _sweep(connection, path, limit, _loaded_at(connection, root, path))
                    dropped, kept = dropped + n_dropped, kept + n_kept
        # as they came, words and all, often without a readable time: the load's decides
        for path in sorted(home.quarantine.glob("message/*/load=*.parquet")):
            loaded_at = _loaded_at(connection, home.root, path)
            if loaded_at is None or loaded_at < limit:
                path.unlink()
                n_files += 1
    return RetentionSummary(limit, dropped, kept, n_files)


def _loaded_at(connection: duckdb.DuckDBPyConnection, root: Path, path: Path) -> datetime | None:
    """When a load was taken in; None for the leftover of a crash, which has no line in the ledger."""
    ledger = root / "lake" / "ledger" / path.parent.name / "entity=message" / path.name
    if not ledger.exists():
        return None
    row = connection.execute(
        f"select loaded_at from read_parquet({text_literal(ledger)}, hive_partitioning = false)"
    ).fetchone()
    return row[0] if row else None


def _sweep(
    connection: duckdb.DuckDBPyConnection, path: Path, limit: datetime, loaded_at: datetime | None
) -> tuple[int, int]:
    """Rewrite one file without the rows that are too old, or remove it; rows dropped and kept."""
    rows = f"read_parquet({text_literal(path)}, hive_partitioning = false)"
    loaded = f"{text_literal(loaded_at.isoformat())}::timestamptz" if loaded_at else "null"
    keep = f"coalesce(coalesce(sent_at, {loaded}) >= {text_literal(limit.isoformat())}::timestamptz, false)"
    counted = connection.execute(
        f"select coalesce(count_if(not {keep}), 0), coalesce(count_if({keep}), 0) from {rows}"
    ).fetchone()
    n_dropped, n_kept = counted or (0, 0)
    if n_dropped and n_kept:
        temporary = path.with_name(f".{path.name}.tmp")
        connection.execute(
            f"copy (from {rows} where {keep}) to {text_literal(temporary)} (format parquet, compression zstd)"
        )
        move_into_place(temporary, path)
    elif n_dropped:
        path.unlink()
    return int(n_dropped), int(n_kept)
