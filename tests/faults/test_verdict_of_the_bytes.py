"""Nothing is published that its gates did not see, whichever way it is asked for."""

import json
import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pyarrow.parquet as pq
import pytest

from orchestration.definitions import build_defs
from otklik.home.settings import Home, Settings
from otklik.mending.mend import seal

# What the gate `marts` forbids, written into the warehouse behind its back.
BREAK = "update {table} set n_posts = n_posts + 1 where n_posts is not null"


def change(deployment: Any, sql: str) -> None:
    with duckdb.connect(str(deployment.home / "warehouse.duckdb")) as connection:
        connection.execute(f"set file_search_path = '{deployment.home}'")
        connection.execute(sql)
    # as a step of a run would leave it; what nobody sealed is damage, and mended before anything else
    seal(Home(deployment.home))


def publish_job(deployment: Any) -> tuple[bool, str]:
    """The job that the UI starts: whether it succeeded, and what its failed step said."""
    definitions = build_defs(Settings(Home(deployment.home), (deployment.sources,)))
    with dg.DagsterInstance.from_config(str(deployment.home / "dagster")) as instance:
        result = definitions.resolve_job_def("publish").execute_in_process(instance=instance, raise_on_error=False)
        errors = [event.event_specific_data.error for event in result.all_events if event.is_step_failure]
        return result.success, "\n".join(str(error.cause or error) for error in errors)


@pytest.fixture(scope="module")
def changed(published: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A home whose table of topics says one post more a day than there is, since its gates looked."""
    mine = published.copy(tmp_path_factory.mktemp("changed"))
    change(mine, BREAK.format(table="agg_topic"))
    return mine


def test_publishing_by_the_command_line_refuses_a_mart_changed_after_its_gate(changed):
    before = changed.manifest
    result = changed.otklik("publish")
    assert result.returncode == 3, result.stderr
    assert "agg_topic is not what dbt built and tested: changed since" in result.stderr
    assert "gates passed" not in result.stdout
    assert changed.manifest == before


def test_publishing_behind_a_selection_refuses_a_mart_changed_after_its_gate(changed):
    before = changed.manifest
    result = changed.otklik("run", "--select", 'key:"marts/dim_channel"+')
    assert result.returncode == 3, result.stderr
    assert "agg_topic is not what dbt built and tested" in result.stderr
    assert changed.manifest == before


def test_the_job_of_the_ui_refuses_a_mart_changed_after_its_gate(changed):
    before = changed.manifest
    is_done, told = publish_job(changed)
    assert not is_done
    assert "agg_topic is not what dbt built and tested" in told
    assert changed.manifest == before


def test_verdicts_and_manifest_carry_one_hash_of_what_was_judged(published):
    gates = {gate["gate"]: gate["content_hash"] for gate in published.manifest["gates"]}
    (folder,) = (published.home / "lake" / "gates").glob("run=2*")
    kept = {
        path.stem.removeprefix("gate="): pq.read_table(path)["content_hash"].unique().to_pylist()
        for path in folder.glob("*.parquet")
    }
    assert kept == {gate: [content] for gate, content in gates.items()}
    assert len(set(gates.values())) == len(gates)
    rolled_up = {path.stem for path in Path("dbt_project/models/marts/public").glob("*.sql")}
    analysts = {name for name in published.marts if not name.startswith("meta_")}
    assert set(published.manifest["judged"]) == analysts | rolled_up
    shown = dict(published.query("select gate, any_value(content_hash) from meta_gate_result group by gate"))
    assert shown == gates


def test_a_gate_that_a_selection_left_out_is_asked_before_publishing(published, tmp_path):
    mine = published.copy(tmp_path)
    # a score outside of its range, after the gate on scores; dbt's tests do not look at it
    (path, *_) = [one for one in sorted((mine.home / "lake/enriched/role").glob("*.parquet")) if one.stem != "_empty"]
    (score,) = [
        one for one in sorted((mine.home / "lake/enriched/leader_score").glob("*.parquet")) if one.stem != "_empty"
    ][:1]
    assert path.exists()
    table = duckdb.sql(f"select * replace (authority_score + 2 as authority_score) from '{score}'").to_arrow_table()
    pq.write_table(table, score)
    seal(Home(mine.home))
    before = mine.manifest
    result = mine.otklik("publish")
    assert result.returncode == 3, result.stderr
    assert "Gate scores: " in result.stderr
    assert "authority_score" in result.stderr
    assert mine.manifest == before


def test_publishing_as_it_is_keeps_the_instant_of_the_tables_and_hides_no_new_delivery(published, tmp_path):
    mine = published.copy(tmp_path)
    wall = mine.sources.parent / "social"
    shutil.copy(next(wall.glob("wall_*.jsonl")), wall / "wall_98.jsonl")
    line = json.loads((wall / "wall_98.jsonl").read_text(encoding="utf-8").splitlines()[0])
    (wall / "wall_98.jsonl").write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    note = (mine.home / "published/last_run.json").read_text()
    result = mine.otklik("publish")
    assert result.returncode == 0, result.stderr
    assert mine.manifest["as_of"] == published.manifest["as_of"]
    # the note speaks of what the last whole run took in, so the next one sees the new file
    assert (mine.home / "published/last_run.json").read_text() == note
    assert mine.run("--select", "key:raw/wall/post")["status"] == "done"


def test_tables_of_another_instant_are_not_published_under_this_one(published, tmp_path):
    mine = published.copy(tmp_path)
    result = mine.otklik("publish", "--as-of", "2026-08-01T00:00:00Z")
    assert result.returncode == 3
    assert "built for another run, which looked from 2026-09-29T21:00:00+00:00" in result.stderr
