"""Guesses the life of cases: an array of events within each row, or columns of times, status and answer beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from otklik.home.engine import text_literal
from otklik.intake.sources.columns import Column, identifier, plain
from otklik.intake.sources.guessed_columns import Columns, EntityGuess, Time, select_of
from otklik.intake.sources.guessing_ids import row_id
from otklik.intake.sources.instants import Shape, instants_of
from otklik.intake.sources.vocabulary import event_kind_of, time_role

_FIXED = re.compile(r"fixed|repair|устран|behoben|gelöst")
_MOST_STATUSES = 30


def event_keys(column: Column) -> dict[str, list[Any]]:
    """Keys of a nested array's objects with their values; empty unless they are events: a time and a kind or status."""
    keys: dict[str, list[Any]] = {}
    for value in column.present:
        for item in value if isinstance(value, list) else ():
            for key, inner in item.items() if isinstance(item, dict) else ():
                keys.setdefault(key, []).append(inner)
    has_kind = any(plain(key) in ("kind", "type", "status", "вид", "тип", "статус") for key in keys)
    return keys if has_kind and _event_time(keys) else {}


def _event_time(keys: dict[str, list[Any]]) -> str | None:
    return next((key for key, values in keys.items() if _shape(key, values)), None)


def _shape(key: str, values: Sequence[Any]) -> Shape | None:
    shape = instants_of(Column(key, tuple(values[:500])))
    is_named = time_role(plain(key)) or re.search(r"\b(at|date|time|created)\b|дата", plain(key))
    return shape if shape is not None and (is_named or not shape.is_number) else None


def case_events(found: Columns, events: Column) -> EntityGuess:
    """The events in the arrays of a column, each with what its kind and status seem to mean."""
    keys = event_keys(events)
    time = _event_time(keys)
    assert time is not None
    by_plain = {plain(key): key for key in keys}
    kind = next((by_plain[name] for name in ("kind", "type", "вид", "тип") if name in by_plain), None)
    status = next((by_plain[name] for name in ("status", "статус") if name in by_plain), None)
    notes = ["what an event means is guessed from its kind and status: go through the list"]
    branches, unknown = _event_branches(events, kind, status)
    if unknown:
        notes.append(f"left out, since nothing tells what they mean: {'; '.join(unknown)}")
    shape = _shape(time, keys[time])
    assert shape is not None
    fields = [
        (row_id(found, "id", []), "source_post_id"),
        (shape.sql(f"event.{identifier(time)}"), "event_at"),
    ]
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
        "case_event", f"select * from (\n{select_of(fields, inner)}\n)\nwhere event_kind is not null", tuple(notes)
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
            f"event.{identifier(key)} = {text_literal(value)}" for key, value in tests.items() if key and value
        ]
        if meaning is None or not conditions:
            unknown.append(" / ".join(part for part in (of_kind, of_status) if part))
        else:
            branches[f"when {' and '.join(conditions)}"] = meaning
    return [f"{condition} then '{meaning}'" for condition, meaning in branches.items()] or [
        "when false then null"
    ], unknown


@dataclass(frozen=True)
class _Case:
    """What tells of the life of a case in the row of its post."""

    accepted: Time | None
    replied: Time | None
    fixed: Time | None
    closed: Time | None
    due: Time | None
    updated: Time | None
    status: Column | None
    reply: Column | None


def give_events(found: Columns) -> None:
    """Count what tells of cases as made use of, so that nothing of it is read as the post's own time or words."""
    _case(found)


def _case(found: Columns) -> _Case:
    has_own_time = any(time.role is None for time in found.times)
    replied, due = found.take_time("reply"), found.take_time("due")
    ends = []
    while (time := found.take_time("closed")) is not None:
        ends.append(time)
    fixed = next((time for time in ends if _FIXED.search(time.column.label)), None)
    return _Case(
        accepted=found.take_time("accepted") if has_own_time else None,
        replied=replied,
        fixed=fixed,
        closed=next((time for time in ends if time is not fixed), None),
        due=due,
        updated=found.take_time("updated") if has_own_time else None,
        status=next(iter(_given(found, "status")), None),
        reply=next(iter(_given(found, "reply_text")), None),
    )


def _given(found: Columns, role: str) -> list[Column]:
    """Columns of a role, counted as made use of: what is the name of a time is none."""
    times = {time.column.name for time in found.times}
    columns = [one for one in found.named(role) if found.is_free(one) and one.name not in times]
    for column in columns[:1]:
        found.give(column)
    return columns


def column_events(found: Columns) -> EntityGuess | None:
    """The events that stand in columns beside the post; None where no time of any is told."""
    notes: list[str] = []
    post_id = row_id(found, "id", [])
    case = _case(found)
    created = found.take_created()
    authority = found.take("authority")
    parts: list[str] = []

    def add(kind: str, time: Time, *, text: str = "null", due: str = "null", where: str | None = None) -> None:
        condition = where or _said(time.column)
        names = {"authority": authority.sql if authority is not None and kind != "received" else "null::varchar"}
        values = [(post_id, "source_post_id"), (time.sql, "event_at"), (f"'{kind}'", "event_kind")]
        values += [(names["authority"], "authority"), (f"{text}::varchar", "text"), (f"{due}::varchar", "due_at")]
        parts.append(select_of(values, f"from source\nwhere {condition}"))
        notes.extend(note for note in time.notes if note not in notes)

    if case.due is not None and created is not None:
        due = case.due.sql if case.due.shape.name == "plain" else f"({case.due.sql})"
        add("received", created, due=due, where=_said(case.due.column))
        notes.extend(note for note in case.due.notes if note not in notes)
    if case.accepted is not None:
        add("accepted", case.accepted)
    _add_reply(case, add, notes)
    if case.fixed is not None:
        add("claimed_fixed", case.fixed)
    if case.closed is not None:
        add("closed", case.closed)
    if case.status is not None and case.fixed is None and case.closed is None:
        _add_status(case, add, notes)
    if not parts:
        return None
    return EntityGuess("case_event", "\nunion all\n".join(parts), tuple(dict.fromkeys(notes)))


def _add_reply(case: _Case, add: Any, notes: list[str]) -> None:
    """An answer, at its own time; else, where it has words, at the time the case was closed or last changed."""
    time = case.replied or (case.reply and (case.closed or case.fixed or case.updated))
    if case.reply is not None and not time:
        notes.append(f"{case.reply.name} holds answers, and no column says when they were given: none is an event")
        return
    if not time:
        return
    if case.reply is None:
        add("reply", time)
        return
    condition = f"{_said(time.column)} and {_said(case.reply)}"
    if case.replied is not None:
        condition = _said(time.column)
    else:
        notes.append(
            f"{case.reply.name} counts as a reply to the citizen, given at {time.column.name}; where nobody was told "
            "it, leave that part out"
        )
    add(
        "reply",
        time,
        text=f"plain_text({case.reply.sql})" if case.reply.has_markup else case.reply.sql,
        where=condition,
    )


def _add_status(case: _Case, add: Any, notes: list[str]) -> None:
    """What the last change of a status says, where no column has the time of an end."""
    status, time = case.status, case.updated
    assert status is not None
    meant = {text: event_kind_of(text) for text in sorted(set(status.texts))}
    ends = {text: kind for text, kind in meant.items() if kind in ("closed", "claimed_fixed", "reply", "accepted")}
    if status.n_distinct > _MOST_STATUSES:
        return
    if time is None:
        notes.append(f"{status.name} says how cases stand, and no column says since when: nothing of it is an event")
        return
    for kind in dict.fromkeys(ends.values()):
        labels = ", ".join(text_literal(text) for text, meaning in ends.items() if meaning == kind)
        add("closed" if kind == "reply" else kind, time, where=f"{status.sql} in ({labels}) and {_said(time.column)}")
    if ends:
        notes.append(f"what a status means is guessed, and its time is that of {time.column.name}: go through the list")


def _said(column: Column) -> str:
    """SQL: whether a row has a value."""
    return f"nullif(trim({column.sql}::varchar), '') is not null"
