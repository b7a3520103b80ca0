"""The compiled engine is given only what it ends on."""

import numpy as np
import pytest
from scipy import sparse

from graph.leiden import engine_graph, leiden, one_thread


def _ties(weights):
    n = len(weights) + 1
    return sparse.coo_array((np.array(weights), (np.arange(n - 1), np.arange(1, n))), shape=(n, n))


@pytest.mark.parametrize("weights", [[0.1, 0.7, np.log1p(3)], [1e-9, 123.456]])
def test_weights_are_binary_fractions_so_that_sums_of_them_are_exact(weights):
    graph = engine_graph(_ties(weights))
    given = [graph.weight(u, v) for u, v in graph.iterEdges()]
    assert all(float(weight * 1024).is_integer() and weight > 0 for weight in given)


def test_partitions_of_relabelled_graphs_end():
    rng = np.random.default_rng(5)
    source, target = rng.integers(0, 120, 900), rng.integers(0, 120, 900)
    pairs = {(min(u, v), max(u, v)) for u, v in zip(source, target, strict=True) if u != v}
    weights = np.log1p(rng.integers(1, 9, len(pairs)))
    for seed in range(30):
        order = np.random.default_rng(seed).permutation(120)
        rows, columns = zip(*((order[u], order[v]) for u, v in sorted(pairs)), strict=True)
        ties = sparse.coo_array((weights, (rows, columns)), shape=(120, 120))
        with one_thread():
            assert leiden(engine_graph(ties), resolution=3.0, seed=seed).numberOfElements() == 120
