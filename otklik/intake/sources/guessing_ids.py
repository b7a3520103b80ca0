"""Which column names a row; where none does, what a name is made of."""

import re

from otklik.intake.sources.columns import Column
from otklik.intake.sources.guessed_columns import Columns

_CALLED_ID = re.compile(r"\b(id|uid|uuid|guid|key|number|no|nr|nummer|номер|numero|número|№)$|^(id|номер|№)\b")
_OF_SOMETHING_ELSE = re.compile(
    r"phone|tele|house|sender|from|owner|reply|customer|channel|chat|page|media|executor|employee|дом|zip|postal|plz"
    r"|индекс|телефон|hausn|street|district|ward|user|author|parent|block|lot|inn|инн"
    r"|councilor|precinct|agency|category|type|council|census|tract|area|group|topic|thread"
)
_SCOPE = re.compile(r"channel|chat|group|page|community|dialog|thread|owner|канал|чат|групп|паблик|сообществ")
_CHANGING = ("status", "reply_text", "reactions")
_LONGEST_ID = 60
# among fewer rows all values of any column may differ
_TELLING_ROWS = 5


def row_id(found: Columns, role: str, notes: list[str]) -> str:
    """SQL of what names a row: the column called so whose values differ, else one that is called or behaves like an id.

    Where there is none a hash of what a row lastingly says; a note says what follows of each choice that is not sure.
    """
    column = _chosen(found, role, notes)
    if column is not None and not column.is_rounded and (pair := _within(found, column)) is not None:
        notes.append(f"{column.name} is one of its {pair.name} alone, so the id is both")
        found.give(column)
        # a row that lacks either has no id, and is told so
        return f"{pair.sql} || '/' || {column.sql}"
    if column is not None and column.is_rounded:
        notes.append(
            f"{column.name} is no id any more: a spreadsheet has rounded its long numbers ({column.texts[0]}). Export "
            "it anew as text, and write its name for the hash; until then a row is known by what it says"
        )
        found.give(column)
        column = None
    elif column is None:
        notes.append("no column is an id: equal rows are one thing, and the others count as duplicates")
    if column is None:
        return _hashed(found)
    found.give(column)
    n_repeated = len(column.present) - column.n_distinct
    if n_repeated:
        notes.append(
            f"{n_repeated} of {len(column.values)} rows of the sample repeat a value of {column.name}: rows with one "
            "id are versions of one thing (docs/sources.md)"
        )
    if len(column.present) < len(column.values):
        notes.append(f"{len(column.values) - len(column.present)} rows of the sample have no {column.name}")
    return column.sql


def _within(found: Columns, column: Column) -> Column | None:
    """The column that makes an id which repeats differ from row to row: a channel counts its messages from one."""
    if column.is_unique or len(column.present) < len(column.values):
        return None
    scopes = [one for one in found.all if one is not column and _SCOPE.search(one.label) and not one.is_wordy]
    full = [one for one in scopes if len(one.present) == len(one.values)]
    return next((one for one in full if len(set(zip(one.texts, column.texts, strict=True))) == len(column.texts)), None)


def _chosen(found: Columns, role: str, notes: list[str]) -> Column | None:
    times = {time.column.name for time in found.times}
    free = [one for one in found.all if found.is_free(one) and one.present and one.name not in times]
    named = [one for one in found.named(role) if one in free]
    called = [
        one
        for one in free
        if one not in named and _CALLED_ID.search(one.label) and not _OF_SOMETHING_ELSE.search(one.label)
    ]
    for one in (*named, *called):
        if one.is_unique:
            return one
    if named:
        return named[0]
    likely = [one for one in called if one.n_distinct > 0.9 * len(one.values)]
    if likely:
        return likely[0]
    telling = free if free and len(free[0].values) >= _TELLING_ROWS else []
    behaving = next(filter(_behaves_like_an_id, telling), None)
    if behaving is not None:
        notes.append(f"{behaving.name} is taken for the id, since its values all differ; name another if it is none")
    return behaving


def _behaves_like_an_id(column: Column) -> bool:
    """Whether the values all differ and are one short word each, none of them a number with a fraction."""
    is_short = column.is_unique and len(max(column.texts, key=len)) <= _LONGEST_ID
    return is_short and all(
        re.fullmatch(r"[\w/.:-]+", text) and not re.fullmatch(r"-?\d+\.\d+", text) for text in column.texts
    )


def _hashed(found: Columns) -> str:
    """A hash of all that a row says, but for what changes while its case goes on: else each change made another row."""
    changing = {column.name for role in _CHANGING for column in found.named(role)}
    changing |= {time.column.name for time in found.times if time.role is not None}
    parts = [column for column in found.all if column.name not in changing] or found.all
    return f"md5(concat_ws('|', {', '.join(column.sql for column in parts)}))"
