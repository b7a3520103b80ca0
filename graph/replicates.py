"""Authority scores of the same graph under many weightings, fast enough for hundreds of replicates.

Belongs here: the repeated scoring behind `bootstrap` and `null_model`. Does not belong here: the score that is
published (`leaders`, to full precision), the drawing of replicates.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from graph.authority import AUTHORITY_COMPONENTS
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
        self._order, self.n = order, n
        self.sender, self.recipient = source[order].astype("int32"), target[order].astype("int32")
        starts = np.zeros(n + 1, dtype="int32")
        np.cumsum(np.bincount(self.recipient, minlength=n), out=starts[1:])
        # Rows are recipients, so this is Aᵀ; a tie without weight in a replicate stays as a stored zero.
        self._incoming = sparse.csr_array((weight[order], self.sender, starts), shape=(n, n))
        by_sender = np.argsort(self.sender, kind="stable")
        out_starts = np.zeros(n + 1, dtype="int32")
        np.cumsum(np.bincount(self.sender, minlength=n), out=out_starts[1:])
        self._by_sender = by_sender
        self._outgoing = sparse.csr_array(
            (weight[order][by_sender], self.recipient[by_sender], out_starts), shape=(n, n)
        )
        uniform = np.full(n, 1 / np.sqrt(n))
        self._starts = {
            "weighted": self._hits(weight[order], uniform, MAX_FIRST_CYCLES),
            "binary": self._hits(np.ones(len(order)), uniform, MAX_FIRST_CYCLES),
        }

    def score(self, weight: np.ndarray) -> np.ndarray:
        """Authority in [0, 1] of everybody, by the formula of `graph.leaders.leader_scores`.

        Args:
            weight: weight of each tie, in the order of `source`; 0 = the tie is not there.
        """
        drawn = DrawnTies(self, self.n, weight[self._order])
        doubled = np.sum([doubled_rank(component.replicate(drawn)) for component in AUTHORITY_COMPONENTS], axis=0)
        n_components = len(AUTHORITY_COMPONENTS)
        return np.asarray((doubled - 2 * n_components) / (2 * n_components * (self.n - 1)))

    def hits(self, weight: np.ndarray, start: str) -> np.ndarray:
        """HITS authorities, exact enough to rank by; 1 is the highest.

        Args:
            weight: of each tie, sorted by recipient; 0 = the tie is not there.
            start: where to begin: at the authorities of the whole period, "binary" or "weighted".
        """
        return self._hits(weight, self._starts[start])

    def _hits(self, weight: np.ndarray, start: np.ndarray, max_cycles: int = MAX_CYCLES) -> np.ndarray:
        if not weight.any():
            return np.zeros(self.n)
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


@dataclass(frozen=True)
class DrawnTies:
    """The ties of one replicate, as a component of authority reads them.

    Attributes:
        graph: what they were drawn from.
        n: number of people.
        weight: of every tie of the graph, sorted by recipient; 0 = not drawn.
    """

    graph: AuthorityReplicate
    n: int
    weight: np.ndarray

    @cached_property
    def pattern(self) -> np.ndarray:
        """1 for every drawn tie, else 0; as long as `weight`."""
        return (self.weight > 0).astype(float)

    @cached_property
    def n_senders(self) -> np.ndarray:
        """How many people wrote to each of the n."""
        return np.bincount(self.graph.recipient, weights=self.pattern, minlength=self.n).astype("int64")

    @property
    def sender(self) -> np.ndarray:
        """Sender of each drawn tie."""
        return self.graph.sender[self.weight > 0]

    @property
    def recipient(self) -> np.ndarray:
        """Recipient of each drawn tie."""
        return self.graph.recipient[self.weight > 0]

    def hits(self, weight: np.ndarray, start: str) -> np.ndarray:
        """See `AuthorityReplicate.hits`."""
        return self.graph.hits(weight, start)

    def matrix(self) -> sparse.csr_array:
        """Weights of the drawn ties, n × n; row = sender, column = recipient."""
        drawn = self.weight[self.weight > 0]
        return sparse.csr_array((drawn, (self.sender, self.recipient)), shape=(self.n, self.n))


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
