"""Reading one surface of a snapshot: rows of a query as dictionaries, the instant of the snapshot within it."""

from typing import Any

import duckdb

from incidents.shares import wilson_interval

Row = dict[str, Any]

# No league position is told of fewer ripe incidents (definition 5).
MIN_RANKED = 20


class SurfaceTables:
    """The tables of one surface.

    Args:
        connection: to its database, read-only.
        as_of: the instant the snapshot describes, as text DuckDB reads.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, as_of: str) -> None:
        self._connection = connection
        self._as_of = as_of

    def rows(self, sql: str, values: list[Any] | None = None) -> list[Row]:
        """Rows of a query as dictionaries; `$as_of` in it is the instant of the snapshot."""
        cursor = self._connection.execute(sql.replace("$as_of", f"timestamptz '{self._as_of}'"), values or [])
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def by_key(self, sql: str, values: list[Any] | None = None) -> dict[str, list[Row]]:
        """Rows of a query by what its column `key` tells of them."""
        found: dict[str, list[Row]] = {}
        for row in self.rows(sql, values):
            found.setdefault(row.pop("key"), []).append(row)
        return found


def share(n_hits: int, n: int) -> tuple[float | None, float | None, float | None, int]:
    """Share, its Wilson interval, and what it is a share of; None of nothing."""
    interval = wilson_interval(n_hits, n)
    return (None, None, None, 0) if interval is None else (n_hits / n, *interval, n)


def as_league(counted: list[Row]) -> list[Row]:
    """Rows with their share, its interval, and whether they have a place; the lowest share first.

    Args:
        counted: name, n_ripe, n_on_time.
    """
    for row in counted:
        row["share"], row["low"], row["high"], _ = share(row["n_on_time"], row["n_ripe"])
        row["is_ranked"] = row["n_ripe"] >= MIN_RANKED
    return sorted(counted, key=lambda row: (row["share"] is None, row["share"] or 0, -row["n_ripe"], row["name"]))
