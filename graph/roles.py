"""Roles in the communication graph: brokers, connectors of groups, members of the core.

Belongs here: constraint, participation, within-group z, core number, and the role they name. Does not belong here:
leader scores (`leaders`), groups (`groups`).

Caveats. All of it describes positions in *recorded* communication: a broker in the mail can be a secretary, a mailing
list or somebody whose colleagues share an office and never write. Betweenness is missing on purpose: it is quadratic,
and its sampled version found only 53–73 % of the true first hundred brokers among 10,000 people.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

from graph.build import SUBJECT_FIELDS, CommunicationGraph, conform, iter_graphs
from graph.leiden import core_numbers, engine_graph
from graph.pagerank import pagerank

ROLES = ("ultra_peripheral", "peripheral", "connector", "kinless", "provincial_hub", "connector_hub", "kinless_hub")

ROLE_SCHEMA = pa.schema(
    [
        *SUBJECT_FIELDS,
        pa.field("contact_count", pa.int64(), False, {"doc": "People the subject has a tie with."}),
        pa.field("core_number", pa.int64(), False, {"doc": "Largest k whose k-core holds the subject."}),
        pa.field("constraint_score", pa.float64(), False, {"doc": "Burt's constraint; low is a broker."}),
        pa.field("participation_score", pa.float64(), False, {"doc": "Spread of contacts over groups, 0 to 1."}),
        pa.field("within_group_z", pa.float64(), False, {"doc": "Contacts in the own group, z-score."}),
        pa.field("role", pa.string(), False, {"doc": "Region of Guimerà and Amaral."}),
        pa.field("pagerank", pa.float64(), False, {"doc": "PageRank."}),
    ],
    metadata={"doc": "One row per subject of a communication graph."},
)

HUB_Z = 2.5
# Upper bounds of participation for non-hubs and for hubs (Guimerà & Amaral 2005).
NON_HUB_BOUNDS, HUB_BOUNDS = (0.05, 0.62, 0.80), (0.30, 0.75)

# Two-step paths held in memory at once.
BLOCK_PATHS = 20_000_000


def roles(edges: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    r"""Position of every subject of every (network, organisation).

    * **Constraint** :math:`C_i = \sum_{j} (p_{ij} + \sum_q p_{iq} p_{qj})^2`, the sums over contacts, p the share of
      i's communication (both directions) that is with j. Low = a broker between people who do not talk with each
      other.
    * **Participation** :math:`P_i = 1 - \sum_s (\kappa_{is} / k_i)^2`, κ contacts in group s, k all contacts: 0 = all
      in one group.
    * **Within-group z** :math:`z_i = (\kappa_i - \bar\kappa) / \sigma_\kappa` of the contacts in one's own group,
      compared with its members; 0 where all have equally many.
    * **Core number**: see `graph.leiden.core_numbers`. **PageRank**: see `graph.pagerank`.
    * **Role**: the seven regions of Guimerà & Amaral in (z, P); hubs have z >= 2.5.

    Args:
        edges: columns network, organisation, source_subject_id, target_subject_id, n_messages, weight.
        groups: network, organisation, subject_id, group_id; everybody with a tie is in it once
            (`graph.groups.interest_groups`).

    Returns:
        One row per network, organisation and subject, ordered by the three, with the columns of `ROLE_SCHEMA`.

    Raises:
        EdgeFrameError: see `graph.build.check_edges`.
        ValueError: somebody with a tie has no group.

    References:
        Burt (1992), Structural holes. Guimerà & Amaral (2005), Functional cartography of complex metabolic networks,
        doi:10.1038/nature03288.

    Examples:
        Two circles, one person between them.

        >>> pairs = ["ab", "bc", "ca", "cx", "xd", "de", "ef", "fd"]
        >>> edges = pd.DataFrame([tuple(pair) for pair in pairs], columns=["source_subject_id", "target_subject_id"])
        >>> edges = edges.assign(network="staff", organisation="city", n_messages=1, weight=1.0)
        >>> groups = pd.DataFrame({"subject_id": list("abcxdef"), "group_id": list("1111222")})
        >>> found = roles(edges, groups.assign(network="staff", organisation="city")).set_index("subject_id")
        >>> found["constraint_score"].idxmin(), found.loc["x", ["constraint_score", "participation_score"]].tolist()
        ('x', [0.5, 0.5])
    """
    frames = []
    for graph in iter_graphs(edges):
        if graph.n_subjects:
            frames.append(_roles(graph, _labels(graph, groups)))
    return conform(frames, ROLE_SCHEMA)


def constraint(weights: sparse.csr_array) -> np.ndarray:
    """Burt's constraint of every node, equal to `networkx.constraint` with weights.

    Args:
        weights: n × n, everybody has a tie, no diagonal; the two directions are added.
    """
    mutual = (weights + weights.T).tocsr()
    share = (sparse.diags_array(1 / mutual.sum(axis=1)) @ mutual).tocsr()
    result = np.empty(share.shape[0])
    for start, end in _row_blocks(share):
        block = share[start:end]
        pattern = block.copy()
        pattern.data = np.ones_like(pattern.data)
        invested = block + (block @ share).multiply(pattern)
        result[start:end] = invested.multiply(invested).sum(axis=1)
    return result


def participation(ties: sparse.csr_array, labels: np.ndarray) -> np.ndarray:
    """Guimerà and Amaral's P of every node.

    Args:
        ties: n × n symmetric pattern; values do not count.
        labels: group number of each node, 0 … g − 1.

    Examples:
        >>> star = sparse.csr_array(np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0]]))
        >>> participation(star, np.array([0, 0, 1])).tolist()
        [0.5, 0.0, 0.0]
    """
    by_group = _contacts_by_group(ties, labels)
    degree = by_group.sum(axis=1)
    spread: np.ndarray = 1 - by_group.multiply(by_group).sum(axis=1) / degree**2
    return spread


def within_group_z(ties: sparse.csr_array, labels: np.ndarray) -> np.ndarray:
    """Guimerà and Amaral's z of every node; 0 where all members of a group have equally many contacts in it.

    Args:
        ties: n × n symmetric pattern; values do not count.
        labels: group number of each node, 0 … g − 1.
    """
    by_group = _contacts_by_group(ties, labels)
    inside = by_group[np.arange(len(labels)), labels]
    inside = np.asarray(inside.todense() if sparse.issparse(inside) else inside, dtype=float).ravel()
    size = np.bincount(labels)
    mean = np.bincount(labels, weights=inside) / size
    deviation = inside - mean[labels]
    spread = np.sqrt(np.bincount(labels, weights=deviation**2) / size)[labels]
    # Equal members leave a deviation of rounding noise at most.
    return np.where(spread > 1e-9, deviation / np.where(spread > 1e-9, spread, 1.0), 0.0)


def role_of(z: float, p: float) -> str:
    """The region of (z, P), one of `ROLES`.

    Examples:
        >>> role_of(0.0, 0.7), role_of(3.0, 0.2)
        ('connector', 'provincial_hub')
    """
    if z >= HUB_Z:
        return ROLES[4 + int(np.searchsorted(HUB_BOUNDS, p))]
    return ROLES[int(np.searchsorted(NON_HUB_BOUNDS, p))]


def _roles(graph: CommunicationGraph, labels: np.ndarray) -> pd.DataFrame:
    ties = (graph.weights + graph.weights.T).tocsr()
    ties.data = np.ones_like(ties.data)
    z, p = within_group_z(ties, labels), participation(ties, labels)
    return pd.DataFrame(
        {
            "network": graph.network,
            "organisation": graph.organisation,
            "subject_id": graph.subject_ids,
            "contact_count": np.diff(ties.indptr).astype("int64"),
            "core_number": core_numbers(engine_graph(sparse.triu(ties, k=1).tocoo())),
            "constraint_score": constraint(graph.weights),
            "participation_score": p,
            "within_group_z": z,
            "role": [role_of(one, other) for one, other in zip(z.tolist(), p.tolist(), strict=True)],
            "pagerank": pagerank(graph.weights),
        }
    )


def _labels(graph: CommunicationGraph, groups: pd.DataFrame) -> np.ndarray:
    is_same = (groups["network"] == graph.network) & (groups["organisation"] == graph.organisation)
    group_id = groups[is_same].set_index("subject_id")["group_id"].reindex(graph.subject_ids)
    n_missing = int(group_id.isna().sum())
    if n_missing:
        raise ValueError(f"{n_missing} of {graph.n_subjects} subjects of {graph.organisation} have no group.")
    return np.unique(group_id.to_numpy(dtype=str), return_inverse=True)[1]


def _contacts_by_group(ties: sparse.csr_array, labels: np.ndarray) -> sparse.csr_array:
    pattern = ties.astype(float)
    pattern.data = np.ones_like(pattern.data)
    membership = sparse.csr_array((np.ones(len(labels)), (np.arange(len(labels)), labels)))
    return (pattern @ membership).tocsr()


def _row_blocks(share: sparse.csr_array) -> Iterator[tuple[int, int]]:
    """Ranges of rows with at most `BLOCK_PATHS` two-step paths (or a single row)."""
    degree = np.diff(share.indptr)
    pattern = share.copy()
    pattern.data = np.ones_like(pattern.data)
    paths = np.cumsum(pattern @ degree)
    start = 0
    while start < len(degree):
        before = paths[start - 1] if start else 0
        end = max(start + 1, int(np.searchsorted(paths, before + BLOCK_PATHS, side="right")))
        yield start, end
        start = end
