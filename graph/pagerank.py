"""PageRank on sparse matrices, equal to networkx's to the tolerance.

Belongs here: the power iteration. Does not belong here: authority (`leaders`), of which it is no part: weighted by
messages it found senior staff clearly worse than the components that are.
"""

import numpy as np
from scipy import sparse


class PageRankConvergenceError(RuntimeError):
    """PageRank did not converge within the allowed number of rounds."""


def pagerank(
    weights: sparse.csr_array, *, damping: float = 0.85, tolerance: float = 1e-10, max_rounds: int = 1_000
) -> np.ndarray:
    r"""Stationary share of a walker who follows ties by weight and restarts anywhere with probability 1 − d.

    .. math:: x = d\, (P^\top x + \tfrac{1}{n} \textstyle\sum_{v\ \mathrm{without\ outgoing}} x_v) + \tfrac{1-d}{n}

    Args:
        weights: n × n, n >= 1; row = sender, column = recipient; no negative entry.
        damping: d, in (0, 1).
        tolerance: accepted sum of absolute changes in a round.
        max_rounds: bound.

    Returns:
        n numbers summing to 1.

    Raises:
        PageRankConvergenceError: the last change is still above the tolerance.

    References:
        Brin & Page (1998), The anatomy of a large-scale hypertextual web search engine,
        doi:10.1016/S0169-7552(98)00110-X.

    Examples:
        >>> star = sparse.csr_array(np.array([[0.0, 0, 0], [1, 0, 0], [1, 0, 0]]))
        >>> pagerank(star).round(3).tolist()
        [0.574, 0.213, 0.213]
    """
    n = weights.shape[0]
    sent = weights.sum(axis=1)
    is_silent = sent == 0
    scale = np.where(is_silent, 0.0, 1 / np.where(is_silent, 1.0, sent))
    incoming = (sparse.diags_array(scale) @ weights).T.tocsr()
    share = np.full(n, 1 / n)
    for _ in range(max_rounds):
        following: np.ndarray = damping * (incoming @ share + share[is_silent].sum() / n) + (1 - damping) / n
        change = float(np.abs(following - share).sum())
        share = following
        if change <= tolerance:
            return share
    raise PageRankConvergenceError(f"{n} nodes: change {change:.1e} after {max_rounds} rounds, asked for {tolerance}.")
