"""Runs that Dagster calls in progress although nobody works on them any more: closed, and what they held freed.

Dagster's default launcher does not see a run's process die. Whoever holds the home works on it and nobody else does, so
a run that died holding it is known at once; one that never came so far is given some minutes.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import dagster as dg

from otklik.home.lock import holder_name

# From Dagster's word that a run starts until it takes the home: the imports of a slow machine.
_START_LIMIT = timedelta(minutes=10)
_IN_PROGRESS = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def close_dead_runs(
    instance: dg.DagsterInstance, *, died: Sequence[str], alive: str | None, now: datetime
) -> list[str]:
    """Mark runs failed that nobody works on, and free their slots of pools.

    Args:
        instance: of the home.
        died: holders that died holding the home, as its lock tells.
        alive: who holds it now, None if nobody.
        now: the clock.

    Returns:
        Ids of the runs closed, sorted.
    """
    closed = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=_IN_PROGRESS)):
        run = record.dagster_run
        name = holder_name(run.run_id)
        is_overdue = now - record.update_timestamp.replace(tzinfo=record.update_timestamp.tzinfo or UTC) > _START_LIMIT
        if name != alive and (name in died or is_overdue):
            instance.report_run_failed(run, "Its process is gone and left the run unfinished; another run goes on.")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
            closed.append(run.run_id)
    return sorted(closed)
