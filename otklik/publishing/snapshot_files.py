"""Writes the two surfaces of a snapshot: on each one Parquet file per mart, and one DuckDB file with the same rows.

Columns of the surface's audience only, ordered, cast to their declared types. Where the files go and when they become
current is `snapshots.py`'s business.
"""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from otklik.home.contents import table_hashes
from otklik.home.engine import connect, quoted_name, text_literal
from otklik.home.errors import OtklikError
from otklik.publishing.mart_contracts import Mart, Surface
from otklik.publishing.views import make_views

DATABASE_NAME = "otklik.duckdb"

Entries = dict[str, dict[str, dict[str, Any]]]
"""Surface → mart → what the manifest says of it."""

_SPILL = ".spill"
_ROW_GROUP_ROWS = 122_880


class PublishError(OtklikError):
    """The snapshot was not published; `current` is what it was."""


def export_marts(warehouse: Path, building: Path, marts: Sequence[Mart], judged: Mapping[str, str]) -> Entries:
    """Write one Parquet file per mart into the folder of its surface. Equal rows give equal bytes.

    Args:
        warehouse: DuckDB file with the marts.
        building: folder of the snapshot.
        marts: their contracts.
        judged: table of the warehouse → hash that its rows must have, restricted columns and all.

    Returns:
        Surface → mart → its entry in the manifest, by name; `snapshots.current_manifest` lists the keys. Both surfaces
        are there, if only empty.

    Raises:
        PublishError: The warehouse, a mart or a column is missing, a value does not fit its declared type,
            or the rows of a mart are not those that were judged.
    """
    if not warehouse.is_file():
        raise PublishError(f"There is no warehouse at {warehouse}; build the models first.")
    catalogue = quoted_name(warehouse.stem)
    entries: Entries = {surface: {} for surface in Surface}
    hashes: dict[str, str] = {}
    for surface in Surface:
        (building / surface).mkdir()
    with connect() as connection:
        # Some operational marts are views over the lake, with names relative to the home.
        connection.execute(f"set file_search_path = {text_literal(warehouse.resolve().parent)}")
        connection.execute(f"set temp_directory = {text_literal(building / _SPILL)}")
        connection.execute(f"attach {text_literal(warehouse)} as {catalogue} (read_only)")
        for mart in sorted(marts, key=lambda mart: (mart.surface, mart.name)):
            path = building / mart.surface / f"{mart.name}.parquet"
            columns = ", ".join(
                f"cast({quoted_name(column.name)} as {column.type}) as {quoted_name(column.name)}"
                for column in mart.columns
            )
            order = ", ".join(f"{quoted_name(name)} nulls last" for name in mart.order_by)
            relation = f"{catalogue}.{quoted_name(mart.schema)}.{quoted_name(mart.relation)}"
            try:
                # Row groups are cut from the ordered stream at fixed sizes, whatever the number of threads.
                connection.execute(
                    f"copy (select {columns} from {relation} order by {order}) to {text_literal(path)} "
                    f"(format parquet, compression zstd, row_group_size {_ROW_GROUP_ROWS})"
                )
            except (duckdb.CatalogException, duckdb.BinderException, duckdb.ConversionException) as error:
                # A conversion error quotes the value it failed on.
                reason = "a value does not fit its declared type"
                if not isinstance(error, duckdb.ConversionException):
                    reason = str(error).splitlines()[0]
                raise PublishError(f"Mart {mart.name} does not meet its contract: {reason}") from None
            entries[mart.surface][mart.name] = _entry(connection, mart, path)
            # asked of the connection that exported them: both saw the same rows
            if mart.relation in judged and mart.relation not in hashes:
                hashes |= {mart.relation: table_hashes(connection, [relation])[relation]}
            if mart.relation in judged and hashes[mart.relation] != judged[mart.relation]:
                raise PublishError(
                    f"{mart.relation} was changed while it was being published; the verdicts of the gates are of other "
                    "rows. Nothing is published. Build it again: otklik run --full-refresh"
                )
    shutil.rmtree(building / _SPILL, ignore_errors=True)
    return entries


def _entry(connection: duckdb.DuckDBPyConnection, mart: Mart, path: Path) -> dict[str, Any]:
    counted = connection.execute("select num_rows from parquet_file_metadata(?)", [str(path)]).fetchone()
    if counted is None:
        raise PublishError(f"{path.name} was written without a footer; the disk may be full.")
    return {
        "file": path.name,
        "relation": mart.relation,
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
        "row_count": int(counted[0]),
        "version": mart.version,
        "definitions": list(mart.definitions),
        "description": mart.description,
        "order_by": [name for name in mart.order_by if name in {column.name for column in mart.columns}],
        "columns": [
            {"name": column.name, "type": column.type, "description": column.description} for column in mart.columns
        ],
    }


def build_database(path: Path, entries: Mapping[str, Mapping[str, Any]], surface: str) -> None:
    """One DuckDB file with the rows of the Parquet files beside it, and every meaning as a comment that BI tools show.

    Args:
        path: the file to write.
        entries: mart of the surface → its entry in the manifest.
        surface: which it is; that of the analysts has wide labelled views besides.
    """
    with duckdb.connect(str(path)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        # one transaction: a thousand comments, each brought to the disk by itself, are seconds
        connection.begin()
        for name, entry in sorted(entries.items()):
            table, file = quoted_name(name), text_literal(path.parent / entry["file"])
            connection.execute(f"create table {table} as select * from read_parquet({file}, hive_partitioning = false)")
            connection.execute(f"comment on table {table} is {text_literal(entry['description'])}")
            for column in entry["columns"]:
                connection.execute(
                    f"comment on column {table}.{quoted_name(column['name'])} is {text_literal(column['description'])}"
                )
        if surface == Surface.ANALYST:
            make_views(connection)
        connection.commit()
        # Without it the last changes would stay in a write-ahead log, which a read-only reader would have to replay.
        connection.execute("checkpoint")


def holds_tables(database: Path, entries: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a surface's DuckDB file can be read and holds every mart with as many rows as its manifest says."""
    try:
        with connect(database) as connection:
            counts = {
                name: connection.execute(f"select count(*) from {quoted_name(name)}").fetchone() for name in entries
            }
    except (duckdb.Error, OSError):
        return False
    return counts == {name: (entry["row_count"],) for name, entry in entries.items()}


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
