"""Guesses the life of cases: an array of events within each row, or the columns of an answer beside the case."""

from typing import Any

from otklik.home.engine import text_literal
from otklik.intake.sources.guessed_columns import Columns, EntityGuess, row_id, select_of
from otklik.intake.sources.vocabulary import Column, event_kind_of, identifier, instant_sql, plain, time_shape


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
    return next((key for key, values in keys.items() if time_shape(Column(key, tuple(values[:500])))), None)


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
    shape = time_shape(Column(time, tuple(keys[time][:500])))
    fields = [
        (row_id(found, "id", []), "source_post_id"),
        (instant_sql(f"event.{identifier(time)}", shape), "event_at"),
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


def reply_columns(found: Columns) -> tuple[Column, Column | None] | None:
    """When a case was answered, and in what words where a column has them; None where no column says when.

    They are taken, so that neither is read as the post's own time or words.
    """
    time = found.take("reply_time", is_time=True)
    return None if time is None else (time, found.take("reply_text"))


def replies(found: Columns, time: Column, text: Column | None) -> EntityGuess:
    """The answer that stands in the row of its case."""
    values = [
        (row_id(found, "id", []), "source_post_id"),
        (instant_sql(time.sql, time_shape(time)), "event_at"),
        ("'reply'", "event_kind"),
    ]
    authority = found.take("authority")
    values += [(column.sql, name) for column, name in ((authority, "authority"), (text, "text")) if column is not None]
    return EntityGuess(
        "case_event",
        select_of(values, f"from source\nwhere {time.sql} is not null"),
        ("rows without the time of an answer have none yet",),
    )
