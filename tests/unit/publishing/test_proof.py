"""A table is proven by the run that built and tested it, and by no other rows than those."""

from pathlib import Path

import duckdb
import pytest

from otklik.home.settings import Home
from otklik.warehouse.proof import UnprovenError, instant_of, note_built, owed_test_names, read_proof, require_built

RUN = {"run_key": "run-1", "as_of": "2026-03-01T00:00:00+00:00"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A warehouse of two marts, one of them a view over the other."""
    made = Home(tmp_path)
    with duckdb.connect(str(made.warehouse)) as connection:
        connection.execute("create table fct_post as select range as id, 'x' || range as words from range(5)")
        connection.execute("create view fct_word as select words from fct_post")
    note_built(made, built=["fct_post", "fct_word"], touching=["test.a", "test.b"], passed=["test.a", "test.b"], **RUN)
    return made


def change(home: Home, sql: str) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(sql)


def test_untouched_tables_are_proven_and_their_order_of_rows_does_not_matter(home):
    before = require_built(home, ["fct_post", "fct_word"], run_key="run-1")
    change(home, "create or replace table fct_post as from fct_post order by id desc")
    assert require_built(home, ["fct_post", "fct_word"], run_key="run-1") == before


@pytest.mark.parametrize(
    "sql",
    [
        "update fct_post set words = 'other' where id = 3",
        "delete from fct_post where id = 3",
        "insert into fct_post select * from fct_post where id = 3",
        "alter table fct_post add column more integer",
        "drop view fct_word",
    ],
)
def test_a_table_changed_behind_dbt_is_unproven_and_so_is_a_view_of_it(home, sql):
    change(home, sql)
    with pytest.raises(UnprovenError, match="not what dbt built and tested: changed since"):
        require_built(home, ["fct_post", "fct_word"], run_key="run-1")


def test_a_table_of_another_run_is_unproven_and_the_instant_it_was_built_for_is_named(home):
    with pytest.raises(UnprovenError, match=r"built for another run, which looked from 2026-03-01T00:00:00\+00:00"):
        require_built(home, ["fct_post"], run_key="run-2")
    assert instant_of(home) == "2026-03-01T00:00:00+00:00"


def test_a_table_that_was_never_noted_is_unproven(home):
    change(home, "create table fct_late as select 1 as id")
    with pytest.raises(UnprovenError, match=r"^fct_late is not what dbt built"):
        require_built(home, ["fct_late"], run_key="run-1")


def test_a_test_is_owed_from_a_rebuild_of_its_table_until_it_passes(home):
    nodes = {"test.a": {"name": "a"}, "test.b": {"name": "b"}}
    assert owed_test_names(home, nodes) == []
    note_built(home, built=[], touching=["test.a", "test.b", "test.of_no_mart"], passed=["test.a"], **RUN)
    assert owed_test_names(home, nodes) == ["b"]
    note_built(home, built=[], touching=[], passed=["test.b"], **RUN)
    assert owed_test_names(home, nodes) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"tables": {"fct_post": {}}, "owed_tests": []}'])
def test_a_damaged_note_proves_nothing(home, text):
    (home.dbt_target / "proof.json").write_text(text)
    assert read_proof(home).tables == {}
    with pytest.raises(UnprovenError):
        require_built(home, ["fct_post"], run_key="run-1")
