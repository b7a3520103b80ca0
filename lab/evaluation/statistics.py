"""Scores of labels, and intervals of scores by percentile bootstrap over the rows of a truth file.

Only what several tasks share. What else a task scores belongs to its own module.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from nlp.classification import Classification, expected_calibration_error

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


def calibration_interval(probability: np.ndarray, is_right: np.ndarray) -> list[float] | None:
    """Two-sided 95 % interval of the ECE by the jackknife, not below 0.

    A resample strays from its bins' probabilities once more, so a bootstrap of a small ECE lies above it altogether.
    """
    found = jackknife_interval(
        len(probability), lambda rows: expected_calibration_error(probability[rows], is_right[rows])
    )
    return None if found is None else [max(0.0, found[0]), found[1]]


def per_class(found: Classification) -> dict[str, dict[str, Any]]:
    """precision, recall and f1 of every class, each with its interval, and support (a count)."""
    return {
        name: {**with_intervals(found.n_rows, partial(found.of_class, name)), "support": int(support)}
        for name, support in zip(found.classes, found.support(), strict=True)
    }
