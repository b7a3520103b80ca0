"""What starts a run when something happens outside."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from orchestration.dead_runs import close_dead_runs
from otklik.alerting.failures import FailedRun, tell_failures
from otklik.home.errors import HomeLockedError
from otklik.home.lock import noted_holder, require_free_home
from otklik.home.settings import Home
from otklik.intake.ingestion.deliveries import inbox_state
from otklik.intake.sources.alert_options import AlertOptions
from otklik.intake.sources.configuration import Configuration

_SECONDS = 60
_WAITING = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED]


def build_sensors(refresh: Any, configuration: Configuration, home: Home) -> list[dg.SensorDefinition]:
    """A sensor on the sources' files and one on the snapshot in force, off until somebody turns them on.

    And one that closes runs nobody works on: it is on, since a queue behind a dead run would never move.
    """

    @dg.sensor(
        job=refresh,
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Starts a refresh when a source's files change, and no second one while the first has not begun.",
    )
    def new_files(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        state = inbox_state(configuration)
        if state == context.cursor:
            return dg.SkipReason("No file has come or changed.")
        # looked at after the files: a run that still waits now will find them
        waiting = context.instance.get_runs(dg.RunsFilter(job_name=refresh.name, statuses=_WAITING), limit=1)
        context.update_cursor(state)
        if waiting:
            return dg.SkipReason("A run that has not begun yet will take them in.")
        # without a key: for one Dagster starts a run once and never again, and an inbox may become what it once was
        return dg.RunRequest()

    @dg.sensor(
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Tells the targets in `alerts` of the sources file who is late, each level once; and of the week.",
    )
    def overdue_incidents(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        current = home.published / "current"
        if configuration.alerts is None or not current.exists():
            return dg.SkipReason("Nobody is to be told, or nothing is published.")
        snapshot = current.resolve().name
        if snapshot == context.cursor:
            return dg.SkipReason("The snapshot in force was told.")
        from otklik.alerting.telling import tell_all

        # raises if a target cannot be reached: the tick fails for all to see, and the next one tries again
        told = tell_all(home, configuration.alerts)
        context.update_cursor(snapshot)
        return dg.SkipReason("; ".join(told))

    @dg.sensor(
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Closes runs whose process is gone, so that the queue moves on.",
    )
    def dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        holder, is_held = noted_holder(home), True
        with suppress(HomeLockedError):
            require_free_home(home)
            is_held = False
        closed = close_dead_runs(
            context.instance,
            died=[holder] if holder and not is_held else [],
            alive=holder if is_held else None,
            now=datetime.now(UTC),
        )
        return dg.SkipReason(f"{len(closed)} runs were closed: their processes are gone.")

    return [new_files, overdue_incidents, dead_runs, _failed_runs(configuration.alerts)]


def _failed_runs(alerts: AlertOptions | None) -> dg.SensorDefinition:
    @dg.sensor(
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Tells the targets in `alerts` of runs that failed since it was turned on, all in one message.",
    )
    def failed_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        if context.cursor is None or alerts is None:
            context.update_cursor(datetime.now(UTC).isoformat())
            return dg.SkipReason("Runs that fail from now on are told, if the sources file has `alerts`.")
        failures = dg.RunsFilter(
            statuses=[dg.DagsterRunStatus.FAILURE], updated_after=datetime.fromisoformat(context.cursor)
        )
        records = context.instance.get_run_records(failures, order_by="update_timestamp", ascending=True)
        if not records:
            return dg.SkipReason("No run has failed.")
        # as above: raises if a target cannot be reached, and the next tick tells the same runs
        told = tell_failures(alerts, [_failed(context.instance, one.dagster_run) for one in records])
        context.update_cursor(records[-1].update_timestamp.replace(tzinfo=UTC).isoformat())
        return dg.SkipReason(f"{len(records)} failed runs were told to {', '.join(told)}.")

    return failed_runs


def _failed(instance: dg.DagsterInstance, run: dg.DagsterRun) -> FailedRun:
    events = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    return FailedRun(run.run_id, run.job_name, [str(event.step_key) for event in events])
