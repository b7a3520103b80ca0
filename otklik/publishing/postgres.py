"""A second target of publishing: the snapshot in force as tables of a PostgreSQL database.

Schema `otklik_data` holds a table for every mart, named by the mart and by its columns; `otklik_analyst` and
`otklik_public` hold views of the same names as the surfaces have files, and are what readers open, each by a role of
its own. What changed in a mart is put into its table in one transaction with all others, which no reader waits for:
PostgreSQL shows them the rows of before until it is through. Only columns that change need a new table and its view
put on it. Views are replaced and not dropped, so a view of a user's own on top of them stays.
"""

import hashlib
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from otklik.home.engine import connect, quoted_name, text_literal
from otklik.home.errors import OtklikError
from otklik.publishing.manifests import MANIFEST_NAME, parsed_manifest
from otklik.publishing.mart_contracts import Surface

DATA_SCHEMA = "otklik_data"
SCHEMAS = {Surface.ANALYST: "otklik_analyst", Surface.PUBLIC: "otklik_public"}
"""Schema of each surface, and the role that may read it."""

_TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "numeric",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "TIMESTAMPTZ": "timestamptz",
}
# Shorter than PostgreSQL waits before it looks for a deadlock: we give way, and never a reader.
_LOCK_MILLISECONDS, _VIEWS_SECONDS = 200, 120
_PUBLISHER = 7_105_110_000  # of the advisory lock
_CHUNK_BYTES = 1 << 20


class PostgresError(OtklikError):
    """PostgreSQL did not take the snapshot; what it showed before it still shows."""


@dataclass(frozen=True)
class PostgresResult:
    """What was done: the snapshot, tables loaded, those that held the same content already, those removed."""

    snapshot_id: str
    n_loaded: int
    n_kept: int
    n_removed: int


@dataclass(frozen=True)
class _Table:
    surface: Surface
    mart: str
    entry: Mapping[str, Any]

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Names and types of PostgreSQL, in published order."""
        return [(column["name"], _type(column["type"].upper())) for column in self.entry["columns"]]

    @property
    def name(self) -> str:
        """In `otklik_data`; another where the columns are others."""
        return f"{self.surface.value}_{self.mart}_{hashlib.sha256(repr(self.columns).encode()).hexdigest()[:12]}"


def publish_to_postgres(published: Path, connection_string: str) -> PostgresResult:
    """Put the snapshot in force into a PostgreSQL database.

    Args:
        published: the folder with `current`.
        connection_string: of a role that may create schemas and roles, as libpq reads it.

    Raises:
        PostgresError: nothing is published; the database cannot be reached; a view of a user's own reads a column that
            is no more; or columns changed and readers held the views for two minutes.
    """
    snapshot = (published / "current").resolve()
    path = snapshot / MANIFEST_NAME
    manifest = parsed_manifest(path.read_bytes()) if path.is_file() else None
    if manifest is None:
        raise PostgresError(f"{published}: nothing is published here; run `otklik run` first.")
    tables = [
        _Table(Surface(surface), mart, entry)
        for surface, marts in manifest["surfaces"].items()
        for mart, entry in marts.items()
    ]
    try:
        with psycopg.connect(connection_string, autocommit=True) as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute("select pg_advisory_lock(%s)", [_PUBLISHER])
            _prepare(connection)
            contents = connection.execute(f"select name, sha256 from {DATA_SCHEMA}.content").fetchall()
            held: dict[str, str] = dict(contents)
            loaded = [table for table in tables if held.get(table.name) != table.entry["sha256"]]
            with connection.transaction():
                for table in loaded:
                    _load(connection, table, snapshot / table.surface / table.entry["file"])
                _show(connection, tables, held.keys())
                for table in tables:
                    _describe(connection, table)
                _note(connection, tables, manifest)
            for table in loaded:
                # rows of before take room until then; readers go on
                connection.execute(sql.SQL("vacuum (analyze) {}").format(sql.Identifier(DATA_SCHEMA, table.name)))
            removed = _remove_others(connection, {table.name for table in tables})
    except psycopg.Error as error:
        raise PostgresError(f"PostgreSQL: {str(error).strip()}. What it showed before, it still shows.") from error
    return PostgresResult(str(manifest["snapshot_id"]), len(loaded), len(tables) - len(loaded), removed)


def _prepare(connection: psycopg.Connection) -> None:
    """Schemas, roles and rights; the second time nothing changes."""
    with connection.transaction():
        for role in SCHEMAS.values():
            known = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
            if known is None:
                connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(role)))
        for schema in (DATA_SCHEMA, *SCHEMAS.values()):
            connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
        for schema in SCHEMAS.values():
            connection.execute(sql.SQL("grant usage on schema {0} to {0}").format(sql.Identifier(schema)))
        connection.execute(
            f"create table if not exists {DATA_SCHEMA}.snapshot "
            "(snapshot_id text not null, as_of timestamptz not null, published_at timestamptz not null default now())"
        )
        connection.execute(
            f"create table if not exists {DATA_SCHEMA}.content (name text primary key, sha256 text not null)"
        )


def _load(connection: psycopg.Connection, table: _Table, file: Path) -> None:
    """Put the rows of a file in the place of those that a table holds."""
    target = sql.Identifier(DATA_SCHEMA, table.name)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in table.columns
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("create table if not exists {} ({})").format(target, columns))
        # not `truncate`, for which readers would have to wait
        cursor.execute(sql.SQL("delete from {}").format(target))
        with cursor.copy(sql.SQL("copy {} from stdin (format csv, null '\\N')").format(target)) as copy:
            for chunk in _rows(table, file):
                copy.write(chunk)
        counted = cursor.execute(sql.SQL("select count(*) from {}").format(target)).fetchone()
        if counted != (table.entry["row_count"],):
            raise PostgresError(f"{table.mart}: {counted} rows arrived, the snapshot has {table.entry['row_count']}.")
        cursor.execute(sql.SQL("comment on table {} is {}").format(target, sql.Literal(table.entry["description"])))


def _rows(table: _Table, file: Path) -> Iterator[bytes]:
    """The rows of a Parquet file as CSV, by DuckDB: a hundred times as fast as row by row in Python."""
    shown = ", ".join(_as_csv(column["name"], column["type"].upper()) for column in table.entry["columns"])
    with tempfile.TemporaryDirectory(prefix="otklik-postgres-") as folder, connect() as duck:
        path = Path(folder) / "rows.csv"
        duck.execute(
            f"copy (select {shown} from read_parquet({text_literal(file)}, hive_partitioning = false)) "
            f"to {text_literal(path)} (format csv, header false, nullstr '\\N')"
        )
        with path.open("rb") as rows:
            while chunk := rows.read(_CHUNK_BYTES):
                yield chunk


def _as_csv(name: str, kind: str) -> str:
    column = quoted_name(name)
    if kind.endswith("[]"):
        escaped = "replace(replace(one, '\\', '\\\\'), '\"', '\\\"')"
        item = f"'\"' || {escaped} || '\"'" if kind == "VARCHAR[]" else "one::varchar"
        return f"'{{' || array_to_string(list_transform({column}, lambda one: coalesce({item}, 'NULL')), ',') || '}}'"
    # a zero byte is the one character that PostgreSQL's text cannot hold
    return f"replace({column}, chr(0), '')" if kind == "VARCHAR" else column


def _type(kind: str) -> str:
    if kind.endswith("[]"):
        return f"{_type(kind.removesuffix('[]'))}[]"
    if kind.startswith("DECIMAL"):
        return kind.lower()
    if kind not in _TYPES:
        raise PostgresError(f"A column is of type {kind}; PostgreSQL is given {', '.join(_TYPES)} and lists of them.")
    return _TYPES[kind]


def _show(connection: psycopg.Connection, tables: list[_Table], shown: Collection[str]) -> None:
    """Put views on tables that have none yet, and take away views of marts that are published no more.

    Only this has to wait for readers, and it gives way to them until there is a moment between two of them.
    """
    deadline = time.monotonic() + _VIEWS_SECONDS
    while True:
        try:
            with connection.transaction():
                connection.execute(f"set local lock_timeout = {_LOCK_MILLISECONDS}")
                for table in tables:
                    if table.name not in shown:
                        _put_view(connection, table)
                _drop_views(connection, tables)
                connection.execute("set local lock_timeout = 0")
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as error:
            if time.monotonic() > deadline:
                raise PostgresError(
                    f"Columns changed, and readers held the views for {_VIEWS_SECONDS} seconds, so they still show the "
                    "snapshot before. End what reads so long (pg_stat_activity), then: otklik publish --target postgres"
                ) from error
            time.sleep(0.05)
        else:
            return


def _note(connection: psycopg.Connection, tables: list[_Table], manifest: Mapping[str, Any]) -> None:
    """Which snapshot is shown, and which content each table holds."""
    connection.execute(f"delete from {DATA_SCHEMA}.snapshot")
    connection.execute(
        f"insert into {DATA_SCHEMA}.snapshot (snapshot_id, as_of) values (%s, %s)",
        [manifest["snapshot_id"], manifest["as_of"]],
    )
    connection.execute(f"delete from {DATA_SCHEMA}.content")
    with connection.cursor() as cursor:
        cursor.executemany(
            f"insert into {DATA_SCHEMA}.content (name, sha256) values (%s, %s)",
            [(table.name, table.entry["sha256"]) for table in tables],
        )


def _put_view(connection: psycopg.Connection, table: _Table) -> None:
    """Replace a view. What it had stays in front, and new columns come behind: so views on top of it hold."""
    schema = SCHEMAS[table.surface]
    before = connection.execute(
        "select column_name::text, udt_name::text from information_schema.columns "
        "where table_schema = %s and table_name = %s order by ordinal_position",
        [schema, table.mart],
    ).fetchall()
    now = [name for name, _ in table.columns]
    kept = [name for name, _ in before]
    view, role = sql.Identifier(schema, table.mart), sql.Identifier(schema)
    order = [*kept, *(name for name in now if name not in kept)] if set(kept) <= set(now) else now
    selected = sql.SQL(", ").join(map(sql.Identifier, order))
    query = sql.SQL("{} as select {} from {}")
    target = sql.Identifier(DATA_SCHEMA, table.name)
    try:
        with connection.transaction():
            replaced = sql.SQL("create or replace view {}").format(view)
            connection.execute(query.format(replaced, selected, target))
    except psycopg.errors.InvalidTableDefinition:
        # a column is gone or of another type: made anew, which a view on top of it forbids, and PostgreSQL names it
        connection.execute(sql.SQL("drop view {}").format(view))
        created = sql.SQL("create view {}").format(view)
        connection.execute(query.format(created, sql.SQL(", ").join(map(sql.Identifier, now)), target))
    connection.execute(sql.SQL("grant select on {} to {}").format(view, role))


def _describe(connection: psycopg.Connection, table: _Table) -> None:
    """What a view and its columns mean, where tools show it."""
    schema = SCHEMAS[table.surface]
    view = sql.Identifier(schema, table.mart)
    connection.execute(sql.SQL("comment on view {} is {}").format(view, sql.Literal(table.entry["description"])))
    for column in table.entry["columns"]:
        name = sql.Identifier(schema, table.mart, column["name"])
        connection.execute(sql.SQL("comment on column {} is {}").format(name, sql.Literal(column["description"])))


def _drop_views(connection: psycopg.Connection, tables: list[_Table]) -> None:
    """Take away views of marts that are published no more. One that a user's view reads forbids it, and is named."""
    ours = {(SCHEMAS[table.surface], table.mart) for table in tables}
    found = connection.execute(
        f"""
        select distinct views.relnamespace::regnamespace::text, views.relname::text
        from pg_depend
        inner join pg_rewrite on pg_depend.objid = pg_rewrite.oid
        inner join pg_class as views on pg_rewrite.ev_class = views.oid
        inner join pg_class as held on pg_depend.refobjid = held.oid
        where held.relnamespace = '{DATA_SCHEMA}'::regnamespace
            and views.relnamespace in ('otklik_analyst'::regnamespace, 'otklik_public'::regnamespace)
        """
    ).fetchall()
    for schema, name in sorted(set(found) - ours):
        connection.execute(sql.SQL("drop view {}").format(sql.Identifier(schema, name)))


def _remove_others(connection: psycopg.Connection, kept: set[str]) -> int:
    """Drop tables that no view shows any more; one that a reader still reads is dropped the next time."""
    removed = 0
    found = connection.execute("select tablename from pg_tables where schemaname = %s", [DATA_SCHEMA]).fetchall()
    for name in sorted({name for (name,) in found} - kept - {"snapshot", "content"}):
        try:
            with connection.transaction():
                connection.execute(f"set local lock_timeout = {_LOCK_MILLISECONDS}")
                connection.execute(sql.SQL("drop table {}").format(sql.Identifier(DATA_SCHEMA, name)))
                removed += 1
        except psycopg.errors.LockNotAvailable:
            continue
    return removed
