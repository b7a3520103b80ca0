"""Leak detection against known leaks: precision and recall of every kind, and speed."""

import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from incidents.shares import wilson_interval
from lab.evaluation import EvaluationRequest
from lab.evaluation.truth import read_truth
from nlp.leak_patterns import KINDS, REVIEW
from nlp.leaks import scan
from otklik.home.errors import ConfigurationError

# Speed is taken over at least so many messages: a short file is scanned again and again.
_MIN_TIMED_MESSAGES = 20_000


def evaluate(request: EvaluationRequest) -> dict[str, Any]:
    """Score leak detection by message: a kind is right in a message that has it, however often.

    Args:
        request: truth with text, kinds (JSON list of `nlp.leak_patterns.KINDS`; [] is a clean message).

    Returns:
        n, n_clean, n_review (messages not scanned to their end); `per_kind` with precision, recall, their 95 % Wilson
        intervals, support (messages that have the kind) and n_found (messages it was found in) of every kind;
        precision and recall are None without a denominator; false_alarms: clean messages in which anything was found;
        messages_per_second of CPU time on this file's texts.

    Raises:
        ConfigurationError: the file is not as described, has no rows, or names an unknown kind.
    """
    truth = read_truth(request.truth, ("text", "kinds"))
    if truth.empty:
        raise ConfigurationError(f"{request.truth}: no rows; needed is one row a message.")
    texts = truth["text"].tolist()
    true = [_kinds(cell, request.truth, row) for row, cell in enumerate(truth["kinds"], start=2)]
    found = _found(texts)
    scored = [kinds - {REVIEW} for kinds in found]
    return {
        "n": len(texts),
        "n_clean": sum(not kinds for kinds in true),
        "n_review": sum(REVIEW in kinds for kinds in found),
        "per_kind": {kind: _scores(kind, true, scored) for kind in KINDS},
        "false_alarms": sum(bool(kinds) and not expected for kinds, expected in zip(scored, true, strict=True)),
        "messages_per_second": _speed(texts),
    }


def _kinds(cell: str, path: Path, row: int) -> frozenset[str]:
    try:
        kinds = json.loads(cell)
    except json.JSONDecodeError:
        kinds = None
    if not isinstance(kinds, list) or set(kinds) - set(KINDS):
        raise ConfigurationError(
            f"{path}: row {row} has kinds {cell!r}; needed is a JSON list of {', '.join(KINDS)}, such as "
            '["phone"], or [] for a clean message.'
        )
    return frozenset(kinds)


def _found(texts: Sequence[str]) -> list[set[str]]:
    found: list[set[str]] = [set() for _ in texts]
    for batch in scan((str(row), text) for row, text in enumerate(texts)):
        findings = batch.findings
        for row, kind in zip(findings["text_hash"].to_pylist(), findings["kind"].to_pylist(), strict=True):
            found[int(row)].add(kind)
    return found


def _speed(texts: Sequence[str]) -> float:
    """Messages a second; the patterns are compiled by now."""
    repeats = math.ceil(_MIN_TIMED_MESSAGES / len(texts))
    start = time.process_time()
    for _ in scan((str(row), text) for _ in range(repeats) for row, text in enumerate(texts)):
        pass
    return repeats * len(texts) / max(time.process_time() - start, 1e-9)


def _scores(kind: str, true: Sequence[frozenset[str]], found: Sequence[set[str]]) -> dict[str, Any]:
    support = sum(kind in kinds for kinds in true)
    n_found = sum(kind in kinds for kinds in found)
    n_right = sum(kind in kinds and kind in expected for kinds, expected in zip(found, true, strict=True))
    return {
        "precision": n_right / n_found if n_found else None,
        "recall": n_right / support if support else None,
        "precision_interval": wilson_interval(n_right, n_found),
        "recall_interval": wilson_interval(n_right, support),
        "support": support,
        "n_found": n_found,
    }
