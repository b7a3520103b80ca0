"""Membership lists that may be released: two of them never differ by a few people.

Belongs here: comparing a list with the ones released before. Does not belong here: finding groups (`groups`), the
minimum size (the marts hide small groups).

A reader who keeps two lists of one circle learns who came or went, and with what is published about the circle as a
whole, something about that one person. So a released list is kept until at least k people have come or gone.
"""

import numpy as np
import pandas as pd
import pyarrow as pa

RELEASED_LIST_SCHEMA = pa.schema(
    [
        pa.field("release", pa.int64(), False, {"doc": "Number of the list, ascending in time."}),
        pa.field("interest_group_id", pa.string(), False, {"doc": "MD5 of network, organisation and group_id."}),
        pa.field("subject_id", pa.string(), False, {"doc": "Pseudonym of the member."}),
    ],
    metadata={"doc": "One row per list of members ever published, and member."},
)
GROUP_RELEASE_SCHEMA = pa.schema(
    [
        *(RELEASED_LIST_SCHEMA.field(name) for name in ("interest_group_id", "subject_id")),
        pa.field("is_held", pa.bool_(), False, {"doc": "Whether an earlier list stands in for it."}),
        pa.field("is_withheld", pa.bool_(), False, {"doc": "Whether no list of the group may be shown."}),
    ],
    metadata={"doc": "One row per group and member that may be shown."},
)


def hold_small_changes(groups: pd.DataFrame, released: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """Members to release for every group.

    For the list A of a group and every list B released earlier, |A △ B| must be 0 or at least k. Where it is not, the
    list released last under the same id stands in for A; where there is none, the group is not released.

    Args:
        groups: interest_group_id, subject_id; each subject once. Groups of fewer than k people are not compared: they
            are not released at all.
        released: release (number, ascending in time), interest_group_id, subject_id: every list ever released.
        k: minimum number of people, >= 1.

    Returns:
        interest_group_id, subject_id, is_held (the list is the earlier one), is_withheld (no list may be released;
        the rows are the current members); ordered by the first two. A held list may name somebody who is in the list
        of another group by now.

    Raises:
        ValueError: k is below 1.

    Examples:
        One person joins: with k = 5 the earlier list stays.

        >>> groups = pd.DataFrame({"interest_group_id": "g_1", "subject_id": [f"s_{i}" for i in range(8)]})
        >>> held = hold_small_changes(groups, groups[:7].assign(release=1), k=5)
        >>> len(held), bool(held["is_held"].all())
        (7, True)
    """
    if k < 1:
        raise ValueError(f"k is {k}; at least 1 is needed.")
    lists = _Lists(released)
    frames = [
        _released(str(group), frozenset(rows["subject_id"]), lists, k)
        for group, rows in groups.groupby("interest_group_id", sort=True)
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=GROUP_RELEASE_SCHEMA.names)


class _Lists:
    """Released lists, found by their members."""

    def __init__(self, released: pd.DataFrame) -> None:
        self.latest: dict[str, frozenset[str]] = {}
        self._lists: list[frozenset[str]] = []
        self._of_member: dict[str, list[int]] = {}
        for (_, group), rows in released.groupby(["release", "interest_group_id"], sort=True):
            members = frozenset(rows["subject_id"])
            self.latest[str(group)] = members
            for member in members:
                self._of_member.setdefault(member, []).append(len(self._lists))
            self._lists.append(members)

    def has_close(self, members: frozenset[str], k: int) -> bool:
        """Whether some list differs from `members`, but by fewer than k people.

        Lists of at least k people without a common member differ by more.
        """
        near = {number for member in members for number in self._of_member.get(member, ())}
        return any(0 < len(members ^ self._lists[number]) < k for number in near)


def _released(group: str, members: frozenset[str], lists: _Lists, k: int) -> pd.DataFrame:
    is_held = is_withheld = False
    if len(members) >= k and lists.has_close(members, k):
        is_held = group in lists.latest
        is_withheld = not is_held
        members = lists.latest.get(group, members)
    return pd.DataFrame(
        {
            "interest_group_id": group,
            "subject_id": np.array(sorted(members), dtype=object),
            "is_held": is_held,
            "is_withheld": is_withheld,
        }
    )
