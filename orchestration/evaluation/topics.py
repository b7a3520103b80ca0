"""Topics and routes: `nlp.topic_model` trained on one file, scored on another.

S = (F1w(authority) + F1w(group) + F1w(topic)) / 3 (definition 2), macro-F1 beside it. Coverage and calibration are
those of the group, the label by which a message is routed; the same of the other two stand under `by_label`.
"""

import time
from typing import Any

import numpy as np

from nlp.topic_model import LABELS, TopicModelError, fit
from orchestration.errors import ConfigurationError
from orchestration.evaluation import EvaluationRequest
from orchestration.evaluation.statistics import Classification, bootstrap_interval, expected_calibration_error
from orchestration.evaluation.truth import read_truth

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

    group_order = np.argsort(-probability["group"], kind="stable")
    return {
        "n": len(truth),
        "n_train": len(train),
        **{name: _label_scores(found[name]) for name in LABELS},
        "S": route_score(),
        "S_interval": bootstrap_interval(len(truth), route_score),
        "accuracy_at_coverage": _accuracy_at_coverage(probability["group"], is_right["group"]),
        "accuracy_at_coverage_0.8_interval": _covered_interval(is_right["group"][group_order], 0.8),
        "ece": expected_calibration_error(probability["group"], is_right["group"]),
        "by_label": {
            name: {
                "ece": expected_calibration_error(probability[name], is_right[name]),
                "accuracy_at_coverage": _accuracy_at_coverage(probability[name], is_right[name]),
            }
            for name in LABELS
        },
        "train_seconds": train_seconds,
        "texts_per_second": len(truth) / seconds,
        "model_version": model.version,
    }


def _label_scores(found: Classification) -> dict[str, Any]:
    return {
        "accuracy": found.accuracy(),
        "f1_weighted": found.f1_weighted(),
        "f1_macro": found.f1_macro(),
        "accuracy_interval": bootstrap_interval(found.n_rows, found.accuracy),
        "f1_weighted_interval": bootstrap_interval(found.n_rows, found.f1_weighted),
        "f1_macro_interval": bootstrap_interval(found.n_rows, found.f1_macro),
    }


def _accuracy_at_coverage(probability: np.ndarray, is_right: np.ndarray) -> dict[str, float]:
    """Accuracy on the most certain share of the rows."""
    ordered = is_right[np.argsort(-probability, kind="stable")]
    return {str(share): float(ordered[: max(1, round(share * len(ordered)))].mean()) for share in COVERAGES}


def _covered_interval(ordered: np.ndarray, share: float) -> list[float] | None:
    """Interval of the accuracy on the most certain share; a resample keeps the order of certainty."""

    def score(rows: np.ndarray) -> float:
        kept = np.sort(rows)[: max(1, round(share * len(rows)))]
        return float(ordered[kept].mean())

    return bootstrap_interval(len(ordered), score)
