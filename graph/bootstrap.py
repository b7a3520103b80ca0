"""How sure a leader score is: whole weeks are drawn again, and everybody is scored anew.

Belongs here: intervals, rank intervals and the chance of the top k. Does not belong here: the scores (`leaders`),
what a score owes to the number of contacts alone (`null_model`), reasons in words (`reasons`).
"""

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse
from scipy.stats import kendalltau

from graph.build import KEY_COLUMNS, SUBJECT_FIELDS, EdgeFrameError, check_edges, conform
from graph.leaders import MESSAGE_TRAVEL, truncated_katz
from graph.replicates import AuthorityReplicate, descending_rank

LEADER_INTERVAL_SCHEMA = pa.schema(
    [
        *SUBJECT_FIELDS,
        pa.field("authority_low", pa.float64(), False, {"doc": "Lower bound of the 95 % interval of authority_score."}),
        pa.field("authority_high", pa.float64(), False, {"doc": "Upper bound of it."}),
        pa.field("authority_rank_low", pa.int64(), False, {"doc": "Best rank of the 95 % interval by authority."}),
        pa.field("authority_rank_high", pa.int64(), False, {"doc": "Worst rank of it."}),
        pa.field("authority_top_k_probability", pa.float64(), False, {"doc": "Replicates among the first k, share."}),
        pa.field("spread_low", pa.float64(), False, {"doc": "Lower bound of the 95 % interval of spread_score."}),
        pa.field("spread_high", pa.float64(), False, {"doc": "Upper bound of it."}),
        pa.field("spread_rank_low", pa.int64(), False, {"doc": "Best rank of the 95 % interval by spread."}),
        pa.field("spread_rank_high", pa.int64(), False, {"doc": "Worst rank of it."}),
        pa.field("spread_top_k_probability", pa.float64(), False, {"doc": "Replicates among the first k, share."}),
        pa.field("authority_rank_agreement", pa.float64(), False, {"doc": "Mean Kendall τ between replicates."}),
        pa.field("n_weeks", pa.int64(), False, {"doc": "Weeks with a message; below 8 intervals are rough."}),
        pa.field("n_replicates", pa.int64(), False, {"doc": "Bootstrap replicates."}),
    ]
)

INTERVAL = (0.025, 0.975)

# Kendall's τ costs as much as a replicate; twenty pairs fix its mean to about 0.01.
N_COMPARED_PAIRS = 20


def leader_intervals(
    weekly: pd.DataFrame,
    *,
    k: int,
    n_replicates: int = 200,
    seed: int = 0,
    transmission_probability: float = 0.1,
) -> pd.DataFrame:
    r"""Intervals of both leader scores from a bootstrap over weeks.

    Every replicate draws a number :math:`c_t \sim \mathrm{Poisson}(1)` for each week t and scores the graph of weights
    :math:`\sum_t c_t w_{uvt}`: a week enters as often as if the weeks had been drawn with replacement. Weeks and not
    messages, because a thread or a project brings messages in bursts: intervals from single messages covered .67–.77
    at a nominal .90, from weeks .83–.92. Even so read them as lower bounds of the uncertainty.

    The bounds are the 2.5 % and 97.5 % quantiles over the replicates, widened to hold the value of the whole period:
    a replicate lacks about a third of the weeks, hence of the rare contacts, and that shifts scores of the same
    people in the same direction.

    Args:
        weekly: network, organisation, source_subject_id, target_subject_id, week (integer), n_messages, weight; see
            `graph.weekly.weekly_edges`.
        k: number of places of the top, >= 1.
        n_replicates: definition 16 asks for at least 200.
        seed: of the draws.
        transmission_probability: see `graph.leaders.leader_scores`.

    Returns:
        One row per network, organisation and subject, ordered by the three, with the columns of
        `LEADER_INTERVAL_SCHEMA`. Ranks: 1 = highest. `…_top_k_probability`: share of replicates in which the subject
        is among the first k. `authority_rank_agreement`: mean Kendall τ between pairs of replicates, one number an
        organisation. With few weeks (`n_weeks` < 8) all of it is rough.

    Raises:
        EdgeFrameError: see `graph.build.check_edges`; or the column week is missing.
        ValueError: k or n_replicates is below 1.

    Notes:
        The sparse structure is fixed once per organisation and only its values change: a replicate of 10,000 people
        and 100,000 ties takes tens of milliseconds. HITS starts from the authorities of the whole period and stops
        at a relative residual of 1e-6 or after 64 products (`graph.replicates`): enough for ranks, not for digits.

    References:
        Künsch (1989), The jackknife and the bootstrap for general stationary observations, doi:10.1214/aos/1176347265.
        Hanley & MacGibbon (2006), Creating non-parametric bootstrap samples using Poisson frequencies,
        doi:10.1016/j.cmpb.2006.04.006.

    Examples:
        >>> rows = [("s_b", "s_a", week) for week in range(9)] + [("s_a", "s_b", 3)]
        >>> weekly = pd.DataFrame(rows, columns=["source_subject_id", "target_subject_id", "week"])
        >>> weekly = weekly.assign(network="staff", organisation="city", n_messages=1, weight=1.0)
        >>> leader_intervals(weekly, k=1)[["subject_id", "authority_rank_low", "authority_rank_high"]].values.tolist()
        [['s_a', 1, 1], ['s_b', 2, 2]]
    """
    if k < 1 or n_replicates < 1:
        raise ValueError(f"k is {k}, n_replicates is {n_replicates}; both must be at least 1.")
    if "week" not in weekly.columns:
        raise EdgeFrameError("The weekly edge frame lacks the column week.")
    checked = check_edges(weekly).assign(week=weekly["week"])
    checked = checked[checked["source_subject_id"] != checked["target_subject_id"]]
    frames = []
    for (network, organisation), group in checked.groupby(["network", "organisation"], sort=True):
        frame = _intervals(_WeeklyGraph(group, str(network)), k, n_replicates, seed, transmission_probability)
        frames.append(frame.assign(network=str(network), organisation=str(organisation)))
    return conform(frames, LEADER_INTERVAL_SCHEMA)


class _WeeklyGraph:
    """Ties of one organisation as rows of a ties × weeks matrix, and their fixed place in the adjacency matrix."""

    def __init__(self, group: pd.DataFrame, network: str) -> None:
        group = group.sort_values([*KEY_COLUMNS, "week", "weight"])
        codes, self.subject_ids = pd.factorize(
            pd.concat([group["source_subject_id"], group["target_subject_id"]]).to_numpy(dtype=object), sort=True
        )
        self.n = len(self.subject_ids)
        weeks, first_weeks = pd.factorize(group["week"], sort=True)
        self.n_weeks = len(first_weeks)
        source, target = codes[: len(group)].astype("int64"), codes[len(group) :].astype("int64")
        pairs, tie = np.unique(source * self.n + target, return_inverse=True)
        self.source, self.target = pairs // self.n, pairs % self.n
        self.by_week = sparse.csr_array(
            (group["weight"].to_numpy(float), (tie, weeks)), shape=(len(pairs), self.n_weeks)
        )
        self.is_against = MESSAGE_TRAVEL[network] == "against"

    def spread(self, weight: np.ndarray, transmission_probability: float) -> np.ndarray:
        row, column = (self.target, self.source) if self.is_against else (self.source, self.target)
        travel = sparse.csr_array((weight, (row, column)), shape=(self.n, self.n))
        return truncated_katz(travel, transmission_probability=transmission_probability)


def _intervals(
    graph: _WeeklyGraph, k: int, n_replicates: int, seed: int, transmission_probability: float
) -> pd.DataFrame:
    whole = graph.by_week.sum(axis=1)
    authority_of = AuthorityReplicate(graph.source, graph.target, graph.n, whole)
    authority = np.empty((n_replicates + 1, graph.n), dtype="float32")
    spread = np.empty((n_replicates + 1, graph.n), dtype="float32")
    rng = np.random.default_rng(seed)
    draws = rng.poisson(1.0, (n_replicates, graph.n_weeks)).astype(float)
    # An archive of one or two weeks can draw none at all; such a replicate is the whole period.
    draws[draws.sum(axis=1) == 0] = 1.0
    for replicate in range(n_replicates + 1):
        # The first is the whole period itself.
        weight = graph.by_week @ draws[replicate - 1] if replicate else whole
        authority[replicate] = authority_of.score(weight)
        spread[replicate] = graph.spread(weight, transmission_probability)
    return pd.DataFrame(
        {
            "subject_id": graph.subject_ids,
            **_summary("authority", authority, k),
            **_summary("spread", spread, k),
            "authority_rank_agreement": _agreement(authority[1:]),
            "n_weeks": graph.n_weeks,
            "n_replicates": n_replicates,
        }
    )


def _summary(name: str, scores: np.ndarray, k: int) -> dict[str, np.ndarray]:
    """Columns of one score; the first row of `scores` is the whole period."""
    rank = np.stack([descending_rank(row) for row in scores])
    low, high = np.quantile(scores[1:], INTERVAL, axis=0)
    rank_low, rank_high = np.quantile(rank[1:], INTERVAL, axis=0, method="nearest")
    return {
        f"{name}_low": np.minimum(low, scores[0]).astype(float),
        f"{name}_high": np.maximum(high, scores[0]).astype(float),
        f"{name}_rank_low": np.minimum(rank_low, rank[0]).astype("int64"),
        f"{name}_rank_high": np.maximum(rank_high, rank[0]).astype("int64"),
        f"{name}_top_k_probability": (rank[1:] <= k).mean(axis=0),
    }


def _agreement(scores: np.ndarray) -> float:
    pairs = [(i, i + 1) for i in range(0, min(len(scores) - 1, 2 * N_COMPARED_PAIRS), 2)]
    taus = np.array([kendalltau(scores[i], scores[j]).statistic for i, j in pairs])
    # Everybody equal in a replicate: τ is 0/0, and there is no order to agree upon.
    return float(np.nan_to_num(taus).mean()) if len(taus) else 0.0
