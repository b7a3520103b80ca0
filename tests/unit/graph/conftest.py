"""Small invented graphs for the tests of `graph/`."""

from collections.abc import Callable, Iterable
from itertools import permutations

import pandas as pd
import pytest

from graph.build import EDGE_COLUMNS

Edge = tuple[str, str] | tuple[str, str, float]


def _make_edges(edges: Iterable[Edge], *, network: str = "staff", organisation: str = "city") -> pd.DataFrame:
    rows = [(network, organisation, u, v, 1, float(*w or (1.0,))) for u, v, *w in edges]
    frame = pd.DataFrame(rows, columns=list(EDGE_COLUMNS))
    return frame.astype({"n_messages": "int64", "weight": "float64"})


@pytest.fixture(scope="session")
def make_edges() -> Callable[..., pd.DataFrame]:
    """Edge frame from (source, target) or (source, target, weight) tuples."""
    return _make_edges


@pytest.fixture(scope="session")
def empty_edges() -> pd.DataFrame:
    return _make_edges([])


@pytest.fixture(scope="session")
def star() -> pd.DataFrame:
    """Four people write to `hub`, who writes to nobody."""
    return _make_edges([("leaf1", "hub"), ("leaf2", "hub"), ("leaf3", "hub"), ("leaf4", "hub")])


@pytest.fixture(scope="session")
def two_cliques() -> pd.DataFrame:
    """Everybody among a1 … a5 and among b1 … b5 writes to each other; one tie a1 → b1 is the bridge."""
    pairs = [pair for side in "ab" for pair in permutations([f"{side}{i}" for i in range(1, 6)], 2)]
    return _make_edges([*pairs, ("a1", "b1")])
