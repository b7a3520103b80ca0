"""How this platform opens DuckDB and quotes for it, everywhere but in dbt (whose `profiles.yml` sets the same)."""

from pathlib import Path

import duckdb

from otklik.home.settings import Home

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


def open_warehouse(home: Home) -> duckdb.DuckDBPyConnection:
    """The home's tables, read-only. Paths in its views, and in queries, are relative to the home."""
    connection = connect(home.warehouse)
    connection.execute(f"set file_search_path = {text_literal(home.root.resolve())}")
    return connection


def text_literal(value: object) -> str:
    """A SQL string."""
    return "'" + str(value).replace("'", "''") + "'"


def quoted_name(identifier: str) -> str:
    """A SQL identifier, whatever it holds."""
    return '"' + identifier.replace('"', '""') + '"'
