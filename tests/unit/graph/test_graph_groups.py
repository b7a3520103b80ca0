"""Interest groups: literal small graphs, invariants, ids, networkx as oracle."""

import networkit
import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.build import EDGE_COLUMNS, build_graph
from graph.group_ids import name_groups
from graph.groups import INTEREST_GROUP_SCHEMA, best_match_jaccard, interest_groups, tie_strength
from graph.leiden import engine_graph, group_numbers, leiden, mean_pairwise_ari, one_thread

people = st.sampled_from([f"s_{letter}" for letter in "abcdefgh"])
edge_rows = st.lists(
    st.tuples(st.just("staff"), st.just("city"), people, people, st.integers(1, 9), st.floats(1e-3, 1e3)), max_size=40
)


def member_sets(groups: pd.DataFrame) -> list[str]:
    return sorted(groups.groupby("group_id")["subject_id"].agg(" ".join))


def partition_of(labels: list[int]) -> networkit.Partition:
    partition = networkit.Partition(len(labels))
    partition.setUpperBound(max(labels) + 1)
    for node, label in enumerate(labels):
        partition.addToSubset(label, node)
    return partition


def test_two_cliques_are_two_stable_groups(two_cliques):
    groups = interest_groups(two_cliques)
    assert member_sets(groups) == ["a1 a2 a3 a4 a5", "b1 b2 b3 b4 b5"]
    assert set(groups["n_members"]) == {5}
    assert groups["stability_score"].min() >= 0.9


def test_unconnected_parts_are_groups_of_their_own(make_edges):
    edges = make_edges([("a", "b"), ("b", "c"), ("c", "a"), ("x", "y"), ("y", "z"), ("z", "x")])
    assert member_sets(interest_groups(edges)) == ["a b c", "x y z"]


def test_a_star_is_one_group_at_the_ordinary_resolution(star):
    groups = interest_groups(star)
    assert member_sets(groups) == ["hub leaf1 leaf2 leaf3 leaf4"]
    assert set(groups["resolution"]) == {1.0}


def test_single_edge_is_one_group(make_edges):
    groups = interest_groups(make_edges([("a", "b")]))
    assert member_sets(groups) == ["a b"]
    assert groups["stability_score"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("loops", [[], [("a", "a")]], ids=["no edges", "only a self-loop"])
def test_nothing_to_group_gives_the_typed_empty_frame(make_edges, star, loops):
    groups = interest_groups(make_edges(loops))
    assert groups.empty
    assert groups.columns.tolist() == INTEREST_GROUP_SCHEMA.names
    assert groups.dtypes.to_dict() == interest_groups(star).dtypes.to_dict()


def test_frame_fits_the_schema(two_cliques):
    table = pa.Table.from_pandas(interest_groups(two_cliques), schema=INTEREST_GROUP_SCHEMA, preserve_index=False)
    assert table.schema.names == INTEREST_GROUP_SCHEMA.names


@settings(max_examples=15, deadline=None)
@given(edge_rows, st.randoms(use_true_random=False))
def test_row_order_changes_no_group_and_everybody_is_in_exactly_one(rows, random):
    edges = pd.DataFrame(rows, columns=list(EDGE_COLUMNS))
    shuffled = pd.DataFrame(random.sample(rows, len(rows)), columns=list(EDGE_COLUMNS))
    groups = interest_groups(edges)
    pd.testing.assert_frame_equal(groups, interest_groups(shuffled), check_exact=True)
    tied = edges[edges["source_subject_id"] != edges["target_subject_id"]]
    assert sorted(groups["subject_id"]) == sorted({*tied["source_subject_id"], *tied["target_subject_id"]})
    sizes = groups.groupby("group_id")["subject_id"].transform("size")
    assert (sizes == groups["n_members"]).all()


def test_direction_of_a_tie_changes_no_group(two_cliques):
    flipped = two_cliques.rename(
        columns={"source_subject_id": "target_subject_id", "target_subject_id": "source_subject_id"}
    )
    pd.testing.assert_frame_equal(interest_groups(two_cliques), interest_groups(flipped))


def planted_edges(make_edges, *, n_groups: int, size: int, p_in: float, p_out: float, seed: int) -> pd.DataFrame:
    graph = nx.planted_partition_graph(n_groups, size, p_in, p_out, seed=seed, directed=True)
    return make_edges([(f"s_{u:03}", f"s_{v:03}") for u, v in graph.edges])


def test_planted_groups_are_found_at_a_resolution_of_their_size(make_edges):
    edges = planted_edges(make_edges, n_groups=8, size=15, p_in=0.5, p_out=0.01, seed=3)
    found = interest_groups(edges, n_runs=10)
    expected = [" ".join(f"s_{i:03}" for i in range(start, start + 15)) for start in range(0, 120, 15)]
    assert member_sets(found) == expected


def test_noise_is_less_stable_than_planted_groups(make_edges):
    noise = interest_groups(planted_edges(make_edges, n_groups=1, size=120, p_in=0.05, p_out=0, seed=3))
    assert noise["stability_score"].median() < 0.7


@pytest.mark.parametrize("seed", [1, 2])
def test_modularity_is_not_below_networkx_louvain(make_edges, seed):
    edges = planted_edges(make_edges, n_groups=6, size=20, p_in=0.2, p_out=0.03, seed=seed)
    ties = tie_strength(build_graph(edges, network="staff", organisation="city"))
    with one_thread():
        labels = group_numbers(leiden(engine_graph(ties), resolution=1.0, seed=seed))
    graph = nx.Graph()
    graph.add_weighted_edges_from(zip(ties.row.tolist(), ties.col.tolist(), ties.data.tolist(), strict=True))
    groups = [set(np.flatnonzero(labels == label).tolist()) for label in range(labels.max() + 1)]
    louvain = nx.community.louvain_communities(graph, seed=seed)
    assert nx.community.modularity(graph, groups) >= nx.community.modularity(graph, louvain) - 0.02


def test_engine_thread_number_is_put_back(two_cliques):
    before = networkit.getMaxNumberOfThreads()
    networkit.setNumberOfThreads(2)
    try:
        interest_groups(two_cliques, n_runs=2)
        assert networkit.getMaxNumberOfThreads() == 2
    finally:
        networkit.setNumberOfThreads(before)


def test_ids_survive_small_changes_only_with_the_previous_result(two_cliques, make_edges):
    before = interest_groups(two_cliques)
    joined = pd.concat([two_cliques, make_edges([("a6", "a1"), ("a6", "a2"), ("a3", "a6")])])
    with_memory = interest_groups(joined, previous=before)
    assert set(with_memory["group_id"]) == set(before["group_id"])
    assert member_sets(with_memory) == ["a1 a2 a3 a4 a5 a6", "b1 b2 b3 b4 b5"]
    assert len(set(interest_groups(joined)["group_id"]) & set(before["group_id"])) == 1


def test_ids_of_another_organisation_are_not_taken_over(two_cliques):
    before = interest_groups(two_cliques)
    moved = interest_groups(two_cliques.assign(organisation="works"), previous=before)
    assert not set(moved["group_id"]) & set(before["group_id"])


@pytest.mark.parametrize(
    ("old", "new", "inherits"),
    [
        pytest.param("abcd", ["abc", "d"], [True, False], id="split: the majority keeps the id"),
        pytest.param("abcd", ["ab", "cd"], [False, False], id="split in halves: nobody does"),
        pytest.param("ab", ["abxy"], [False], id="half of the new group is not enough"),
        pytest.param("abc", ["abxy"], [False], id="old majority, but half of the new group"),
    ],
)
def test_an_id_is_inherited_by_majority_on_both_sides(old, new, inherits):
    people = np.array(sorted("".join(new)), dtype=object)
    labels = np.array([next(i for i, group in enumerate(new) if person in group) for person in people])
    previous = pd.DataFrame({"subject_id": list(old), "group_id": "g_old"})
    ids = name_groups(people, labels, namespace=("staff", "city"), previous=previous)
    assert [group_id == "g_old" for group_id in ids] == inherits


def test_a_new_group_never_shares_an_id_that_was_carried_elsewhere():
    def name(groups: list[str], previous: pd.DataFrame) -> list[str]:
        people = np.array(sorted("".join(groups)), dtype=object)
        labels = np.array([next(i for i, group in enumerate(groups) if person in group) for person in people])
        return name_groups(people, labels, namespace=("staff", "city"), previous=previous).tolist()

    nobody = pd.DataFrame({"subject_id": [], "group_id": []}, dtype=object)
    (founding,) = name(["ab"], nobody)
    drifted = pd.DataFrame({"subject_id": list("cde"), "group_id": founding})
    ids = name(["ab", "cde"], drifted)
    assert ids[1] == founding
    assert ids[0] != founding


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param([0, 0, 1, 1], [1, 1, 0, 0], 1.0, id="relabelled"),
        pytest.param([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2], 8 / 33, id="textbook"),
        pytest.param([0, 0, 1, 1], [0, 1, 0, 1], -0.5, id="worse than chance"),
    ],
)
def test_ari_has_its_literal_values(first, second, expected):
    partitions = [partition_of(first), partition_of(second)]
    found = mean_pairwise_ari(networkit.Graph(len(first)), partitions, [False, False])
    assert found == pytest.approx(expected, abs=1e-9)


def test_agreement_of_trivial_partitions_counts_nothing():
    everybody = [partition_of([0, 0, 0, 0])] * 2
    assert mean_pairwise_ari(networkit.Graph(4), everybody, [True, True]) == 0.0


def test_best_match_is_literal():
    labels, other = np.array([0, 0, 0, 0, 1, 1]), np.array([3, 3, 3, 1, 1, 1])
    assert best_match_jaccard(labels, other).tolist() == [3 / 4, 2 / 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"n_runs": 1}, "n_runs is 1"), ({"resolutions": ()}, "one or more"), ({"resolutions": (0.0,)}, "above 0")],
)
def test_impossible_settings_are_refused(star, arguments, message):
    with pytest.raises(ValueError, match=message):
        interest_groups(star, **arguments)
