"""The components of authority, each with all that anybody asks of it.

Belongs here: what a component is, how it is computed, once to full precision and many times for ranks alone, and its
names. Does not belong here: the score made of them (`leaders`), its reasons (`reasons`), its replicates (`replicates`).
A new component is one entry of `AUTHORITY_COMPONENTS`; score, reasons, intervals and schemas follow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

from graph.hits import hits_authority

if TYPE_CHECKING:
    from graph.replicates import DrawnTies


@dataclass(frozen=True)
class AuthorityComponent:
    """One of the numbers whose ranks authority is the mean of.

    Attributes:
        name: its column; `rank_without_<name>` is the column of the ranks without it.
        kind: type of the column.
        doc: its description wherever the column stands.
        phrase_en: what is said of it in a reason, after "The place rests most on".
        phrase_ru: the same in Russian, after «Сильнее всего на место влияет».
        exact: from weights, n × n with n >= 2 (row = sender, column = recipient, stored values > 0, at least one), to n
            numbers of which more is better.
        drawn: the same for one of many replicates, where only the order of the numbers counts; None where `exact` is
            fast enough for hundreds of them.
    """

    name: str
    kind: pa.DataType
    doc: str
    phrase_en: str
    phrase_ru: str
    exact: Callable[[sparse.csr_array], np.ndarray]
    drawn: "Callable[[DrawnTies], np.ndarray] | None" = None

    def replicate(self, ties: "DrawnTies") -> np.ndarray:
        """The component of everybody in one replicate."""
        if self.drawn is not None:
            return self.drawn(ties)
        matrix = ties.matrix()
        return self.exact(matrix) if matrix.nnz else np.zeros(ties.n)


def binary(weights: sparse.csr_array) -> sparse.csr_array:
    """The same ties, each of weight 1."""
    pattern = weights.copy()
    pattern.data = np.ones_like(pattern.data)
    return pattern


def distinct_senders(weights: sparse.csr_array) -> np.ndarray:
    """In-degree: how many people wrote to each."""
    degree: np.ndarray = np.diff(weights.tocsc().indptr).astype("int64")
    return degree


def local_h_index(adjacency: sparse.csr_array) -> np.ndarray:
    """Largest h such that at least h in-neighbours have an in-degree of at least h.

    Args:
        adjacency: n × n; row = sender, column = recipient; only the pattern counts.

    Returns:
        n integers, each <= the number of distinct senders.

    Examples:
        >>> star = sparse.csr_array(np.array([[0.0, 0, 0], [1, 0, 0], [1, 0, 0]]))
        >>> local_h_index(star).tolist()
        [0, 0, 0]
    """
    by_recipient = adjacency.tocsc()
    n_senders = np.diff(by_recipient.indptr)
    recipient = np.repeat(np.arange(len(n_senders)), n_senders)
    return h_index_of(recipient, n_senders[by_recipient.indices], n_senders)


def h_index_of(recipient: np.ndarray, value: np.ndarray, n_values: np.ndarray) -> np.ndarray:
    """H-index of everybody: the largest h such that h of somebody's values are at least h.

    Args:
        recipient: whose value it is, 0 … n − 1, one entry a tie.
        value: whole numbers >= 0, one a tie.
        n_values: how many values each of the n has.
    """
    height = int(n_values.max(initial=0)) + 1
    # One key sorts by recipient and, within a recipient, by falling value.
    key = np.sort(recipient.astype("int64") * height + (height - 1 - value))
    recipient, value = key // height, height - 1 - key % height
    starts = np.concatenate([[0], np.cumsum(n_values)[:-1]])
    place = np.arange(len(key)) - starts[recipient] + 1
    # Sorted descending, value >= place holds for exactly the first h values.
    height_of: np.ndarray = np.bincount(recipient[value >= place], minlength=len(n_values)).astype("int64")
    return height_of


AUTHORITY_COMPONENTS = (
    AuthorityComponent(
        name="hits_authority",
        kind=pa.float64(),
        doc="HITS authority on the binary graph.",
        phrase_en="being written to by active writers",
        phrase_ru="обращения активно пишущих коллег",
        exact=lambda weights: hits_authority(binary(weights)),
        drawn=lambda ties: ties.hits(ties.pattern, "binary"),
    ),
    AuthorityComponent(
        name="hits_authority_weighted",
        kind=pa.float64(),
        doc="HITS authority on the weighted graph.",
        phrase_en="how much active writers write to them",
        phrase_ru="объём писем от активно пишущих",
        exact=hits_authority,
        drawn=lambda ties: ties.hits(ties.weight, "weighted"),
    ),
    AuthorityComponent(
        name="distinct_senders_count",
        kind=pa.int64(),
        doc="People who wrote to the subject.",
        phrase_en="the number of senders",
        phrase_ru="число отправителей",
        exact=distinct_senders,
        drawn=lambda ties: ties.n_senders,
    ),
    AuthorityComponent(
        name="h_index",
        kind=pa.int64(),
        doc="Local H-index.",
        phrase_en="senders who are sought themselves",
        phrase_ru="отправители, к которым обращаются и другие",
        exact=local_h_index,
        drawn=lambda ties: h_index_of(ties.recipient, ties.n_senders[ties.sender], ties.n_senders),
    ),
)


def authority_components(weights: sparse.csr_array) -> pd.DataFrame:
    """Every component of authority, a column each, one row per subject, in the order of the matrix.

    Args:
        weights: n × n, n >= 2; row = sender, column = recipient; every stored value > 0, at least one.
    """
    return pd.DataFrame({component.name: component.exact(weights) for component in AUTHORITY_COMPONENTS})


def doubled_rank_sum(components: pd.DataFrame) -> pd.Series:
    """Sum over the columns of twice the ascending average rank.

    Twice an average rank is a whole number, and adding whole numbers keeps equal scores exactly equal.
    """
    return (components.rank(method="average") * 2).astype("int64").sum(axis="columns")
