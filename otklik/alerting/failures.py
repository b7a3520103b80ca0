"""Telling the targets in `alerts` that runs failed: which, and in which steps.

What was found is told on the server alone: a sentence about a row may repeat what somebody wrote.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from otklik.alerting.targets import AlertError, send
from otklik.home.errors import ConfigurationError
from otklik.intake.sources.alert_options import AlertOptions

_STEPS_SHOWN = 10


class FailedRun(NamedTuple):
    """A run that ended without having done what it was to do.

    Attributes:
        run_id: Dagster's id of it.
        job: its name.
        steps: keys of the steps and gates that failed, in their order; none where its process died.
    """

    run_id: str
    job: str
    steps: Sequence[str]


def tell_failures(
    options: AlertOptions, failed: Sequence[FailedRun], environment: Mapping[str, str] = os.environ
) -> list[str]:
    """Tell every target of runs that failed, in one message; the names of the targets.

    Raises:
        AlertError: a target could not be reached; the others were told.
    """
    message = compose(failed)
    problems = []
    for name, target in sorted(options.targets.items()):
        try:
            send(
                target,
                key=message["key"],
                subject=f"Отклик: прогонов не завершено: {message['n_failed']}",
                text=message["text"],
                content=message,
                environment=environment,
            )
        except (AlertError, ConfigurationError) as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise AlertError("Not everybody could be told of failed runs; it is tried again. " + " ".join(problems))
    return sorted(options.targets)


def compose(failed: Sequence[FailedRun]) -> dict[str, Any]:
    """One message about runs that failed; the same runs have the same key."""
    lines = []
    for run in failed:
        shown = ", ".join(run.steps[:_STEPS_SHOWN]) or "процесс прогона оборвался"
        more = f" и ещё {len(run.steps) - _STEPS_SHOWN}" if len(run.steps) > _STEPS_SHOWN else ""
        lines.append(f"Прогон {run.job} не завершён: {shown}{more}. Причина: журнал прогона {run.run_id}.")
    return {
        "kind": "failed_runs",
        "key": hashlib.sha256(" ".join(run.run_id for run in failed).encode()).hexdigest()[:32],
        "n_failed": len(failed),
        "runs": [{"run_id": run.run_id, "job": run.job, "steps": list(run.steps)} for run in failed],
        "text": "\n".join([*lines, "Опубликованное не изменилось. Что нашли проверки: otklik status."]),
    }
