"""An executor that gives each step a process is refused with the reason, and nothing of the home is touched."""

import os
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.errors import DagsterUserCodeProcessError

from orchestration.definitions import build_defs
from otklik.home.settings import Settings

REFUSED = "'multiprocess' gives each step a process of its own; accepted is in_process"


def picture(home: Path) -> dict[str, bytes]:
    """What a run works on; Dagster's history says that one was refused."""
    files = (path for path in home.rglob("*") if path.is_file() and path.relative_to(home).parts[0] != "dagster")
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in files}


def each_step_in_a_process() -> dg.JobDefinition:
    """The job `refresh` of the home of the environment, as somebody might change it."""
    definitions = build_defs(Settings.from_environment(os.environ))
    job = definitions.resolve_job_def("refresh").with_executor_def(dg.multiprocess_executor)
    return job.get_subset(asset_selection={dg.AssetKey(["raw", "wall", "post"])})


@pytest.mark.soak
def test_steps_in_processes_of_their_own_are_refused_before_anything_is_touched(
    published: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    mine = published.copy(tmp_path)
    monkeypatch.setenv("OTKLIK_HOME", str(mine.home))
    monkeypatch.setenv("OTKLIK_SOURCES", str(mine.sources))
    before = picture(mine.home)
    with dg.DagsterInstance.from_config(str(mine.home / "dagster")) as instance:
        job = dg.reconstructable(each_step_in_a_process)
        # the result opens the resources once more, and is refused as the step was
        with pytest.raises(DagsterUserCodeProcessError, match=REFUSED), dg.execute_job(job, instance=instance):
            pass
        (run,) = instance.get_runs(limit=1)
        assert run.status is dg.DagsterRunStatus.FAILURE
        told = [entry.dagster_event for entry in instance.all_logs(run.run_id) if entry.dagster_event]
    assert any(REFUSED in str(event.event_specific_data) for event in told)
    assert not any(event.is_step_success or event.is_step_materialization for event in told)
    assert picture(mine.home) == before
