"""How this platform opens DuckDB, everywhere but in dbt (whose `profiles.yml` sets the same)."""

from pathlib import Path

import duckdb

DISABLED_OPTIMIZERS = "join_filter_pushdown"
"""Loses rows in DuckDB 1.5 and 2.0; docs/decisions/0003-engine-versions.md says when it may come back."""


def connect(database: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection in UTC: to a database file, read-only, or to nothing but memory.

    Args:
        database: the file; None for a connection that reads Parquet.
    """
    connection = duckdb.connect(str(database), read_only=True) if database else duckdb.connect()
    connection.execute(f"set TimeZone = 'UTC'; set disabled_optimizers = '{DISABLED_OPTIMIZERS}'")
    return connection
