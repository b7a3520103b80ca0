"""Activity of places and the uncertainty of their order (definition 11): gamma-Poisson rates and rank intervals."""

import numpy as np
import pandas as pd


def fit_gamma_prior(counts: np.ndarray, exposure: np.ndarray) -> tuple[float, float]:
    """Prior (α, β) of the rates by moments: mean m = Σy/Σn, variance of y/n less its Poisson part; α = m²/v, β = m/v.

    Where the places vary no more than chance would make them, v is a hundredth of m², which pulls them nearly together.

    Args:
        counts: y of every place, ≥ 0.
        exposure: n of every place, > 0.
    """
    rate, mean = counts / exposure, counts.sum() / exposure.sum()
    if mean == 0:
        return 1.0, float(exposure.sum())
    weight = exposure / exposure.sum()
    between = float((weight * (rate - mean) ** 2).sum() - (weight * mean / exposure).sum())
    variance = max(between, 0.01 * mean**2)
    return mean**2 / variance, mean / variance


def rank_activity(
    places: pd.DataFrame, *, per: float = 1000.0, n_draws: int = 4000, seed: int = 1, min_count: int = 1
) -> pd.DataFrame:
    """Shrunken rates and the interval of every place's rank, 1 for the most active.

    The posterior of a rate is Gamma(y + α, n + β), its mean (y + α)/(n + β). Ranks are taken in every one of `n_draws`
    joint draws; the interval holds 95 % of them.

    Args:
        places: place (str, distinct), n_events (int ≥ 0), population (int > 0; places without one are left out).
        per: rates are per so many residents.
        n_draws: posterior draws.
        seed: start of the draws.
        min_count: a place with fewer events gets its rate but no rank.

    Returns:
        One row per place, sorted by place: rate, rate_low, rate_high (float64, per `per` residents), rank (Int64, by
        posterior mean), rank_low, rank_high (Int64).

    Raises:
        ValueError: a place comes twice.
    """
    known = places[places["population"].fillna(0) > 0].sort_values("place", ignore_index=True)
    if known["place"].duplicated().any():
        raise ValueError(
            f"{known.loc[known['place'].duplicated(), 'place'].tolist()} come twice; accepted: one row each."
        )
    columns = ["place", "rate", "rate_low", "rate_high", "rank", "rank_low", "rank_high"]
    if known.empty:
        return pd.DataFrame(columns=columns)
    counts = known["n_events"].to_numpy(dtype=float)
    exposure = known["population"].to_numpy(dtype=float) / per
    alpha, beta = fit_gamma_prior(counts, exposure)
    mean = (counts + alpha) / (exposure + beta)
    draws = np.random.default_rng(seed).gamma(counts + alpha, 1 / (exposure + beta), size=(n_draws, len(known)))
    is_ranked = counts >= min_count
    frame = pd.DataFrame({"place": known["place"], "rate": mean})
    frame["rate_low"], frame["rate_high"] = np.quantile(draws, [0.025, 0.975], axis=0)
    for name in ("rank", "rank_low", "rank_high"):
        frame[name] = pd.Series(pd.NA, index=frame.index, dtype="Int64")
    if is_ranked.any():
        ranks = (-draws[:, is_ranked]).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1
        low, high = np.quantile(ranks, [0.025, 0.975], axis=0, method="inverted_cdf")
        frame.loc[is_ranked, "rank"] = (-mean[is_ranked]).argsort(kind="stable").argsort(kind="stable") + 1
        frame.loc[is_ranked, "rank_low"], frame.loc[is_ranked, "rank_high"] = low.astype(int), high.astype(int)
    return frame[columns]
