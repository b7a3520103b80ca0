"""Points as probabilities: log-odds to the base 2, calibrated on pairs that were kept back, and what should join.

Belongs here: what points mean. How they are fitted is `joining_weights`.
"""

import numpy as np
from scipy.optimize import minimize

LN2 = float(np.log(2.0))
THRESHOLDS = tuple(quarter / 4 for quarter in range(11))
"""Points that may be the least that joins: from as likely as not to six times as likely."""
PRECISION_COUNTS = 3.0
"""How much more precision counts than recall: one wrong link joins all of two incidents."""


def probability(points: np.ndarray) -> np.ndarray:
    """1 / (1 + 2^−points)."""
    return np.asarray(1.0 / (1.0 + np.exp(-LN2 * points)))


def losses(points: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Log-loss of each pair, natural logarithm; y is 1 for the same and 0 for different."""
    return np.asarray(np.logaddexp(0.0, LN2 * points) - y * LN2 * points)


def platt(points: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """Intercept and slope that make kept-back points log-odds to the base 2."""
    weight = weight / weight.mean()

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        moved = beta[0] + beta[1] * points
        slope = weight * (probability(moved) - y) * LN2
        return float(weight @ losses(moved, y)), np.array([slope.sum(), slope @ points])

    found = minimize(loss, np.array([0.0, 1.0]), jac=True, method="L-BFGS-B", bounds=[(-20, 20), (0.1, 3.0)]).x
    return float(found[0]), float(found[1])


def expected_best_threshold(points: np.ndarray, weight: np.ndarray) -> float:
    """The one of THRESHOLDS with the highest expected F, the lowest of equally good ones.

    With pᵢ the probability of pair i and J the pairs over the threshold, the expected shares are
    P = Σ_J wᵢpᵢ / Σ_J wᵢ and R = Σ_J wᵢpᵢ / Σ wᵢpᵢ, and F = (1 + b) P R / (b P + R) with b = 1 / PRECISION_COUNTS.

    Args:
        points: calibrated log-odds to the base 2.
        weight: how many pairs each stands for.
    """
    if not len(points):
        return THRESHOLDS[0]
    same, b = weight * probability(points), 1 / PRECISION_COUNTS
    scores = []
    for threshold in THRESHOLDS:
        is_joined = points >= threshold
        expected, joined = float(same @ is_joined), float(weight @ is_joined)
        # F in one fraction; nothing joined is 0
        scores.append((1 + b) * expected / (b * float(same.sum()) + joined))
    return THRESHOLDS[int(np.argmax(np.round(scores, 6)))]


def calibration_error(chance: np.ndarray, y: np.ndarray, weight: np.ndarray) -> float:
    """ECE over ten equal bins of probability: Σ |B|/n · |share of same in B − mean probability in B|."""
    bin_of = np.minimum((chance * 10).astype(int), 9)
    error = 0.0
    for one in np.unique(bin_of):
        here = bin_of == one
        error += abs(float(weight[here] @ (y[here] - chance[here])))
    return error / float(weight.sum())
