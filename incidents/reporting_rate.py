"""How much of what happens is reported (definition 10), from the further reports of incidents already known."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2


@dataclass(frozen=True)
class ReportingRate:
    """λ̂ reports a day with its exact Poisson interval, and the share of incidents reported within `horizon_days`."""

    per_day: float
    per_day_low: float
    per_day_high: float
    horizon_days: float

    @property
    def reported_share(self) -> float:
        """P(reported before T) = 1 − e^{−λT}."""
        return self._share(self.per_day)

    def corrected_count(self, n_observed: int) -> tuple[float | None, float | None, float | None]:
        """Incidents there were, observed / P(reported), and its bounds by those of λ.

        The number and its upper bound are None where nobody, or perhaps nobody, ever reports twice: there is no bound.

        Examples:
            >>> rate = reporting_rate(np.array([0]), np.array([10.0]), 14.0)
            >>> count, low, high = rate.corrected_count(8)
            >>> count, round(low, 2), high
            (None, 8.05, None)
        """
        shares = (self._share(rate) for rate in (self.per_day, self.per_day_high, self.per_day_low))
        count, low, high = (n_observed / share if share > 0 else None for share in shares)
        return count, low, high

    def _share(self, per_day: float) -> float:
        return float(-np.expm1(-per_day * self.horizon_days))


def reporting_rate(n_further_reports: np.ndarray, exposure_days: np.ndarray, horizon_days: float) -> ReportingRate:
    """λ̂ = Σ further reports / Σ exposure: after its first report, an incident is one that is known to be there.

    Args:
        n_further_reports: int, reports of each incident after its first.
        exposure_days: float, days from its first report to its end or the end of observation, > 0.
        horizon_days: T, how long an incident lasts.

    Raises:
        ValueError: no exposure, or a negative one.

    References:
        Liu, Bhandaram & Garg, "Quantifying spatial under-reporting disparities in resident crowdsourcing" (2022).
    """
    reports, exposure = float(np.sum(n_further_reports)), float(np.sum(exposure_days))
    if exposure <= 0 or np.min(exposure_days) < 0 or horizon_days <= 0:
        raise ValueError(f"exposure is {exposure} days, horizon {horizon_days}; accepted: both above 0.")
    low = chi2.ppf(0.025, 2 * reports) / 2 if reports else 0.0
    high = chi2.ppf(0.975, 2 * reports + 2) / 2
    return ReportingRate(reports / exposure, float(low) / exposure, float(high) / exposure, horizon_days)
