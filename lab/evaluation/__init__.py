"""`otklik evaluate`: the platform's own functions against files of truth.

One module a task, each with `evaluate(request) -> dict`: the JSON that is written, holding at least the fields that the
task promises, and intervals beside point values. No Dagster here and nothing of a home: an evaluation reads the truth
file and calls the libraries; `joining` alone reads what a home published.
"""

import importlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lab.evaluation.truth import text_hashes
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
        seen: CSV with the same columns as `truth`: rows that were looked at while rules were written or chosen.
    """

    truth: Path
    train: Path | None = None
    messages: Path | None = None
    edges: Path | None = None
    home: Path | None = None
    seen: Path | None = None


def evaluate(task: str, request: EvaluationRequest) -> dict[str, Any]:
    """Score one task.

    Where a training file is given, `n_read_before` counts rows of the truth whose text stands in it too. Where a file
    of `seen` rows is given, the same scores on it stand under `seen`, and what they lose on the truth under `gap`.

    Raises:
        ConfigurationError: an unknown task, a file that is missing or lacks a column, or a text that stands both in the
            file that scores and in the file of seen rows.
    """
    if task not in TASKS:
        raise ConfigurationError(f"Unknown task {task!r}; accepted are {', '.join(TASKS)}.")
    module = importlib.import_module(f"lab.evaluation.{task}")
    scores: dict[str, Any] = module.evaluate(request)
    if request.train is not None:
        read_before = text_hashes(request.train)
        scores["n_read_before"] = sum(text_hash in read_before for text_hash in text_hashes(request.truth))
    if request.seen is None:
        return scores
    shared = sorted(set(text_hashes(request.truth)) & set(text_hashes(request.seen)))
    if shared:
        raise ConfigurationError(
            f"{request.seen}: {len(shared)} of its texts stand in {request.truth} too (MD5 {shared[0]} …). "
            "What chose a rule cannot score it: take them out of one of the files."
        )
    seen: dict[str, Any] = module.evaluate(replace(request, truth=request.seen, seen=None))
    gap = {name: seen[name] - value for name, value in scores.items() if isinstance(value, float) and _is_score(name)}
    return {**scores, "seen": {"n": seen["n"], **{name: seen[name] for name in gap}}, "gap": gap}


def _is_score(name: str) -> bool:
    return not name.endswith(("seconds", "_per_second", "_with_lemmas"))
