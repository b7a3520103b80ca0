"""Interest groups against a known division, beside plain Leiden at resolution 1."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from graph.agreement import adjusted_mutual_information, adjusted_rand, contingency, normalised_mutual_information
from graph.groups import Strength, interest_groups
from graph.weekly import sum_weeks
from lab.evaluation import EvaluationRequest
from lab.evaluation.communication import read_edges, read_messages, weeks_of
from lab.evaluation.statistics import jackknife_interval
from lab.evaluation.truth import read_truth
from otklik.home.errors import ConfigurationError

_AGREEMENT: dict[str, Callable[[np.ndarray], float]] = {
    "ami": adjusted_mutual_information,
    "nmi": normalised_mutual_information,
    "ari": adjusted_rand,
}


def evaluate(request: EvaluationRequest) -> dict[str, Any]:
    """Score the platform's groups.

    People of the truth file without any tie are in no group: they are left out and counted.

    Args:
        request: truth with subject, group; messages or edges.

    Returns:
        n, n_without_ties, n_true_groups; n_groups (of everybody in the network), ami, nmi, ari, each
        with its 95 % interval (jackknife over people, groups as they are), stability (median
        over people of the stability of their group), resolution; `plain_leiden` with the same of Leiden on the same
        ties at resolution 1; seconds (of the platform's groups alone).

    Raises:
        ConfigurationError: a file or column is missing, or nobody of the truth file has a tie.
    """
    truth = read_truth(request.truth, ("subject", "group")).drop_duplicates("subject").set_index("subject")["group"]
    started = time.perf_counter()
    edges, strength = _edges(request)
    found = interest_groups(edges, strength=strength)
    seconds = time.perf_counter() - started
    plain = interest_groups(edges, strength=strength, resolutions=(1.0,))
    known = truth[truth.index.isin(found["subject_id"])]
    if known.empty:
        raise ConfigurationError(f"{request.truth}: none of its {len(truth)} subjects has a tie.")
    return {
        "n": len(known),
        "n_without_ties": len(truth) - len(known),
        "n_true_groups": int(known.nunique()),
        **_quality(known, found),
        "plain_leiden": _quality(known, plain),
        "seconds": seconds,
    }


def _edges(request: EvaluationRequest) -> tuple[pd.DataFrame, Strength]:
    if (request.messages is None) == (request.edges is None):
        raise ConfigurationError("evaluate groups needs either --messages or --edges.")
    if request.messages is not None:
        return sum_weeks(weeks_of(read_messages(request.messages))), "messages"
    assert request.edges is not None
    edges = read_edges(request.edges)
    is_count = bool(np.all(edges["weight"] == edges["n_messages"]))
    return edges, "messages" if is_count else "weight"


def _quality(truth: pd.Series, groups: pd.DataFrame) -> dict[str, Any]:
    true = truth.to_numpy()
    found = groups.set_index("subject_id")["group_id"].reindex(truth.index).to_numpy()
    agreement: dict[str, Any] = {}
    for name, score in _AGREEMENT.items():

        def score_of(rows: np.ndarray, score: Callable[[np.ndarray], float] = score) -> float:
            return score(contingency(true[rows], found[rows]))

        agreement[name] = score_of(np.arange(len(true)))
        agreement[f"{name}_interval"] = jackknife_interval(len(true), score_of)
    return {
        "n_groups": int(groups["group_id"].nunique()),
        **agreement,
        "stability": float(groups["stability_score"].median()),
        "resolution": float(groups["resolution"].iloc[0]),
    }
