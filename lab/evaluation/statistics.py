"""Scores of labels, and intervals of scores by percentile bootstrap over the rows of a truth file.

Only what several tasks share. What else a task scores belongs to its own module.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

BOOTSTRAP_ROUNDS = 300
BOOTSTRAP_SEED = 0
CONFIDENCE = 0.95
_Z = 1.959964


def bootstrap_interval(
    n_rows: int,
    score: Callable[[np.ndarray], float],
    *,
    n_rounds: int = BOOTSTRAP_ROUNDS,
    seed: int = BOOTSTRAP_SEED,
) -> list[float] | None:
    """Two-sided 95 % percentile interval of a score under resampling of rows (Efron & Tibshirani 1993, ch. 13).

    Args:
        n_rows: rows of the truth file; fewer than 2 have no interval.
        score: row numbers (int64, with repetition) → the score on them. A round in which it is not finite is left out.
        n_rounds: resamples.
        seed: of the resampling: the same rows give the same interval.

    Returns:
        [low, high], or None when fewer than half of the rounds gave a finite score.
    """
    return _percentiles([score(rows) for rows in _resamples(n_rows, n_rounds, seed)])


def with_intervals(n_rows: int, scores: Callable[[np.ndarray], dict[str, float]]) -> dict[str, Any]:
    """Scores of a truth file, each with `<name>_interval` from `bootstrap_interval`; all from the same resamples.

    Args:
        n_rows: rows of the truth file.
        scores: row numbers → scores by name, the same names every time.
    """
    drawn = [scores(rows) for rows in _resamples(n_rows, BOOTSTRAP_ROUNDS, BOOTSTRAP_SEED)]
    told: dict[str, Any] = {}
    for name, value in scores(np.arange(n_rows)).items():
        told |= {name: value, f"{name}_interval": _percentiles([scored[name] for scored in drawn])}
    return told


def _resamples(n_rows: int, n_rounds: int, seed: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng(seed)
    for _ in range(n_rounds if n_rows > 1 else 0):
        yield random.integers(0, n_rows, n_rows)


def _percentiles(drawn: Sequence[float]) -> list[float] | None:
    finite = np.array([value for value in drawn if np.isfinite(value)])
    if not len(finite) or len(finite) * 2 < len(drawn):
        return None
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(finite, [tail, 1 - tail])
    return [float(low), float(high)]


def jackknife_interval(n_rows: int, score: Callable[[np.ndarray], float]) -> list[float] | None:
    """Two-sided 95 % interval of a score by the delete-one jackknife (Efron & Tibshirani 1993, ch. 11).

    For scores over pairs of rows, such as the Rand index, which a bootstrap would bias: a row drawn twice agrees with
    itself. value ± 1.96 · sqrt((n − 1)/n · Σ (score without row i − their mean)²).

    Args:
        n_rows: rows; fewer than 3 have no interval.
        score: row numbers (int64) → the score on them.

    Returns:
        [low, high].
    """
    if n_rows < 3:
        return None
    rows = np.arange(n_rows)
    left_out = np.array([score(np.delete(rows, row)) for row in rows])
    half = _Z * np.sqrt((n_rows - 1) / n_rows * ((left_out - left_out.mean()) ** 2).sum())
    value = score(rows)
    return [float(value - half), float(value + half)]


def wilson_interval(n_hits: int, n: int) -> list[float] | None:
    """Wilson's 95 % interval (1927) of a share; None without a denominator."""
    if n == 0:
        return None
    share, z2 = n_hits / n, _Z**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * float(np.sqrt(share * (1 - share) / n + z2 / (4 * n * n)))
    return [max(0.0, centre - half), min(1.0, centre + half)]


def expected_calibration_error(probability: np.ndarray, is_right: np.ndarray, n_bins: int = 10) -> float:
    """ECE = sum over bins of |B|/n |accuracy - mean probability| (definition 25), bins of equal width."""
    bins = np.minimum((probability * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, weights=is_right - probability, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(probability))


def calibration_interval(probability: np.ndarray, is_right: np.ndarray) -> list[float] | None:
    """Two-sided 95 % interval of the ECE by the jackknife, not below 0.

    A resample strays from its bins' probabilities once more, so a bootstrap of a small ECE lies above it altogether.
    """
    found = jackknife_interval(
        len(probability), lambda rows: expected_calibration_error(probability[rows], is_right[rows])
    )
    return None if found is None else [max(0.0, found[0]), found[1]]


class Classification:
    """True and named classes of the rows of a truth file, and scores on any choice of rows.

    Precision, recall and F1 of a class without a denominator are 0. Averages go over the classes that occur, as truth
    or as answer, among the rows chosen; `accuracy` and both averages are in [0, 1].

    Args:
        truth: true class of each row.
        named: class named for each row.
    """

    def __init__(self, truth: Sequence[str], named: Sequence[str]) -> None:
        self.classes = sorted({*truth, *named})
        place = {name: index for index, name in enumerate(self.classes)}
        self._truth = np.array([place[name] for name in truth], dtype=np.int64)
        self._named = np.array([place[name] for name in named], dtype=np.int64)
        self.n_rows = len(self._truth)

    def accuracy(self, rows: np.ndarray | None = None) -> float:
        """Share of rows named rightly."""
        truth, named = self._rows(rows)
        return float((truth == named).mean())

    def f1_macro(self, rows: np.ndarray | None = None, classes: Sequence[str] | None = None) -> float:
        """Mean F1 of the classes that occur, or of those given."""
        _, _, f1, support, n_named = self._by_class(rows)
        if classes is None:
            return float(f1[(support + n_named) > 0].mean())
        return float(f1[[self.classes.index(name) for name in classes if name in self.classes]].mean())

    def f1_weighted(self, rows: np.ndarray | None = None) -> float:
        """Mean F1 weighted by the true size of each class."""
        _, _, f1, support, _ = self._by_class(rows)
        return float((f1 * support).sum() / support.sum())

    def per_class(self) -> dict[str, dict[str, Any]]:
        """precision, recall and f1 of every class, each with its interval, and support (a count)."""
        support = np.bincount(self._truth, minlength=len(self.classes))
        return {
            name: {**with_intervals(self.n_rows, partial(self._of_class, place)), "support": int(support[place])}
            for place, name in enumerate(self.classes)
        }

    def _of_class(self, place: int, rows: np.ndarray) -> dict[str, float]:
        precision, recall, f1, _, _ = self._by_class(rows)
        return {"precision": float(precision[place]), "recall": float(recall[place]), "f1": float(f1[place])}

    def _rows(self, rows: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        return (self._truth, self._named) if rows is None else (self._truth[rows], self._named[rows])

    def _by_class(self, rows: np.ndarray | None) -> tuple[np.ndarray, ...]:
        truth, named = self._rows(rows)
        n = len(self.classes)
        hits = np.bincount(truth[truth == named], minlength=n)
        support, n_named = np.bincount(truth, minlength=n), np.bincount(named, minlength=n)
        precision = hits / np.maximum(n_named, 1)
        recall = hits / np.maximum(support, 1)
        f1 = 2 * hits / np.maximum(n_named + support, 1)
        return precision, recall, f1, support, n_named
