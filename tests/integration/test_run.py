"""The whole platform through its front door: published, repeated, stopped, held."""

import re
import shutil
import subprocess
import time

import pytest

from otklik.home.lock import hold_home
from otklik.home.settings import Home

from .conftest import Deployment

MARTS = {
    "fct_post",
    "fct_incident",
    "fct_incident_event",
    "fct_reply",
    "bridge_incident_post",
    "agg_sla",
    "agg_municipality_activity",
    "agg_municipality_rank",
    "agg_topic",
    "agg_waiting_time",
    "agg_resolution",
    "dim_topic",
    "dim_authority",
    "dim_municipality",
    "dim_channel",
    "dim_date",
    "dim_subject",
    "fct_tie",
    "fct_leader_score",
    "dim_interest_group",
    "bridge_group_member",
    "meta_load",
    "meta_gate_result",
    "meta_freshness",
}


@pytest.fixture
def again(published, tmp_path):
    """A copy of the home beside the same deliveries, so that a run finds nothing new."""
    return Deployment(shutil.copytree(published.home, tmp_path / "home", symlinks=True), published.sources)


def test_every_promised_table_is_published_with_rows(published):
    counts = {name: entry["row_count"] for name, entry in published.marts.items()}
    assert set(counts) >= MARTS
    assert {name for name in MARTS if counts[name] == 0} == set()


def test_every_gate_passed_and_its_verdicts_are_published(published):
    gates = {gate["gate"] for gate in published.manifest["gates"]}
    assert {"annotations", "edges", "scores", "marts", "raw.portal.post"} <= gates
    assert published.query("select count(*) from meta_gate_result where severity = 'blocking' and not is_passed") == [
        (0,)
    ]
    assert {name for (name,) in published.query("select distinct gate from meta_gate_result")} == gates


def test_the_ledger_balances_and_knows_every_delivery(published):
    assert published.query(
        "select count(*) from meta_load "
        "where rows_read <> rows_loaded + rows_duplicate + rows_quarantined + rows_erased + rows_left_out"
    ) == [(0,)]
    n_files = len(list((published.sources.parent / "social").glob("wall_*.jsonl")))
    assert published.query("select count(*) from meta_load where source = 'wall' and entity = 'post'") == [(n_files,)]


def test_planted_defects_are_in_quarantine_and_nowhere_else(published):
    lines = (published.sources.parent / "truth" / "defects.csv").read_text(encoding="utf-8").splitlines()[1:]
    planted = [line for line in lines if "duplicate" not in line]
    ((quarantined,),) = published.query(
        "select sum(rows_quarantined) from meta_load where entity in ('post', 'message')"
    )
    assert quarantined >= len(planted) > 0


def test_a_second_run_with_nothing_new_publishes_nothing_and_is_quick(again):
    before = again.current
    began = time.perf_counter()
    summary = again.run()
    assert (summary["status"], summary["stages"]) == ("unchanged", [])
    assert again.current == before
    assert time.perf_counter() - began < 30  # the promise of the README, not a benchmark


def test_the_printed_queries_work_when_pasted(again):
    lines = again.otklik("run").stdout.splitlines()
    commands = [line for line in lines if " -c " in line]
    assert len(commands) == 3
    for command in commands:
        result = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        assert "│" in result.stdout


def test_status_shows_the_snapshot_its_gates_and_how_fresh_sources_are(published):
    text = published.otklik("status").stdout
    assert published.current.name in text
    assert "gate marts passed" in text
    assert "portal" in text


def test_a_file_full_of_bad_rows_exits_3_and_leaves_the_snapshot_in_force(published, tmp_path):
    mine = published.copy(tmp_path)
    before = mine.current.name
    feed = mine.sources.parent / "social" / "monitoring.csv"
    header, *rows = feed.read_text(encoding="utf-8").splitlines()
    feed.write_text(
        "\n".join([header, *(row.replace(".2026", ".20x6") for row in rows[:100])]) + "\n", encoding="utf-8"
    )
    result = mine.otklik("run")
    assert result.returncode == 3, result.stderr
    assert "raw.feed.post" in result.stderr
    assert mine.current.name == before
    assert "gate raw.feed.post failed" in mine.otklik("status").stdout


def test_one_unreadable_file_is_a_warning_and_the_run_takes_in_the_rest(published, tmp_path):
    mine = published.copy(tmp_path)
    portal = next((mine.sources.parent / "portal").glob("cases*.jsonl.gz"))
    (portal.parent / "torn.jsonl.gz").write_bytes(portal.read_bytes()[:3000])
    assert mine.run("--select", "key:raw/portal/post")["status"] == "done"
    status = " ".join(mine.otklik("status").stdout.split())
    assert "gate raw.portal.post passed" in status
    assert "A file could not be read: the quarantine says why. The run goes on without it; deliver it anew." in status


def test_a_wrong_mapping_exits_2_and_names_what_the_file_has(published, tmp_path):
    mine = published.copy(tmp_path)
    text = mine.sources.read_text(encoding="utf-8")
    mine.sources.write_text(text.replace("format: csv", "format: xls", 1), encoding="utf-8")
    result = mine.otklik("run")
    assert result.returncode == 2
    assert "line" in result.stderr
    assert "'csv', 'jsonl', 'json', 'parquet', 'xlsx'" in result.stderr


def test_a_select_that_is_no_sql_exits_2_and_names_the_source_the_entity_and_the_place(published, tmp_path):
    mine = published.copy(tmp_path)
    text = mine.sources.read_text(encoding="utf-8")
    mine.sources.write_text(text.replace("created as posted_at", "created as at at", 1), encoding="utf-8")
    result = mine.otklik("run", "--select", "key:raw/portal/post")
    assert result.returncode == 2
    assert "source 'portal', entity 'post': `select` is not SQL" in result.stderr
    assert "created as at at" in result.stderr


def test_a_second_run_on_a_held_home_exits_4_and_names_the_holder(again):
    with hold_home(Home(again.home), holder="the nightly run"):
        result = again.otklik("run", "--full-refresh")
    assert result.returncode == 4
    assert "held by the nightly run (process " in result.stderr


@pytest.mark.parametrize("args", [("--as-of", "yesterday"), ("--as-of", "2026-09-30T00:00:00")])
def test_an_instant_without_a_zone_exits_2_and_shows_a_good_one(published, args):
    result = published.otklik("run", *args)
    assert result.returncode == 2
    assert "such as 2026-09-30T00:00:00+03:00" in result.stderr


def test_one_selected_asset_runs_alone(published, tmp_path):
    mine = published.copy(tmp_path)
    summary = mine.run("--select", "key:enriched/leader_score")
    assert summary["status"] == "done"
    assert summary["stages"][0]["name"] == "message_measures"


def test_the_map_of_the_organisation_shows_units_and_no_person(published, tmp_path):
    page = tmp_path / "organisation.html"
    result = published.otklik("map", "--organisation", "Правительство Привольского края", "--out", str(page))
    assert result.returncode == 0, result.stderr
    text = page.read_text(encoding="utf-8")
    assert "Департамент" in text
    assert not re.search(r"[sc]_[0-9a-f]{16}", text)


def test_a_map_of_an_unknown_organisation_names_the_known_ones(published):
    result = published.otklik("map", "--organisation", "Правительство Луны")
    assert result.returncode == 2
    assert "Known are: 'Правительство Привольского края'" in result.stderr
