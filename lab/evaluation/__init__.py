"""`otklik evaluate`: the platform's own functions against files of truth.

One module a task, each with `evaluate(request) -> dict`: the JSON that is written, holding at least the fields that the
task promises, and intervals beside point values. No Dagster here and nothing of a home: an evaluation reads the truth
file and calls the libraries; `joining` alone reads what a home published.
"""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from otklik.home.errors import ConfigurationError

TASKS = ("intents", "topics", "sentiment", "places", "duplicates", "leaks", "leaders", "groups", "joining")


@dataclass(frozen=True)
class EvaluationRequest:
    """What to evaluate against.

    Attributes:
        truth: CSV in UTF-8 with the task's columns.
        train: CSV with the same columns to train on first, for the tasks that train.
        messages: CSV with sent_at, sender, recipients (joined by `;`), for leaders and groups.
        edges: CSV with source, target, weight, for groups.
        home: folder of a deployment that published, for joining.
    """

    truth: Path
    train: Path | None = None
    messages: Path | None = None
    edges: Path | None = None
    home: Path | None = None


def evaluate(task: str, request: EvaluationRequest) -> dict[str, Any]:
    """Score one task.

    Raises:
        ConfigurationError: an unknown task, or a file that is missing or lacks a column.
    """
    if task not in TASKS:
        raise ConfigurationError(f"Unknown task {task!r}; accepted are {', '.join(TASKS)}.")
    scores: dict[str, Any] = importlib.import_module(f"lab.evaluation.{task}").evaluate(request)
    return scores
