"""Intents: what the text library says of a text out of the box, against people's labels."""

import time
from functools import partial
from typing import Any

import numpy as np

from lab.evaluation import EvaluationRequest
from lab.evaluation.statistics import per_class, with_intervals
from lab.evaluation.truth import read_truth
from nlp.annotate import annotate
from nlp.classification import Classification
from nlp.lexicon import INTENTS
from nlp.sense import encoder_version
from otklik.home.errors import ConfigurationError

# The three that are frequent enough in a few hundred texts for a class score to mean something.
MAIN_INTENTS = ("complaint", "question", "other")


def evaluate(request: EvaluationRequest) -> dict[str, Any]:
    """Score intents, with the sentence encoder where it is installed; the truth has columns text and intent.

    `rules_alone` are the same scores without it, which is what a run without `sentence_encoder` labels. `macro_f1`
    goes over complaint, question and other; `macro_f1_all` over every intent that occurs.

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
    found = Classification(truth["intent"].tolist(), _named(texts, with_sense=True))
    by_rules = Classification(truth["intent"].tolist(), _named(texts, with_sense=False))
    # timed on a second pass: the first one learns the words, which a day's texts share with yesterday's
    started = time.perf_counter()
    _named(texts, with_sense=False)
    seconds = time.perf_counter() - started
    return {
        "n": len(truth),
        "sentence_encoder": encoder_version() or "not installed",
        **with_intervals(len(truth), partial(_whole, found)),
        "per_class": per_class(found),
        "rules_alone": with_intervals(len(truth), partial(_whole, by_rules)),
        "rules_alone_per_class": per_class(by_rules),
        "texts_per_second": len(truth) / seconds,
    }


def _whole(found: Classification, rows: np.ndarray | None) -> dict[str, float]:
    return {
        "accuracy": found.accuracy(rows),
        "macro_f1": found.f1_macro(rows, MAIN_INTENTS),
        "macro_f1_all": found.f1_macro(rows),
    }


def _named(texts: list[str], *, with_sense: bool) -> list[str]:
    pairs = ((str(row), text) for row, text in enumerate(texts))
    return [intent for batch in annotate(pairs, with_sense=with_sense) for intent in batch.labels["intent"].to_pylist()]
