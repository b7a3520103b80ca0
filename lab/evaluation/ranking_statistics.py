"""Quality of a ranking against yes/no truth: AUC, precision at k, paired bootstrap intervals.

Belongs here: arithmetic on scores and truth. Does not belong here: where the scores come from (`leaders`).
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata

N_RESAMPLES = 1_000


def auc(truth: np.ndarray, score: np.ndarray) -> float:
    """Chance that a person with truth 1 scores higher than one with truth 0; a tie counts half.

    Args:
        truth: booleans, both values present.
        score: numbers, higher = more likely 1.

    Examples:
        >>> auc(np.array([True, True, False, False]), np.array([3.0, 1.0, 1.0, 0.0]))
        0.875
    """
    n_yes, n_no = int(truth.sum()), int((~truth).sum())
    return float((rankdata(score)[truth].sum() - n_yes * (n_yes + 1) / 2) / (n_yes * n_no))


def precision_at(truth: np.ndarray, score: np.ndarray, k: int) -> float:
    """Share of truth 1 among the k highest scores; people tied at the border enter with their mean.

    Args:
        truth: booleans.
        score: numbers.
        k: places, >= 1; fewer people than k: all of them.

    Examples:
        >>> precision_at(np.array([True, True, False]), np.array([2.0, 1.0, 1.0]), 2)
        0.75
    """
    k = min(k, len(score))
    border = np.sort(score)[-k]
    above, tied = score > border, score == border
    return float((truth[above].sum() + (k - above.sum()) * truth[tied].mean()) / k)


@dataclass(frozen=True)
class PairedResamples:
    """AUCs of several scores over the same resamples of people, yes and no resampled apart.

    Attributes:
        by_score: score name → one AUC a resample.
    """

    by_score: dict[str, np.ndarray]

    def interval(self, name: str) -> list[float]:
        """95 % percentile interval of one AUC."""
        return _percentiles(self.by_score[name])

    def gain_interval(self, name: str, baseline: str) -> list[float]:
        """95 % percentile interval of how much higher one AUC is than another."""
        return _percentiles(self.by_score[name] - self.by_score[baseline])


def paired_resamples(truth: np.ndarray, scores: dict[str, np.ndarray], *, seed: int = 0) -> PairedResamples:
    """Resamples people `N_RESAMPLES` times and scores each resample.

    Paired: every score sees the same people, so a difference is not blurred by who happened to be drawn.

    Args:
        truth: booleans, both values present.
        scores: name → numbers.
        seed: of the resamples.

    References:
        Efron & Tibshirani (1993), An introduction to the bootstrap, chapter 13.
    """
    rng = np.random.default_rng(seed)
    yes, no = np.flatnonzero(truth), np.flatnonzero(~truth)
    drawn = [np.concatenate([rng.choice(yes, len(yes)), rng.choice(no, len(no))]) for _ in range(N_RESAMPLES)]
    is_yes = np.arange(len(truth)) < len(yes)
    return PairedResamples(
        {name: np.array([auc(is_yes, score[people]) for people in drawn]) for name, score in scores.items()}
    )


def _percentiles(values: np.ndarray) -> list[float]:
    return [float(value) for value in np.quantile(values, [0.025, 0.975])]
