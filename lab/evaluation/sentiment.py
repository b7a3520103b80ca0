"""Sentiment: `nlp.sentiment` trained on one file, or its lexicon when there is none, scored on another."""

import time
from typing import Any

from lab.evaluation import EvaluationRequest
from lab.evaluation.statistics import per_class, with_intervals
from lab.evaluation.truth import read_truth
from nlp.classification import Classification
from nlp.sentiment import SENTIMENTS, SentimentError, fit, label_by_rules
from otklik.home.errors import ConfigurationError


def evaluate(request: EvaluationRequest) -> dict[str, Any]:
    """Score sentiment; truth and training file have columns text and label.

    Training rows with other labels than the three (`skip`, `speech`) are left out and counted. `lexicon` holds the
    scores of the untrained rules on the same truth.

    Raises:
        ConfigurationError: a file or column is missing, the truth holds another label, or there is nothing to learn.
    """
    truth = read_truth(request.truth, ("text", "label"))
    if unknown := sorted(set(truth["label"]) - set(SENTIMENTS)):
        raise ConfigurationError(
            f"{request.truth}: unknown labels {', '.join(map(repr, unknown))}; accepted are {', '.join(SENTIMENTS)}."
        )
    if truth.empty:
        raise ConfigurationError(f"{request.truth}: no rows.")
    texts, labels = truth["text"].tolist(), truth["label"].tolist()
    by_rules = Classification(labels, label_by_rules(texts))
    scores: dict[str, Any] = {"n": len(truth)}
    found, rate = by_rules, {}
    if request.train is not None:
        train = read_truth(request.train, ("text", "label"))
        used = train[train["label"].isin(SENTIMENTS)]
        scores |= {"n_train": len(used), "n_train_left_out": len(train) - len(used)}
        started = time.perf_counter()
        try:
            model = fit(used["text"].tolist(), used["label"].tolist())
        except SentimentError as error:
            raise ConfigurationError(f"{request.train}: {error}") from error
        trained = time.perf_counter()
        found = Classification(labels, model.predict(texts))
        rate = {
            "train_seconds": trained - started,
            "texts_per_second": len(truth) / (time.perf_counter() - trained),
        }
    return scores | {
        "is_trained": request.train is not None,
        **_scores(found),
        "per_class": per_class(found),
        "lexicon": _scores(by_rules),
        **rate,
    }


def _scores(found: Classification) -> dict[str, Any]:
    return with_intervals(
        found.n_rows, lambda rows: {"accuracy": found.accuracy(rows), "macro_f1": found.f1_macro(rows)}
    )
