"""Why somebody is among the first k by authority: components, comparison, and what would undo it.

Belongs here: leave-one-out ranks, the set of ties whose absence drops a subject out of the top, reasons in words.
Does not belong here: the score (`leaders`), its uncertainty (`bootstrap`), who may read a reason (the marts decide).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from graph.authority import AUTHORITY_COMPONENTS, AuthorityComponent, authority_components, binary, doubled_rank_sum
from graph.build import SUBJECT_FIELDS, CommunicationGraph, conform, iter_graphs
from graph.replicates import AuthorityReplicate, descending_rank

LEADER_REASON_SCHEMA = pa.schema(
    [
        *SUBJECT_FIELDS,
        *(
            pa.field(f"rank_without_{one.name}", pa.int64(), False, {"doc": f"Rank by authority without {one.name}."})
            for one in AUTHORITY_COMPONENTS
        ),
        pa.field("removal_edge_count", pa.int64(), True, {"doc": "Senders without whom it falls below the first k."}),
        pa.field("removal_sender_ids", pa.list_(pa.string()), True, {"doc": "Their pseudonyms."}),
        pa.field("reason_en", pa.string(), False, {"doc": "Why the subject is among the first k, in English."}),
        pa.field("reason_ru", pa.string(), False, {"doc": "The same in Russian."}),
    ]
)

# Past this many ties the removal set is found by halving alone: its pruning needs one scoring for each tie in it.
PRUNED_TIE_COUNT = 200_000


def leader_reasons(edges: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """Reasons for everybody among the first k of their organisation by authority.

    * `rank_without_<component>`: the rank if authority were the mean of the other components.
    * The removal set: senders to the subject such that the subject is no longer among the first k if those ties had
      not been. Found greedily: ties are ordered by what they bring (their shares of the subject's two HITS
      authorities, plus a share of the H-index if the sender counts for it); halving finds the shortest beginning of
      that list that suffices; then each tie is put back if the rest still suffices. So none of its ties is
      superfluous, but a smaller other set may exist: read its size as an upper bound. It is null where no set
      suffices, as when there are at most k people.

    Args:
        edges: columns network, organisation, source_subject_id, target_subject_id, n_messages, weight.
        k: number of places, >= 1; ties on the last place are all in.

    Returns:
        One row per network, organisation and subject among the first k, ordered by the three, with the columns of
        `LEADER_REASON_SCHEMA`. A small removal set means a fragile place.

    Raises:
        EdgeFrameError: see `graph.build.check_edges`.
        ValueError: k is below 1.

    Examples:
        >>> rows = [("s_boris", "s_anna"), ("s_clara", "s_anna"), ("s_denis", "s_anna"), ("s_anna", "s_boris")]
        >>> edges = pd.DataFrame(rows, columns=["source_subject_id", "target_subject_id"])
        >>> edges = edges.assign(network="staff", organisation="city", n_messages=1, weight=1.0)
        >>> reason = leader_reasons(edges, k=1).iloc[0]
        >>> int(reason["removal_edge_count"]), reason["reason_en"][:30]
        (3, 'Place 1 of 4 by authority. Dif')
    """
    if k < 1:
        raise ValueError(f"k is {k}; at least 1 is needed.")
    frames = [_reasons(graph, k) for graph in iter_graphs(edges) if graph.n_subjects]
    return conform([frame for frame in frames if len(frame)], LEADER_REASON_SCHEMA)


@dataclass(frozen=True)
class _Place:
    """What the sentence says about one subject."""

    k: int
    n: int
    rank: int
    n_senders: int
    median_senders: float
    share_below: float
    h_index: int
    strongest: AuthorityComponent
    rank_without_strongest: int
    n_removed: int | None


def _reasons(graph: CommunicationGraph, k: int) -> pd.DataFrame:
    components = authority_components(graph.weights)
    doubled = doubled_rank_sum(components)
    rank = doubled.rank(method="min", ascending=False).astype("int64").to_numpy()
    without = {
        one.name: (doubled - doubled_rank_sum(components[[one.name]]))
        .rank(method="min", ascending=False)
        .astype("int64")
        for one in AUTHORITY_COMPONENTS
    }
    removal = _RemovalSearch(graph, components, k)
    senders = components["distinct_senders_count"].to_numpy()
    rows = []
    for subject in np.flatnonzero(rank <= k):
        removed = removal.find(int(subject))
        ranks_without = {name: int(values.iloc[subject]) for name, values in without.items()}
        strongest = max(AUTHORITY_COMPONENTS, key=lambda one: ranks_without[one.name])
        place = _Place(
            k=k,
            n=graph.n_subjects,
            rank=int(rank[subject]),
            n_senders=int(senders[subject]),
            median_senders=float(np.median(senders)),
            share_below=float((senders < senders[subject]).sum() / (graph.n_subjects - 1)),
            h_index=int(components["h_index"].iloc[subject]),
            strongest=strongest,
            rank_without_strongest=ranks_without[strongest.name],
            n_removed=None if removed is None else len(removed),
        )
        rows.append(
            {
                "network": graph.network,
                "organisation": graph.organisation,
                "subject_id": graph.subject_ids[subject],
                **{f"rank_without_{name}": value for name, value in ranks_without.items()},
                "removal_edge_count": None if removed is None else len(removed),
                "removal_sender_ids": None if removed is None else sorted(graph.subject_ids[removed]),
                "reason_en": _in_english(place),
                "reason_ru": _in_russian(place),
            }
        )
    frame = pd.DataFrame(rows)
    # None and counts in one column: a nullable integer keeps both.
    return frame.astype({"removal_edge_count": "Int64"}) if len(frame) else frame


class _RemovalSearch:
    def __init__(self, graph: CommunicationGraph, components: pd.DataFrame, k: int) -> None:
        ties = graph.weights.tocoo()
        self._source, self._target, self._weight = ties.row, ties.col, ties.data
        self._k, self._is_pruned = k, ties.nnz <= PRUNED_TIE_COUNT
        self._authority = AuthorityReplicate(ties.row, ties.col, graph.n_subjects, ties.data)
        # A hub's strength is the sum of the authorities that it writes to.
        self._hub = binary(graph.weights) @ components["hits_authority"].to_numpy()
        self._hub_weighted = graph.weights @ components["hits_authority_weighted"].to_numpy()
        self._n_senders = components["distinct_senders_count"].to_numpy()
        self._h_index = components["h_index"].to_numpy()

    def find(self, subject: int) -> np.ndarray | None:
        """Senders of the removal set, or None."""
        ties = np.flatnonzero(self._target == subject)
        ties = ties[np.lexsort((self._source[ties], -self._gain(subject, ties)))]
        if not len(ties) or not self._drops(subject, ties):
            return None
        too_few, enough = 0, len(ties)
        while enough - too_few > 1:
            middle = (too_few + enough) // 2
            too_few, enough = (too_few, middle) if self._drops(subject, ties[:middle]) else (middle, enough)
        chosen = list(ties[:enough])
        if self._is_pruned:
            # The last one is needed, or halving would have stopped earlier.
            for tie in chosen[-2::-1]:
                rest = [other for other in chosen if other != tie]
                if self._drops(subject, np.array(rest)):
                    chosen = rest
        senders: np.ndarray = self._source[chosen]
        return senders

    def _gain(self, subject: int, ties: np.ndarray) -> np.ndarray:
        sender = self._source[ties]
        counts_for_h = self._n_senders[sender] >= max(1, self._h_index[subject])
        parts = (self._hub[sender], self._hub_weighted[sender] * self._weight[ties], counts_for_h.astype(float))
        return sum((part / part.sum() for part in parts if part.sum() > 0), np.zeros(len(ties)))

    def _drops(self, subject: int, removed: np.ndarray) -> bool:
        weight = self._weight.copy()
        weight[removed] = 0.0
        return bool(descending_rank(self._authority.score(weight))[subject] > self._k)


def _in_english(place: _Place) -> str:
    compared = "all the others" if place.share_below == 1 else f"{int(100 * place.share_below)}% of the others"
    text = (
        f"Place {place.rank} of {place.n} by authority. Different senders: {place.n_senders}, more than {compared} "
        f"have (median of the organisation: {place.median_senders:g}). Senders who are themselves written to by at "
        f"least {place.h_index} people: {place.h_index}. "
    )
    if place.rank_without_strongest > place.rank:
        text += (
            f"The place rests most on {place.strongest.phrase_en}: without it, place {place.rank_without_strongest}. "
        )
    else:
        text += "No single component carries the place: without any one of them it is no worse. "
    if place.n_removed is None:
        return text + f"No absence of senders would take them out of the first {place.k}."
    return text + f"Without {place.n_removed} of these senders they would not be among the first {place.k}."


def _in_russian(place: _Place) -> str:
    compared = "у всех остальных" if place.share_below == 1 else f"у {int(100 * place.share_below)} % остальных"
    text = (
        f"Место {place.rank} из {place.n} по обращаемости. Разных отправителей: {place.n_senders}, больше, чем "
        f"{compared} (медиана по организации: {place.median_senders:g}). Отправителей, которым самим пишут не менее "
        f"{place.h_index} человек: {place.h_index}. "
    )
    if place.rank_without_strongest > place.rank:
        text += f"Сильнее всего на место влияет: {place.strongest.phrase_ru}; "
        text += f"без этого место {place.rank_without_strongest}. "
    else:
        text += "Ни одна составляющая не решает: без любой из них место не хуже. "
    if place.n_removed is None:
        return text + f"Отсутствие отправителей не выводит из первых {place.k}."
    return text + f"Без {place.n_removed} из этих отправителей место было бы вне первых {place.k}."
