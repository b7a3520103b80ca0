"""Every instant is a good one to look from: before the first post, between two, or a year after the last."""

import os
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_quality.gate import evaluate_gate
from data_quality.suites import gate_named
from otklik.home.lake import read_run_settings
from otklik.home.settings import DBT_PROJECT_DIR, Home, Settings
from otklik.intake.sources.configuration import load_configuration
from otklik.run_context import decide
from otklik.stages.incident_joining import fit_joining_weights, join_incidents
from otklik.stages.preparation import prepare_home
from otklik.warehouse.dbt_args import build_args
from otklik.warehouse.dbt_project import dbt_manifest, invoke_dbt
from otklik.warehouse.steps import DBT_STEPS, checks_of_step, models_of_step
from tests.integration import next_day

END = datetime(2026, 9, 29, 21, tzinfo=UTC)
N_CASES = int(os.environ.get("OTKLIK_PROPERTY_CASES", "0")) // 10 or 2
INSTANTS = st.integers(-100 * 86_400, 400 * 86_400).map(lambda seconds: END + timedelta(seconds=seconds))


def test_a_post_ahead_of_its_time_waits_and_stops_nobody(grown):
    ledger = grown.home / "lake" / "ledger" / "*" / "*" / "*.parquet"
    ((loaded,),) = duckdb.sql(
        f"select sum(rows_loaded) from read_parquet('{ledger}') where file_name = '{next_day.AHEAD_FILE}'"
    ).fetchall()
    assert loaded == 1
    late = f"select count(*) from fct_post where posted_at > timestamptz '{next_day.AS_OF.isoformat()}'"
    assert grown.query(late) == [(0,)]


@pytest.fixture(scope="module")
def mine(grown, tmp_path_factory):
    return grown.copy(tmp_path_factory.mktemp("looking_back"))


@pytest.mark.long
@given(INSTANTS)
@settings(max_examples=N_CASES, derandomize=True)
def test_marts_and_their_gate_agree_from_any_instant(mine, instant):
    files = (mine.sources,)
    asked = Settings(Home(mine.home), files, as_of=instant)
    prepare_home(decide(asked, load_configuration(files), END))
    manifest = dbt_manifest(asked.home)
    stages = {"dbt_scores": fit_joining_weights, "dbt_incidents": join_incidents}
    for step in DBT_STEPS:
        if step in stages:
            stages[step](asked.home, instant)
        models = models_of_step(manifest, step)
        tests = checks_of_step(manifest, step, models)
        invoke_dbt(
            asked.home, build_args(DBT_PROJECT_DIR, asked.home.dbt_target, is_full_refresh=False), [*models, *tests]
        )
    run = read_run_settings(asked.home)
    parameters = {name: run[name] for name in ("run_key", "as_of", "min_group_size")}
    result = evaluate_gate(
        gate_named("marts"), database=asked.home.warehouse, search_path=asked.home.root, parameters=parameters
    )
    # scores of another instant stand beside these marts: that they hold too is not asked here
    assert [row for row in result.failures if row["table_name"] not in ("group_members", "group_release")] == []
