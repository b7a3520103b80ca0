"""Intervals of scores: percentile bootstrap over the rows of a truth file.

Only what every task shares. What a score is belongs to the task's own module.
"""

from collections.abc import Callable

import numpy as np

BOOTSTRAP_ROUNDS = 300
BOOTSTRAP_SEED = 0
CONFIDENCE = 0.95


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
    if n_rows < 2:
        return None
    random = np.random.default_rng(seed)
    drawn = [score(random.integers(0, n_rows, n_rows)) for _ in range(n_rounds)]
    finite = np.array([value for value in drawn if np.isfinite(value)])
    if len(finite) * 2 < n_rounds:
        return None
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(finite, [tail, 1 - tail])
    return [float(low), float(high)]
