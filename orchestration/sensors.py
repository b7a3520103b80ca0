"""What starts a run when something happens outside."""

import hashlib
from collections.abc import Iterator
from typing import Any

import dagster as dg

from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.intake.ingestion.deliveries import deliveries
from otklik.intake.sources.configuration import Configuration

_SECONDS = 60


def build_sensors(refresh: Any, configuration: Configuration, home: Home) -> list[dg.SensorDefinition]:
    """A sensor on the sources' files and one on the snapshot in force; off until somebody turns them on."""

    @dg.sensor(
        job=refresh,
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Starts a refresh when a source's files change: one run for one state of the inbox.",
    )
    def new_files(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        state = inbox_state(configuration)
        if state == context.cursor:
            return dg.SkipReason("No file has come or changed.")
        context.update_cursor(state)
        return dg.RunRequest(run_key=state)

    @dg.sensor(
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Tells the targets in `alerts` of the sources file who is late, once for each level.",
    )
    def overdue_incidents(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        current = home.published / "current"
        if configuration.alerts is None or not current.exists():
            return dg.SkipReason("Nobody is to be told, or nothing is published.")
        snapshot = current.resolve().name
        if snapshot == context.cursor:
            return dg.SkipReason("The snapshot in force was told.")
        from otklik.alerting.overdue import tell_overdue

        # raises if a target cannot be reached: the tick fails for all to see, and the next one tries again
        told = tell_overdue(home, configuration.alerts)
        context.update_cursor(snapshot)
        return dg.SkipReason("; ".join(f"{target} was told of {count} incidents" for target, count in told.items()))

    return [new_files, overdue_incidents]


def inbox_state(configuration: Configuration) -> str:
    """Hash of names, sizes and times of every source's files; cheap, since a run itself looks at the bytes."""
    digest = hashlib.sha256()
    for line in _lines(configuration):
        digest.update(line.encode())
    return digest.hexdigest()


def _lines(configuration: Configuration) -> Iterator[str]:
    for source in configuration.sources.values():
        try:
            files = deliveries(source)
        except ConfigurationError:
            continue  # not there yet; a run would say so
        for path in files:
            status = path.stat()
            yield f"{path}\x1f{status.st_size}\x1f{status.st_mtime_ns}\n"
