"""How long Dagster remembers a run: the event log of each is some megabytes, and Dagster itself forgets none."""

import shutil
from datetime import datetime

import dagster as dg

from otklik.home.history import KEPT
from otklik.home.settings import Home

_NEWEST_KEPT = 20
# A home that was never cleaned is cleaned by its next runs, none of which it makes long.
_AT_ONCE = 20
_ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def forget_old_runs(instance: dg.DagsterInstance, home: Home, *, now: datetime) -> list[str]:
    """Remove runs that began before `KEPT`, with their events and logs, but never one of the newest twenty.

    Returns:
        Ids of the runs removed, oldest first.
    """
    newest = {record.dagster_run.run_id for record in instance.get_run_records(limit=_NEWEST_KEPT)}
    old = instance.get_run_records(
        dg.RunsFilter(statuses=_ENDED, created_before=now - KEPT), limit=_AT_ONCE + _NEWEST_KEPT, ascending=True
    )
    ids = [record.dagster_run.run_id for record in old if record.dagster_run.run_id not in newest][:_AT_ONCE]
    for run_id in ids:
        instance.delete_run(run_id)
        shutil.rmtree(home.dagster / "storage" / run_id, ignore_errors=True)
        for path in (home.dagster / "history" / "runs").glob(f"{run_id}.db*"):
            path.unlink(missing_ok=True)
    return ids
