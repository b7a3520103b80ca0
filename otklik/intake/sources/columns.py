"""A column of a foreign table, with what can be told of it from a sample of its values."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from otklik.home.engine import quoted_name

_SIMPLE = re.compile(r"[a-z][a-z0-9_]*")
# words that SQL keeps for itself, as far as columns are called so
_KEYWORDS = frozenset(
    [
        "all",
        "and",
        "any",
        "array",
        "as",
        "asc",
        "at",
        "between",
        "both",
        "by",
        "case",
        "cast",
        "check",
        "column",
        "cross",
        "day",
        "default",
        "desc",
        "distinct",
        "do",
        "else",
        "end",
        "except",
        "exists",
        "false",
        "fetch",
        "filter",
        "for",
        "foreign",
        "from",
        "full",
        "grant",
        "group",
        "having",
        "hour",
        "in",
        "inner",
        "intersect",
        "into",
        "is",
        "join",
        "key",
        "left",
        "like",
        "limit",
        "minute",
        "month",
        "natural",
        "not",
        "null",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "outer",
        "over",
        "primary",
        "references",
        "returning",
        "right",
        "row",
        "rows",
        "second",
        "select",
        "similar",
        "some",
        "summarize",
        "table",
        "then",
        "time",
        "timestamp",
        "to",
        "trailing",
        "true",
        "union",
        "unique",
        "user",
        "using",
        "values",
        "variadic",
        "view",
        "when",
        "where",
        "window",
        "with",
        "year",
    ]
)
_MARKUP = re.compile(r"</?(p|br|div|span|b|i|a|ul|li|strong|em|table)\b[^<>]*>|&(#\d+|#x[0-9a-f]+|[a-z]{2,8});", re.I)
_ROUNDED = re.compile(r"-?\d[.,]\d+[eE]\+?\d{2}")
_DIGITS_OF_A_SPREADSHEET = 15


@dataclass(frozen=True)
class Column:
    """A column with a sample of its values, as they came.

    Attributes:
        name: as the view `source` calls it; of a value within a JSON object the dotted path.
        values: of the first rows, in their order.
        expression: SQL, where the name alone is not it.
    """

    name: str
    values: tuple[Any, ...]
    expression: str | None = None

    @cached_property
    def present(self) -> list[Any]:
        """Values that say something."""
        return [value for value in self.values if value is not None and str(value).strip() not in ("", r"\N")]

    @cached_property
    def texts(self) -> list[str]:
        """What is present, as text."""
        return [str(value).strip() for value in self.present]

    @property
    def sql(self) -> str:
        """The column in SQL."""
        return self.expression or identifier(self.name)

    @property
    def label(self) -> str:
        """What people call it, as it is compared: lower case, ё as е, words between single spaces."""
        return plain(self.name)

    @property
    def last_label(self) -> str:
        """The same of the last part of a path."""
        return plain(self.name.rsplit(".", 1)[-1])

    @cached_property
    def is_nested(self) -> bool:
        """Whether it holds arrays of objects."""
        return any(isinstance(value, list) and value and isinstance(value[0], dict) for value in self.present[:200])

    @cached_property
    def mean_length(self) -> float:
        """Characters of a value, on average."""
        return sum(map(len, self.texts)) / len(self.texts) if self.texts else 0.0

    @cached_property
    def is_wordy(self) -> bool:
        """Whether the values are words: letters and a space in most of them."""
        return mostly((bool(re.search(r"[^\W\d_]{3,}\W+[^\W\d_]+", text)) for text in self.texts), 0.5)

    @cached_property
    def n_distinct(self) -> int:
        """Different values among those present."""
        return len(set(self.texts))

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value, and no two have the same."""
        return len(self.present) == len(self.values) > 0 and self.n_distinct == len(self.values)

    @cached_property
    def is_rounded(self) -> bool:
        """Whether a spreadsheet has rounded long numbers: 1.58283E+18, or ends of zeros beyond its fifteen digits."""
        long = [text for text in self.texts if re.fullmatch(r"\d{16,}", text)]
        is_cut = len(long) > 1 and all(not text[_DIGITS_OF_A_SPREADSHEET:].strip("0") for text in long)
        return is_cut or any(_ROUNDED.fullmatch(text) for text in self.texts)

    @cached_property
    def has_markup(self) -> bool:
        """Whether some values are HTML."""
        return any(_MARKUP.search(text) for text in self.texts)

    @cached_property
    def numbers(self) -> list[float]:
        """The values that are numbers, a decimal comma allowed."""
        found = []
        for text in self.texts:
            if re.fullmatch(r"[+-]?\d+([.,]\d+)?", text):
                found.append(float(text.replace(",", ".")))
        return found

    @property
    def has_decimal_commas(self) -> bool:
        """Whether some numbers are written 53,2."""
        return any(re.fullmatch(r"[+-]?\d+,\d+", text) for text in self.texts)

    def lies_within(self, least: float, most: float) -> bool:
        """Whether most values are numbers of a range."""
        return (
            bool(self.texts)
            and mostly(least <= number <= most for number in self.numbers)
            and len(self.numbers) >= 0.5 * len(self.texts)
        )


def identifier(name: str) -> str:
    """A SQL identifier, quoted where it must be."""
    return name if _SIMPLE.fullmatch(name) and name not in _KEYWORDS else quoted_name(name)


def plain(name: str) -> str:
    """A header as it is compared: lower case, ё as е, words between single spaces."""
    # of a translation the language says nothing: body/de
    name = re.sub(r"[/_.](translation|value|ar|ca|cs|de|el|en|es|eu|fi|fr|it|ja|nl|pl|pt|ru|sv|tr|uk|zh)$", "", name)
    spaced = re.sub(r"(?<=[a-zа-я])(?=[A-ZА-Я])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name).lower().replace("ё", "е")
    return re.sub(r"[^\w№]+|_+", " ", spaced).strip()


def mostly(checks: Iterable[bool], share: float = 0.9) -> bool:
    """Whether at least a share of some checks is true."""
    results = list(checks)
    return sum(results) >= share * len(results)
