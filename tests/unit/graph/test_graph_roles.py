"""Roles against networkx (identical constraint and core), PageRank and HITS as oracle, literal participation and z."""

import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse
from scipy.stats import spearmanr

from graph import roles as roles_module
from graph.build import CommunicationGraph, build_graph
from graph.hits import hits_authority
from graph.pagerank import PageRankConvergenceError, pagerank
from graph.roles import ROLE_SCHEMA, ROLES, constraint, role_of, roles, within_group_z


def random_graph(make_edges, seed: int, n: int = 80, n_ties: int = 500) -> CommunicationGraph:
    rng = np.random.default_rng(seed)
    source, target = rng.zipf(1.7, n_ties) % n, rng.integers(0, n, n_ties)
    edges = [
        (f"s_{u:02}", f"s_{v:02}", float(w)) for u, v, w in zip(source, target, rng.random(n_ties) + 0.1, strict=True)
    ]
    return build_graph(make_edges(edges), network="staff", organisation="city")


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_constraint_is_that_of_networkx(make_edges, seed):
    graph = random_graph(make_edges, seed)
    expected = nx.constraint(graph.to_networkx(), weight="weight")
    assert constraint(graph.weights) == pytest.approx([expected[s] for s in graph.subject_ids], rel=1e-9)


def test_constraint_does_not_depend_on_the_block_size(make_edges, monkeypatch):
    graph = random_graph(make_edges, 3)
    whole = constraint(graph.weights)
    monkeypatch.setattr(roles_module, "BLOCK_PATHS", 50)
    assert constraint(graph.weights) == pytest.approx(whole, rel=1e-12)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_core_number_is_that_of_networkx(make_edges, seed):
    graph = random_graph(make_edges, seed)
    edges = graph_edges(make_edges, graph)
    found = roles(edges, one_group(edges)).set_index("subject_id")["core_number"]
    assert found.to_dict() == nx.core_number(graph.to_networkx().to_undirected())


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_pagerank_and_hits_order_as_networkx_does(make_edges, seed):
    graph = random_graph(make_edges, seed, n=150, n_ties=1_500)
    digraph = graph.to_networkx()
    theirs = nx.pagerank(digraph, tol=1e-12, max_iter=1_000)
    assert pagerank(graph.weights) == pytest.approx([theirs[s] for s in graph.subject_ids], abs=1e-8)
    assert spearmanr(pagerank(graph.weights), [theirs[s] for s in graph.subject_ids]).statistic >= 0.999
    _, authority = nx.hits(digraph, tol=1e-12)
    ordered = [authority[s] for s in graph.subject_ids]
    assert spearmanr(hits_authority(graph.weights), ordered).statistic >= 0.999


def test_pagerank_says_when_it_did_not_converge():
    chain = sparse.csr_array(np.array([[0.0, 1.0], [1.0, 0.0]]) * [[1, 1], [0, 1]])
    with pytest.raises(PageRankConvergenceError, match="2 nodes"):
        pagerank(chain, max_rounds=1)


def graph_edges(make_edges, graph: CommunicationGraph) -> pd.DataFrame:
    ties = graph.weights.tocoo()
    rows = zip(graph.subject_ids[ties.row], graph.subject_ids[ties.col], ties.data.tolist(), strict=True)
    return make_edges(list(rows))


def one_group(edges: pd.DataFrame, group_id: str = "g_1") -> pd.DataFrame:
    people = sorted({*edges["source_subject_id"], *edges["target_subject_id"]})
    return pd.DataFrame({"network": "staff", "organisation": "city", "subject_id": people, "group_id": group_id})


def test_bridge_of_two_cliques_participates_and_constrains_least(two_cliques):
    groups = one_group(two_cliques)
    groups["group_id"] = groups["subject_id"].str[0]
    found = roles(two_cliques, groups).set_index("subject_id")
    # a1 has 4 contacts inside and 1 outside: 1 - (4/5)² - (1/5)².
    assert found["participation_score"].round(3).to_dict()["a1"] == 0.32
    assert found.loc["a2", "participation_score"] == 0
    assert set(found["within_group_z"]) == {0.0}
    assert set(found["constraint_score"].nsmallest(2).index) == {"a1", "b1"}
    assert found.loc["a1", "role"] == "peripheral"
    assert found.loc["a2", "role"] == "ultra_peripheral"


def test_within_group_z_is_literal_in_a_star():
    star = np.zeros((5, 5))
    star[0, 1:] = star[1:, 0] = 1
    # Contacts 4, 1, 1, 1, 1: mean 1.6, standard deviation 1.2.
    assert within_group_z(sparse.csr_array(star), np.zeros(5, dtype=int)).tolist() == pytest.approx([2, *[-0.5] * 4])


@pytest.mark.parametrize(
    ("z", "p", "expected"),
    [
        (0, 0.0, "ultra_peripheral"),
        (0, 0.62, "peripheral"),
        (0, 0.8, "connector"),
        (0, 0.81, "kinless"),
        (2.5, 0.3, "provincial_hub"),
        (2.5, 0.75, "connector_hub"),
        (9, 0.76, "kinless_hub"),
    ],
)
def test_roles_are_the_regions_of_guimera_and_amaral(z, p, expected):
    assert role_of(z, p) == expected
    assert expected in ROLES


def test_frame_fits_the_schema_with_and_without_people(two_cliques, empty_edges):
    for edges in (two_cliques, empty_edges):
        pa.Table.from_pandas(roles(edges, one_group(two_cliques)), schema=ROLE_SCHEMA, preserve_index=False)


def test_somebody_without_a_group_is_refused(two_cliques):
    with pytest.raises(ValueError, match="1 of 10 subjects"):
        roles(two_cliques, one_group(two_cliques).iloc[1:])
