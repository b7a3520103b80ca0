"""Time to reply or fix with open incidents censored (definition 6): the Kaplan–Meier estimate and its quantiles.

The curve itself is drawn elsewhere; which hours count is decided by the clocks of `fct_incident_clock`.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import CensoredData, ecdf


@dataclass(frozen=True)
class SurvivalCurve:
    """A step function: from `hours[i]` on, the share still waiting is `survival[i]`, within `low[i]`…`high[i]`."""

    hours: np.ndarray
    survival: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def quantile(self, share: float) -> float | None:
        """Hours by which `share` of the incidents are through: inf{t : S(t) ≤ 1 − share}; None when never reached.

        Raises:
            ValueError: `share` is not between 0 and 1.
        """
        return _first_at_or_below(self.hours, self.survival, share)

    def quantile_interval(self, share: float) -> tuple[float | None, float | None]:
        """Bounds of the 95 % interval of `quantile` (Brookmeyer & Crowley 1982); None where the curve never gets."""
        return _first_at_or_below(self.hours, self.low, share), _first_at_or_below(self.hours, self.high, share)


def kaplan_meier(hours: np.ndarray, is_observed: np.ndarray) -> SurvivalCurve:
    """Product-limit estimate S(t) = Π_{t_i ≤ t} (1 − d_i / n_i) with Greenwood's variance on the log-log scale.

    Args:
        hours: float64, how long each clock ran, ≥ 0.
        is_observed: bool, True when it stopped, False when it still ran (censored).

    Returns:
        The curve at the distinct observed times, ascending. Without any observed time it is empty.

    Raises:
        ValueError: lengths differ, or an hour is negative or not a number.

    References:
        Kaplan & Meier, JASA 53 (1958); Kalbfleisch & Prentice (2002), 1.4, for the log-log interval.
    """
    hours, is_observed = np.asarray(hours, dtype=float), np.asarray(is_observed, dtype=bool)
    if hours.shape != is_observed.shape:
        raise ValueError(f"{len(hours)} hours, but {len(is_observed)} flags; accepted: one flag for each.")
    if not (np.isfinite(hours) & (hours >= 0)).all():
        raise ValueError("an hour is negative or not a number; leave out what stopped before it began.")
    if not is_observed.any():
        return SurvivalCurve(*[np.empty(0)] * 4)
    curve = ecdf(CensoredData(uncensored=hours[is_observed], right=hours[~is_observed])).sf
    is_stop = np.isin(curve.quantiles, hours[is_observed])
    with warnings.catch_warnings():
        # the bounds of a share of 0 or 1 are 0/0
        warnings.simplefilter("ignore", RuntimeWarning)
        interval = curve.confidence_interval(method="log-log")
    low, high = (np.nan_to_num(bound.probabilities[is_stop]) for bound in (interval.low, interval.high))
    return SurvivalCurve(curve.quantiles[is_stop], curve.probabilities[is_stop], low, high)


def waiting_times(clocks: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Median and 90 % quantile of the waiting time of every group.

    Args:
        clocks: columns of `by`, `hours` (float64, ≥ 0), `is_observed` (bool).
        by: columns that make a group; rows where one is null are left out.

    Returns:
        One row per group, sorted: `by`, n, n_observed (int64), median_hours, median_hours_low, median_hours_high,
        p90_hours, p90_hours_low, p90_hours_high (float64; missing where the curve never falls so far).
    """
    rows = []
    for key, group in clocks.groupby(by, sort=True):
        curve = kaplan_meier(group["hours"].to_numpy(), group["is_observed"].to_numpy())
        row = dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True))
        row |= {"n": len(group), "n_observed": int(group["is_observed"].sum())}
        for name, share in (("median_hours", 0.5), ("p90_hours", 0.9)):
            low, high = curve.quantile_interval(share)
            row |= {name: curve.quantile(share), f"{name}_low": low, f"{name}_high": high}
        rows.append(row)
    names = [f"{name}{bound}" for name in ("median_hours", "p90_hours") for bound in ("", "_low", "_high")]
    frame = pd.DataFrame(rows, columns=[*by, "n", "n_observed", *names])
    return frame.astype(dict.fromkeys(names, "float64"))


def _first_at_or_below(hours: np.ndarray, values: np.ndarray, share: float) -> float | None:
    if not 0 < share < 1:
        raise ValueError(f"share is {share}; accepted: between 0 and 1.")
    # products of fractions may miss 1 − share by a rounding error
    reached = np.flatnonzero(values <= 1 - share + 1e-12)
    return float(hours[reached[0]]) if len(reached) else None
