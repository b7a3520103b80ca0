"""Events of dbt are told while it works, and whoever stops reading leaves a warehouse that is closed."""

from queue import Queue

import duckdb
import pytest

from otklik.home.settings import Home
from otklik.warehouse import dbt_project
from otklik.warehouse.dbt_args import build_args
from otklik.warehouse.dbt_project import follow_dbt
from tests.unit.dbt.dbt_files import PROJECT
from tests.unit.dbt.dbt_home import DbtHome

MODELS = ["stg_case_event", "stg_message"]


@pytest.fixture
def home(tmp_path):
    return Home(DbtHome(tmp_path).path)


def following(home):
    return follow_dbt(home, build_args(PROJECT, home.dbt_target, is_full_refresh=False), MODELS)


def built(home):
    with duckdb.connect(str(home.warehouse)) as connection:
        return {name for (name,) in connection.execute("select view_name from duckdb_views() where not internal")
                .fetchall() + connection.execute("select table_name from duckdb_tables()").fetchall()}  # fmt: skip


def test_an_event_is_told_before_the_next_thing_is_done(home, monkeypatch):
    # dbt waits with each event until the one before was read
    monkeypatch.setattr(dbt_project, "SimpleQueue", lambda: Queue(maxsize=1))
    events = following(home)
    first = next(events)
    assert first["info"]["name"]
    assert not home.warehouse.exists()
    names = [event["info"]["name"] for event in events]
    assert names.count("LogModelResult") == len(MODELS)
    assert set(MODELS) <= built(home)


def test_whoever_stops_reading_leaves_a_closed_warehouse_and_the_next_run_builds_it(home):
    events = following(home)
    next(events)
    events.close()
    with duckdb.connect(str(home.warehouse)) as connection:  # for writing: nobody else has it
        connection.execute("create table mine as select 1 as one")
    list(following(home))
    assert {*MODELS, "mine"} <= built(home)
