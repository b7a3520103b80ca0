"""What a table or a view holds, as one hash: whether two looks at the warehouse saw the same rows.

The hash is of rows in any order and is compared only with another made by the same version of DuckDB; it detects a
change and proves nothing against somebody who wants to forge one.
"""

import hashlib
from collections.abc import Iterable

import duckdb

from otklik.home.engine import open_warehouse, quoted_name
from otklik.home.settings import Home


def table_hashes(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, str]:
    """Content hash of each table, of names, types and all rows.

    Args:
        connection: in which the tables can be read by these names.
        tables: as SQL names them: bare, or qualified and quoted.

    Raises:
        duckdb.CatalogException: a table is not there.
    """
    hashes = {}
    for table in tables:
        columns = connection.execute(f"describe select * from {table}").fetchall()
        rows = connection.execute(f"select count(*), bit_xor(hash(one)), sum(hash(one)) from {table} as one").fetchone()
        digest = hashlib.sha256(repr(([column[:2] for column in columns], rows)).encode())
        hashes[table] = digest.hexdigest()
    return hashes


def warehouse_hashes(home: Home, tables: Iterable[str]) -> dict[str, str]:
    """`table_hashes` of tables of the warehouse, by bare name; a table that is not there has no entry."""
    if not home.warehouse.is_file():
        return {}
    with open_warehouse(home) as connection:
        schemas = dict(connection.execute("select table_name, table_schema from information_schema.tables").fetchall())
        found = sorted(set(tables) & set(schemas))
        references = {name: f"{quoted_name(schemas[name])}.{quoted_name(name)}" for name in found}
        hashes = table_hashes(connection, references.values())
    return {name: hashes[reference] for name, reference in references.items()}
