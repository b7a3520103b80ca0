"""Bursts, инфоповоды (definition 9): Kleinberg's two-state automaton on daily counts, and a Poisson tail.

`burst` is the function an asset calls on daily counts; what is counted, and where the result goes, is not known here.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.stats import false_discovery_control, poisson

METHOD_VERSION = "1"
BURST_SCHEMA = pa.schema(
    [
        pa.field("topic_code", pa.string(), False, {"doc": "Topic."}),
        pa.field("municipality_id", pa.string(), False, {"doc": "Municipality."}),
        pa.field("first_date", pa.date32(), False, {"doc": "First local day."}),
        pa.field("last_date", pa.date32(), False, {"doc": "Last local day, inclusive."}),
        pa.field("n_posts", pa.int64(), False, {"doc": "Posts of those days."}),
        pa.field("expected_count", pa.float64(), False, {"doc": "Posts expected from the days outside of bursts."}),
        pa.field("kleinberg_weight", pa.float64(), False, {"doc": "Cost saved against the base state, nats."}),
        pa.field("p_value", pa.float64(), False, {"doc": "Tail of the Poisson law."}),
        pa.field("q_value", pa.float64(), False, {"doc": "The same after Benjamini and Hochberg over all candidates."}),
        pa.field("method_version", pa.string(), False, {"doc": "Version of the method."}),
    ],
    metadata={"doc": "One row per burst of a topic in a municipality."},
)


def burst_states(relevant: np.ndarray, total: np.ndarray, *, scaling: float = 2.0, gamma: float = 1.0) -> np.ndarray:
    """The most likely sequence of states, 1 for a burst, of Kleinberg's batched two-state automaton.

    Base rate p₀ = Σr / Σd, burst rate p₁ = min(s·p₀, 0.9999). A state i costs σ(i) = −ln[C(d,r) pᵢʳ (1−pᵢ)^{d−r}] a
    day, going up costs γ ln n, going down nothing. The cheapest sequence is found by Viterbi; ties stay in state 0.

    Args:
        relevant: int64, r of every day, 0 ≤ r ≤ d.
        total: int64, d of every day.
        scaling: s > 1.
        gamma: γ ≥ 0.

    Raises:
        ValueError: r is more than d, lengths differ, or s is not above 1.

    References:
        Kleinberg, Data Mining and Knowledge Discovery 7 (2003), section 4.
    """
    relevant, total = np.asarray(relevant, dtype=float), np.asarray(total, dtype=float)
    if relevant.shape != total.shape or (relevant > total).any():
        raise ValueError("relevant must hold one count for each of total, and never a larger one.")
    if scaling <= 1:
        raise ValueError(f"scaling is {scaling}; accepted: above 1.")
    days = len(relevant)
    if not days or not relevant.sum() or relevant.sum() == total.sum():
        return np.zeros(days, dtype=np.int64)
    costs = _costs(relevant, total, scaling)
    up = gamma * math.log(days)
    best = np.array([0.0, up])
    came_from = np.zeros((days, 2), dtype=np.int64)
    for day in range(days):
        # into state 0 it is free from either; into state 1 it costs `up` from state 0
        arriving = np.array([[best[0], best[1]], [best[0] + (up if day else 0.0), best[1]]])
        if not day:
            arriving = np.array([[0.0, np.inf], [up, np.inf]])
        came_from[day] = arriving.argmin(axis=1)
        best = arriving.min(axis=1) + costs[day]
    states = np.zeros(days, dtype=np.int64)
    states[-1] = int(best[1] < best[0])
    for day in range(days - 1, 0, -1):
        states[day - 1] = came_from[day, states[day]]
    return states


def _costs(relevant: np.ndarray, total: np.ndarray, scaling: float) -> np.ndarray:
    """Cost of each day in each state; the binomial coefficient is the same in both and left out."""
    base = relevant.sum() / total.sum()
    rates = np.array([base, min(scaling * base, 0.9999)])
    costs: np.ndarray = -(relevant[:, None] * np.log(rates) + (total - relevant)[:, None] * np.log1p(-rates))
    return costs


def burst(
    counts: pd.DataFrame, *, scaling: float = 2.0, gamma: float = 1.0, alpha: float = 0.01, min_posts: int = 5
) -> pd.DataFrame:
    """Bursts of every topic in every place: runs of days in state 1 that a Poisson tail confirms.

    A run of days in state 1 is a candidate. Its p-value is P(X ≥ n) of a Poisson whose mean is the cell's mean a day
    outside of its bursts (at least one post in the whole span: a cell that was silent has no rate of zero) times the
    days of the run. A candidate is a burst when its Benjamini–Hochberg q-value over all candidates is at most `alpha`
    and it has at least `min_posts` posts.

    Args:
        counts: topic_code, municipality_id (str), date (datetime.date), n_posts (int). Days without posts may be left
            out; rows with a null key are left out by this function.
        scaling: s of Kleinberg's automaton.
        gamma: γ of Kleinberg's automaton.
        alpha: false discovery rate among the published bursts.
        min_posts: fewest posts of a burst.

    Returns:
        Columns of BURST_SCHEMA, sorted by topic_code, municipality_id, first_date; dates inclusive. kleinberg_weight
        is the cost saved against staying in state 0, Σ σ(0) − σ(1).
    """
    counts = counts.dropna(subset=["topic_code", "municipality_id", "date"])
    if counts.empty:
        return _typed([])
    dates = pd.date_range(counts["date"].min(), counts["date"].max()).date
    position = {date: index for index, date in enumerate(dates)}
    total = np.zeros(len(dates))
    np.add.at(total, counts["date"].map(position).to_numpy(), counts["n_posts"].to_numpy())
    candidates: list[dict[str, Any]] = []
    for (topic, place), cell in counts.groupby(["topic_code", "municipality_id"], sort=True):
        relevant = np.zeros(len(dates))
        np.add.at(relevant, cell["date"].map(position).to_numpy(), cell["n_posts"].to_numpy())
        if relevant.sum() >= min_posts:
            for run in _runs(relevant, total, scaling, gamma):
                candidates.append({"topic_code": topic, "municipality_id": place, **run})
    if not candidates:
        return _typed([])
    q_values = false_discovery_control([one["p_value"] for one in candidates])
    found = [
        one | {"first_date": dates[one["first"]], "last_date": dates[one["last"]], "q_value": float(q)}
        for one, q in zip(candidates, q_values, strict=True)
        if q <= alpha and one["n_posts"] >= min_posts
    ]
    return _typed(found)


def _runs(relevant: np.ndarray, total: np.ndarray, scaling: float, gamma: float) -> list[dict[str, Any]]:
    states = burst_states(relevant, total, scaling=scaling, gamma=gamma)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], states, [0]])))
    if not len(edges):
        return []
    saved = np.subtract(*_costs(relevant, total, scaling).T)
    quiet_days = max(1, int((states == 0).sum()))
    rate = max(float(relevant[states == 0].sum()), 1.0) / quiet_days
    runs = []
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        n_posts, expected = int(relevant[first:end].sum()), rate * (end - first)
        runs.append(
            {
                "first": first,
                "last": end - 1,
                "n_posts": n_posts,
                "expected_count": expected,
                "kleinberg_weight": float(saved[first:end].sum()),
                "p_value": float(poisson.sf(n_posts - 1, expected)),
            }
        )
    return runs


def _typed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    stamped = [row | {"method_version": METHOD_VERSION} for row in rows]
    found: pd.DataFrame = pa.Table.from_pylist(stamped, schema=BURST_SCHEMA).to_pandas()
    return found
