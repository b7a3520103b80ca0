"""Guesses which columns of a foreign table are which fields of ours, and writes the mapping's SELECT.

A name proposes, values decide: a column called `date` that holds no dates is no time. The names are
`orchestration/sources/vocabulary.py`; reading the file is `orchestration/sources/sniffing.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.entities import CHANNELS
from orchestration.sources.vocabulary import (
    SYNONYMS,
    Column,
    event_kind_of,
    identifier,
    instant_sql,
    mostly,
    plain,
    time_shape,
)


@dataclass(frozen=True)
class EntityGuess:
    """A proposed mapping; `select` is None where the format brings one. Notes become comments above it."""

    entity: str
    select: str | None
    notes: tuple[str, ...] = ()
    is_undated: bool = False


class _Columns:
    """The columns, asked for by what people call them; each is given once an entity."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.all = [column for column in columns if not _is_nested(column)]
        self.nested = [column for column in columns if _is_nested(column)]
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


def _is_nested(column: Column) -> bool:
    return any(isinstance(value, list) and value and isinstance(value[0], dict) for value in column.present[:200])


def guess_entities(columns: Sequence[Column], stem: str) -> list[EntityGuess]:
    """The entities a table seems to hold, with a SELECT for each; posts where nothing says otherwise."""
    found = _Columns(columns)
    if found.has("sender") and found.has("recipients"):
        return [_message(found)]
    if found.has("accounts") and (found.has("department") or found.has("title")) and not found.has("text"):
        return [_person(found)]
    if found.has("place_name") and (
        found.has("population") or found.has("centre") or _has_word(found, "oktmo", "октмо")
    ):
        return [_municipality(found)]
    events = next((column for column in found.nested if _event_keys(column)), None)
    guesses = [_post(found, stem, events)]
    if events is not None:
        guesses.append(_case_events(_Columns(columns), events))
    return guesses


def _has_word(found: _Columns, *words: str) -> bool:
    """Whether a column's name holds one of some words."""
    return any(word in plain(column.name).split() for column in found.all for word in words)


def _select(values: Sequence[tuple[str, str]], tail: str = "from source") -> str:
    named = [*values, ("source_row", "origin_row")]
    lines = ",\n".join(f"    {sql} as {name}" if sql != name else f"    {name}" for sql, name in named)
    return f"select\n{lines}\n{tail}"


def _optional(found: _Columns, *roles: tuple[str, str]) -> list[tuple[str, str]]:
    return [(column.sql, name) for role, name in roles if (column := found.take(role)) is not None]


def _id(found: _Columns, role: str, notes: list[str]) -> str:
    column = found.take(role)
    if column is not None:
        return column.sql
    notes.append("no column is an id: equal rows are one thing, and the others count as duplicates")
    parts = ", ".join(column.sql for column in found.all)
    return f"md5(concat_ws('|', {parts}))"


def _post(found: _Columns, stem: str, events: Column | None) -> EntityGuess:
    notes: list[str] = []
    values = [(_id(found, "id", notes), "source_post_id")]
    time = found.take_time()
    if time is not None:
        values.append((instant_sql(time.sql, time_shape(time)), "posted_at"))
    else:
        notes.append("no column holds instants")
    values += _optional(found, ("author", "author"), ("parent", "parent_post_id"), ("thread", "thread_id"))
    # a table with the life of its cases is a portal's
    values.append(("'portal'" if events is not None else _channel(found, stem, notes), "channel"))
    places = ("url", "url"), ("lat", "lat"), ("lon", "lon"), ("place", "place_text")
    declared = [(role, f"declared_{role}") for role in ("municipality", "district", "group", "topic", "authority")]
    rest = _optional(found, *places, *declared, ("reactions", "reactions"))
    text = found.take_text()
    if text is not None:
        values.append((_cleaned(text, notes), "text"))
    elif events is not None and "text" in _event_keys(events):
        notes.append("the words are those of the first event that has some")
        values.append((f"list_filter({events.sql}, lambda event: event.text is not null)[1].text", "text"))
    else:
        notes.append("no column looks like words")
    return EntityGuess("post", _select([*values, *rest]), tuple(notes), is_undated=time is None)


def _cleaned(text: Column, notes: list[str]) -> str:
    sql = text.sql
    words = [str(value) for value in text.present]
    if mostly(word.startswith("'") for word in words) and words:
        notes.append("a spreadsheet's apostrophe before every text is taken off")
        sql = f"ltrim({sql}, '''')"
    if any("<br>" in word for word in words):
        notes.append("<br> becomes a line end")
        sql = f"replace({sql}, '<br>', chr(10))"
    return sql


def _channel(found: _Columns, stem: str, notes: list[str]) -> str:
    column = found.take("channel")
    if column is not None and set(map(str, column.present)) <= set(CHANNELS):
        return column.sql
    named = next((name for name in CHANNELS if name in re.split(r"[^a-z]+", stem.lower())), None)
    if named is None:
        notes.append(f"channel: one of {', '.join(CHANNELS)}")
    return f"'{named or 'other'}'"


def _message(found: _Columns) -> EntityGuess:
    notes: list[str] = []
    sender, recipients = found.take("sender"), found.take("recipients")
    assert sender is not None
    assert recipients is not None
    values = [(_id(found, "id", notes), "source_message_id")]
    time = found.take_time()
    if time is not None:
        values.append((instant_sql(time.sql, time_shape(time)), "sent_at"))
    else:
        notes.append("no column holds instants")
    values += [(sender.sql, "sender"), (_account_list(recipients), "recipients"), ("'mail'", "kind")]
    notes.append("kind: one of mail, chat, call")
    values += _optional(
        found,
        ("thread", "thread_id"),
        ("parent", "in_reply_to"),
        ("size", "size"),
        ("subject", "subject"),
        ("text", "body"),
    )
    return EntityGuess("message", _select(values), tuple(notes), is_undated=time is None)


def _account_list(column: Column) -> str:
    texts = [value for value in column.present if isinstance(value, str)]
    if not texts:
        return column.sql
    for separator in (";", ",", "|"):
        if any(separator in text for text in texts):
            return f"string_split({column.sql}, '{separator}')"
    return f"[{column.sql}]"


def _person(found: _Columns) -> EntityGuess:
    notes: list[str] = []
    person_id = found.take("person_id", may_share=True)
    accounts = []
    # an id may be the account as well, so what it took is asked for again
    found = _Columns(found.all)
    while (column := found.take("accounts")) is not None:
        accounts.append(column)
    lists = [_account_list(column) for column in accounts]
    joined = lists[0]
    if len(lists) > 1:
        joined = f"list_concat({', '.join(lists)})"
    values = [(person_id.sql if person_id else accounts[0].sql, "source_person_id"), (joined, "accounts")]
    values += _optional(
        found, ("department", "department"), ("unit", "unit"), ("title", "title"), ("manager", "manager")
    )
    for role in ("valid_from", "valid_to"):
        column = found.take(role, is_time=True)
        if column is not None:
            dotted = time_shape(column) == "dotted"
            values.append((f"try_strptime({column.sql}, '%d.%m.%Y')::date" if dotted else column.sql, role))
    return EntityGuess("person", _select(values), tuple(notes))


def _municipality(found: _Columns) -> EntityGuess:
    notes: list[str] = []
    name = found.take("place_name")
    assert name is not None
    values = [(_id(found, "place_code", notes), "municipality_id"), (name.sql, "name")]
    region = found.take("region")
    if region is None:
        notes.append("region: write its name")
    values.append((region.sql if region else "'?'", "region"))
    values += _optional(
        found, ("kind", "kind"), ("centre", "centre"), ("population", "population"), ("lat", "lat"), ("lon", "lon")
    )
    return EntityGuess("municipality", _select(values), tuple(notes))


def _event_keys(column: Column) -> dict[str, list[Any]]:
    """Keys of a nested array's objects with their values; empty unless they are events: a time and a kind or status."""
    keys: dict[str, list[Any]] = {}
    for value in column.present:
        for item in value if isinstance(value, list) else ():
            for key, inner in item.items() if isinstance(item, dict) else ():
                keys.setdefault(key, []).append(inner)
    has_kind = any(plain(key) in ("kind", "type", "status", "вид", "тип", "статус") for key in keys)
    return keys if has_kind and _event_time(keys) else {}


def _event_time(keys: dict[str, list[Any]]) -> str | None:
    return next((key for key, values in keys.items() if time_shape(Column(key, tuple(values[:500])))), None)


def _case_events(found: _Columns, events: Column) -> EntityGuess:
    keys = _event_keys(events)
    time = _event_time(keys)
    assert time is not None
    by_plain = {plain(key): key for key in keys}
    kind = next((by_plain[name] for name in ("kind", "type", "вид", "тип") if name in by_plain), None)
    status = next((by_plain[name] for name in ("status", "статус") if name in by_plain), None)
    notes = ["what an event means is guessed from its kind and status: go through the list"]
    branches, unknown = _event_branches(events, kind, status)
    if unknown:
        notes.append(f"left out, since nothing tells what they mean: {'; '.join(unknown)}")
    shape = time_shape(Column(time, tuple(keys[time][:500])))
    fields = [(_id(found, "id", []), "source_post_id"), (instant_sql(f"event.{identifier(time)}", shape), "event_at")]
    fields.append(("case\n" + "\n".join(f"        {branch}" for branch in branches) + "\n    end", "event_kind"))
    authority = found.take("authority")
    organisation = next(
        (by_plain[name] for name in ("organisation", "organization", "authority", "орган") if name in by_plain), None
    )
    named = [f"event.{identifier(organisation)}" if organisation else "", authority.sql if authority else ""]
    named = [name for name in named if name]
    if named:
        fields.append((f"coalesce({', '.join(named)})" if len(named) > 1 else named[0], "authority"))
    inner = f"from (select *, unnest({events.sql}) as event from source)"
    if "text" in keys:
        fields.append(("event.text", "text"))
    return EntityGuess(
        "case_event", f"select * from (\n{_select(fields, inner)}\n)\nwhere event_kind is not null", tuple(notes)
    )


def _event_branches(events: Column, kind: str | None, status: str | None) -> tuple[list[str], list[str]]:
    """`when … then` lines for every pair of kind and status seen, and the pairs that mean nothing to us."""
    pairs = sorted(
        {
            (str(item.get(kind) or ""), str(item.get(status) or ""))
            for value in events.present
            for item in value
            if isinstance(item, dict)
        }
    )
    branches, unknown = {}, []
    for of_kind, of_status in pairs:
        by_kind = event_kind_of(of_kind)
        # the kind alone says enough, but for a kind that only says there is a status
        meaning, tests = (
            (by_kind, {kind: of_kind}) if by_kind else (event_kind_of(of_status), {kind: of_kind, status: of_status})
        )
        conditions = [
            f"event.{identifier(key)} = '{value.replace(chr(39), chr(39) * 2)}'"
            for key, value in tests.items()
            if key and value
        ]
        if meaning is None or not conditions:
            unknown.append(" / ".join(part for part in (of_kind, of_status) if part))
        else:
            branches[f"when {' and '.join(conditions)}"] = meaning
    return [f"{condition} then '{meaning}'" for condition, meaning in branches.items()] or [
        "when false then null"
    ], unknown
