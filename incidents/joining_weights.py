"""Weights of a region: what each level of evidence counts, learned from pairs that people called same or different.

Belongs here: fitting, keeping back, calibrating. Which labels there are and where weights are kept is
`otklik/stages/incident_joining.py`; how points are added up is `int_incident_pair_score`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from incidents.calibration import LN2, calibration_error, expected_best_threshold, losses, platt, probability

METHOD_VERSION = "4"
JOINING_WEIGHT_SCHEMA = pa.schema(
    [
        pa.field("region", pa.string(), False, {"doc": "Region."}),
        pa.field("feature", pa.string(), False, {"doc": "Feature, as in the seed joining_weight."}),
        pa.field("level", pa.string(), False, {"doc": "Level of it."}),
        pa.field("points", pa.float64(), False, {"doc": "What it counts, doublings of the odds."}),
        pa.field("weights_version", pa.string(), False, {"doc": "Version of the weights."}),
    ],
    metadata={"doc": "What a level of evidence counts, fitted on labels. One row per region, feature and level."},
)
JOINING_MODEL_SCHEMA = pa.schema(
    [
        pa.field("region", pa.string(), False, {"doc": "Region."}),
        pa.field("weights_version", pa.string(), False, {"doc": "Version of the weights."}),
        pa.field("fitted_at", pa.timestamp("us", "UTC"), False, {"doc": "The as_of of the run that fitted them."}),
        pa.field(
            "is_used", pa.bool_(), False, {"doc": "Whether they join kept-back pairs better than the cold start."}
        ),
        pa.field("n_labels", pa.int64(), False, {"doc": "Pairs that people called same or different."}),
        pa.field("n_same", pa.int64(), False, {"doc": "Those called same."}),
        pa.field("n_sites", pa.int64(), False, {"doc": "Groups of pairs that were kept back together."}),
        pa.field(
            "kept_back_precision",
            pa.float64(),
            False,
            {"doc": "Share of the joined pairs that are the same, kept back."},
        ),
        pa.field("precision_low", pa.float64(), False, {"doc": "Its lower bound, 95 %."}),
        pa.field("precision_high", pa.float64(), False, {"doc": "Its upper bound."}),
        pa.field("recall", pa.float64(), False, {"doc": "Share of the same pairs that are joined, kept back."}),
        pa.field("recall_low", pa.float64(), False, {"doc": "Its lower bound, 95 %."}),
        pa.field("recall_high", pa.float64(), False, {"doc": "Its upper bound."}),
        pa.field("calibration_error", pa.float64(), False, {"doc": "ECE of the probabilities, kept back."}),
        pa.field("cold_start_precision", pa.float64(), False, {"doc": "Precision of the cold start on these pairs."}),
        pa.field("cold_start_recall", pa.float64(), False, {"doc": "Recall of the cold start on these pairs."}),
    ],
    metadata={"doc": "How well weights join pairs that were kept back from them. One row per region and version."},
)
PULL = 0.3
"""How strongly weights are held to what they were before; chosen by kept-back pairs (decision record 0015)."""
FOLDS = 10
_RESAMPLES = 1000
_STEPS = 100


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class FittedWeights:
    """Weights and how well they join pairs that were kept back from them.

    Attributes:
        points: feature, level (str), points (float64, doublings of the odds); feature base is what counts before
            anything is compared, threshold what joins.
        precision, recall: of pairs kept back, weighted.
        calibration_error: expected calibration error of kept-back probabilities, weighted (definition 25).
        prior_precision, prior_recall: of the same pairs, by the weights before.
        n_sites: groups of pairs that were kept back together.
    """

    points: pd.DataFrame
    precision: Interval
    recall: Interval
    calibration_error: float
    prior_precision: float
    prior_recall: float
    n_sites: int

    @property
    def is_better(self) -> bool:
        """Whether kept-back pairs are joined at least as well as by the weights before: by F1."""
        return balance(self.precision.value, self.recall.value) >= balance(self.prior_precision, self.prior_recall)


def fit_weights(pairs: pd.DataFrame, prior: pd.DataFrame, *, seed: int = 0) -> FittedWeights:
    """Fit weights on labelled pairs, starting from weights that were reasoned.

    Logistic regression on one indicator per level, in which a point is a doubling of the odds:
        Σᵢ √wᵢ · log-loss(yᵢ, ln 2 · (β₀ + Σ β_level)) + PULL · Σ (β_level − prior_level)²,
    with weights of mean 1. Levels that no label tells of keep their prior points. Points are then calibrated on
    kept-back pairs with full weights (Platt 1999). What joins is the threshold with the highest F that kept-back
    probabilities expect; labels themselves play no part in it, since two hundred of them, some twenty the same, are too
    few to fit a threshold. Pairs of one site are kept back together.

    Args:
        pairs: a str column per feature of the prior, is_same (bool), weight (float64: how many pairs of the region it
            stands for), kept_together (pairs with one value are kept back together), is_vetoed (bool: never joins).
        prior: feature, level, points.
        seed: start of the resampling.

    Raises:
        ValueError: all of the pairs are the same, or none is.

    References: Platt 1999, Probabilistic outputs for support vector machines; Lewis 1995, Evaluating and optimizing
    autonomous text classification systems.
    """
    y = pairs["is_same"].to_numpy(dtype=float)
    if y.min() == y.max():
        raise ValueError(f"{len(y)} pairs are all {'same' if y.max() else 'different'}; weights need both.")
    levels = prior[~prior["feature"].isin(("base", "threshold"))].reset_index(drop=True)
    design = np.column_stack(
        [
            (pairs[feature] == level).to_numpy(float)
            for feature, level in zip(levels["feature"], levels["level"], strict=True)
        ]
    )
    start = np.r_[_prior_of(prior, "base"), levels["points"].to_numpy(dtype=float)]
    weight = pairs["weight"].to_numpy(dtype=float)
    tempered = np.sqrt(weight)
    tempered /= tempered.mean()
    fold = _folds(pairs["kept_together"])
    points = _kept_back(design, y, tempered, start, fold)
    intercept, slope = platt(points, y, weight)
    calibrated = intercept + slope * points
    is_vetoed = pairs["is_vetoed"].to_numpy(dtype=bool)
    threshold = expected_best_threshold(calibrated[~is_vetoed], weight[~is_vetoed])
    is_joined = ~is_vetoed & (calibrated >= threshold)
    before = ~is_vetoed & (start[0] + design @ start[1:] >= _prior_of(prior, "threshold"))
    fitted = _fit(design, y, tempered, start)
    values = np.r_[intercept + slope * fitted[0], threshold, slope * fitted[1:]]
    names = [("base", "all"), ("threshold", "all"), *zip(levels["feature"], levels["level"], strict=True)]
    prior_precision, prior_recall = precision_recall(before, y, weight)
    precision, recall = _intervals(is_joined, y, weight, pairs["kept_together"].to_numpy(), seed)
    return FittedWeights(
        points=pd.DataFrame(
            {"feature": [one for one, _ in names], "level": [one for _, one in names], "points": values.round(4)}
        ),
        precision=precision,
        recall=recall,
        calibration_error=calibration_error(probability(calibrated), y, weight),
        prior_precision=prior_precision,
        prior_recall=prior_recall,
        n_sites=int(pairs["kept_together"].nunique()),
    )


def precision_recall(is_joined: np.ndarray, is_same: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Weighted shares: of the joined that are the same, and of the same that are joined; NaN of nothing."""
    joined = float(weight @ is_joined)
    same = float(weight @ is_same)
    both = float(weight @ (is_joined * is_same))
    return (both / joined if joined else float("nan")), (both / same if same else float("nan"))


def _prior_of(prior: pd.DataFrame, feature: str) -> float:
    return float(prior.loc[prior["feature"] == feature, "points"].iloc[0])


def _fit(design: np.ndarray, y: np.ndarray, weight: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Newton's method with halved steps; the loss is convex."""
    full = np.column_stack([np.ones(len(y)), design])
    # what counts before anything is compared is held a thousand times less
    pulls = np.r_[PULL / 1000, np.full(len(start) - 1, PULL)]

    def loss(beta: np.ndarray) -> float:
        return float(weight @ losses(full @ beta, y) + pulls @ (beta - start) ** 2)

    beta, least = start, loss(start)
    for _ in range(_STEPS):
        chance = probability(full @ beta)
        gradient = LN2 * full.T @ (weight * (chance - y)) + 2 * pulls * (beta - start)
        curvature = (full * (weight * chance * (1 - chance) * LN2**2)[:, None]).T @ full + np.diag(2 * pulls)
        step, size = np.linalg.solve(curvature, gradient), 1.0
        while size > 1e-6 and loss(beta - size * step) > least:
            size /= 2
        beta = beta - size * step
        least, before = loss(beta), least
        if before - least < 1e-9 * max(1.0, before):
            break
    return beta


def _kept_back(
    design: np.ndarray, y: np.ndarray, weight: np.ndarray, start: np.ndarray, fold: np.ndarray
) -> np.ndarray:
    points = np.empty(len(y))
    for one in np.unique(fold):
        out = fold == one
        beta = _fit(design[~out], y[~out], weight[~out], start)
        points[out] = beta[0] + design[out] @ beta[1:]
    return points


def _folds(site: pd.Series) -> np.ndarray:
    """Folds of about equal size: the largest sites first, each into the fold that has the fewest pairs."""
    sizes = site.value_counts(sort=False)
    load = np.zeros(FOLDS)
    fold_of = {}
    for name, size in sorted(sizes.items(), key=lambda item: (-item[1], str(item[0]))):
        fold_of[name] = int(np.argmin(load))
        load[fold_of[name]] += size
    return site.map(fold_of).to_numpy()


def balance(precision: float, recall: float) -> float:
    """F1, the harmonic mean of both; 0 where one is 0 or of nothing."""
    return 2 * precision * recall / (precision + recall) if precision > 0 and recall > 0 else 0.0


def _intervals(
    is_joined: np.ndarray, y: np.ndarray, weight: np.ndarray, site: np.ndarray, seed: int
) -> tuple[Interval, Interval]:
    """Percentile intervals over resampled sites."""
    _, number = np.unique(site, return_inverse=True)
    parts = [weight * is_joined * y, weight * is_joined, weight * y]
    joined_same, joined, same = (np.bincount(number, weights=part) for part in parts)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(joined), np.full(len(joined), 1 / len(joined)), size=_RESAMPLES)
    with np.errstate(invalid="ignore", divide="ignore"):
        precisions, recalls = drawn @ joined_same / (drawn @ joined), drawn @ joined_same / (drawn @ same)
    values = precision_recall(is_joined, y, weight)
    return _interval(values[0], precisions), _interval(values[1], recalls)


def _interval(value: float, resampled: np.ndarray) -> Interval:
    known = resampled[np.isfinite(resampled)]
    if not len(known):
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(known, [0.025, 0.975])
    return Interval(value, float(low), float(high))


def site_of_pairs(pairs: Sequence[tuple[int, int]]) -> np.ndarray:
    """Number of the component each pair of sites is of: pairs that share one, at any remove, are kept back together."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    ends = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    sites, index = np.unique(ends, return_inverse=True)
    index = index.reshape(-1, 2)
    graph = coo_matrix((np.ones(len(index)), (index[:, 0], index[:, 1])), shape=(len(sites), len(sites)))
    return np.asarray(connected_components(graph, directed=False)[1][index[:, 0]])
