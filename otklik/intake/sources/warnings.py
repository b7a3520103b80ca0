"""What a dry run notices of rows that keep the contract and may still not be what their owner thinks they are."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from otklik.home.engine import connect, text_literal
from otklik.intake.entity import Entity

_ROUNDED = r"-?\d[.,]\d+[eE]\+?\d{2}"


def warnings_of(entity: Entity, loads: Sequence[Path]) -> tuple[str, ...]:
    """Sentences about the rows that would load: ids that are none, versions of one thing, words or places missing.

    Args:
        entity: what the rows are.
        loads: Parquet files of rows as they would be stored.
    """
    if not loads:
        return ()
    files = ", ".join(map(text_literal, loads))
    with connect() as connection:
        connection.execute(f"create view loaded as from read_parquet([{files}], hive_partitioning = false)")
        n_rows = _number(connection, "count(*)")
        if not n_rows:
            return ()
        return (*_of_ids(connection, entity, n_rows), *_of_posts(connection, entity, n_rows))


def _of_ids(connection: duckdb.DuckDBPyConnection, entity: Entity, n_rows: int) -> list[str]:
    if not entity.key:
        return []
    told = []
    n_things = _number(connection, f"count(distinct ({', '.join(entity.key)}))")
    if n_things < n_rows:
        told.append(
            f"{n_rows:,} rows would load, of {n_things:,} different {' and '.join(entity.key)}: rows with one are "
            "versions of one thing, of which the latest counts"
        )
    name = entity.key[0]
    n_rounded = _number(connection, f"count(*) filter (regexp_full_match({name}::varchar, '{_ROUNDED}'))")
    if n_rounded:
        told.append(
            f"{n_rounded:,} rows have a {name} such as 1.58283E+18, which a spreadsheet has rounded: different things "
            "have one id. Export them anew with ids as text"
        )
    return told


def _of_posts(connection: duckdb.DuckDBPyConnection, entity: Entity, n_rows: int) -> list[str]:
    if entity.name != "post":
        return []
    told = []
    if not _number(connection, "count(nullif(trim(text), ''))"):
        told.append("no row has words: neither intents nor topics can be told from them")
    if not _number(connection, "count(posted_at)"):
        told.append("no row has a time: no clock, burst or history can be told of them")
    n_zero = _number(connection, "count(*) filter (lat = 0 and lon = 0)")
    if n_zero:
        told.append(f"{n_zero:,} of {n_rows:,} rows lie at latitude 0, longitude 0, where a place is mostly not known")
    return told


def _number(connection: duckdb.DuckDBPyConnection, expression: str) -> int:
    found = connection.execute(f"select {expression} from loaded").fetchone()
    return int(found[0]) if found else 0
