"""From an edge frame to one canonical sparse graph per network and organisation.

Belongs here: checking edge frames, the `CommunicationGraph` type, its order and its summing rules. Does not belong
here: any score (`leaders`), any partition (`groups`), the computing of tie weights (the warehouse does that).

*Canonical* means: the same set of rows always gives the same bytes, whatever the order of the rows. It is reached by
sorting nodes by subject id, sorting rows by (source, target, weight, count) *before* duplicates are summed (floating
point addition depends on its order), and storing both matrices as sorted CSR.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import sparse

NETWORKS = ("citizens", "staff")
KEY_COLUMNS = ("network", "organisation", "source_subject_id", "target_subject_id")
EDGE_COLUMNS = (*KEY_COLUMNS, "n_messages", "weight")
SUBJECT_FIELDS = (
    pa.field("network", pa.string(), False, {"doc": "staff or citizens."}),
    pa.field("organisation", pa.string(), False, {"doc": "Organisation (staff) or region (citizens)."}),
    pa.field("subject_id", pa.string(), False, {"doc": "Pseudonym."}),
)
"""Whom a row is about, in every table that has a row a subject."""


class EdgeFrameError(ValueError):
    """An edge frame does not have the columns or values that a graph needs."""


@dataclass(frozen=True, eq=False)
class CommunicationGraph:
    """Directed weighted graph of one organisation in one network; row = sender, column = recipient.

    Attributes:
        network: 'staff' or 'citizens'.
        organisation: the organisation, or the region for citizens.
        subject_ids: object array of the n subject ids in ascending order; position = row and column number.
        weights: n × n CSR of float64; tie weight (definition 14: messages, each shared among its recipients and
            halved every half-life).
        message_counts: n × n CSR of int64 with the same sparsity pattern; messages behind each tie, undecayed.
        n_self_loops: rows dropped because somebody wrote to themselves.
    """

    network: str
    organisation: str
    subject_ids: np.ndarray
    weights: sparse.csr_array
    message_counts: sparse.csr_array
    n_self_loops: int

    @property
    def n_subjects(self) -> int:
        """Number of people with at least one tie to somebody else."""
        return len(self.subject_ids)

    def to_networkx(self) -> nx.DiGraph:
        """Returns the graph as a `networkx.DiGraph` with edge attributes `weight` and `n_messages`.

        For exploring and for checking results. Networkx needs about a hundred times the time and memory of the CSR.
        """
        coo = self.weights.tocoo()
        rows = zip(
            self.subject_ids[coo.row], self.subject_ids[coo.col], coo.data, self.message_counts.data, strict=True
        )
        result: nx.DiGraph = nx.DiGraph(network=self.network, organisation=self.organisation)
        result.add_nodes_from(self.subject_ids)
        result.add_edges_from((u, v, {"weight": float(w), "n_messages": int(n)}) for u, v, w, n in rows)
        return result


def check_edges(edges: pd.DataFrame) -> pd.DataFrame:
    """Returns the six edge columns of `edges`, or says what is wrong with them.

    Args:
        edges: columns network, organisation, source_subject_id, target_subject_id (strings), n_messages (integer,
            messages), weight (float, > 0). Further columns are ignored.

    Raises:
        EdgeFrameError: a column is missing, a key is null, a network is unknown, somebody is in both networks, a
            weight is not a positive finite number, or a count is not a whole number of at least 1.
    """
    missing = [column for column in EDGE_COLUMNS if column not in edges.columns]
    if missing:
        raise EdgeFrameError(f"The edge frame lacks {missing}; it needs the columns {list(EDGE_COLUMNS)}.")
    edges = edges.loc[:, list(EDGE_COLUMNS)]
    if edges.empty:
        return edges
    for column in KEY_COLUMNS:
        n_null = int(edges[column].isna().sum())
        if n_null:
            raise EdgeFrameError(f"Column {column} is null in {n_null} of {len(edges)} edges; fill or drop them first.")
    unknown = sorted(set(edges["network"].unique()) - set(NETWORKS))
    if unknown:
        raise EdgeFrameError(f"Unknown network {unknown}; accepted are {list(NETWORKS)}.")
    _check_realms_apart(edges)
    weight = pd.to_numeric(edges["weight"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    n_bad = int((~(np.isfinite(weight) & (weight > 0))).sum())
    if n_bad:
        raise EdgeFrameError(f"Column weight must be a finite number above 0; {n_bad} of {len(edges)} edges are not.")
    count = pd.to_numeric(edges["n_messages"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    n_bad = int((~((count >= 1) & (count == np.floor(count)) & np.isfinite(count))).sum())
    if n_bad:
        raise EdgeFrameError(f"Column n_messages must be a whole number >= 1; {n_bad} of {len(edges)} edges are not.")
    return edges.assign(weight=weight, n_messages=count.astype("int64"))


def _check_realms_apart(edges: pd.DataFrame) -> None:
    """Nobody is in both networks: staff and citizens are never joined, whatever the edges say."""
    is_staff = edges["network"] == "staff"
    if is_staff.all() or not is_staff.any():
        return
    ends = ["source_subject_id", "target_subject_id"]
    staff, citizens = (pd.unique(edges.loc[rows, ends].to_numpy().ravel()) for rows in (is_staff, ~is_staff))
    n_shared = int(np.isin(staff.astype(str), citizens.astype(str)).sum())
    if n_shared:
        raise EdgeFrameError(
            f"{n_shared} subjects are in both networks; staff and citizens are never joined: give them their own ids."
        )


def build_graph(edges: pd.DataFrame, *, network: str, organisation: str) -> CommunicationGraph:
    """Builds the canonical graph of one organisation.

    Duplicate (source, target) rows are summed. Self-loops are dropped and counted: a note to oneself is no
    communication, and would make its author turn to themselves. Somebody who has only self-loops is no node.

    Args:
        edges: see `check_edges`; rows of other networks and organisations are left out.
        network: 'staff' or 'citizens'.
        organisation: value of the column organisation.

    Returns:
        The graph; with no matching row it has no node.

    Raises:
        EdgeFrameError: see `check_edges`.

    Examples:
        >>> edges = pd.DataFrame(
        ...     [("staff", "city", "s_b", "s_a", 2, 1.5), ("staff", "city", "s_c", "s_a", 1, 0.5)],
        ...     columns=["network", "organisation", "source_subject_id", "target_subject_id", "n_messages", "weight"],
        ... )
        >>> graph = build_graph(edges, network="staff", organisation="city")
        >>> list(graph.subject_ids)
        ['s_a', 's_b', 's_c']
        >>> graph.weights.toarray()[:, 0].tolist()
        [0.0, 1.5, 0.5]
    """
    edges = check_edges(edges)
    return _build(edges[(edges["network"] == network) & (edges["organisation"] == organisation)], network, organisation)


def iter_graphs(edges: pd.DataFrame) -> Iterator[CommunicationGraph]:
    """Yields the graph of every (network, organisation) in `edges`, in ascending order of the two.

    Args:
        edges: see `check_edges`.

    Raises:
        EdgeFrameError: see `check_edges`.
    """
    edges = check_edges(edges)
    if edges.empty:
        return
    for (network, organisation), group in edges.groupby(["network", "organisation"], sort=True):
        yield _build(group, str(network), str(organisation))


def _build(group: pd.DataFrame, network: str, organisation: str) -> CommunicationGraph:
    source = group["source_subject_id"].to_numpy(dtype=object)
    target = group["target_subject_id"].to_numpy(dtype=object)
    is_loop = (source == target).astype(bool)
    source, target = source[~is_loop], target[~is_loop]
    codes, subject_ids = pd.factorize(np.concatenate([source, target]), sort=True)
    row, column = codes[: len(source)], codes[len(source) :]
    weight = group["weight"].to_numpy(dtype=float)[~is_loop]
    count = group["n_messages"].to_numpy(dtype="int64")[~is_loop]
    order = np.lexsort((count, weight, column, row))
    row, column, weight, count = row[order], column[order], weight[order], count[order]
    is_first = np.ones(len(row), dtype=bool)
    is_first[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
    starts = np.flatnonzero(is_first)
    if len(starts):
        weight, count = np.add.reduceat(weight, starts), np.add.reduceat(count, starts)
    row, column, n = row[starts], column[starts], len(subject_ids)
    return CommunicationGraph(
        network=network,
        organisation=organisation,
        subject_ids=subject_ids,
        weights=sparse.csr_array((weight, (row, column)), shape=(n, n)),
        message_counts=sparse.csr_array((count, (row, column)), shape=(n, n)),
        n_self_loops=int(is_loop.sum()),
    )


def conform(frames: list[pd.DataFrame], schema: pa.Schema) -> pd.DataFrame:
    """Stacks frames and gives them exactly the columns, order and types of `schema`, also when there is no row.

    Args:
        frames: frames with the columns of `schema`; may be empty.
        schema: the contract of the table.

    Raises:
        pyarrow.ArrowInvalid: a value does not fit its column.
        KeyError: a frame lacks a column of `schema`.
    """
    tables = [pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False) for frame in frames]
    table = pa.concat_tables(tables) if tables else schema.empty_table()
    frame: pd.DataFrame = table.replace_schema_metadata(None).to_pandas()
    return frame
