"""What became of interest groups from one period to the next: births, deaths, merges, splits.

Belongs here: comparing two partitions of overlapping sets of people. Does not belong here: finding groups (`groups`),
naming them (`group_ids`), hiding small ones (the marts do that).
"""

import numpy as np
import pandas as pd
import pyarrow as pa

EVENT_KINDS = ("birth", "continuation", "death", "merge", "split")
GROUP_EVENT_SCHEMA = pa.schema(
    [
        pa.field("event_kind", pa.string(), False, {"doc": "birth, continuation, death, merge or split."}),
        pa.field("group_id", pa.string(), False, {"doc": "Group; of the earlier period for death and split."}),
        pa.field("n_members", pa.int64(), True, {"doc": "Members in the later one; null for death and split."}),
        pa.field(
            "n_members_before", pa.int64(), True, {"doc": "Members in the earlier one; null for birth and merge."}
        ),
        pa.field("n_related_groups", pa.int64(), False, {"doc": "Groups merged, heirs of a split, else 1 or 0."}),
    ]
)


def group_events(earlier: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Events between two partitions.

    Only people who are in both periods can tell what became of a group. An earlier group *goes into* the later one
    that holds more than half of its remaining people; a later group *comes from* the earlier one that more than half
    of its people who were there before belong to.

    * *merge*: two or more earlier groups go into it;
    * *split*: two or more later groups come from it;
    * *birth*: it comes from no group, and none goes into it;
    * *death*: it goes into no group, and none comes from it;
    * *continuation*: one later group whose only ancestor is one earlier group, which has no other heir.

    Args:
        earlier: subject_id, group_id; each subject once.
        later: the same of the next period.

    Returns:
        One row per event, ordered by kind and group: event_kind, group_id (of the later group; of the earlier one for
        death and split), n_members (of the later group, null for death and split), n_members_before (of the earlier
        group, null for birth and merge), n_related_groups (merged ones, heirs of a split, else 1 or 0).

    References:
        Palla, Barabási & Vicsek (2007), Quantifying social group evolution, doi:10.1038/nature05670.
        Greene, Doyle & Cunningham (2010), Tracking the evolution of communities in dynamic social networks,
        doi:10.1109/ASONAM.2010.17.

    Examples:
        Four become two pairs, and a circle of newcomers appears.

        >>> earlier = pd.DataFrame({"subject_id": list("abcd"), "group_id": "g_1"})
        >>> later = pd.DataFrame({"subject_id": list("abcdxyz"), "group_id": ["g_2"] * 2 + ["g_3"] * 2 + ["g_4"] * 3})
        >>> group_events(earlier, later)[["event_kind", "group_id", "n_related_groups"]].values.tolist()
        [['birth', 'g_4', 0], ['split', 'g_1', 2]]
    """
    shared = earlier.merge(later, on="subject_id", suffixes=("_before", "_after"))
    overlap = shared.groupby(["group_id_before", "group_id_after"], as_index=False).agg(n=("subject_id", "size"))
    stayed = overlap.groupby("group_id_before")["n"].transform("sum")
    known = overlap.groupby("group_id_after")["n"].transform("sum")
    goes = overlap[2 * overlap["n"] > stayed]
    comes = overlap[2 * overlap["n"] > known]
    size_before, size_after = _sizes(earlier), _sizes(later)
    ancestors = goes.groupby("group_id_after")["group_id_before"].nunique()
    heirs = comes.groupby("group_id_before")["group_id_after"].nunique()
    merged, split = ancestors[ancestors > 1], heirs[heirs > 1]
    born = set(size_after) - set(comes["group_id_after"]) - set(goes["group_id_after"])
    dead = set(size_before) - set(goes["group_id_before"]) - set(comes["group_id_before"])
    kept = pd.concat([goes, comes]).drop_duplicates(["group_id_before", "group_id_after"])
    kept = kept[~kept["group_id_after"].isin(merged.index) & ~kept["group_id_before"].isin(split.index)]
    rows = [
        *(("birth", group, size_after[group], None, 0) for group in born),
        *(
            ("continuation", after, size_after[after], size_before[before], 1)
            for before, after in zip(kept["group_id_before"], kept["group_id_after"], strict=True)
        ),
        *(("death", group, None, size_before[group], 0) for group in dead),
        *(
            ("merge", group, size_after[group], None, n)
            for group, n in zip(merged.index.astype(str), merged, strict=True)
        ),
        *(
            ("split", group, None, size_before[group], n)
            for group, n in zip(split.index.astype(str), split, strict=True)
        ),
    ]
    events = pd.DataFrame(rows, columns=GROUP_EVENT_SCHEMA.names).replace({np.nan: None})
    events = events.astype({"n_members": "Int64", "n_members_before": "Int64", "n_related_groups": "int64"})
    return events.sort_values(["event_kind", "group_id", "n_members_before"], ignore_index=True)


def _sizes(groups: pd.DataFrame) -> dict[str, int]:
    return {str(group): int(size) for group, size in groups["group_id"].value_counts().items()}
