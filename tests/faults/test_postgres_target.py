"""PostgreSQL as a second target: what the files hold, for whom, and readers who see neither an error nor a half."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import psycopg
import pytest

from otklik.publishing.manifests import current_manifest
from otklik.publishing.mart_contracts import Column, Mart, Surface
from otklik.publishing.postgres import PostgresError, publish_to_postgres
from otklik.publishing.snapshots import publish_snapshot
from otklik.warehouse.metrics import metrics
from tests.faults.test_publish_readers import build, publish
from tests.postgres_server import programs, running
from tests.unit.dbt import dbt_files

pytestmark = pytest.mark.skipif(programs() is None, reason="needs Debian's package postgresql")

# Reads both views in one statement until told to stop; prints how many times, and how many different days.
READER = """
import pathlib, sys, psycopg
stop, connection_string = pathlib.Path(sys.argv[1]), sys.argv[2]
seen, n = set(), 0
with psycopg.connect(connection_string, autocommit=True) as connection:
    while not stop.exists() or n == 0:
        n_posts, n_days, stated, day = connection.execute(
            "select count(*), count(distinct fct_post.day), max(n_posts), max(agg_post.day) "
            "from otklik_analyst.fct_post cross join otklik_analyst.agg_post"
            if n % 2 else
            "select count(*), count(distinct day), (select n_posts from otklik_analyst.agg_post), max(day) "
            "from otklik_analyst.fct_post"
        ).fetchone()
        assert n_posts == stated == 1000 + day and n_days == 1, (n_posts, stated, n_days, day)
        (mine,) = connection.execute("select count(*) from mine").fetchone()
        assert mine >= 500, mine
        seen.add(day)
        n += 1
print(n, len(seen))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("postgres") / "data") as connection_string:
        yield connection_string


@pytest.fixture
def database(server: str, request: pytest.FixtureRequest) -> str:
    """A database of its own for every test."""
    name = f"t{abs(hash(request.node.name))}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return server.removesuffix("/postgres") + f"/{name}"


def rows(database: str, query: str) -> list[tuple]:
    with psycopg.connect(database) as connection:
        return connection.execute(query).fetchall()


def test_readers_and_a_view_of_ones_own_live_through_twenty_snapshots(tmp_path, database):
    build(tmp_path, 0)
    publish(tmp_path, 0)
    publish_to_postgres(tmp_path / "published", database)
    with psycopg.connect(database) as connection:
        connection.execute("create view mine as select post_id, day from otklik_analyst.fct_post where post_id >= 500")
    stop = tmp_path / "stop"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(stop), database],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for day in range(1, 21):
            build(tmp_path, day)
            publish(tmp_path, day)
            publish_to_postgres(tmp_path / "published", database)
    finally:
        stop.touch()
    for reader in readers:
        out, err = reader.communicate(timeout=60)
        assert reader.returncode == 0, err
        n_reads, n_days = map(int, out.split())
        assert n_reads > 20
        assert n_days > 3
    assert rows(database, "select count(*), max(day) from mine") == [(520, 20)]
    held = "select count(*) from pg_tables where schemaname = 'otklik_data'"
    assert rows(database, held) == [(4,)]  # two marts, which snapshot and which content


def test_every_row_column_and_value_is_that_of_the_files(tmp_path, database):
    kinds = {
        "id": ("bigint", "i"),
        "words": (
            "varchar",
            "case i when 0 then '' when 2 then '\\N' when 3 then 'a\"b, c''d' || chr(10) end",
        ),
        "zero": ("varchar", "'a' || chr(0) || 'b'"),
        "parts": ("varchar[]", "case when i > 1 then ['x\"y', 'z\\w', null, 'p,q'] end"),
        "numbers": ("bigint[]", "[i, i + 1]"),
        "share": ("double", "case i when 0 then 'nan'::double when 1 then 'inf'::double else i / 3 end"),
        "is_odd": ("boolean", "i % 2 = 1"),
        "day": ("date", "date '2026-03-01' + i::integer"),
        "at": ("timestamp with time zone", "timestamptz '2026-03-01 12:00:00.123456Z' + to_hours(i::integer)"),
        "whole": ("integer", "i::integer"),
    }
    selected = ", ".join(f"{value} as {name}" for name, (_, value) in kinds.items())
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute(f"create table fct_all as select {selected} from range(5) as r (i)")
        connection.execute("create table agg_few as select 3 as n")
    columns = tuple(Column(name, kind, f"What {name} is, it's told.") for name, (kind, _) in kinds.items())
    marts = (
        Mart("fct_all", columns, ("id",), description="One row per id."),
        Mart("agg_few", (Column("n", "integer", "Number."),), ("n",), surface=Surface.PUBLIC),
    )
    publish_snapshot(
        warehouse=tmp_path / "warehouse.duckdb",
        published=tmp_path / "published",
        marts=marts,
        as_of=datetime(2026, 3, 1, tzinfo=UTC),
        gate_verdicts=[{"gate": "marts", "is_passed": True}],
    )
    publish_to_postgres(tmp_path / "published", database)
    manifest = current_manifest(tmp_path / "published")
    assert manifest is not None
    for surface, of_surface in manifest["surfaces"].items():
        for name, entry in of_surface.items():
            assert rows(database, f"select count(*) from otklik_{surface}.{name}") == [(entry["row_count"],)]
            shown = rows(
                database,
                "select column_name from information_schema.columns "
                f"where table_schema = 'otklik_{surface}' and table_name = '{name}' order by ordinal_position",
            )
            assert [column for (column,) in shown] == [column["name"] for column in entry["columns"]]
    folder = (tmp_path / "published" / "current" / "analyst").resolve()
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        query = f"from read_parquet('{folder / 'fct_all.parquet'}') order by id"
        wanted = connection.execute(query).fetchall()
    found = rows(database, ["set timezone = 'UTC'", "select * from otklik_analyst.fct_all order by id"][1])
    assert [list(map(_comparable, row)) for row in found] == [list(map(_comparable, row)) for row in wanted]


def _comparable(value):
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return repr(value).replace("\\x00", "")


def test_a_run_fills_the_database_that_its_sources_name_with_the_rows_and_columns_of_its_files(
    published, tmp_path, database, monkeypatch
):
    mine = published.copy(tmp_path)
    with mine.sources.open("a", encoding="utf-8") as file:
        file.write("\npostgres: ${OTKLIK_POSTGRES}\n")
    monkeypatch.setenv("OTKLIK_POSTGRES", database)
    mine.run("--select", 'key:"published/snapshot"')
    assert rows(database, "select snapshot_id from otklik_data.snapshot") == [(mine.manifest["snapshot_id"],)]
    held = rows(
        database,
        "select table_schema::text, table_name::text, count(*) from information_schema.columns "
        "where table_schema in ('otklik_analyst', 'otklik_public') group by 1, 2",
    )
    found = {
        (schema, name): (n, *rows(database, f"select count(*) from {schema}.{name}")[0]) for schema, name, n in held
    }
    assert found == {
        (f"otklik_{surface}", name): (len(entry["columns"]), entry["row_count"])
        for surface, entries in mine.manifest["surfaces"].items()
        for name, entry in entries.items()
    }
    assert len(found) > 60


def test_each_role_reads_its_surface_and_nothing_else(tmp_path, database):
    build(tmp_path, 0)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create table public_agg_post as select 1000 as n_posts")
    publish_snapshot(
        warehouse=tmp_path / "warehouse.duckdb",
        published=tmp_path / "published",
        marts=(
            Mart("fct_post", (Column("post_id", "bigint", "Id."),), ("post_id",)),
            Mart(
                "agg_post",
                (Column("n_posts", "bigint", "Posts."),),
                ("n_posts",),
                surface=Surface.PUBLIC,
                relation="public_agg_post",
            ),
        ),
        as_of=datetime(2026, 3, 1, tzinfo=UTC),
        gate_verdicts=[{"gate": "marts", "is_passed": True}],
    )
    publish_to_postgres(tmp_path / "published", database)

    def may_read(role: str, table: str) -> bool:
        with psycopg.connect(database) as connection:
            connection.execute(f"set role {role}")
            try:
                connection.execute(f"select * from {table} limit 1")
            except psycopg.errors.InsufficientPrivilege:
                return False
        return True

    (table,) = [name for (name,) in rows(database, "select tablename from pg_tables") if name.startswith("analyst_fct")]
    assert may_read("otklik_analyst", "otklik_analyst.fct_post")
    assert may_read("otklik_public", "otklik_public.agg_post")
    assert not may_read("otklik_public", "otklik_analyst.fct_post")
    assert not may_read("otklik_public", f"otklik_data.{table}")
    assert not may_read("otklik_analyst", f"otklik_data.{table}")


def test_a_snapshot_that_is_there_already_is_not_loaded_again(tmp_path, database):
    build(tmp_path, 0)
    publish(tmp_path, 0)
    first = publish_to_postgres(tmp_path / "published", database)
    second = publish_to_postgres(tmp_path / "published", database)
    assert (first.n_loaded, first.n_kept) == (2, 0)
    assert (second.n_loaded, second.n_kept, second.n_removed) == (0, 2, 0)


def _with_columns(tmp_path: Path, *names: str) -> None:
    (tmp_path / "warehouse.duckdb").unlink(missing_ok=True)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        selected = ", ".join(f"{number} as {name}" for number, name in enumerate(names))
        connection.execute(f"create table fct_post as select {selected}")
    publish_snapshot(
        warehouse=tmp_path / "warehouse.duckdb",
        published=tmp_path / "published",
        marts=(Mart("fct_post", tuple(Column(name, "bigint", name) for name in names), (names[0],)),),
        as_of=datetime(2026, 3, len(names), tzinfo=UTC),
        gate_verdicts=[{"gate": "marts", "is_passed": True}],
    )


def test_a_new_column_leaves_views_on_top_alone_and_a_removed_one_names_them(tmp_path, database):
    _with_columns(tmp_path, "a", "c")
    publish_to_postgres(tmp_path / "published", database)
    with psycopg.connect(database) as connection:
        connection.execute("create view mine as select a, c from otklik_analyst.fct_post")
    _with_columns(tmp_path, "a", "b", "c")
    publish_to_postgres(tmp_path / "published", database)
    assert rows(database, "select * from mine") == [(0, 2)]
    assert rows(database, "select a, b, c from otklik_analyst.fct_post") == [(0, 1, 2)]
    _with_columns(tmp_path, "a")
    with pytest.raises(PostgresError, match=r"view mine depends on view otklik_analyst\.fct_post"):
        publish_to_postgres(tmp_path / "published", database)
    assert rows(database, "select * from mine") == [(0, 2)]
    with psycopg.connect(database) as connection:
        connection.execute("drop view mine")
    publish_to_postgres(tmp_path / "published", database)
    assert rows(database, "select * from otklik_analyst.fct_post") == [(0,)]


def test_a_mart_that_is_published_no_more_leaves_the_database(tmp_path, database):
    build(tmp_path, 0)
    publish(tmp_path, 0)
    publish_to_postgres(tmp_path / "published", database)
    _with_columns(tmp_path, "a")
    publish_to_postgres(tmp_path / "published", database)
    views = rows(
        database, "select table_name::text from information_schema.views where table_schema = 'otklik_analyst'"
    )
    assert views == [("fct_post",)]
    assert len(rows(database, "select 1 from pg_tables where schemaname = 'otklik_data'")) == 3


def test_a_database_that_is_not_there_is_one_sentence(tmp_path):
    build(tmp_path, 0)
    publish(tmp_path, 0)
    with pytest.raises(PostgresError, match="What it showed before, it still shows"):
        publish_to_postgres(tmp_path / "published", "postgresql://nobody@127.0.0.1:1/none")


# Three values of each type, for whatever an expression looks at.
VALUES = {
    "VARCHAR": ("'reply'", "'confirmed'", "'done_positive'"),
    "BOOLEAN": ("true", "false", "null"),
    "BIGINT": ("1", "2", "4"),
    "DOUBLE": ("1.5", "null", "4"),
    "DATE": ("date '2026-09-28'", "date '2026-09-28'", "null"),
    "TIMESTAMP WITH TIME ZONE": ("timestamptz '2026-09-28 10:00:00+00'", "null", "null"),
}


@pytest.mark.parametrize("table", sorted({metric.table_name for metric in metrics()}))
def test_a_metric_is_the_same_in_both_engines(database, table):
    names = [(column["name"], column["data_type"]) for column in dbt_files.models()[table].columns]
    lines = [
        ", ".join(
            f"cast({VALUES[kind][(row + number) % 3]} as {kind}) as {name}" for number, (name, kind) in enumerate(names)
        )
        for row in range(3)
    ]
    expressions = ", ".join(metric.sql_expression for metric in metrics() if metric.table_name == table)
    query = f"select {expressions} from ({' union all '.join(f'select {line}' for line in lines)}) as t"
    with psycopg.connect(database) as connection:
        there = connection.execute(query.replace(" as DOUBLE)", " as DOUBLE PRECISION)")).fetchone()
    here = duckdb.sql(query).fetchone()
    assert any(here)
    assert [value and float(value) for value in there] == [value and float(value) for value in here]
