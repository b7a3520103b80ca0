"""Leader scores: literal small graphs, invariants, networkx as oracle."""

import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.stats import spearmanr

from graph.authority import local_h_index
from graph.build import EDGE_COLUMNS
from graph.hits import HitsConvergenceError, hits_authority
from graph.leaders import LEADER_SCORE_SCHEMA, leader_scores, truncated_katz

people = st.sampled_from([f"s_{letter}" for letter in "abcdef"])
edge_rows = st.lists(
    st.tuples(st.just("staff"), st.just("city"), people, people, st.integers(1, 9), st.floats(1e-3, 1e3)), max_size=30
)


def by_subject(scores: pd.DataFrame) -> pd.DataFrame:
    return scores.set_index("subject_id")


def as_csr(graph: nx.DiGraph, weight: str | None = None) -> sparse.csr_array:
    return sparse.csr_array(nx.to_scipy_sparse_array(graph, weight=weight, dtype=float))


def test_star_hub_has_all_authority_and_no_spread(star):
    scores = by_subject(leader_scores(star))
    hub, leaf = scores.loc["hub"], scores.loc["leaf3"]
    assert hub["hits_authority"] == hub["hits_authority_weighted"] == 1.0
    assert (hub["distinct_senders_count"], hub["h_index"]) == (4, 0)
    # First alone in three components; the H-index is 0 for all five, whose average rank 3 is 0.5.
    assert hub["authority_score"] == (1 + 1 + 1 + 0.5) / 4
    assert (hub["authority_rank"], leaf["authority_rank"]) == (1, 2)
    assert (hub["spread_score"], hub["spread_rank"]) == (0.0, 5)
    assert leaf["spread_score"] == pytest.approx(0.1)
    assert scores.loc[["leaf1", "leaf2", "leaf4"], "spread_rank"].tolist() == [1, 1, 1]


def test_citizens_messages_travel_from_the_post_to_those_who_answer(make_edges):
    answers = [("c_reader1", "c_author"), ("c_reader2", "c_author")]
    scores = by_subject(leader_scores(make_edges(answers, network="citizens", organisation="region")))
    assert scores["spread_score"].round(9).to_dict() == {"c_author": 0.2, "c_reader1": 0.0, "c_reader2": 0.0}
    assert scores.loc["c_author", ["authority_rank", "spread_rank"]].tolist() == [1, 1]


def test_single_edge(make_edges):
    scores = by_subject(leader_scores(make_edges([("a", "b")])))
    assert scores["authority_rank"].to_dict() == {"a": 2, "b": 1}
    assert scores["spread_rank"].to_dict() == {"a": 1, "b": 2}
    assert scores.loc["b", "authority_score"] == (1 + 1 + 1 + 0.5) / 4


def test_bridge_end_leads_two_cliques(two_cliques):
    scores = by_subject(leader_scores(two_cliques))
    assert scores.index[scores["authority_rank"] == 1].tolist() == ["b1"]
    assert scores.loc[["b1", "b2", "a1"], "distinct_senders_count"].tolist() == [5, 4, 4]
    assert scores.loc[["b1", "b2", "a1"], "h_index"].tolist() == [4, 4, 4]
    assert scores["spread_rank"].idxmin() == "a1"


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param([(i, (i + 1) % 7) for i in range(7)], id="cycle"),
        pytest.param([(i, i ^ 1) for i in range(40)], id="twenty equal pairs"),
        pytest.param([(i, j) for i in range(5) for j in range(5) if i != j], id="clique"),
    ],
)
def test_equals_share_the_first_rank(make_edges, pairs):
    scores = leader_scores(make_edges([(f"s_{u:02}", f"s_{v:02}") for u, v in pairs]))
    assert set(scores["authority_rank"]) == set(scores["spread_rank"]) == {1}
    assert set(scores["authority_score"]) == {0.5}


def test_groups_are_scored_apart(make_edges, star):
    other = make_edges([("x", "y")], organisation="works")
    both = leader_scores(pd.concat([other, star], ignore_index=True))
    pd.testing.assert_frame_equal(both, pd.concat([leader_scores(star), leader_scores(other)], ignore_index=True))


@pytest.mark.parametrize("loops", [[], [("a", "a")]], ids=["no edges", "only a self-loop"])
def test_nothing_to_score_gives_the_typed_empty_frame(make_edges, star, loops):
    scores = leader_scores(make_edges(loops))
    assert scores.empty
    assert scores.dtypes.to_dict() == leader_scores(star).dtypes.to_dict()
    assert scores.columns.tolist() == LEADER_SCORE_SCHEMA.names


def test_frame_fits_the_schema(two_cliques):
    table = pa.Table.from_pandas(leader_scores(two_cliques), schema=LEADER_SCORE_SCHEMA, preserve_index=False)
    assert table.schema.names == LEADER_SCORE_SCHEMA.names


@settings(max_examples=40, deadline=None)
@given(edge_rows, st.randoms(use_true_random=False))
def test_row_order_does_not_change_a_score(rows, random):
    edges = pd.DataFrame(rows, columns=list(EDGE_COLUMNS))
    shuffled = pd.DataFrame(random.sample(rows, len(rows)), columns=list(EDGE_COLUMNS))
    pd.testing.assert_frame_equal(leader_scores(edges), leader_scores(shuffled), check_exact=True)


@settings(max_examples=40, deadline=None)
@given(edge_rows)
def test_scores_stay_in_their_bounds(rows):
    scores = leader_scores(pd.DataFrame(rows, columns=list(EDGE_COLUMNS)))
    assert scores["authority_score"].between(0, 1).all()
    assert (scores["h_index"] <= scores["distinct_senders_count"]).all()
    assert (scores["spread_score"] >= 0).all()
    if len(scores):
        assert scores[["authority_rank", "spread_rank"]].min().tolist() == [1, 1]
        assert scores["authority_score"].mean() == pytest.approx(0.5)
        assert scores["hits_authority"].sum() == pytest.approx(1)


def test_scaling_all_weights_changes_no_authority(two_cliques):
    columns = ["hits_authority", "hits_authority_weighted", "distinct_senders_count", "h_index", "authority_score"]
    scaled = two_cliques.assign(weight=two_cliques["weight"] * 8)
    pd.testing.assert_frame_equal(leader_scores(scaled)[columns], leader_scores(two_cliques)[columns])


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("weight", [None, "weight"])
def test_hits_agrees_with_networkx(seed, weight):
    graph = nx.gnp_random_graph(60, 0.08, seed=seed, directed=True)
    rng = np.random.default_rng(seed)
    nx.set_edge_attributes(graph, {edge: float(rng.exponential()) for edge in graph.edges}, "weight")
    oracle = graph
    if weight is None:
        oracle = nx.create_empty_copy(graph)
        oracle.add_edges_from(graph.edges)
    expected = np.array([nx.hits(oracle)[1][node] for node in graph])
    found = hits_authority(as_csr(graph, weight))
    assert spearmanr(found, expected).statistic >= 0.999
    assert found == pytest.approx(expected, abs=1e-7)


def test_hits_finds_the_stronger_of_two_nearly_equal_parts():
    # Two pairs whose strengths differ by 1e-4: power iteration from equal scores needs about 1e5 rounds.
    weights = sparse.csr_array(([1.0, 1.0001], ([0, 2], [1, 3])), shape=(4, 4))
    assert hits_authority(weights).tolist() == pytest.approx([0, 0, 0, 1], abs=1e-6)


def test_hits_says_when_it_does_not_converge():
    path = as_csr(nx.path_graph(400).to_directed())
    with pytest.raises(HitsConvergenceError, match=r"within 30 products on 400 subjects and 798 ties.*max_products"):
        hits_authority(path, max_products=30)


def test_h_index_counts_senders_who_are_written_to():
    # 0, 1 and 2 write to 3; 0 and 1 are each written to by two others, 2 by nobody.
    edges = [(0, 3), (1, 3), (2, 3), (4, 0), (5, 0), (4, 1), (5, 1)]
    graph = nx.DiGraph()
    graph.add_nodes_from(range(6))
    graph.add_edges_from(edges)
    assert local_h_index(as_csr(graph)).tolist() == [0, 0, 0, 2, 0, 0]


def test_katz_equals_the_dense_formula():
    weights = np.array([[0, 2.0, 0.5], [1.0, 0, 0], [0, 3.0, 0]])
    transmission = 1 - 0.9**weights
    expected = sum(np.linalg.matrix_power(transmission, k) @ np.ones(3) for k in (1, 2, 3))
    assert truncated_katz(sparse.csr_array(weights)) == pytest.approx(expected)


@pytest.mark.parametrize("probability", [0.0, 1.0, -1.0])
def test_impossible_transmission_probability_is_refused(star, probability):
    with pytest.raises(ValueError, match="accepted is 0 < p < 1"):
        leader_scores(star, transmission_probability=probability)
