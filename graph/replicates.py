"""Authority scores of the same graph under many weightings, fast enough for hundreds of replicates.

Belongs here: the repeated scoring behind `bootstrap` and `null_model`. Does not belong here: the score that is
published (`leaders`, to full precision), the drawing of replicates.
"""

import numpy as np
from scipy import sparse

from graph.hits import lanczos_cycle

# Products with AᵀA in a Krylov space, spaces at most, and accepted relative residual: enough for ranks, not digits.
CYCLE_LENGTH, MAX_CYCLES, RESIDUAL_TOLERANCE = 8, 8, 1e-6
MAX_FIRST_CYCLES = 400
FLOOR = 0.05

# Ranks are compared, so equal scores must tie although two sums of the same floats differ in their last digits.
COMPARED_DIGITS = 6


class AuthorityReplicate:
    """Authority of `graph.leaders` for edges whose ends are fixed and whose weights vary.

    Args:
        source: sender of each tie, 0 … n − 1; no pair twice, no loop.
        target: recipient of each tie.
        n: number of people, >= 2.
        weight: weights of the whole period, > 0; their authorities are where each replicate starts from.
    """

    def __init__(self, source: np.ndarray, target: np.ndarray, n: int, weight: np.ndarray) -> None:
        order = np.lexsort((source, target))
        self._order, self._n = order, n
        self._sender, self._recipient = source[order].astype("int32"), target[order].astype("int32")
        starts = np.zeros(n + 1, dtype="int32")
        np.cumsum(np.bincount(self._recipient, minlength=n), out=starts[1:])
        # Rows are recipients, so this is Aᵀ; a tie without weight in a replicate stays as a stored zero.
        self._incoming = sparse.csr_array((weight[order], self._sender, starts), shape=(n, n))
        by_sender = np.argsort(self._sender, kind="stable")
        out_starts = np.zeros(n + 1, dtype="int32")
        np.cumsum(np.bincount(self._sender, minlength=n), out=out_starts[1:])
        self._by_sender = by_sender
        self._outgoing = sparse.csr_array(
            (weight[order][by_sender], self._recipient[by_sender], out_starts), shape=(n, n)
        )
        uniform = np.full(n, 1 / np.sqrt(n))
        self._start_weighted = self._hits(weight[order], uniform, MAX_FIRST_CYCLES)
        self._start_binary = self._hits(np.ones(len(order)), uniform, MAX_FIRST_CYCLES)

    def score(self, weight: np.ndarray) -> np.ndarray:
        """Authority in [0, 1] of everybody, by the formula of `graph.leaders.leader_scores`.

        Args:
            weight: weight of each tie, in the order of `source`; 0 = the tie is not there.
        """
        weight = weight[self._order]
        present = weight > 0
        pattern = present.astype(float)
        n_senders = np.bincount(self._recipient, weights=pattern, minlength=self._n).astype("int64")
        components = (
            self._hits(pattern, self._start_binary),
            self._hits(weight, self._start_weighted),
            n_senders,
            self._h_index(present, n_senders),
        )
        doubled = np.sum([doubled_rank(component) for component in components], axis=0)
        return np.asarray((doubled - 2 * len(components)) / (2 * len(components) * (self._n - 1)))

    def _hits(self, weight: np.ndarray, start: np.ndarray, max_cycles: int = MAX_CYCLES) -> np.ndarray:
        if not weight.any():
            return np.zeros(self._n)
        self._incoming.data, self._outgoing.data = weight, weight[self._by_sender]
        # A part that has no authority in the whole period may lead in a replicate: nobody may start from zero.
        authority = start + FLOOR * start.max()
        authority /= np.linalg.norm(authority)
        for _ in range(max_cycles):
            authority, residual = lanczos_cycle(self._outgoing, self._incoming, authority, CYCLE_LENGTH)
            if residual <= RESIDUAL_TOLERANCE:
                break
        relative: np.ndarray = np.round(authority / authority.max(), COMPARED_DIGITS)
        return relative

    def _h_index(self, present: np.ndarray, n_senders: np.ndarray) -> np.ndarray:
        recipient, value = self._recipient[present], n_senders[self._sender[present]]
        height = int(n_senders.max()) + 1
        # One key sorts by recipient and, within a recipient, by falling value.
        key = np.sort(recipient.astype("int64") * height + (height - 1 - value))
        recipient, value = key // height, height - 1 - key % height
        starts = np.concatenate([[0], np.cumsum(n_senders)[:-1]])
        place = np.arange(len(key)) - starts[recipient] + 1
        return np.bincount(recipient[value >= place], minlength=self._n)


def doubled_rank(values: np.ndarray) -> np.ndarray:
    """Twice the ascending average rank: whole numbers.

    Examples:
        >>> doubled_rank(np.array([5.0, 1.0, 5.0])).tolist()
        [5, 2, 5]
    """
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    ends = np.append(starts[1:], len(values))
    result = np.empty(len(values), dtype="int64")
    # 1-based places starts + 1 … ends; twice their mean:
    result[order] = np.repeat(starts + 1 + ends, ends - starts)
    return result


def descending_rank(values: np.ndarray) -> np.ndarray:
    """1 = highest; ties share the smallest rank.

    Examples:
        >>> descending_rank(np.array([5.0, 1.0, 5.0])).tolist()
        [1, 3, 1]
    """
    order = np.argsort(-values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    result = np.empty(len(values), dtype="int64")
    result[order] = np.repeat(starts + 1, np.diff(np.append(starts, len(values))))
    return result
