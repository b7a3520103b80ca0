"""Lists of people that figures may be told of: two of them never differ by a few people (definition 24).

Belongs here: comparing a list with the ones released before. Does not belong here: finding groups (`groups`), the
minimum size (the marts hide small groups).

A reader who keeps two figures, one of a list and one of nearly the same list, learns something of whoever is in one of
them alone. So a released list is kept, and its figures are counted of it, until at least k people have come or gone.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

DEPARTMENT, DEPARTMENT_OF_THE_DAY = "department", "department_of_the_day"
INTEREST_GROUP, ACTIVE_CITIZENS = "interest_group", "active_citizens"

# Lists whose figures are of one kind, so that they can be subtracted. Of those who ever sat in a department nothing is
# told but messages by the day they were written, and that of nobody else.
COMPARED_KINDS = ((DEPARTMENT, ACTIVE_CITIZENS, INTEREST_GROUP), (DEPARTMENT_OF_THE_DAY,))

# A person of a list, and the first day and the day after the last on which they are in it, as text.
Entry = tuple[str, str, str]
_DAYS = ("valid_from", "valid_to")

_LIST_FIELDS = [
    pa.field(
        "list_kind",
        pa.string(),
        False,
        {"doc": "department, active_citizens, interest_group or department_of_the_day."},
    ),
    pa.field("list_id", pa.string(), False, {"doc": "MD5 of what names the list in its kind."}),
    pa.field("subject_id", pa.string(), False, {"doc": "Pseudonym of a person in it."}),
    pa.field("valid_from", pa.date32(), True, {"doc": "First day the person is in it; null where it has no days."}),
    pa.field("valid_to", pa.date32(), True, {"doc": "First day the person no longer is; null while they are."}),
]
RELEASED_LIST_SCHEMA = pa.schema(
    [pa.field("release", pa.int64(), False, {"doc": "Number of the list, ascending in time."}), *_LIST_FIELDS],
    metadata={"doc": "One row per list of people that figures were ever published of, and person."},
)
GROUP_RELEASE_SCHEMA = pa.schema(
    [
        *_LIST_FIELDS,
        pa.field("is_held", pa.bool_(), False, {"doc": "Whether an earlier list stands in for it."}),
        pa.field("is_withheld", pa.bool_(), False, {"doc": "Whether nothing may be told of it."}),
    ],
    metadata={"doc": "One row per list that figures may be told of, and person."},
)


def hold_small_changes(lists: pd.DataFrame, released: pd.DataFrame, *, k: int) -> pd.DataFrame:
    """People of whom figures are told, for every list.

    For a list A and every list B released earlier, or chosen before it in this call, |A △ B| must be 0 or at least k,
    if their kinds are compared (`COMPARED_KINDS`). Where it is not, the list released last under the same id stands in
    for A; where there is none, nothing is released of A.

    Args:
        lists: list_kind, list_id, subject_id, valid_from, valid_to; each person of a list once, or with several spans
            of days. Lists of fewer than k people are not compared: nothing is told of them at all.
        released: release (number, ascending in time) and the same: every list ever released.
        k: minimum number of people, >= 1.

    Returns:
        The columns of `lists`, is_held (the list is the earlier one), is_withheld (nothing may be told; the rows are
        the current people); ordered by kind as in `COMPARED_KINDS`, then by id and person. A held list may hold
        somebody who is in another one by now. Somebody whose days changed has come and gone.

    Raises:
        ValueError: k is below 1.

    Examples:
        One person joins: with k = 5 the earlier list stays.

        >>> people = [f"s_{i}" for i in range(8)]
        >>> lists = pd.DataFrame({"list_kind": "department", "list_id": "d", "subject_id": people})
        >>> lists = lists.assign(valid_from=pd.NaT, valid_to=pd.NaT)
        >>> held = hold_small_changes(lists, lists[:7].assign(release=1), k=5)
        >>> len(held), bool(held["is_held"].all())
        (7, True)
    """
    if k < 1:
        raise ValueError(f"k is {k}; at least 1 is needed.")
    told = []
    for kinds in COMPARED_KINDS:
        known = _Lists(released[released["list_kind"].isin(kinds)])
        for kind in kinds:
            for (list_id,), entries in lists_of(lists[lists["list_kind"] == kind], ["list_id"]):
                told.append(_released(kind, list_id, entries, known, k))
    held = rows_of(told, ["list_kind", "list_id", "is_held", "is_withheld"])
    return held.reindex(columns=GROUP_RELEASE_SCHEMA.names)


def lists_of(rows: pd.DataFrame, key: list[str]) -> Iterator[tuple[tuple[str, ...], frozenset[Entry]]]:
    """Every list, by what names it, and what it says: each person with their days, so that two can be compared."""
    days = {name: pd.to_datetime(rows[name]).dt.strftime("%Y-%m-%d").fillna("") for name in _DAYS}
    for of, entries in rows.assign(**days).groupby(key, sort=True):
        yield tuple(map(str, of)), frozenset(zip(*(entries[name] for name in ("subject_id", *_DAYS)), strict=True))


def rows_of(lists: Sequence[tuple[tuple[Any, ...], frozenset[Entry]]], names: list[str]) -> pd.DataFrame:
    """The rows that say it: the other way of `lists_of`; in the order of the lists, and of the people of each."""
    said = [(*of, *entry) for of, entries in lists for entry in sorted(entries)]
    rows = pd.DataFrame(said, columns=[*names, "subject_id", *_DAYS], dtype=object).infer_objects()
    return rows.assign(**{name: pd.to_datetime(rows[name].replace("", None)) for name in _DAYS})


class _Lists:
    """Released lists, found by their people."""

    def __init__(self, released: pd.DataFrame) -> None:
        self.latest: dict[tuple[str, str], frozenset[Entry]] = {}
        self._lists: list[frozenset[Entry]] = []
        self._of_person: dict[str, list[int]] = {}
        for (_, kind, list_id), entries in lists_of(released, ["release", "list_kind", "list_id"]):
            self.latest[kind, list_id] = entries
            self.add(entries)

    def add(self, entries: frozenset[Entry]) -> None:
        """Let a list be one that later ones are compared with."""
        for person in _people(entries):
            self._of_person.setdefault(person, []).append(len(self._lists))
        self._lists.append(entries)

    def has_close(self, entries: frozenset[Entry], k: int) -> bool:
        """Whether some list differs from this one, but by fewer than k people.

        Lists of at least k people without a common one differ by more.
        """
        near = {number for person in _people(entries) for number in self._of_person.get(person, ())}
        return any(0 < len(_people(entries ^ self._lists[number])) < k for number in near)


def _people(entries: frozenset[Entry]) -> set[str]:
    return {person for person, _, _ in entries}


def _released(
    kind: str, list_id: str, entries: frozenset[Entry], known: _Lists, k: int
) -> tuple[tuple[str, str, bool, bool], frozenset[Entry]]:
    """Kind, id, whether it is held, whether it is withheld; and who is in it."""
    is_held = is_withheld = False
    if len(_people(entries)) >= k:
        if known.has_close(entries, k):
            is_held = (kind, list_id) in known.latest
            is_withheld = not is_held
            entries = known.latest.get((kind, list_id), entries)
        else:
            known.add(entries)
    return (kind, list_id, is_held, is_withheld), entries
