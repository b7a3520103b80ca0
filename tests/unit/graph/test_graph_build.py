"""The canonical graph: what is summed, dropped, sorted and refused."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.build import EDGE_COLUMNS, EdgeFrameError, build_graph, check_edges, iter_graphs

people = st.sampled_from(["s_a", "s_b", "s_c", "s_d"])
edge_rows = st.lists(
    st.tuples(
        st.just("staff"), st.just("city"), people, people, st.integers(1, 9), st.floats(1e-3, 1e3, allow_nan=False)
    ),
    min_size=1,
    max_size=30,
)


def graph_bytes(edges: pd.DataFrame) -> list[bytes]:
    graph = build_graph(edges, network="staff", organisation="city")
    arrays = [m for c in (graph.weights, graph.message_counts) for m in (c.data, c.indices, c.indptr)]
    return ["|".join(graph.subject_ids).encode(), *(array.tobytes() for array in arrays)]


def test_duplicates_are_summed_and_self_loops_counted(make_edges):
    edges = make_edges([("b", "a", 0.5), ("b", "a", 0.25), ("a", "c", 2.0), ("a", "a", 9.0), ("d", "d", 9.0)])
    graph = build_graph(edges, network="staff", organisation="city")
    assert graph.subject_ids.tolist() == ["a", "b", "c"]
    assert graph.weights.toarray().tolist() == [[0, 0, 2.0], [0.75, 0, 0], [0, 0, 0]]
    assert graph.message_counts.toarray().tolist() == [[0, 0, 1], [2, 0, 0], [0, 0, 0]]
    assert graph.n_self_loops == 2


@settings(max_examples=50, deadline=None)
@given(edge_rows, st.randoms(use_true_random=False))
def test_row_order_does_not_change_a_byte(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert graph_bytes(pd.DataFrame(rows, columns=list(EDGE_COLUMNS))) == graph_bytes(
        pd.DataFrame(shuffled, columns=list(EDGE_COLUMNS))
    )


def test_networks_and_organisations_stay_apart(make_edges):
    edges = pd.concat(
        [
            make_edges([("s_a", "s_b")], organisation="works"),
            make_edges([("s_c", "s_d")], organisation="city"),
            make_edges([("c_a", "c_b")], network="citizens", organisation="city"),
        ]
    )
    graphs = [(graph.network, graph.organisation, list(graph.subject_ids)) for graph in iter_graphs(edges)]
    assert graphs == [
        ("citizens", "city", ["c_a", "c_b"]),
        ("staff", "city", ["s_c", "s_d"]),
        ("staff", "works", ["s_a", "s_b"]),
    ]


def test_empty_frame_has_no_graph_and_unknown_organisation_an_empty_one(empty_edges, star):
    assert list(iter_graphs(empty_edges)) == []
    assert build_graph(star, network="staff", organisation="nowhere").n_subjects == 0


def test_to_networkx_keeps_direction_weight_and_count(make_edges):
    graph = build_graph(make_edges([("b", "a", 0.5), ("a", "b", 2.0)]), network="staff", organisation="city")
    assert sorted(graph.to_networkx().edges(data=True)) == [
        ("a", "b", {"weight": 2.0, "n_messages": 1}),
        ("b", "a", {"weight": 0.5, "n_messages": 1}),
    ]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("network", "friends", r"Unknown network \['friends'\]; accepted are \['citizens', 'staff'\]"),
        ("organisation", None, "organisation is null in 1 of 4"),
        ("target_subject_id", None, "target_subject_id is null in 1 of 4"),
        ("weight", 0.0, "finite number above 0; 1 of 4"),
        ("weight", float("inf"), "finite number above 0; 1 of 4"),
        ("weight", None, "finite number above 0; 1 of 4"),
        ("n_messages", 0, "whole number >= 1; 1 of 4"),
        ("n_messages", 1.5, "whole number >= 1; 1 of 4"),
    ],
)
def test_impossible_values_are_refused_with_their_number(star, column, value, message):
    edges = star.astype({"n_messages": "float64"})
    edges.loc[0, column] = value
    with pytest.raises(EdgeFrameError, match=message):
        check_edges(edges)


def test_an_edge_frame_that_joins_staff_and_citizens_is_refused(make_edges):
    staff = make_edges([("x", "boss")], network="staff")
    citizens = make_edges([("c_1", "x")], network="citizens")
    with pytest.raises(EdgeFrameError, match="1 subjects are in both networks; staff and citizens are never joined"):
        check_edges(pd.concat([staff, citizens]))


def test_missing_column_is_named(star):
    with pytest.raises(EdgeFrameError, match=r"lacks \['weight'\]"):
        check_edges(star.drop(columns="weight"))
