"""What authority owes to more than the number of contacts: comparison with rewired graphs.

Belongs here: degree-preserving rewiring and the p-values from it. Does not belong here: intervals (`bootstrap`).
"""

import numpy as np
import pandas as pd

from graph.build import CommunicationGraph, iter_graphs
from graph.replicates import AuthorityReplicate

# Swaps proposed between two samples, in units of the number of ties; Milo et al. advise about ten for a fresh graph.
ROUNDS_BEFORE_FIRST = 20
ROUNDS_BETWEEN = 4

# A swap needs two ties that share no end; graphs below this cannot be rewired in any useful way.
MIN_TIES = 4


def authority_p_values(edges: pd.DataFrame, *, n_rewirings: int = 99, seed: int = 0) -> pd.DataFrame:
    r"""Share of rewired graphs in which a subject has at least the authority that it really has.

    Rewiring exchanges the recipients of pairs of ties again and again: everybody keeps the number of people they
    write to and the number who write to them, all else is chance. A tie's weight stays with its sender.

    .. math:: p_u = \frac{1 + \#\{r : \mathrm{authority}^{(r)}_u \ge \mathrm{authority}_u\}}{1 + R}

    A small p says: more authority than that many senders bring by chance, because of *who* they are. A large p does
    not refute the score; it says that the number of senders explains it. Testing everybody finds 5 % below 0.05 by
    accident: adjust before naming anybody by p.

    Args:
        edges: columns network, organisation, source_subject_id, target_subject_id, n_messages, weight.
        n_rewirings: R, >= 1; no p below 1 / (1 + R) is possible.
        seed: of the swaps.

    Returns:
        network, organisation, subject_id, authority_null_p_value (float; NaN where the organisation has fewer than
        `MIN_TIES` ties); ordered by the first three.

    Raises:
        EdgeFrameError: see `graph.build.check_edges`.
        ValueError: n_rewirings is below 1.

    References:
        Maslov & Sneppen (2002), Specificity and stability in topology of protein networks,
        doi:10.1126/science.1065103.
        Milo et al. (2003), On the uniform generation of random graphs with prescribed degree sequences,
        arXiv:cond-mat/0312028.
        Davison & Hinkley (1997), Bootstrap methods and their application, section 4.2.

    Examples:
        In a star everybody's contacts are fixed: no rewiring exists, and nothing is more than chance.

        >>> rows = [(f"s_{i}", "s_hub") for i in range(5)]
        >>> star = pd.DataFrame(rows, columns=["source_subject_id", "target_subject_id"])
        >>> star = star.assign(network="staff", organisation="city", n_messages=1, weight=1.0)
        >>> set(authority_p_values(star, n_rewirings=9)["authority_null_p_value"])
        {1.0}
    """
    if n_rewirings < 1:
        raise ValueError(f"n_rewirings is {n_rewirings}; at least 1 is needed.")
    columns = ["network", "organisation", "subject_id", "authority_null_p_value"]
    frames = [
        pd.DataFrame(
            {
                "network": graph.network,
                "organisation": graph.organisation,
                "subject_id": graph.subject_ids,
                "authority_null_p_value": _p_values(graph, n_rewirings, seed),
            }
        )
        for graph in iter_graphs(edges)
        if graph.n_subjects
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def rewire(source: np.ndarray, target: np.ndarray, n: int, *, n_rounds: int, rng: np.random.Generator) -> np.ndarray:
    """New recipients after rounds of swaps; no loop and no double tie ever appears.

    Args:
        source: sender of each tie, 0 … n − 1.
        target: recipient of each tie; no pair twice, no loop.
        n: number of people.
        n_rounds: in a round every tie is in one proposed swap.
        rng: source of chance.
    """
    target = target.astype("int64").copy()
    source = source.astype("int64")
    half = len(source) // 2
    for _ in range(n_rounds):
        shuffled = rng.permutation(len(source))
        one, other = shuffled[:half], shuffled[half : 2 * half]
        new_one, new_other = source[one] * n + target[other], source[other] * n + target[one]
        existing = np.sort(source * n + target)
        proposed, times = np.unique(np.concatenate([new_one, new_other]), return_counts=True)
        # Every swap of a round must hold whichever of the others does, so it may touch no pair that is there already
        # or that another swap proposes.
        taken = np.union1d(existing, proposed[times > 1])
        is_allowed = (
            (source[one] != target[other])
            & (source[other] != target[one])
            & ~_contains(taken, new_one)
            & ~_contains(taken, new_other)
        )
        first, second = one[is_allowed], other[is_allowed]
        target[first], target[second] = target[second], target[first]
    return target


def _contains(ordered: np.ndarray, values: np.ndarray) -> np.ndarray:
    place = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    is_found: np.ndarray = ordered[place] == values
    return is_found


def _p_values(graph: CommunicationGraph, n_rewirings: int, seed: int) -> np.ndarray:
    ties, n = graph.weights.tocoo(), graph.n_subjects
    if ties.nnz < MIN_TIES:
        return np.full(n, np.nan)
    source, target = ties.row, ties.col
    observed = AuthorityReplicate(source, target, n, ties.data).score(ties.data)
    rng, exceeded = np.random.default_rng(seed), np.ones(n)
    target = rewire(source, target, n, n_rounds=ROUNDS_BEFORE_FIRST - ROUNDS_BETWEEN, rng=rng)
    for _ in range(n_rewirings):
        target = rewire(source, target, n, n_rounds=ROUNDS_BETWEEN, rng=rng)
        exceeded += AuthorityReplicate(source, target, n, ties.data).score(ties.data) >= observed
    return exceeded / (1 + n_rewirings)
