"""Probabilities that mean what they say: beta calibration of the probability told for a named class.

Formula (Kull, Silva Filho & Flach, AISTATS 2017): ln(q / (1 - q)) = a ln p - b ln(1 - p) + c, fitted by logistic
regression on rows that the model was not trained on. a = b = 1, c = 0 leaves p as it is.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

UNCHANGED = (1.0, 1.0, 0.0)
# Below this there is too little to learn from, and probabilities stay as they come.
MIN_CALIBRATION_ROWS = 50


def fit_curve(probability: np.ndarray, is_right: np.ndarray) -> tuple[float, ...]:
    """a, b and c, by maximum likelihood.

    Args:
        probability: told for the named class, in [0, 1], one a row.
        is_right: whether the named class was the true one, bool, one a row.

    Returns:
        The curve; UNCHANGED when there are too few rows, or all are right, or all wrong. a and b are not negative:
        more certain never means less probable.
    """
    right = is_right.astype(np.float64)
    if len(right) < MIN_CALIBRATION_ROWS or right.min() == right.max():
        return UNCHANGED
    inputs = _inputs(probability)

    def loss(curve: np.ndarray) -> tuple[float, np.ndarray]:
        score = inputs @ curve
        # a pull towards `unchanged`, as weak as one row's, keeps small samples defined
        pull = curve - UNCHANGED
        total = (np.logaddexp(0, score) - right * score).sum() + (pull**2).sum() / 2
        return float(total), inputs.T @ (_sigmoid(score) - right) + pull

    fitted = minimize(
        loss, np.array(UNCHANGED), jac=True, method="L-BFGS-B", bounds=[(0, None), (0, None), (None, None)]
    )
    return tuple(float(value) for value in fitted.x)


def calibrated(probability: np.ndarray, curve: Sequence[float]) -> np.ndarray:
    """The calibrated probability of each row (q of the formula), float64."""
    return _sigmoid(_inputs(probability) @ np.array(curve))


def _sigmoid(score: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-score)))


def _inputs(probability: np.ndarray) -> np.ndarray:
    p = np.clip(probability.astype(np.float64), 1e-5, 1 - 1e-5)
    return np.stack([np.log(p), -np.log(1 - p), np.ones_like(p)], axis=1)
