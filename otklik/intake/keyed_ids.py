"""Ids of posts, messages and instructions, made at the door under a key of the home (definition 23).

An id is a keyed digest of kind, source and the id in that source: whoever holds the source's export can neither
compute it nor tell which post it stands for. Ids of incidents, replies and events are made of these in dbt. The key is
none of the vault's own: rotating those changes no id.
"""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from otklik.home.engine import connect, text_literal
from otklik.home.files import move_into_place
from otklik.home.lake import AS_PARQUET
from otklik.home.settings import Home
from otklik.intake.entities import entities
from otklik.intake.entity import Entity
from otklik.intake.owner_keys import KeyedDigests, VaultError, read_key

KEY_NAME = "id_key"
_WAITING = "id_key_next"
_FUNCTION = "keyed_id"


def keyed_ids(home: Home) -> KeyedDigests:
    """The ids of a home; its key is made while the home has no load that could hold one.

    Raises:
        VaultError: the key is gone, others may read it, it is not of 32 bytes, or its rotation was interrupted.
    """
    if (home.vault / _WAITING).exists():
        raise VaultError(f"{home.vault}: a rotation of ids was interrupted; finish it: otklik rotate ids --reason …")
    without_it = "every id of the next load would be another than those that are published"
    return KeyedDigests(read_key(home.vault / KEY_NAME, may_create=not has_loads(home), without_it=without_it))


def has_loads(home: Home) -> bool:
    """Whether a home has taken anything in."""
    return any(line.stem != "load=_empty" for line in home.lake.glob("ledger/source=*/entity=*/load=*.parquet"))


def register_ids(connection: duckdb.DuckDBPyConnection, ids: KeyedDigests) -> None:
    """Let `id_columns` be used in a connection."""
    ids.register(connection, _FUNCTION)


def keyed_id_sql(kind: str, source: str, identifier: str) -> str:
    """SQL: the id of a thing of a kind, by SQL of its source and of its id there; null where either is."""
    return f"{_FUNCTION}('{kind}', {source}, {identifier})"


def id_columns(entity: Entity, source: str) -> list[str]:
    """SQL: the id columns of an entity's rows, each `… as <name>`.

    Args:
        entity: whose fields the rows have.
        source: SQL of the source that they come from.
    """
    return [f"{keyed_id_sql(one.kind, one.source or source, one.of)} as {one.name}" for one in entity.ids]


def write_ids(home: Home, ids: KeyedDigests) -> int:
    """Write the id columns of every load in the lake, and of those that were retired, anew; done twice it changes none.

    Returns:
        How many files were written.
    """
    n_files = 0
    for entity in (one for one in entities().values() if one.ids):
        for root in (home.root, home.restricted / "retired"):
            for path in sorted(root.glob(f"lake/raw/{entity.name}/source=*/load=*.parquet")):
                if path.stem != "load=_empty":
                    _write_ids_of(path, entity, ids)
                    n_files += 1
    return n_files


def _write_ids_of(path: Path, entity: Entity, ids: KeyedDigests) -> None:
    stored = [name for name in pq.read_schema(path).names if name not in {one.name for one in entity.ids}]
    # typed columns first: loads from before a field was added have none for it
    fields = ", ".join(f"null::{kind} as {name}" for name, kind in entity.stored_columns.items())
    source = text_literal(path.parent.name.removeprefix("source="))
    temporary = path.with_name(f".{path.name}.tmp")
    with connect() as connection:
        # as at the door: one thread keeps the order without being asked, and row groups may be bounded by bytes
        connection.execute("set threads = 1; set preserve_insertion_order = false")
        register_ids(connection, ids)
        connection.execute(
            f"""
            copy (
                select {", ".join([*stored, *id_columns(entity, source)])}
                from (
                    select {fields} where false
                    union all by name
                    from read_parquet({text_literal(path)}, hive_partitioning = false)
                )
            ) to {text_literal(temporary)} {AS_PARQUET}
            """
        )
    temporary.chmod(path.stat().st_mode)
    move_into_place(temporary, path)


def rotate_ids(home: Home) -> int:
    """Put another key in the place of the one that ids are made under, and make them all anew.

    The new key waits beside the old one until every load is written; a rotation that was interrupted goes on when it is
    asked for again, and no load is taken in before. What is made of ids must be taken away by the caller.

    Returns:
        How many files were written.
    """
    waiting = home.vault / _WAITING
    n_files = write_ids(home, KeyedDigests(read_key(waiting, may_create=True, without_it="nothing is lost yet")))
    waiting.replace(home.vault / KEY_NAME)
    return n_files
