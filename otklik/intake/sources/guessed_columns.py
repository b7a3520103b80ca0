"""The columns of a foreign table as they are given out to our fields, and how a proposed mapping is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from otklik.intake.sources.vocabulary import SYNONYMS, Column, plain, time_shape


@dataclass(frozen=True)
class EntityGuess:
    """A proposed mapping; `select` is None where the format brings one. Notes become comments above it."""

    entity: str
    select: str | None
    notes: tuple[str, ...] = ()
    is_undated: bool = False


class Columns:
    """The columns, asked for by what people call them; each is given once an entity."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.all = [column for column in columns if not is_nested(column)]
        self.nested = [column for column in columns if is_nested(column)]
        self._taken: set[str] = set()

    def take(self, role: str, *, is_time: bool = False, may_share: bool = False) -> Column | None:
        """The first column named by one of a role's synonyms, in their order."""
        for synonym in SYNONYMS[role]:
            for column in self.all:
                is_free = may_share or column.name not in self._taken
                if is_free and plain(column.name) == synonym and (not is_time or time_shape(column)):
                    self._taken.add(column.name)
                    return column
        return None

    def take_time(self) -> Column | None:
        """The time by its name, else the first free column that holds instants."""
        named = self.take("time", is_time=True)
        if named is not None:
            return named
        for column in self.all:
            shape = time_shape(column)
            if column.name not in self._taken and shape not in (None, "seconds", "milliseconds"):
                self._taken.add(column.name)
                return column
        return None

    def take_text(self) -> Column | None:
        """The words by their name, else the longest free texts, if they are of more than a few words."""
        named = self.take("text")
        if named is not None:
            return named
        lengths = {column.name: _mean_length(column) for column in self.all if column.name not in self._taken}
        longest = max(lengths, key=lambda name: lengths[name], default=None)
        if longest is None or lengths[longest] < 40:
            return None
        self._taken.add(longest)
        return next(column for column in self.all if column.name == longest)

    def has(self, role: str) -> bool:
        """Whether some column is called so."""
        return any(plain(column.name) in SYNONYMS[role] for column in self.all)


def _mean_length(column: Column) -> float:
    texts = [value for value in column.present if isinstance(value, str)]
    return sum(map(len, texts)) / len(texts) if texts else 0.0


def is_nested(column: Column) -> bool:
    """Whether a column holds arrays of objects."""
    return any(isinstance(value, list) and value and isinstance(value[0], dict) for value in column.present[:200])


def select_of(values: Sequence[tuple[str, str]], tail: str = "from source") -> str:
    """A SELECT of pairs of an expression and our field's name, and of the row it came from."""
    named = [*values, ("source_row", "origin_row")]
    lines = ",\n".join(f"    {sql} as {name}" if sql != name else f"    {name}" for sql, name in named)
    return f"select\n{lines}\n{tail}"


def optional(found: Columns, *roles: tuple[str, str]) -> list[tuple[str, str]]:
    """Pairs for `select_of` of those roles that some column has."""
    return [(column.sql, name) for role, name in roles if (column := found.take(role)) is not None]


def row_id(found: Columns, role: str, notes: list[str]) -> str:
    """SQL of what names a row: a column called so, else a hash of all of them, with a note that says what follows."""
    column = found.take(role)
    if column is not None:
        return column.sql
    notes.append("no column is an id: equal rows are one thing, and the others count as duplicates")
    parts = ", ".join(column.sql for column in found.all)
    return f"md5(concat_ws('|', {parts}))"
