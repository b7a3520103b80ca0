"""Cells that may stand on a website: every fact in exactly one, none of few people, and none that a later one undoes.

Belongs here: which facts are told together, and how coarsely. Does not belong here: what is told of them (the marts).

Definition 24, b. Facts go to the finest cell that stands on k people, none of whom makes up more than half; what is
left goes on to a coarser one. A cell is a set of facts, and every figure on the public surface is told of whole cells:
any sum or difference of figures is one of whole cells too, so none isolates fewer than k people. The same over time:
cells that were told once keep their facts, and new facts are told in cells of their own, once their period is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import md5

import numpy as np
import pandas as pd
import pyarrow as pa

METHOD_VERSION = "1"
# Tried to take in what is left over, smallest first.
_MOST_FOLDED = 50

_CELL = [
    pa.field("cell_id", pa.string(), False, {"doc": "MD5 of all that the cell tells."}),
    pa.field("period_kind", pa.string(), False, {"doc": "day, week (cut at the end of a month), month, year or all."}),
    pa.field("period_start", pa.date32(), True, {"doc": "First local day of the period; null for all."}),
    pa.field("period_end", pa.date32(), True, {"doc": "Last local day of the period, inclusive; null for all."}),
    pa.field("region", pa.string(), True, {"doc": "Region; null where it is not told."}),
    pa.field("municipality_id", pa.string(), True, {"doc": "Municipality; null where it is not told."}),
    pa.field("group_code", pa.string(), True, {"doc": "Group of topics; null where it is not told."}),
    pa.field("topic_code", pa.string(), True, {"doc": "Topic; null where it is not told."}),
]
_AUTHORITY = pa.field("authority_id", pa.string(), True, {"doc": "Responsible authority; null where it is not told."})
_VERSION = pa.field("method_version", pa.string(), False, {"doc": "Version of the method."})
PUBLIC_INCIDENT_CELL_SCHEMA = pa.schema(
    [pa.field("incident_id", pa.string(), False, {"doc": "Incident."}), *_CELL, _AUTHORITY, _VERSION],
    metadata={"doc": "One row per incident that was ever told on the public surface."},
)
PUBLIC_POST_CELL_SCHEMA = pa.schema(
    [pa.field("post_id", pa.string(), False, {"doc": "Post."}), *_CELL, _VERSION],
    metadata={"doc": "One row per post that was ever told on the public surface."},
)


@dataclass(frozen=True)
class Level:
    """How finely facts are told: a kind of period, and what else is told of them."""

    period_kind: str
    shown: tuple[str, ...] = ()


_PLACE, _TOPIC = ("region", "municipality_id"), ("group_code", "topic_code")
INCIDENT_LEVELS = (
    *(Level(kind, (*_PLACE, *_TOPIC, "authority_id")) for kind in ("day", "week", "month")),
    Level("month", (*_PLACE, "group_code", "authority_id")),
    Level("month", (*_PLACE, "group_code")),
    Level("month", ("region", "group_code", "authority_id")),
    Level("month", ("region", "group_code")),
    Level("month", ("region",)),
    Level("year", ("region",)),
    Level("all"),
)
POST_LEVELS = (
    *(Level(kind, (*_PLACE, *_TOPIC)) for kind in ("day", "week", "month")),
    Level("month", (*_PLACE, "group_code")),
    Level("month", ("region", *_TOPIC)),
    Level("month", ("region", "group_code")),
    Level("month", ("region",)),
    Level("year", ("region",)),
    Level("all"),
)


def public_cells(
    facts: pd.DataFrame, people: pd.DataFrame, released: pd.DataFrame, *, levels: Sequence[Level], k: int
) -> pd.DataFrame:
    """The cell of every fact that may be told, and of every one that was ever told.

    Args:
        facts: fact_id; day (the fact's, local); today (of the run there: periods that end before it are over); and
            every column that a level shows. A fact is told by a level only if it has all that the level shows.
        people: fact_id, person: who stands behind a fact, each person once a fact.
        released: what this returned before, or no rows; rows of another version of the method are passed over.
        levels: from the finest to the coarsest.
        k: minimum number of people, >= 1.

    Returns:
        fact_id, cell_id, period_kind, period_start, period_end, what levels show, method_version; ordered by fact_id.
        A fact without a row waits: its week (for days and weeks) or its month is not over, or too few are left over.

    Raises:
        ValueError: k is below 1.

    Examples:
        Six people write of roads and one of light; five stay with the roads, for one alone is nobody's statement.

        >>> facts = pd.DataFrame({"fact_id": list("abcdefg"), "day": "2026-03-03", "today": "2026-04-01"})
        >>> facts["topic"] = ["roads"] * 6 + ["light"]
        >>> people = pd.DataFrame({"fact_id": list("abcdefg"), "person": list("pqrstuv")})
        >>> none = pd.DataFrame(columns=["fact_id"])
        >>> told = public_cells(facts, people, none, levels=[Level("day", ("topic",)), Level("all")], k=5)
        >>> told["period_kind"].unique().tolist(), told["topic"].isna().all()
        (['all'], np.True_)
    """
    if k < 1:
        raise ValueError(f"k is {k}; at least 1 is needed.")
    shown = sorted({name for level in levels for name in level.shown})
    columns = ["period_kind", "period_start", "period_end", *shown]
    kept = _kept(facts, people, released, columns, k)
    new = _told(facts[~facts["fact_id"].isin(kept["fact_id"])], people, levels, columns, k)
    told = pd.concat([frame for frame in (kept, new) if len(frame)] or [kept], ignore_index=True)
    told = told.assign(cell_id=_cell_ids(told, columns), method_version=METHOD_VERSION)
    return told.sort_values("fact_id", ignore_index=True)


def _cell_ids(told: pd.DataFrame, columns: list[str]) -> pd.Series:
    """A name for each cell, of all it tells: cells of several runs that tell the same are one for a reader."""
    numbers = told.groupby(columns, dropna=False, sort=False).ngroup()
    is_first = ~numbers.duplicated()
    cells = told.loc[is_first, columns].to_numpy()
    texts = ("|".join("" if pd.isna(value) else str(value) for value in cell) for cell in cells)
    names = (md5(text.encode(), usedforsecurity=False).hexdigest() for text in texts)
    return numbers.map(dict(zip(numbers[is_first], names, strict=True))).astype(object)


def _kept(
    facts: pd.DataFrame, people: pd.DataFrame, released: pd.DataFrame, columns: list[str], k: int
) -> pd.DataFrame:
    """Rows told before that stand: of cells that are large enough now as well, and of facts that are not seen now."""
    if released.empty:
        return pd.DataFrame(columns=["fact_id", *columns])
    released = released.loc[released["method_version"] == METHOD_VERSION, ["fact_id", *columns]]
    is_here = released["fact_id"].isin(facts["fact_id"])
    cells = released[is_here].groupby(columns, dropna=False, sort=False).ngroup()
    cells.index = pd.Index(released.loc[is_here, "fact_id"])
    stands = cells.index[cells.isin(_large_enough(cells, people, k))]
    return released[~is_here | released["fact_id"].isin(stands)]


def _told(
    facts: pd.DataFrame, people: pd.DataFrame, levels: Sequence[Level], columns: list[str], k: int
) -> pd.DataFrame:
    """Cells of facts that were never told, from the finest level to the coarsest."""
    waiting = facts.assign(**{name: pd.to_datetime(facts[name]) for name in ("day", "today")}).set_index("fact_id")
    found = []
    for level in levels:
        told = _at(level, waiting, columns)
        cells = told.groupby(columns, dropna=False, sort=True).ngroup()
        told = told[cells.isin(_large_enough(cells, people, k))]
        found.append(told)
        waiting = waiting.drop(index=told.index)
    rows = pd.concat(found)
    return _with_rest(rows, _at(levels[-1], waiting, columns), people, columns, k).reset_index(names="fact_id")


def _at(level: Level, facts: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """What a level would tell of facts, by fact: those with all it shows, whose period is over."""
    start, end = _period(facts["day"], level.period_kind)
    month = facts["day"].dt.to_period("M").dt.end_time
    is_over = (end if level.period_kind in ("day", "week") else month) < facts["today"]
    if level.period_kind == "day":
        is_over = _period(facts["day"], "week")[1] < facts["today"]
    is_told = is_over & facts[list(level.shown)].notna().all(axis=1)
    first, last = start[is_told].dt.date, end[is_told].dt.date
    told = facts[is_told].assign(period_kind=level.period_kind, period_start=first, period_end=last)
    if level.period_kind == "all":
        told = told.assign(period_start=None, period_end=None)
    hidden = [name for name in columns[3:] if name not in level.shown]
    rows: pd.DataFrame = told.assign(**dict.fromkeys(hidden))[columns]
    return rows


def _period(days: pd.Series, kind: str) -> tuple[pd.Series, pd.Series]:
    """First and last day of the period that each day lies in; weeks are cut where a month ends."""
    if kind == "week":
        monday = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
        first, last = _period(days, "month")
        return np.maximum(monday, first), np.minimum(monday + pd.Timedelta(days=6), last)
    periods = days.dt.to_period({"day": "D", "month": "M", "year": "Y", "all": "Y"}[kind])
    return periods.dt.start_time.dt.normalize(), periods.dt.end_time.dt.normalize()


def _large_enough(cells: pd.Series, people: pd.DataFrame, k: int) -> pd.Index:
    """Cells that stand on k people, none of whom makes up more than half; `cells` is fact → number of its cell."""
    if cells.empty:
        return pd.Index([])
    n_facts = cells.value_counts()
    by_person = people.assign(cell=people["fact_id"].map(cells)).dropna(subset=["cell"])
    per_person = by_person.groupby(["cell", "person"]).size().groupby(level="cell")
    n_people, most = per_person.size(), per_person.max()
    return n_people.index[(n_people >= k) & (2 * most <= n_facts.reindex(n_people.index))]


def _with_rest(
    rows: pd.DataFrame, rest: pd.DataFrame, people: pd.DataFrame, columns: list[str], k: int
) -> pd.DataFrame:
    """What is left over and too little for a cell, told together with the smallest new cell that makes it enough."""
    if rest.empty or rows.empty:
        return rows
    cells = rows.groupby(columns, dropna=False, sort=True).ngroup()
    for cell in cells.value_counts().sort_index().sort_values(kind="stable").index[:_MOST_FOLDED]:
        members = cells.index[cells == cell]
        together = pd.Series(0, index=rest.index.append(members))
        if len(_large_enough(together, people, k)):
            coarsest = {name: rest[name].iloc[0] for name in columns}
            folded = pd.DataFrame({name: [coarsest[name]] * len(members) for name in columns}, index=members)
            told: pd.DataFrame = pd.concat([rows.drop(index=members), folded, rest])
            return told
    return rows
