"""On a server: the services of `deploy/` with a login in front, and what a schedule and the UI start on them."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import duckdb
import pytest
from dagster._core.scheduler.instigation import ScheduleInstigatorData

from lab.demo import generate
from tests import postgres_server
from tests.faults.server_stack import Stack, stack

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed: apt-get install nginx-light"),
    pytest.mark.skipif(postgres_server.programs() is None, reason="apt-get install postgresql"),
]

END = datetime.fromisoformat("2026-09-30T00:00:00+03:00")
WHERE = {"repositoryLocationName": "otklik", "repositoryName": "__repository__"}
START_SCHEDULE = """
mutation ($selector: ScheduleSelector!) {
  startSchedule(scheduleSelector: $selector) { __typename ... on PythonError { message } }
}
"""
RUNS = "{ runsOrError { ... on Runs { results { runId status jobName tags { key value } } } } }"
LAUNCH = """
mutation ($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on InvalidSubsetError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}
"""
ENDED = {"SUCCESS", "FAILURE", "CANCELED"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("server")
    generate(folder / "demo", posts=600, messages=600, days=60, seed=7, end=END)
    with stack(folder, folder / "home", folder / "demo" / "sources.yaml") as one:
        for unit in ("webserver", "monitor"):
            one.start_unit(unit)
        one.start_proxy()
        one.wait(lambda: one.get("/server_info")[0] == 200, seconds=120)
        one.wait(lambda: one.get("/healthz")[0] in (200, 503), seconds=60)
        yield one


def runs_of(server: Stack) -> list[dict[str, Any]]:
    return server.graphql(RUNS)["runsOrError"]["results"]


def tags_of(run: dict[str, Any]) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in run["tags"]}


def test_nobody_gets_in_without_a_login(server):
    for path in ("/", "/graphql", "/server_info", "/metrics"):
        assert server.get(path, is_logged_in=False)[0] == 401
    assert server.get("/")[0] == 200


def test_a_daemon_that_is_not_there_is_told_without_a_login(server):
    status, body = server.get("/healthz", is_logged_in=False)
    assert status == 503
    assert "Daemon SCHEDULER gives no sign; is it running?" in json.loads(body)["problems"]


def test_a_run_that_was_due_while_the_server_was_down_starts_by_itself_and_publishes(server, monkeypatch):
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    server.graphql(START_SCHEDULE, selector=WHERE | {"scheduleName": "daily_refresh"})
    with dg.DagsterInstance.from_config(str(server.home / "dagster")) as instance:
        assert "postgres" in type(instance.event_log_storage).__module__
        (state,) = [one for one in instance.all_instigator_state() if one.instigator_name == "daily_refresh"]
        turned_on = (datetime.now(UTC) - timedelta(hours=24)).timestamp()
        instance.update_instigator_state(
            state.with_data(ScheduleInstigatorData(state.instigator_data.cron_schedule, start_timestamp=turned_on))
        )
    server.start_unit("daemon")

    server.wait(lambda: [run for run in runs_of(server) if run["status"] in ENDED], seconds=600)

    (run,) = runs_of(server)
    assert (run["status"], run["jobName"]) == ("SUCCESS", "refresh")
    tags = tags_of(run)
    assert tags["dagster/schedule_name"] == "daily_refresh"
    manifest = json.loads((server.home / "published/current/manifest.json").read_text(encoding="utf-8"))
    assert datetime.fromisoformat(manifest["as_of"]) == datetime.fromisoformat(tags["otklik/as_of"])
    # SQLite was not fallen back to
    assert list((server.home / "dagster").rglob("*.db")) == []


def test_with_the_daemon_the_services_are_well_and_tell_of_the_run(server):
    server.wait(lambda: server.get("/healthz", is_logged_in=False)[0] == 200, seconds=120)
    status, told = server.get("/metrics")
    assert status == 200
    assert 'otklik_runs{job="refresh",status="success"} 1\n' in told
    assert 'otklik_gate_failed_expectations{gate="marts",severity="blocking"} 0\n' in told


def test_the_ui_runs_a_part_from_another_instant_and_from_nothing(server):
    params = {
        "selector": WHERE
        | {"jobName": "refresh", "assetSelection": [{"path": ["marts", "dim_topic"]}], "assetCheckSelection": []},
        "runConfigData": {"ops": {"dbt_facts": {"config": {"full_refresh": True}}}},
        "executionMetadata": {"tags": [{"key": "otklik/as_of", "value": END.isoformat()}]},
    }
    launched = server.graphql(LAUNCH, params=params)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["run"]["runId"]

    def ended() -> dict[str, Any] | None:
        return next((run for run in runs_of(server) if run["runId"] == run_id and run["status"] in ENDED), None)

    assert server.wait(ended, seconds=300)["status"] == "SUCCESS"

    with duckdb.connect() as connection:
        settings = f"{server.home}/lake/run/settings.parquet"
        ((as_of,),) = connection.execute(f"select as_of from read_parquet('{settings}')").fetchall()
    assert as_of == END
