"""Columns of the lake's tables: their types in Arrow's words and in DuckDB's, and what they mean.

A table's columns are declared once, as a `pyarrow.Schema` beside the code that makes them. A field, and the
schema itself, says what it means under the key `doc` of its metadata. From there the empty file of the lake
(`otklik/stages/preparation.py`) and dbt's source (`otklik/stages/dbt_sources.py`) are made.
"""

import pyarrow as pa

ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "DATE": pa.date32(),
    "TIMESTAMPTZ": pa.timestamp("us", "UTC"),
}
"""DuckDB's name of a type → Arrow's type: all types that a table of the lake may have."""

DUCKDB_TYPES = {kind: name for name, kind in ARROW_TYPES.items()}


def meaning(declared: pa.Field | pa.Schema) -> str:
    """What a column, or a row of a table, means.

    Raises:
        KeyError: its declaration does not say; give it `metadata={"doc": …}`.
    """
    if not declared.metadata or b"doc" not in declared.metadata:
        raise KeyError(f'No meaning is declared; say it with metadata={{"doc": "…"}}: {declared}')
    return bytes(declared.metadata[b"doc"]).decode()
