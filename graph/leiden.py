"""The compiled engine (NetworKit) behind few functions that hold its global state in check.

Belongs here: whatever touches NetworKit. Does not belong here: what the partitions mean (`groups`).
"""

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import combinations
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from networkit import Graph, Partition

# The engine's own default.
FULL_SWEEPS = 3

_WEIGHT_STEPS = 2.0**10


@cache
def _networkit() -> ModuleType:
    # Imported on use: it takes a second, and most importers of this package only want a schema.
    return importlib.import_module("networkit")


@contextmanager
def one_thread() -> Iterator[None]:
    """Runs NetworKit on one thread inside the block and puts the number back afterwards.

    More threads race for the same nodes, and equal seeds then give unequal partitions.
    """
    before = _networkit().getMaxNumberOfThreads()
    _networkit().setNumberOfThreads(1)
    try:
        yield
    finally:
        _networkit().setNumberOfThreads(before)


def engine_graph(ties: sparse.coo_array) -> "Graph":
    """Undirected weighted graph of the engine.

    Args:
        ties: n × n, each pair once, no diagonal; values > 0.
    """
    index = (ties.row.astype("int64"), ties.col.astype("int64"))
    # A binary fraction: sums of such weights are exact. With others the engine's running sums drift, a move and its
    # reverse both look like a gain, and it moves one person to and fro until memory is full.
    weights = np.maximum(np.round(ties.data * _WEIGHT_STEPS), 1) / _WEIGHT_STEPS
    return _networkit().GraphFromCoo((weights, index), n=ties.shape[0], weighted=True)


def leiden(graph: "Graph", *, resolution: float, seed: int, n_sweeps: int = FULL_SWEEPS) -> "Partition":
    """Leiden partition that maximises modularity at a resolution; call it inside `one_thread`.

    Args:
        graph: see `engine_graph`.
        resolution: γ > 0; 1 is ordinary modularity, higher gives smaller groups.
        seed: seed of the order in which nodes are visited; it is global in the engine and set anew by each call.
        n_sweeps: rounds of moving, refining and contracting; the first brings nearly all of the modularity.

    References:
        Traag, Waltman & van Eck (2019), From Louvain to Leiden, doi:10.1038/s41598-019-41695-z.
    """
    _networkit().setSeed(seed, False)
    return _networkit().community.ParallelLeiden(graph, iterations=n_sweeps, gamma=resolution).run().getPartition()


def group_numbers(partition: "Partition") -> np.ndarray:
    """Group number of each node, 0 … k − 1, each in use."""
    return np.unique(partition.getVector(), return_inverse=True)[1]


def core_numbers(graph: "Graph") -> np.ndarray:
    """Largest k such that the node is in a part of the graph in which everybody has at least k ties.

    Args:
        graph: see `engine_graph`; weights do not count.

    References:
        Seidman (1983), Network structure and minimum degree, doi:10.1016/0378-8733(83)90028-X.
    """
    return np.array(_networkit().centrality.CoreDecomposition(graph).run().scores(), dtype="int64")


def mean_pairwise_ari(graph: "Graph", partitions: Sequence["Partition"], is_trivial: Sequence[bool]) -> float:
    r"""Mean adjusted Rand index over all pairs of partitions of one node set.

    .. math:: \mathrm{ARI} = \frac{\sum_{ij}\binom{n_{ij}}{2} - E}{\frac12 (A + B) - E},\quad
        A = \sum_i \binom{a_i}{2},\ B = \sum_j \binom{b_j}{2},\ E = AB / \binom{n}{2}

    1 = equal, 0 = as equal as chance. Between two trivial partitions it is 0/0, which the engine calls 1: such a
    pair counts 0 here, for it is no evidence that there are groups.

    Args:
        graph: any engine graph of these nodes; only its nodes are used.
        partitions: at least two.
        is_trivial: for each partition, whether it says nothing about groups.

    Returns:
        A number rounded to 9 decimals, so that equal sets of partitions tie exactly.

    References:
        Hubert & Arabie (1985), Comparing partitions, doi:10.1007/BF01908075.
    """
    measure = _networkit().community.AdjustedRandMeasure()
    agreements = [
        0.0
        if is_trivial[first] and is_trivial[second]
        else 1.0 - measure.getDissimilarity(graph, partitions[first], partitions[second])
        for first, second in combinations(range(len(partitions)), 2)
    ]
    return round(float(np.mean(agreements)), 9)
