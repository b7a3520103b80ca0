"""Intents: what the text library says of a text out of the box, against people's labels."""

import time
from typing import Any

import numpy as np

from lab.evaluation import EvaluationRequest
from lab.evaluation.statistics import per_class, with_intervals
from lab.evaluation.truth import read_truth
from nlp.annotate import annotate
from nlp.classification import Classification
from nlp.lexicon import INTENTS
from otklik.home.errors import ConfigurationError

# The three that are frequent enough in a few hundred texts for a class score to mean something.
MAIN_INTENTS = ("complaint", "question", "other")


def evaluate(request: EvaluationRequest) -> dict[str, Any]:
    """Score intents; the truth has columns text and intent.

    `macro_f1` goes over complaint, question and other; `macro_f1_all` over every intent that occurs.

    Raises:
        ConfigurationError: the file or a column is missing, or it holds an unknown intent.
    """
    truth = read_truth(request.truth, ("text", "intent"))
    if unknown := sorted(set(truth["intent"]) - set(INTENTS)):
        raise ConfigurationError(
            f"{request.truth}: unknown intents {', '.join(map(repr, unknown))}; accepted are {', '.join(INTENTS)}."
        )
    if truth.empty:
        raise ConfigurationError(f"{request.truth}: no rows.")
    texts = truth["text"].tolist()
    named = _named(texts)
    # timed on a second pass: the first one learns the words, which a day's texts share with yesterday's
    started = time.perf_counter()
    _named(texts)
    seconds = time.perf_counter() - started
    found = Classification(truth["intent"].tolist(), named)

    def whole(rows: np.ndarray) -> dict[str, float]:
        return {
            "accuracy": found.accuracy(rows),
            "macro_f1": found.f1_macro(rows, MAIN_INTENTS),
            "macro_f1_all": found.f1_macro(rows),
        }

    return {
        "n": len(truth),
        **with_intervals(len(truth), whole),
        "per_class": per_class(found),
        "texts_per_second": len(truth) / seconds,
    }


def _named(texts: list[str]) -> list[str]:
    pairs = ((str(row), text) for row, text in enumerate(texts))
    return [intent for batch in annotate(pairs) for intent in batch.labels["intent"].to_pylist()]
