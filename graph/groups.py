"""Interest groups: communities of the communication graph, with the stability of each.

Belongs here: the choice of a partition and its stability. Does not belong here: the engine (`leiden`), the naming of
groups (`group_ids`), topic profiles of groups and the suppression of small or unstable ones (the marts do that).

What a group is not: a department, an opinion or a loyalty. It says that its members write to each other more than
chance would have it, nothing about why.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from graph.build import SUBJECT_FIELDS, CommunicationGraph, conform, iter_graphs
from graph.group_ids import name_groups
from graph.leiden import FULL_SWEEPS, engine_graph, group_numbers, leiden, mean_pairwise_ari, one_thread

if TYPE_CHECKING:
    from networkit import Partition

METHOD_VERSION = "groups-2"

Strength = Literal["messages", "weight"]

INTEREST_GROUP_SCHEMA = pa.schema(
    [
        *SUBJECT_FIELDS[:2],
        pa.field("group_id", pa.string(), False, {"doc": "Id of the group in its graph."}),
        SUBJECT_FIELDS[2],
        pa.field("n_members", pa.int64(), False, {"doc": "Members of the group."}),
        pa.field("stability_score", pa.float64(), False, {"doc": "Median adjusted Rand index between seeds, 0 to 1."}),
        pa.field("resolution", pa.float64(), False, {"doc": "Resolution of the partition."}),
        pa.field("method_version", pa.string(), False, {"doc": "Version of the method and its parameters."}),
    ],
    metadata={"doc": "One row per member of a group."},
)

RESOLUTIONS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)

# A run keeps this share of the ties. Far fewer and every graph falls apart into the same few large groups; all of
# them and small graphs agree with themselves whatever their structure.
KEPT_TIE_SHARE = 0.9

# Below this mean ARI no resolution has found anything, and the highest of several bad ones is an accident.
MIN_AGREEMENT = 0.5

# Agreements closer than this are equal: with ten runs their noise is of that size. Coarse partitions agree more
# easily than fine ones, so among equals the finest is taken.
EQUAL_AGREEMENT = 0.03


@dataclass(frozen=True)
class Effort:
    """How much work one partition is worth.

    Attributes:
        n_runs: resampled runs behind a stability; 20 are what definition 18 asks for.
        n_selection_runs: the first of them, on which the resolutions are compared (a ranking needs fewer).
        n_sweeps: rounds of Leiden in a resampled run. The partition that is returned always gets `FULL_SWEEPS`.
    """

    n_runs: int
    n_selection_runs: int
    n_sweeps: int


LARGE_TIE_COUNT = 200_000
USUAL_EFFORT = Effort(n_runs=20, n_selection_runs=10, n_sweeps=FULL_SWEEPS)
# With this many ties the agreement of two runs hardly varies from pair to pair, and 81 full partitions of a million
# ties take more than a minute. Fewer sweeps make runs less alike, so stabilities err on the low side.
LARGE_EFFORT = Effort(n_runs=6, n_selection_runs=2, n_sweeps=1)


def interest_groups(
    edges: pd.DataFrame,
    *,
    n_runs: int | None = None,
    seed: int = 0,
    resolutions: Sequence[float] = RESOLUTIONS,
    strength: Strength = "messages",
    previous: pd.DataFrame | None = None,
) -> pd.DataFrame:
    r"""Partitions the subjects of every (network, organisation) into interest groups.

    1. The two directions of a tie are added, and its strength is s = ln(1 + n_uv + n_vu), n messages: one loud pair
       should not outweigh a circle of ordinary ones. Messages, not decayed weights: where most of those are far
       below 1 the logarithm is a straight line, the loud pairs win again, and few large groups look most stable.
    2. Leiden maximises the modularity with resolution γ,
       :math:`Q_\gamma = \frac{1}{2m} \sum_{uv} \left(s_{uv} - \gamma \frac{k_u k_v}{2m}\right) \delta(g_u, g_v)`.
       A higher γ gives smaller groups. One fixed γ is wrong for most organisations, so:
    3. `n_runs` runs each draw their own seed and keep each tie with probability `KEPT_TIE_SHARE`. Each γ is judged by
       the mean pairwise ARI (adjusted Rand index) of its partitions over the first runs (see `Effort`). Taken is the
       highest γ that is within `EQUAL_AGREEMENT` of the best; if the best is below `MIN_AGREEMENT`, the γ nearest to
       1. Two partitions into single people, or into the connected components where one of these holds most people,
       agree for free: such a pair counts 0.
    4. The groups are those of the whole graph at that γ.
    5. Stability of a group g is the median over all runs of max_h |g ∩ h| / |g ∪ h|, h any group of that run: the
       share of the group that is found again under another seed with a tenth of the ties gone. It is the counterpart
       for one group of the median ARI of whole partitions in definition 18 (which cannot tell a firm group from a
       loose one in the same partition), and the threshold 0.7 applies to it.

    Args:
        edges: columns network, organisation, source_subject_id, target_subject_id, n_messages, weight.
        n_runs: number of resampled runs, >= 2. By default 20, as definition 18 asks before anything is published;
            in an organisation of more than `LARGE_TIE_COUNT` ties `LARGE_EFFORT`, which is rougher and fits a
            million ties into ten seconds.
        seed: first of the seeds.
        resolutions: candidates for γ, > 0.
        strength: see `tie_strength`.
        previous: an earlier result of this function; its ids are carried over to the groups that hold the majority of
            the same people (see `graph.group_ids.name_groups`). Without it, a group that gains or loses one member
            gets a new id.

    Returns:
        One row per network, organisation and subject, ordered by network, organisation, group_id and subject_id,
        with the columns of `INTEREST_GROUP_SCHEMA`. `n_members` and `stability_score` (0 to 1) belong to the group,
        `resolution` to the organisation. Every subject is in exactly one group; small groups are kept, hiding them
        is for whoever publishes.

    Raises:
        EdgeFrameError: the frame lacks columns or holds impossible values.
        ValueError: `n_runs` < 2, or `resolutions` is empty or not positive.

    Notes:
        Single-threaded and seeded, so equal input gives equal output on one machine and engine version; the seed and
        the thread number are global in NetworKit and the thread number is put back afterwards. Compare groups with a
        known division by ARI or AMI; NMI rewards splitting.

    References:
        Traag, Waltman & van Eck (2019), From Louvain to Leiden, doi:10.1038/s41598-019-41695-z.
        Reichardt & Bornholdt (2006), Statistical mechanics of community detection, doi:10.1103/PhysRevE.74.016110.
        Hubert & Arabie (1985), Comparing partitions, doi:10.1007/BF01908075.
        Hennig (2007), Cluster-wise assessment of cluster stability, doi:10.1016/j.csda.2006.11.025.

    Examples:
        Two circles of three, one tie between them.

        >>> pairs = ["ab", "bc", "ca", "de", "ef", "fd", "cd"]
        >>> edges = pd.DataFrame(
        ...     [(f"s_{u}", f"s_{v}") for u, v in pairs], columns=["source_subject_id", "target_subject_id"]
        ... ).assign(network="staff", organisation="city", n_messages=3, weight=3.0)
        >>> groups = interest_groups(edges)
        >>> sorted(groups.groupby("group_id")["subject_id"].agg(" ".join))
        ['s_a s_b s_c', 's_d s_e s_f']
    """
    if n_runs is not None and n_runs < 2:
        raise ValueError(f"n_runs is {n_runs}; at least 2 runs can be compared, 20 are asked for before publishing.")
    if not resolutions or min(resolutions) <= 0:
        raise ValueError(f"resolutions is {list(resolutions)}; accepted is one or more numbers above 0.")
    previous = conform([], INTEREST_GROUP_SCHEMA) if previous is None else previous
    frames = []
    for graph in iter_graphs(edges):
        if graph.n_subjects:
            ties = tie_strength(graph, strength)
            labels, stability, resolution = _partition(ties, _effort(ties.nnz, n_runs), seed, resolutions)
            frames.append(_group_frame(graph, labels, stability, resolution, previous))
    result = conform(frames, INTEREST_GROUP_SCHEMA)
    return result.sort_values(["network", "organisation", "group_id", "subject_id"], ignore_index=True)


def tie_strength(graph: CommunicationGraph, strength: Strength = "messages") -> sparse.coo_array:
    """Undirected tie strengths ln(1 + x_uv + x_vu), each pair once, as a strictly upper triangle.

    Args:
        graph: the directed graph.
        strength: x is the number of messages, or the tie weight divided by the median weight of a tie. The division
            makes the logarithm bend where the ties are, whatever the unit or the decay of the weights.

    Examples:
        >>> from graph.build import build_graph
        >>> rows = [("staff", "city", "s_a", "s_b", 1, 1.0), ("staff", "city", "s_b", "s_a", 1, 2.0)]
        >>> columns = ["network", "organisation", "source_subject_id", "target_subject_id", "n_messages", "weight"]
        >>> graph = build_graph(pd.DataFrame(rows, columns=columns), network="staff", organisation="city")
        >>> tie_strength(graph).toarray().round(3).tolist()
        [[0.0, 1.099], [0.0, 0.0]]
    """
    directed = graph.message_counts.astype(float) if strength == "messages" else graph.weights
    undirected = sparse.triu(directed + directed.T, k=1, format="csr")
    undirected.sort_indices()
    if strength == "weight" and undirected.nnz:
        undirected = undirected / np.median(undirected.data)
    return undirected.log1p().tocoo()


def _effort(n_ties: int, n_runs: int | None) -> Effort:
    effort = LARGE_EFFORT if n_ties > LARGE_TIE_COUNT else USUAL_EFFORT
    if n_runs is None:
        return effort
    return replace(effort, n_runs=n_runs, n_selection_runs=min(n_runs, effort.n_selection_runs))


def _partition(
    ties: sparse.coo_array, effort: Effort, seed: int, resolutions: Sequence[float]
) -> tuple[np.ndarray, np.ndarray, float]:
    """Group number of every subject, stability of every group, resolution."""
    with one_thread():
        resolution, runs = _choose_resolution(ties, effort, seed, resolutions)
        for run in range(effort.n_selection_runs, effort.n_runs):
            sample = engine_graph(_resample(ties, seed, run))
            runs.append(group_numbers(leiden(sample, resolution=resolution, seed=seed + run, n_sweeps=effort.n_sweeps)))
        labels = group_numbers(leiden(engine_graph(ties), resolution=resolution, seed=seed))
    stability = np.median([best_match_jaccard(labels, other) for other in runs], axis=0)
    return labels, stability, resolution


def _choose_resolution(
    ties: sparse.coo_array, effort: Effort, seed: int, resolutions: Sequence[float]
) -> tuple[float, list[np.ndarray]]:
    """The finest resolution whose runs agree as well as the best, and the group numbers of those runs."""
    found: dict[float, list[Partition]] = {resolution: [] for resolution in resolutions}
    is_trivial: dict[float, list[bool]] = {resolution: [] for resolution in resolutions}
    for run in range(effort.n_selection_runs):
        sample = _resample(ties, seed, run)
        trivial_sizes = _trivial_sizes(sample)
        # One sample serves all resolutions: they are then compared on the same ground, and it is built once.
        graph = engine_graph(sample)
        for resolution in resolutions:
            partition = leiden(graph, resolution=resolution, seed=seed + run, n_sweeps=effort.n_sweeps)
            found[resolution].append(partition)
            is_trivial[resolution].append(partition.numberOfSubsets() in trivial_sizes)
    agreement = {r: mean_pairwise_ari(graph, found[r], is_trivial[r]) for r in resolutions}
    highest = max(agreement.values())
    if highest < MIN_AGREEMENT:
        chosen = min(resolutions, key=lambda r: (abs(r - 1), r))
    else:
        chosen = max(r for r in resolutions if agreement[r] >= highest - EQUAL_AGREEMENT)
    return float(chosen), [group_numbers(partition) for partition in found[chosen]]


def _trivial_sizes(ties: sparse.coo_array) -> tuple[int, ...]:
    """Numbers of groups that say nothing: everybody alone; and the connected parts, if one holds most people."""
    n_components, component = connected_components(ties, directed=False)
    is_dominated = 2 * np.bincount(component).max() > ties.shape[0]
    return (ties.shape[0], n_components) if is_dominated else (ties.shape[0],)


def best_match_jaccard(labels: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Highest Jaccard similarity of each group of `labels` with any group of `other`.

    Args:
        labels: n group numbers 0 … k − 1, each in use.
        other: n group numbers of the same subjects.

    Returns:
        k numbers in (0, 1]; 1 = found again exactly.

    Examples:
        >>> best_match_jaccard(np.array([0, 0, 0, 1, 1]), np.array([5, 5, 7, 7, 7])).round(3).tolist()
        [0.667, 0.667]
    """
    _, other = np.unique(other, return_inverse=True)
    shared = sparse.coo_array((np.ones(len(labels)), (labels, other))).tocsr().tocoo()
    size, other_size = np.bincount(labels), np.bincount(other)
    best = np.zeros(len(size))
    np.maximum.at(best, shared.row, shared.data / (size[shared.row] + other_size[shared.col] - shared.data))
    return best


def _resample(ties: sparse.coo_array, seed: int, run: int) -> sparse.coo_array:
    kept = np.random.default_rng([seed, run]).random(ties.nnz) < KEPT_TIE_SHARE
    return sparse.coo_array((ties.data[kept], (ties.row[kept], ties.col[kept])), shape=ties.shape)


def _group_frame(
    graph: CommunicationGraph,
    labels: np.ndarray,
    stability: np.ndarray,
    resolution: float,
    previous: pd.DataFrame,
) -> pd.DataFrame:
    is_same = (previous["network"] == graph.network) & (previous["organisation"] == graph.organisation)
    group_ids = name_groups(
        graph.subject_ids, labels, namespace=(graph.network, graph.organisation), previous=previous[is_same]
    )
    return pd.DataFrame(
        {
            "network": graph.network,
            "organisation": graph.organisation,
            "group_id": group_ids[labels],
            "subject_id": graph.subject_ids,
            "n_members": np.bincount(labels)[labels].astype("int64"),
            "stability_score": stability[labels],
            "resolution": resolution,
            "method_version": METHOD_VERSION,
        }
    )
