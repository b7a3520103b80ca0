"""Kinds of ties between two people: generic, strong, diverse.

Belongs here: the classification of ties. Does not belong here: their weight (`weekly`, the warehouse).
"""

import numpy as np
import pandas as pd
from scipy import sparse

from graph.weekly import PAIR_COLUMNS

GENERIC_MESSAGES, GENERIC_WEEKS = 2, 4


def tie_kinds(weekly: pd.DataFrame) -> pd.DataFrame:
    """Kind of the tie of every two people who exchanged a message.

    * *generic*: at least 2 messages, in either direction, within some 4 consecutive weeks;
    * *strong*: generic, and with many common contacts: at least the median of the organisation's generic ties;
    * *diverse*: generic, with fewer; such a tie brings what one's own circle does not have;
    * *occasional*: not generic.

    Args:
        weekly: see `graph.weekly.weekly_edges`.

    Returns:
        One row per network, organisation and unordered pair, ordered by them: network, organisation,
        first_subject_id < second_subject_id, n_messages, n_common_contacts, tie_kind (strong, diverse, occasional).

    References:
        Granovetter (1973), The strength of weak ties, doi:10.1086/225469. Burt (1992), Structural holes.

    Examples:
        >>> rows = [("a", "b", 1), ("b", "a", 2), ("a", "c", 1), ("c", "a", 1), ("b", "c", 1), ("c", "b", 9)]
        >>> weekly = pd.DataFrame(rows, columns=["source_subject_id", "target_subject_id", "week"])
        >>> weekly = weekly.assign(network="staff", organisation="city", n_messages=1, weight=1.0)
        >>> tie_kinds(weekly)["tie_kind"].tolist()
        ['strong', 'strong', 'occasional']
    """
    is_ordered = weekly["source_subject_id"] < weekly["target_subject_id"]
    source, target = weekly["source_subject_id"], weekly["target_subject_id"]
    pairs = weekly.assign(
        first_subject_id=source.where(is_ordered, target), second_subject_id=target.where(is_ordered, source)
    )
    pairs = pairs[source != target]
    pair_columns = [*PAIR_COLUMNS[:2], "first_subject_id", "second_subject_id"]
    by_week = pairs.groupby([*pair_columns, "week"], as_index=False, sort=True).agg(n_messages=("n_messages", "sum"))
    ties = by_week.groupby(pair_columns, as_index=False, sort=True).agg(n_messages=("n_messages", "sum"))
    generic = by_week.assign(n_recent=_recent_messages(by_week, pair_columns)).groupby(pair_columns, sort=True)
    ties["is_generic"] = (generic["n_recent"].max() >= GENERIC_MESSAGES).to_numpy()
    ties["n_common_contacts"] = 0
    for _, rows in ties.groupby(["network", "organisation"]).groups.items():
        ties.loc[rows, "n_common_contacts"] = _common_contacts(ties.loc[rows])
    # 0 contacts in common are never many.
    among = ties["n_common_contacts"].where(ties["is_generic"])
    median = among.groupby([ties["network"], ties["organisation"]]).transform("median")
    is_many = (ties["n_common_contacts"] >= median) & (ties["n_common_contacts"] > 0)
    kind = np.where(~ties["is_generic"], "occasional", np.where(is_many, "strong", "diverse"))
    return ties.drop(columns="is_generic").assign(tie_kind=kind)


def _recent_messages(by_week: pd.DataFrame, pair_columns: list[str]) -> np.ndarray:
    """Messages of the pair in the week of the row and the three before it; rows ordered by pair and week."""
    pair = by_week.groupby(pair_columns, sort=False).ngroup().to_numpy(dtype="int64")
    week = by_week["week"].to_numpy(dtype="int64")
    week = week - (week.min() if len(week) else 0)
    # Pairs are laid out one after the other, farther apart than a window.
    place = pair * ((week.max() if len(week) else 0) + GENERIC_WEEKS) + week
    total = np.concatenate([[0], np.cumsum(by_week["n_messages"].to_numpy(dtype="int64"))])
    recent: np.ndarray = total[1:] - total[np.searchsorted(place, place - GENERIC_WEEKS, side="right")]
    return recent


def _common_contacts(ties: pd.DataFrame) -> np.ndarray:
    codes, names = pd.factorize(pd.concat([ties["first_subject_id"], ties["second_subject_id"]]))
    first, second, n = codes[: len(ties)], codes[len(ties) :], len(names)
    ones = np.ones(len(ties), dtype="int64")
    adjacency = sparse.csr_array((ones, (first, second)), shape=(n, n))
    adjacency = (adjacency + adjacency.T).tocsr()
    # One block of ties at a time: all rows at once would be as large as the square of the graph.
    step = max(1, 50_000_000 // max(1, n))
    blocks = [
        adjacency[first[at : at + step]].multiply(adjacency[second[at : at + step]]).sum(axis=1)
        for at in range(0, len(ties), step)
    ]
    return np.concatenate(blocks).astype("int64")
