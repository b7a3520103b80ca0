"""`otklik monitor` on a published home: what an operator's alarms are made of, and nothing about people."""

import re

import pytest

from tests.integration.conftest import Deployment


@pytest.fixture(scope="module")
def told(published: Deployment) -> str:
    result = published.otklik("monitor")
    assert result.returncode == 0, result.stderr
    return result.stdout


def value(told: str, name: str) -> float:
    (line,) = [line for line in told.splitlines() if line.startswith(f"otklik_{name} ")]
    return float(line.rpartition(" ")[2])


def test_every_line_is_of_prometheus_text_format(told):
    sample = re.compile(r'otklik_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+')
    meta = re.compile(r"# (HELP otklik_[a-z_]+ .+|TYPE otklik_[a-z_]+ gauge)")
    assert [line for line in told.splitlines() if not sample.fullmatch(line) and not meta.fullmatch(line)] == []
    assert told.endswith("\n")


def test_runs_gates_freshness_and_room_are_told(told, published):
    assert value(told, 'runs{job="refresh",status="success"}') == 1
    assert value(told, 'run_duration_seconds{job="refresh",status="success"}') > 0
    assert value(told, 'gate_failed_expectations{gate="marts",severity="blocking"}') == 0
    (marts,) = [gate for gate in published.manifest["gates"] if gate["gate"] == "marts"]
    demanded = [value(told, f'gate_expectations{{gate="marts",severity="{one}"}}') for one in ("blocking", "warning")]
    assert sum(demanded) == marts["n_expectations"] > 0
    ((newest,),) = published.query(
        "select epoch(newest_event_at) from meta_freshness where source = 'portal' and entity = 'post'"
    )
    assert value(told, 'source_newest_event_timestamp_seconds{source="portal",entity="post"}') == newest
    assert value(told, "home_is_held") == 0
    assert value(told, 'home_bytes{part="warehouse.duckdb"}') == (published.home / "warehouse.duckdb").stat().st_size
    assert value(told, "disk_free_bytes") > value(told, "run_needed_bytes") > 80 * 2**20


def test_labels_are_names_that_operators_gave_and_of_our_own(told, published):
    labels = set(re.findall(r'([a-z]+)="([^"]*)"', told))
    sources = {name for (name,) in published.query("select distinct source from meta_freshness")}
    assert {name for name, _ in labels} == {
        *("version", "source", "entity", "gate", "severity", "job", "status", "daemon", "part")
    } - ({"daemon"} if "daemon=" not in told else set())
    assert {told for name, told in labels if name == "source"} == sources
    assert not re.search(r"[cs]_[0-9a-f]{16}", told)


def test_a_folder_without_a_home_is_looked_at_and_left_as_it_is(published, tmp_path):
    result = Deployment(tmp_path / "none", published.sources).otklik("monitor")
    assert result.returncode == 0, result.stderr
    assert "otklik_home_is_held 0\n" in result.stdout
    assert not (tmp_path / "none").exists()
