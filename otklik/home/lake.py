"""The lake's folders and the one way to put a Parquet file there.

A file appears whole or not at all (written beside its place, flushed, renamed), and every dataset always holds one
empty file with its schema, so that a glob over it never fails and never guesses a type.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from otklik.home.files import move_into_place
from otklik.home.settings import Home

_INSTANT = pa.timestamp("us", "UTC")

MESSAGE_TEXT_SCHEMA = pa.schema(
    [("text_hash", pa.string()), ("sent_at", _INSTANT), ("subject", pa.string()), ("body", pa.string())]
)
"""Columns of `restricted/message_text`, which nothing but the stages that read words may open."""

GATE_RESULT_SCHEMA = pa.schema(
    [
        pa.field("run_key", pa.string(), False, {"doc": "Name of the run."}),
        pa.field("as_of", _INSTANT, False, {"doc": "The instant the run looked from."}),
        pa.field("gate", pa.string(), False, {"doc": "Name of the gate."}),
        pa.field("table_name", pa.string(), False, {"doc": "What was judged."}),
        pa.field("expectation", pa.string(), False, {"doc": "What was expected, by name."}),
        pa.field("column_name", pa.string(), True, {"doc": "The column, if one."}),
        pa.field("severity", pa.string(), False, {"doc": "blocking or warning."}),
        pa.field("is_passed", pa.bool_(), False, {"doc": "Whether it held."}),
        pa.field("observed", pa.string(), False, {"doc": "What was found."}),
        pa.field("expected", pa.string(), False, {"doc": "What was accepted."}),
        pa.field("explanation", pa.string(), False, {"doc": "What it means and what to do."}),
        pa.field("content_hash", pa.string(), False, {"doc": "Hash of the demands and of all that was judged."}),
    ],
    metadata={"doc": "One row per expectation of a gate in a run."},
)
"""Columns of `lake/gates/run=<run_key>/gate=<gate>.parquet`: one row per expectation."""


# Level 1: a twentieth bigger than the default, and a fifth of a load's time is saved. A row group is held in memory
# until it is written, so it is bounded by bytes as well: 122,880 mails are not.
AS_PARQUET = "(format parquet, compression zstd, compression_level 1, row_group_size_bytes '64MB')"


def load_path(home: Home, entity: str, source: str, load_id: str) -> Path:
    """Where a raw load's rows are."""
    return home.lake / "raw" / entity / f"source={source}" / f"load={load_id}.parquet"


def ledger_path(home: Home, entity: str, source: str, load_id: str) -> Path:
    """Where a raw load's line of the ledger is."""
    return home.lake / "ledger" / f"source={source}" / f"entity={entity}" / f"load={load_id}.parquet"


def reference_path(home: Home, entity: str) -> Path:
    """Where the rows of a reference table are that hold now."""
    return home.lake / "reference" / f"{entity}.parquet"


def quarantine_path(home: Home, entity: str, source: str, load_id: str) -> Path:
    """Where a load's rejected rows are."""
    return home.quarantine / entity / f"source={source}" / f"load={load_id}.parquet"


def raw_files(home: Home, entity: str) -> str:
    """Glob of all raw loads of an entity, the empty one included."""
    return str(load_path(home, entity, "*", "*"))


def message_text_files(home: Home) -> str:
    """Glob of the words of all internal messages."""
    return str(message_text_path(home, "*", "*"))


def message_text_path(home: Home, source: str, load_id: str) -> Path:
    """Where the words of a load's internal messages are."""
    return home.restricted / "message_text" / f"source={source}" / f"load={load_id}.parquet"


def read_run_settings(home: Home) -> dict[str, Any]:
    """What the run in progress was asked: the one row of `lake/run/settings.parquet`."""
    settings: dict[str, Any] = pq.read_table(home.lake / "run" / "settings.parquet").to_pylist()[0]
    return settings


def prepare_lake(home: Home, tables: Mapping[Path, pa.Schema]) -> None:
    """Create the folders and the empty typed file of every dataset; anew where the dataset got other columns since.

    Args:
        home: the deployment's folder.
        tables: empty file → columns of its dataset.
    """
    for folder in (home.restricted, home.quarantine):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    for path, columns in tables.items():
        if not path.exists() or pq.read_schema(path) != columns:
            write_table(path, columns.empty_table())


def write_table(path: Path, table: pa.Table) -> None:
    """Write a table as one Parquet file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    pq.write_table(table, temporary, compression="zstd")
    move_into_place(temporary, path)
