"""A failed run ends in Dagster's UI with a sentence that names the file; only a defect ends with a stack trace."""

import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orchestration.definitions import build_defs
from otklik.home.lock import hold_home
from otklik.home.settings import Home, Settings

FAILURES = (dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.ENGINE_EVENT)


@pytest.fixture
def mine(published: Any, tmp_path: Path) -> Any:
    """A published home of one's own."""
    return published.copy(tmp_path)


def definitions_of(deployment: Any) -> dg.Definitions:
    return build_defs(Settings(Home(deployment.home), (deployment.sources,)))


def shown(deployment: Any, *keys: str) -> tuple[list[str], list[dg.EventLogRecord]]:
    """Run some assets as the UI does: messages of all errors in the log of the run, and the log."""
    job = definitions_of(deployment).resolve_job_def("refresh")
    selected = [dg.AssetKey(key.split("/")) for key in keys]
    with dg.DagsterInstance.from_config(str(deployment.home / "dagster")) as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False, asset_selection=selected)
        assert not result.success
        records = [entry.dagster_event for entry in instance.all_logs(result.run_id) if entry.dagster_event]
    errors = [error for one in records if (error := getattr(one.event_specific_data, "error", None)) is not None]
    for error in errors:
        assert error.stack == []
        assert error.cause is None
    return [error.message for error in errors], records


def test_every_step_and_check_tells(published):
    definitions = definitions_of(published)
    graph = definitions.resolve_asset_graph()
    functions = {
        one.node_def.name: one.node_def.compute_fn.decorated_fn for one in graph.assets_defs if one.is_executable
    }
    assert len(functions) > 40
    assert [name for name, one in functions.items() if not one.__code__.co_filename.endswith("failures.py")] == []


def test_a_mapping_that_does_not_fit_its_file_is_told_in_one_sentence_that_names_the_file(mine):
    source = mine.sources.read_text(encoding="utf-8")
    mine.sources.write_text(source.replace("reporter as author", "nobody as author"), encoding="utf-8")

    messages, _ = shown(mine, "raw/portal/post")

    (message,) = set(messages)  # of the step, and of the run that ended with it
    assert "cases.jsonl.gz" in message
    assert "nobody" in message


def test_a_gate_that_fails_on_a_delivery_names_its_file_and_where_the_reasons_are(mine):
    wall = mine.sources.parent / "social" / "wall_97.jsonl"
    wall.write_text("\n".join('{"id": "без времени"}' for _ in range(50)) + "\n", encoding="utf-8")

    messages, records = shown(mine, "raw/wall/post")

    checks = [
        one.event_specific_data for one in records if one.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    (failed,) = [one for one in checks if not one.passed]
    assert "wall_97.jsonl: 50 of 50 rows were refused; why, says " in (failed.description or "")
    assert Path(str(failed.metadata["data_docs"].value)).read_text(encoding="utf-8").count("http") == 0
    assert {message.splitlines()[-1] for message in messages} == {(failed.description or "").splitlines()[-1]}


def test_a_home_that_somebody_holds_ends_a_run_of_the_ui_with_who_holds_it(mine):
    with hold_home(Home(mine.home), holder="otklik erase"):
        messages, _ = shown(mine, "raw/wall/post")
    assert {message.partition(" (process")[0] for message in messages} == {f"{mine.home}: held by otklik erase"}


def test_a_damaged_home_ends_a_run_of_the_ui_with_what_is_damaged(mine):
    shutil.rmtree(mine.home / "vault")
    messages, _ = shown(mine, "raw/wall/post")
    assert messages
    assert all("Restore the folder vault/ from your backup" in message for message in messages)


def test_a_disk_too_small_ends_a_run_of_the_ui_with_what_is_needed(mine, monkeypatch):
    monkeypatch.setattr("otklik.home.space.free_bytes", lambda path: 5 * 2**20)
    messages, _ = shown(mine, "raw/wall/post")
    assert messages
    assert all("MB, and 5 MB are free; nothing was begun" in message for message in messages)


def test_the_snapshot_holds_what_every_gate_found_and_the_ui_leads_there(published):
    manifest = published.manifest
    page = (published.current / manifest["data_docs"]).read_text(encoding="utf-8")
    for gate in manifest["gates"]:
        assert f'<h2 id="{gate["gate"]}">' in page
        assert f"of {gate['n_expectations']} expectations hold" in page
    assert "http" not in page
    assert "<script" not in page
    with dg.DagsterInstance.from_config(str(published.home / "dagster")) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["published", "snapshot"]))
    assert event is not None
    assert event.asset_materialization is not None
    assert event.asset_materialization.metadata["data_docs"].value == str(
        published.current / "analyst" / "data_docs.html"
    )
