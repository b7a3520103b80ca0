"""The columns of a foreign table as they are given out to our fields, and how a proposed mapping is written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from otklik.intake.sources.columns import Column
from otklik.intake.sources.instants import Shape, instants_of, is_month_first
from otklik.intake.sources.vocabulary import CREATED, PATTERNS, SYNONYMS, time_role

# what may be long and is no citizen's words
_SAYING_OTHERWISE = (
    "place",
    "point",
    "author",
    "contact",
    "authority",
    "reply_text",
    "status",
    "url",
    "title",
    "channel",
)

_NUMBERS = {
    "seconds": "seconds since 1970, UTC",
    "milliseconds": "milliseconds since 1970, UTC",
    "days": "days written 20260901",
    "digits": "instants written 20260901103000",
    "serial": "days since 1900, as a spreadsheet counts them",
}


@dataclass(frozen=True)
class EntityGuess:
    """A proposed mapping; `select` is None where the format brings one. Notes become comments above it."""

    entity: str
    select: str | None
    notes: tuple[str, ...] = ()
    is_undated: bool = False


@dataclass(frozen=True)
class Time:
    """A column of instants, with how it writes them and what it is the time of."""

    column: Column
    shape: Shape
    role: str | None

    @property
    def sql(self) -> str:
        """SQL that reads it."""
        return self.shape.sql(self.column.sql)

    @property
    def notes(self) -> list[str]:
        """What is not sure of how it is read."""
        notes = []
        if self.shape.is_open:
            first = "month" if any(one.startswith("%m") for one in self.shape.formats) else "day"
            notes.append(
                f"{self.column.name}: nothing tells day from month in {self.column.texts[0]!r} and the others; the "
                f"{first} is read first. If it is the other way round, swap %d and %m"
            )
        if self.shape.share < 1:
            notes.append(
                f"{self.column.name}: {1 - self.shape.share:.0%} of the sample's values are no such instants and go to "
                "quarantine"
            )
        if self.shape.is_number:
            notes.append(f"{self.column.name}: numbers are read as {_NUMBERS[self.shape.name]}")
        return notes


class Columns:
    """The columns, asked for by what people call them; each is given once an entity."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.all = [column for column in columns if not column.is_nested]
        self.nested = [column for column in columns if column.is_nested]
        self._taken: set[str] = set()
        self.is_month_first = order = is_month_first(self.all)
        self.times = [
            Time(column, shape, time_role(column.label))
            for column in self.all
            if (shape := instants_of(column, is_month_first=order)) and (not shape.is_number or _is_named_time(column))
        ]
        self._time_names = {time.column.name for time in self.times}

    def take(self, role: str, *, may_share: bool = False, may_be_time: bool = False) -> Column | None:
        """The first column named by one of a role's synonyms, in their order."""
        for column in self.named(role):
            if (may_share or self.is_free(column)) and (may_be_time or column.name not in self._time_names):
                self.give(column)
                return column
        return None

    def named(self, role: str) -> list[Column]:
        """Every column called by one of a role's synonyms, the best name first, then those its pattern fits."""
        order = {synonym: place for place, synonym in enumerate(SYNONYMS[role])}
        by_label = [(order[one.label], 0, one) for one in self.all if one.label in order]
        by_end = [
            (order[one.last_label], 1, one) for one in self.all if one.label not in order and one.last_label in order
        ]
        known = [column for *_, column in sorted([*by_label, *by_end], key=lambda found: found[:2])]
        pattern = PATTERNS.get(role)
        alike = [one for one in self.all if pattern and one not in known and re.search(pattern, one.label)]
        return [column for column in (*known, *alike) if column.present]

    def take_time(self, role: str) -> Time | None:
        """The first free column of instants that is the time of something."""
        for time in self.times:
            if time.role == role and self.is_free(time.column):
                self.give(time.column)
                return time
        return None

    def take_created(self) -> Time | None:
        """When a row was written: by the best name; else the first free column of instants that is nothing else."""
        free = [time for time in self.times if self.is_free(time.column)]
        own = [time for time in free if time.role is None]
        for pattern in CREATED:
            for time in own:
                if re.search(pattern, time.column.label) or re.search(pattern, time.column.last_label):
                    self.give(time.column)
                    return time
        chosen = next(iter(own), None) or next((one for one in free if one.role in ("accepted", "updated")), None)
        if chosen is not None:
            self.give(chosen.column)
        return chosen

    def is_free(self, column: Column) -> bool:
        """Whether nothing has been made of it yet."""
        return column.name not in self._taken

    def give(self, column: Column) -> None:
        """Count a column as made use of."""
        self._taken.add(column.name)

    @property
    def free_times(self) -> list[Time]:
        """Columns of instants of which nothing has been made."""
        return [time for time in self.times if self.is_free(time.column)]

    def longest_words(self, least: int) -> Column | None:
        """The free column of the longest words; None where they are shorter than `least` on average."""
        others = {one.name for role in _SAYING_OTHERWISE for one in self.named(role)} | self._time_names
        free = [one for one in self.all if self.is_free(one) and one.is_wordy and one.name not in others]
        longest = max(free, key=lambda one: one.mean_length, default=None)
        if longest is None or longest.mean_length < least:
            return None
        self.give(longest)
        return longest

    def has(self, role: str) -> bool:
        """Whether some column is called by one of a role's synonyms."""
        return any(column.label in SYNONYMS[role] for column in self.all)


def _is_named_time(column: Column) -> bool:
    return time_role(column.label) is not None or any(
        re.search(pattern, column.last_label) for pattern in (*CREATED, r"\b(date|time|ts|dt|at)\b|дата|datum")
    )


def select_of(values: Sequence[tuple[str, str]], tail: str = "from source") -> str:
    """A SELECT of pairs of an expression and our field's name, and of the row it came from."""
    named = [*values, ("source_row", "origin_row")]
    lines = ",\n".join(f"    {sql} as {name}" if sql != name else f"    {name}" for sql, name in named)
    return f"select\n{lines}\n{tail}"


def optional(found: Columns, *roles: tuple[str, str]) -> list[tuple[str, str]]:
    """Pairs for `select_of` of those roles that some column has."""
    return [(column.sql, name) for role, name in roles if (column := found.take(role)) is not None]
