"""Near-duplicate clusters against known ones: pairwise scores and B³, with intervals over the known clusters."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lab.evaluation import EvaluationRequest
from lab.evaluation.statistics import bootstrap_interval
from lab.evaluation.truth import read_truth
from nlp.duplicate_index import DuplicateIndex, clusters
from nlp.duplicate_words import read_words
from otklik.home.errors import ConfigurationError

_OPTIONAL = ("posted_at", "lat", "lon", "topic")
_SCORES = ("precision", "recall", "f1")
_ROUNDS = 200
_Score = Callable[[pd.DataFrame], tuple[float, float, float]]


def evaluate(request: EvaluationRequest) -> dict[str, Any]:
    """Score near-duplicate clusters.

    Clusters are made from the texts alone; posted_at, lat, lon and topic may be there and are not used, so that the
    score says what the words carry.

    Args:
        request: truth with id, text, cluster.

    Returns:
        n, n_pairs (of the truth), n_linked_pairs; `pairwise` and `b_cubed` (Bagga & Baldwin 1998), each with
        precision, recall, f1 and `<score>_interval` (95 %, bootstrap over true clusters, None without one);
        texts_per_second of CPU time with lemmas known, and of the whole, `texts_per_second_with_lemmas`.

    Raises:
        ConfigurationError: the file is not as described, has no rows, or an id stands twice.
    """
    truth = read_truth(request.truth, ("id", "text", "cluster"), _OPTIONAL)
    if truth.empty or truth["id"].duplicated().any():
        twice = truth.loc[truth["id"].duplicated(), "id"]
        found = f"id {twice.iloc[0]!r} stands twice" if len(twice) else "no rows"
        raise ConfigurationError(f"{request.truth}: {found}; needed is one row a text, each with its own id.")
    start = time.process_time()
    for text in truth["text"]:
        read_words(text)
    lemmas_known = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        links = DuplicateIndex(Path(folder)).add(zip(truth["id"], truth["text"], strict=True))
    end = time.process_time()
    found_clusters = clusters(truth["id"], links)
    counts = _counts(truth["cluster"], truth["id"].map(found_clusters))
    return {
        "n": len(truth),
        "n_pairs": int(counts["true"].sum() / 2),
        "n_linked_pairs": int(counts["found"].sum() / 2),
        "pairwise": _with_intervals(counts, pairwise),
        "b_cubed": _with_intervals(counts, b_cubed),
        "texts_per_second": len(truth) / max(end - lemmas_known, 1e-9),
        "texts_per_second_with_lemmas": len(truth) / max(end - start, 1e-9),
    }


def _counts(true: pd.Series, found: pd.Series) -> pd.DataFrame:
    """For every text: others in its true cluster, in its found one, in both; and the number of its true cluster."""
    frame = pd.DataFrame({"true_cluster": true.to_numpy(), "found_cluster": found.to_numpy()})
    size = frame.groupby("true_cluster")["found_cluster"].transform("size")
    return pd.DataFrame(
        {
            "true": size - 1,
            "found": frame.groupby("found_cluster")["true_cluster"].transform("size") - 1,
            "both": frame.groupby(["true_cluster", "found_cluster"])["true_cluster"].transform("size") - 1,
            "cluster": pd.factorize(frame["true_cluster"])[0],
        }
    )


def pairwise(counts: pd.DataFrame) -> tuple[float, float, float]:
    """(precision, recall, F1) over pairs; without any pair to find or found, 1."""
    both, found, true = (float(counts[name].sum()) for name in ("both", "found", "true"))
    return _f1(both / found if found else 1.0, both / true if true else 1.0)


def b_cubed(counts: pd.DataFrame) -> tuple[float, float, float]:
    """(precision, recall, F1): means over texts of the share of a text's cluster that belongs with it."""
    both = counts["both"] + 1
    return _f1(float((both / (counts["found"] + 1)).mean()), float((both / (counts["true"] + 1)).mean()))


def _f1(precision: float, recall: float) -> tuple[float, float, float]:
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def _with_intervals(counts: pd.DataFrame, score: _Score) -> dict[str, Any]:
    members = [np.flatnonzero(counts["cluster"] == cluster) for cluster in range(counts["cluster"].max() + 1)]
    values = score(counts)
    scores: dict[str, Any] = {}
    for place, name in enumerate(_SCORES):

        def drawn_score(drawn: np.ndarray, place: int = place) -> float:
            return score(counts.iloc[np.concatenate([members[cluster] for cluster in drawn])])[place]

        scores[name] = values[place]
        scores[f"{name}_interval"] = bootstrap_interval(len(members), drawn_score, n_rounds=_ROUNDS)
    return scores
