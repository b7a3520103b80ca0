"""Topics and routes: `nlp.topic_model` trained on one file, scored on another.

S = (F1w(authority) + F1w(group) + F1w(topic)) / 3 (definition 2), macro-F1 beside it. Coverage and calibration are
those of the group, the label by which a message is routed; the same of the other two stand under `by_label`.
"""

import time
from typing import Any

import numpy as np

from lab.evaluation import EvaluationRequest
from lab.evaluation.statistics import (
    bootstrap_interval,
    calibration_interval,
    with_intervals,
)
from lab.evaluation.truth import read_truth
from nlp.classification import Classification, expected_calibration_error
from nlp.topic_model import LABELS, TopicModelError, fit
from otklik.home.errors import ConfigurationError

COVERAGES = (0.5, 0.8, 0.9, 1.0)


def evaluate(request: EvaluationRequest) -> dict[str, Any]:
    """Train on `request.train`, score on `request.truth`; both have columns text, authority, group, topic.

    Raises:
        ConfigurationError: no training file, a file or column is missing, or too few labels to learn from.
    """
    columns = ("text", *LABELS)
    if request.train is None:
        raise ConfigurationError(f"evaluate topics needs --train FILE, a CSV with columns {', '.join(columns)}.")
    truth, train = read_truth(request.truth, columns), read_truth(request.train, columns)
    if truth.empty:
        raise ConfigurationError(f"{request.truth}: no rows.")
    started = time.perf_counter()
    try:
        model = fit(train["text"].tolist(), *(train[name].tolist() for name in LABELS))
    except TopicModelError as error:
        raise ConfigurationError(f"{request.train}: {error}") from error
    train_seconds = time.perf_counter() - started
    started = time.perf_counter()
    predicted = model.predict(truth["text"].tolist())
    seconds = time.perf_counter() - started
    found = {name: Classification(truth[name].tolist(), predicted[name].tolist()) for name in LABELS}
    probability = {name: predicted[f"{name}_probability"].to_numpy() for name in LABELS}
    is_right = {name: (truth[name] == predicted[name]).to_numpy() for name in LABELS}

    def route_score(rows: np.ndarray | None = None) -> float:
        return float(np.mean([found[name].f1_weighted(rows) for name in LABELS]))

    by_label = {name: _certainty(probability[name], is_right[name]) for name in LABELS}
    return {
        "n": len(truth),
        "n_train": len(train),
        **{name: _label_scores(found[name]) for name in LABELS},
        "S": route_score(),
        "S_interval": bootstrap_interval(len(truth), route_score),
        **by_label["group"],
        "by_label": by_label,
        "train_seconds": train_seconds,
        "texts_per_second": len(truth) / seconds,
        "model_version": model.version,
    }


def _label_scores(found: Classification) -> dict[str, Any]:
    return with_intervals(
        found.n_rows,
        lambda rows: {
            "accuracy": found.accuracy(rows),
            "f1_weighted": found.f1_weighted(rows),
            "f1_macro": found.f1_macro(rows),
        },
    )


def _certainty(probability: np.ndarray, is_right: np.ndarray) -> dict[str, Any]:
    """Calibration error, and accuracy on the most certain share of the rows, with intervals."""
    ordered = is_right[np.argsort(-probability, kind="stable")]

    def covered(rows: np.ndarray) -> dict[str, float]:
        # a resample keeps the order of certainty
        kept = ordered[np.sort(rows)]
        return {str(share): float(kept[: max(1, round(share * len(kept)))].mean()) for share in COVERAGES}

    by_share = with_intervals(len(ordered), covered)
    intervals = {f"accuracy_at_coverage_{share}_interval": by_share.pop(f"{share}_interval") for share in COVERAGES}
    return {
        "accuracy_at_coverage": by_share,
        **intervals,
        "ece": expected_calibration_error(probability, is_right),
        "ece_interval": calibration_interval(probability, is_right),
    }
