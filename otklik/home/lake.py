"""The lake's folders and the one way to put a Parquet file there.

A file appears whole or not at all (written beside its place, flushed, renamed), and every dataset always holds one
empty file with its schema, so that a glob over it never fails and never guesses a type.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from otklik.home.engine import connect
from otklik.home.settings import Home

LEDGER_COLUMNS = {
    "load_id": "VARCHAR",
    "source_name": "VARCHAR",
    "entity_name": "VARCHAR",
    "file_name": "VARCHAR",
    "file_bytes": "BIGINT",
    "rows_read": "BIGINT",
    "rows_loaded": "BIGINT",
    "rows_duplicate": "BIGINT",
    "rows_quarantined": "BIGINT",
    "first_event_at": "TIMESTAMPTZ",
    "last_event_at": "TIMESTAMPTZ",
    "loaded_at": "TIMESTAMPTZ",
}

_ARROW_TYPES = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "TIMESTAMPTZ": pa.timestamp("us", "UTC")}
LEDGER_SCHEMA = pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in LEDGER_COLUMNS.items()])

MESSAGE_TEXT_COLUMNS = {
    "text_hash": "VARCHAR",
    "sent_at": "TIMESTAMPTZ",
    "subject": "VARCHAR",
    "body": "VARCHAR",
}


GATE_RESULT_SCHEMA = pa.schema(
    [
        pa.field("run_key", pa.string(), nullable=False),
        pa.field("as_of", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("gate", pa.string(), nullable=False),
        pa.field("table_name", pa.string(), nullable=False),
        pa.field("expectation", pa.string(), nullable=False),
        pa.field("column_name", pa.string()),
        pa.field("severity", pa.string(), nullable=False),
        pa.field("is_passed", pa.bool_(), nullable=False),
        pa.field("observed", pa.string(), nullable=False),
        pa.field("expected", pa.string(), nullable=False),
        pa.field("explanation", pa.string(), nullable=False),
    ]
)
"""Columns of `lake/gates/run=<run_key>/gate=<gate>.parquet`: one row per expectation."""


def load_path(home: Home, entity: str, source: str, load_id: str) -> Path:
    """Where a raw load's rows are."""
    return home.lake / "raw" / entity / f"source={source}" / f"load={load_id}.parquet"


def ledger_path(home: Home, entity: str, source: str, load_id: str) -> Path:
    """Where a raw load's line of the ledger is."""
    return home.lake / "ledger" / f"source={source}" / f"entity={entity}" / f"load={load_id}.parquet"


def quarantine_path(home: Home, entity: str, source: str, load_id: str) -> Path:
    """Where a load's rejected rows are."""
    return home.quarantine / entity / f"source={source}" / f"load={load_id}.parquet"


def message_text_path(home: Home, source: str, load_id: str) -> Path:
    """Where the words of a load's internal messages are."""
    return home.restricted / "message_text" / f"source={source}" / f"load={load_id}.parquet"


def prepare_lake(home: Home, raw: Mapping[str, Mapping[str, str]], enriched: Mapping[str, pa.Schema]) -> None:
    """Create the folders and the empty typed file of every dataset; does nothing where they exist.

    Args:
        home: the deployment's folder.
        raw: entity name → its columns with their DuckDB types.
        enriched: table name under `lake/enriched/` → its schema.
    """
    for folder in (home.restricted, home.quarantine):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    with connect() as connection:
        for entity, columns in raw.items():
            _write_empty(connection, load_path(home, entity, "_none", "_empty"), columns)
        _write_empty(connection, ledger_path(home, "_none", "_none", "_empty"), LEDGER_COLUMNS)
        _write_empty(connection, message_text_path(home, "_none", "_empty"), MESSAGE_TEXT_COLUMNS)
    for table, schema in enriched.items():
        write_if_absent(home.lake / "enriched" / table / "_empty.parquet", schema.empty_table())
    write_if_absent(home.lake / "gates" / "run=_none" / "gate=_empty.parquet", GATE_RESULT_SCHEMA.empty_table())


def write_if_absent(path: Path, table: pa.Table) -> None:
    """Write a table unless the file is there."""
    if not path.exists():
        write_table(path, table)


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table as one Parquet file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    pq.write_table(table, temporary, compression="zstd")
    move_into_place(temporary, path)


def move_into_place(temporary: Path, path: Path) -> None:
    """Give a finished file its name, durably. Both must be on one file system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(temporary, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    temporary.replace(path)


def _write_empty(connection: duckdb.DuckDBPyConnection, path: Path, columns: Mapping[str, str]) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    typed = ", ".join(f"null::{kind} as {name}" for name, kind in columns.items())
    temporary = path.with_name(f".{path.name}.tmp")
    connection.execute(f"copy (select {typed} where false) to '{temporary}' (format parquet)")
    move_into_place(temporary, path)
