"""In which of the world's ways a column writes instants, and the SQL that reads it.

A shape is told from the values alone. Day and month are told apart by the days after the twelfth, of this column or of
another one of the file; where nothing tells, the shape says so.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from otklik.home.engine import text_literal
from otklik.intake.sources.columns import Column

# the others are what the quarantine is for
_SHARE_OF_INSTANTS = 0.5
_LOOKED_AT = 1_000

_CLOCK = r"(?P<joint>T|,? +| at | - )(?P<clock>\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)(?P<half> ?[AaPp]\.?[Mm]\.?)?"
_TAIL = rf"(?:{_CLOCK})?(?P<zone> ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?"
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d.*)?")
_NUMBERS = re.compile(rf"(?P<a>\d{{1,4}})(?P<mark>[./-])(?P<b>\d{{1,2}})(?P=mark)(?P<c>\d{{4}}|\d\d){_TAIL}")
_NAMED_DAY_FIRST = re.compile(
    rf"(?:(?P<week>[A-Za-z]{{3,9}}),? )?(?P<day>\d{{1,2}})(?P<mark>[ -])(?P<month>[A-Za-z]{{3,9}})(?P<end>\.?,?[ -])"
    rf"(?P<year>\d{{4}}){_TAIL}"
)
_NAMED_MONTH_FIRST = re.compile(
    rf"(?:(?P<week>[A-Za-z]{{3,9}}),? )?(?P<month>[A-Za-z]{{3,9}}) (?P<day>\d{{1,2}})(?P<end>,? )"
    rf"(?P<year>\d{{4}}){_TAIL}"
)
_UNIX = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [+-]\d{4} \d{4}")
_FOREIGN = re.compile(r"\d{1,2}\.? [^\W\d_]{3,10}\.? \d{4}.*")
_DIGITS = {10: "seconds", 13: "milliseconds", 8: "days", 14: "digits"}
_OFFSET = re.compile(r"\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)$|(Z|[+-]\d{4}) \d{4}$")
# 1990 to 2060, of seconds and of a spreadsheet's days
_SECONDS, _SERIAL = (631_152_000, 2_840_140_800), (32_874, 58_440)

_ENGLISH = frozenset(
    name
    for full in "january february march april may june july august september october november december".split()  # noqa: SIM905
    for name in (full, full[:3])
)
# by the first three letters, in the order of the year: Russian, German, French, Spanish, Portuguese, Italian
_MONTHS = (
    ("янв", "jan", "ene", "gen"), ("фев", "feb", "fév", "fev"), ("мар", "mär", "mar", "mrz"),
    ("апр", "apr", "avr", "abr"), ("мая", "май", "mai", "may", "mag"), ("июн", "jun", "jui", "giu"),
    ("июл", "jul", "lug"), ("авг", "aug", "aoû", "ago"), ("сен", "sep", "set"), ("окт", "okt", "oct", "out", "ott"),
    ("ноя", "nov"), ("дек", "dez", "déc", "dic"),
)  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """How a column writes instants.

    Attributes:
        name: `plain` where a mapping reads it as it stands, else what kind of text or number it is.
        formats: of `strptime`, for `formats`.
        has_zone: whether every value says its zone.
        is_open: whether day and month could be the other way round.
        share: of the values that are such instants.
    """

    name: str
    formats: tuple[str, ...] = ()
    has_zone: bool = False
    is_open: bool = False
    share: float = 1.0

    @property
    def is_number(self) -> bool:
        """Whether only the column's name can say that it holds instants."""
        return self.name in ("seconds", "milliseconds", "days", "digits", "serial")

    def sql(self, expression: str) -> str:
        """SQL that reads the column as an instant, or as a text that a mapping reads."""
        match self.name:
            case "seconds":
                return f"to_timestamp(try_cast({expression} as double))"
            case "milliseconds":
                return f"to_timestamp(try_cast({expression} as bigint) / 1000.0)"
            case "days":
                return f"try_strptime({expression}::varchar, '%Y%m%d')"
            case "digits":
                return f"try_strptime({expression}::varchar, '%Y%m%d%H%M%S')"
            case "serial":
                days = f"try_cast({expression} as double)"
                return f"timestamp '1899-12-30' + to_seconds(round({days} * 86400))"
            case "utc":
                return f"regexp_replace({expression}, ' ?(UTC|GMT)$', '+00:00')"
            case "foreign":
                return _foreign_sql(expression)
            case "formats":
                formats = ", ".join(map(text_literal, self.formats))
                return f"try_strptime(trim({expression}), [{formats}])"
            case _:
                return expression


def instants_of(column: Column, *, is_month_first: bool | None = None) -> Shape | None:
    """How a column writes instants; None if it does not.

    Args:
        column: with a sample of its values.
        is_month_first: which comes first in dates such as 09/02/2026 where the column does not tell.
    """
    values = column.present[:_LOOKED_AT]
    if not values:
        return None
    if all(isinstance(value, datetime | date) for value in values):
        return Shape("plain", has_zone=all(getattr(value, "tzinfo", None) is not None for value in values))
    if any(isinstance(value, bool) for value in values):
        return None
    texts = [str(value).strip() for value in values]
    shape = _of_digits(texts) or _of_texts(texts, is_month_first)
    if shape is None:
        return None
    return replace(shape, has_zone=shape.is_number or all(_OFFSET.search(text) for text in texts))


def is_month_first(columns: Iterable[Column]) -> bool | None:
    """Which of day and month comes first in a file, by the columns that tell; None where none does."""
    for column in columns:
        for order in _orders(str(value).strip() for value in column.present[:_LOOKED_AT]):
            return order
    return None


def _of_digits(texts: Sequence[str]) -> Shape | None:
    length = len(texts[0])
    if length in _DIGITS and all(len(text) == length and text.isdecimal() for text in texts):
        name = _DIGITS[length]
        if name in ("seconds", "milliseconds"):
            scale = 1 if name == "seconds" else 1000
            return Shape(name) if all(_SECONDS[0] <= int(text) / scale <= _SECONDS[1] for text in texts) else None
        is_day = all(re.fullmatch(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d*", text) for text in texts)
        return Shape(name) if is_day else None
    if all(re.fullmatch(r"\d{5}(\.\d+)?", text) and _SERIAL[0] <= float(text) <= _SERIAL[1] for text in texts):
        return Shape("serial")
    return None


def _of_texts(texts: Sequence[str], is_month_first: bool | None) -> Shape | None:
    n_iso = sum(_ISO.fullmatch(text) is not None for text in texts)
    if n_iso >= _SHARE_OF_INSTANTS * len(texts):
        is_utc = any(text.endswith(("UTC", "GMT")) for text in texts)
        return Shape("utc" if is_utc else "plain", share=n_iso / len(texts))
    if (shape := _of_numbers(texts, is_month_first)) is not None:
        return shape
    formats = [_named_format(text) for text in texts]
    known = sorted({one for one in formats if one}, key=lambda one: (-formats.count(one), one))
    n_known = sum(one is not None for one in formats)
    if n_known >= _SHARE_OF_INSTANTS * len(texts):
        return Shape("formats", tuple(known), share=n_known / len(texts))
    n_foreign = sum(_FOREIGN.fullmatch(text) is not None and _month_of(text) is not None for text in texts)
    return Shape("foreign", share=n_foreign / len(texts)) if n_foreign >= _SHARE_OF_INSTANTS * len(texts) else None


def _of_numbers(texts: Sequence[str], is_month_first: bool | None) -> Shape | None:
    matches = [match for text in texts if (match := _NUMBERS.fullmatch(text))]
    if len(matches) < _SHARE_OF_INSTANTS * len(texts) or not all(map(_is_date, matches)):
        return None
    own = next(iter(_orders(texts)), None)
    dotted = all(match["mark"] == "." for match in matches)
    guessed = is_month_first if is_month_first is not None else any(match["half"] for match in matches)
    order = own if own is not None else False if dotted else guessed
    share = len(matches) / len(texts)
    if dotted and not order and not any(map(_is_beyond_mapping, matches)):
        return Shape("plain", share=share)
    formats = [_number_format(match, order) for match in matches]
    known = sorted(set(formats), key=lambda one: (-formats.count(one), one))
    is_open = own is None and is_month_first is None and not dotted and any(len(one["a"]) < 4 for one in matches)
    return Shape("formats", tuple(known), is_open=is_open, share=share)


def _is_beyond_mapping(match: re.Match[str]) -> bool:
    """Whether a dotted date is written in a way that a mapping does not read as it stands."""
    return bool(match["half"] or match["zone"] or len(match["a"]) == 4 or match["joint"] not in (None, " ", ", "))


def _is_date(match: re.Match[str]) -> bool:
    """Whether three numbers can be a date at all: a version number or a phone number may look like one."""
    first, second = int(match["a"]), int(match["b"])
    if len(match["a"]) == 4:
        return 1900 <= first <= 2100 and 1 <= second <= 12 and len(match["c"]) == 2 and 1 <= int(match["c"]) <= 31
    return len(match["a"]) <= 2 and 1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12


def _orders(texts: Iterable[str]) -> Iterator[bool]:
    """Of each date of numbers that tells: whether the month comes first."""
    for text in texts:
        match = _NUMBERS.fullmatch(text)
        if match and len(match["a"]) <= 2 and _is_date(match) and match["mark"] != ".":
            if int(match["a"]) > 12:
                yield False
            elif int(match["b"]) > 12:
                yield True


def _number_format(match: re.Match[str], is_month_first: bool) -> str:
    mark = match["mark"]
    if len(match["a"]) == 4:
        parts = ("%Y", "%m", "%d")
    else:
        year = "%Y" if len(match["c"]) == 4 else "%y"
        parts = ("%m", "%d", year) if is_month_first else ("%d", "%m", year)
    return mark.join(parts) + _tail_format(match)


def _tail_format(match: re.Match[str]) -> str:
    clock = ""
    if match["clock"]:
        hour = "%I" if match["half"] else "%H"
        seconds = ":%S" if match["clock"].count(":") == 2 else ""
        fraction = ".%f" if "." in match["clock"] else ""
        half = f"{' ' if (match['half'] or '').startswith(' ') else ''}%p" if match["half"] else ""
        clock = f"{match['joint']}{hour}:%M{seconds}{fraction}{half}"
    zone = match["zone"] or ""
    space = " " if zone.startswith(" ") else ""
    return clock + (space + ("%Z" if zone.strip().isalpha() else "%z") if zone else "")


def _named_format(text: str) -> str | None:
    """The format of a date with the English name of its month."""
    if _UNIX.fullmatch(text):
        return "%a %b %d %H:%M:%S %z %Y"
    match = _NAMED_DAY_FIRST.fullmatch(text) or _NAMED_MONTH_FIRST.fullmatch(text)
    if match is None or match["month"].lower() not in _ENGLISH:
        return None
    month = "%b" if len(match["month"]) == 3 else "%B"
    week = ""
    if match["week"]:
        week = ("%a" if len(match["week"]) == 3 else "%A") + ("," if text[len(match["week"])] == "," else "") + " "
    if match.re is _NAMED_DAY_FIRST:
        return f"{week}%d{match['mark']}{month}{match['end']}%Y{_tail_format(match)}"
    return f"{week}{month} %d{match['end']}%Y{_tail_format(match)}"


def _month_of(text: str) -> int | None:
    letters = re.sub(r"[^a-zа-яёà-ÿ]", "", text.lower().split("t0")[0])[:3]
    return next((number for number, names in enumerate(_MONTHS, start=1) if letters in names), None)


def _foreign_sql(expression: str) -> str:
    """A date with the name of its month in words of another language, of which DuckDB knows none."""
    letters = rf"regexp_extract(lower({expression}), '\d+\.? ([^\d\s.]{{3}})', 1)"
    months = " ".join(
        f"when {letters} in ({', '.join(map(text_literal, names))}) then {n}" for n, names in enumerate(_MONTHS, 1)
    )
    day, year = rf"regexp_extract({expression}, '\d+')", rf"regexp_extract({expression}, '\d{{4}}')"
    clock = rf"coalesce(nullif(regexp_extract({expression}, '\d{{1,2}}:\d\d'), ''), '0:00')"
    return f"try_strptime({day} || '.' || case {months} end || '.' || {year} || ' ' || {clock}, '%d.%m.%Y %H:%M')"
