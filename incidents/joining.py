"""Which threads are one incident: each joins one earlier incident or opens its own, and people have the last word.

Belongs here: grouping by scored pairs and decisions. What a pair scores is `int_incident_pair_score`; how its weights
are fitted is `joining_weights`; where sites are is `sites`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

INCIDENT_MEMBER_SCHEMA = pa.schema(
    [
        pa.field("thread_id", pa.string(), False, {"doc": "Post the thread began with."}),
        pa.field("matter_id", pa.string(), False, {"doc": "Thread its incident began with; itself if alone."}),
        pa.field("linked_thread_id", pa.string(), True, {"doc": "The earlier thread it was joined to; null for none."}),
        pa.field("is_by_label", pa.bool_(), False, {"doc": "Whether a person said so."}),
        pa.field(
            "evidenced_matter_id",
            pa.string(),
            False,
            {"doc": "Thread its incident would begin with if nobody had decided anything."},
        ),
        pa.field(
            "decided_at",
            pa.timestamp("us", "UTC"),
            True,
            {"doc": "When a person decided what moved it; null when nobody did."},
        ),
        pa.field("site_id", pa.string(), True, {"doc": "The first thread at its site; null if it tells no place."}),
        pa.field("weights_version", pa.string(), False, {"doc": "Version of the weights of its region."}),
    ],
    metadata={"doc": "Which threads are one incident, and at which site they are. One row per thread."},
)
INCIDENT_REGROUPING_SCHEMA = pa.schema(
    [
        pa.field("thread_id", pa.string(), False, {"doc": "Post the thread began with."}),
        pa.field("from_matter_id", pa.string(), False, {"doc": "Thread its incident began with before."}),
        pa.field("to_matter_id", pa.string(), False, {"doc": "Thread its incident began with from then on."}),
        pa.field("changed_at", pa.timestamp("us", "UTC"), False, {"doc": "The as_of of the run that changed it."}),
        pa.field("weights_version", pa.string(), False, {"doc": "Version of the weights that changed it."}),
    ],
    metadata={"doc": "One row per thread and version of the weights that put it to another incident."},
)

APART, SAME, DIFFERENT = "apart", "same", "different"


class Decision(NamedTuple):
    """What a person decided about a thread, or about two; `other` is None for apart."""

    thread: int
    other: int | None
    decision: str


class Grouping:
    """Incidents as they grow: sets of threads, each named by its earliest, and which of them never join."""

    def __init__(self) -> None:
        self._head: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._enemies: dict[int, set[int]] = defaultdict(set)

    def head(self, thread: int) -> int:
        """The earliest thread of the incident that a thread is of."""
        return self._head.get(thread, thread)

    def members(self, head: int) -> Sequence[int]:
        """The threads of an incident by its head."""
        return self._members.get(head, (head,))

    def joined(self) -> list[int]:
        """Every thread that is not alone, in order."""
        return sorted(self._head)

    def may_join(self, one: int, other: int) -> bool:
        """Whether nobody said that a thread of the one incident differs from one of the other; both are heads."""
        return other not in self._enemies.get(one, ())

    def part(self, one: int, other: int) -> None:
        """Two incidents never become one; both are heads."""
        self._enemies[one].add(other)
        self._enemies[other].add(one)

    def join(self, one: int, other: int) -> None:
        """Make two incidents one; both are heads."""
        kept, gone = min(one, other), max(one, other)
        members = [*self.members(kept), *self.members(gone)]
        self._members.pop(gone, None)
        self._members[kept] = members
        for thread in members:
            self._head[thread] = kept
        for enemy in self._enemies.pop(gone, ()):
            self._enemies[enemy].discard(gone)
            self.part(kept, enemy)


def join_threads(pairs: pd.DataFrame, decisions: Iterable[Decision] = ()) -> pd.DataFrame:
    """Group threads: decisions first, newest first; then every thread, in the order they began, joins what it links to.

    A thread joins the incident of the earlier thread that it scores highest with, unless it scores below zero on
    average with the threads of that incident that it was compared with, or a person parted them; then the next one. So
    an incident grows by threads that fit all of it and not by a chain of neighbours, and a thread that comes later
    never moves those before it.

    Args:
        pairs: thread_number, other_thread_number (int64; the other one is the earlier), points (float64; how far above
            what joins), is_link (bool; whether the pair may join). Pairs that do not link count for the average alone.
        decisions: newest first. `same` joins two threads and what is with them; `different` parts them, `apart` keeps a
            thread out of every incident that no later decision puts it to. An older decision that a newer one rules
            out is passed over.

    Returns:
        thread_number, matter_number (earliest thread of its incident), linked_number (the earlier thread it joined,
        else NA), is_by_label (bool): one row for every thread that is not alone in its incident, by number.
    """
    grouping, linked, apart = Grouping(), {}, set()
    for thread, other, decision in decisions:
        if other is None:
            if decision == APART and grouping.head(thread) == thread and len(grouping.members(thread)) == 1:
                apart.add(thread)
            continue
        one, two = grouping.head(thread), grouping.head(other)
        if decision == SAME and one != two and grouping.may_join(one, two):
            grouping.join(one, two)
            linked[max(thread, other)] = (min(thread, other), True)
        elif decision == DIFFERENT and one != two:
            grouping.part(one, two)
    for thread, rows in _by_thread(pairs):
        found = None if thread in apart else _best(grouping, apart, thread, rows)
        if found is not None:
            grouping.join(grouping.head(thread), grouping.head(found))
            linked.setdefault(thread, (found, False))
    return _frame(grouping, linked)


def _by_thread(pairs: pd.DataFrame) -> Iterable[tuple[int, list[tuple[int, float, bool]]]]:
    """Threads in the order they began, each with its earlier ones, the highest points first."""
    order = np.lexsort((pairs["other_thread_number"], -pairs["points"].to_numpy(), pairs["thread_number"]))
    columns = [pairs[name].to_numpy()[order].tolist() for name in ("other_thread_number", "points", "is_link")]
    rows = list(zip(*columns, strict=True))
    threads, starts = np.unique(pairs["thread_number"].to_numpy()[order], return_index=True)
    ends = np.append(starts[1:], len(rows))[: len(starts)]
    for thread, start, end in zip(threads.tolist(), starts.tolist(), ends.tolist(), strict=True):
        yield thread, rows[start:end]


def _best(grouping: Grouping, apart: set[int], thread: int, rows: list[tuple[int, float, bool]]) -> int | None:
    """The earlier thread to join, or None."""
    own = grouping.head(thread)
    total: dict[int, float] = defaultdict(float)
    for other, points, _ in rows:
        total[grouping.head(other)] += points
    for other, _, is_link in rows:
        if not is_link or other in apart:
            continue
        head = grouping.head(other)
        if head != own and total[head] >= 0 and grouping.may_join(own, head):
            return other
    return None


def _frame(grouping: Grouping, linked: dict[int, tuple[int, bool]]) -> pd.DataFrame:
    threads = grouping.joined()
    return pd.DataFrame(
        {
            "thread_number": np.array(threads, dtype=np.int64),
            "matter_number": np.array([grouping.head(thread) for thread in threads], dtype=np.int64),
            "linked_number": pd.array([linked.get(thread, (pd.NA, False))[0] for thread in threads], dtype="Int64"),
            "is_by_label": np.array([linked.get(thread, (0, False))[1] for thread in threads], dtype=bool),
        }
    )
