"""Guesses which columns of a foreign table are which fields of ours, and writes the mapping's SELECT.

A name proposes, values decide: a column called `date` that holds no dates is no time. The names are
`otklik/intake/sources/vocabulary.py`; reading the file is `otklik/intake/sources/sniffing.py`.
"""

import re
from collections.abc import Sequence

from otklik.intake.entities import CHANNELS
from otklik.intake.sources.guessed_columns import Columns, EntityGuess, optional, row_id, select_of
from otklik.intake.sources.guessing_events import case_events, event_keys, replies, reply_columns
from otklik.intake.sources.vocabulary import Column, instant_sql, mostly, plain, time_shape


def guess_entities(columns: Sequence[Column], stem: str) -> list[EntityGuess]:
    """The entities a table seems to hold, with a SELECT for each; posts where nothing says otherwise."""
    found = Columns(columns)
    if found.has("sender") and found.has("recipients"):
        return [_message(found)]
    if found.has("accounts") and (found.has("department") or found.has("title")) and not found.has("text"):
        return [_person(found)]
    if found.has("place_name") and (
        found.has("population") or found.has("centre") or _has_word(found, "oktmo", "октмо")
    ):
        return [_municipality(found)]
    events = next((column for column in found.nested if event_keys(column)), None)
    answered = reply_columns(found) if events is None else None
    guesses = [_post(found, stem, events, is_case=events is not None or answered is not None)]
    if events is not None:
        guesses.append(case_events(Columns(columns), events))
    elif answered is not None:
        guesses.append(replies(Columns(columns), *answered))
    return guesses


def _has_word(found: Columns, *words: str) -> bool:
    """Whether a column's name holds one of some words."""
    return any(word in plain(column.name).split() for column in found.all for word in words)


def _post(found: Columns, stem: str, events: Column | None, *, is_case: bool) -> EntityGuess:
    notes: list[str] = []
    values = [(row_id(found, "id", notes), "source_post_id")]
    time = found.take_time()
    if time is not None:
        values.append((instant_sql(time.sql, time_shape(time)), "posted_at"))
    else:
        notes.append("no column holds instants")
    values += optional(found, ("author", "author"), ("parent", "parent_post_id"), ("thread", "thread_id"))
    # a table with the life of its cases is a portal's
    values.append(("'portal'" if is_case else _channel(found, stem, notes), "channel"))
    places = ("url", "url"), ("lat", "lat"), ("lon", "lon"), ("place", "place_text")
    declared = [(role, f"declared_{role}") for role in ("municipality", "district", "group", "topic", "authority")]
    rest = optional(found, *places, *declared, ("reactions", "reactions"))
    text = found.take_text()
    if text is not None:
        values.append((_cleaned(text, notes), "text"))
    elif events is not None and "text" in event_keys(events):
        notes.append("the words are those of the first event that has some")
        values.append((f"list_filter({events.sql}, lambda event: event.text is not null)[1].text", "text"))
    else:
        notes.append("no column looks like words")
    return EntityGuess("post", select_of([*values, *rest]), tuple(notes), is_undated=time is None)


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


def _channel(found: Columns, stem: str, notes: list[str]) -> str:
    column = found.take("channel")
    if column is not None and set(map(str, column.present)) <= set(CHANNELS):
        return column.sql
    named = next((name for name in CHANNELS if name in re.split(r"[^a-z]+", stem.lower())), None)
    if named is None:
        notes.append(f"channel: one of {', '.join(CHANNELS)}")
    return f"'{named or 'other'}'"


def _message(found: Columns) -> EntityGuess:
    notes: list[str] = []
    sender, recipients = found.take("sender"), found.take("recipients")
    assert sender is not None
    assert recipients is not None
    values = [(row_id(found, "id", notes), "source_message_id")]
    time = found.take_time()
    if time is not None:
        values.append((instant_sql(time.sql, time_shape(time)), "sent_at"))
    else:
        notes.append("no column holds instants")
    values += [(sender.sql, "sender"), (_account_list(recipients), "recipients"), ("'mail'", "kind")]
    notes.append("kind: one of mail, chat, call")
    values += optional(
        found,
        ("thread", "thread_id"),
        ("parent", "in_reply_to"),
        ("size", "size"),
        ("subject", "subject"),
        ("text", "body"),
    )
    return EntityGuess("message", select_of(values), tuple(notes), is_undated=time is None)


def _account_list(column: Column) -> str:
    texts = [value for value in column.present if isinstance(value, str)]
    if not texts:
        return column.sql
    for separator in (";", ",", "|"):
        if any(separator in text for text in texts):
            return f"string_split({column.sql}, '{separator}')"
    return f"[{column.sql}]"


def _person(found: Columns) -> EntityGuess:
    notes: list[str] = []
    person_id = found.take("person_id", may_share=True)
    accounts = []
    # an id may be the account as well, so what it took is asked for again
    found = Columns(found.all)
    while (column := found.take("accounts")) is not None:
        accounts.append(column)
    lists = [_account_list(column) for column in accounts]
    joined = lists[0]
    if len(lists) > 1:
        joined = f"list_concat({', '.join(lists)})"
    values = [(person_id.sql if person_id else accounts[0].sql, "source_person_id"), (joined, "accounts")]
    values += optional(
        found, ("department", "department"), ("unit", "unit"), ("title", "title"), ("manager", "manager")
    )
    for role in ("valid_from", "valid_to"):
        column = found.take(role, is_time=True)
        if column is not None:
            dotted = time_shape(column) == "dotted"
            values.append((f"try_strptime({column.sql}, '%d.%m.%Y')::date" if dotted else column.sql, role))
    return EntityGuess("person", select_of(values), tuple(notes))


def _municipality(found: Columns) -> EntityGuess:
    notes: list[str] = []
    name = found.take("place_name")
    assert name is not None
    values = [(row_id(found, "place_code", notes), "municipality_id"), (name.sql, "name")]
    region = found.take("region")
    if region is None:
        notes.append("region: write its name")
    values.append((region.sql if region else "'?'", "region"))
    values += optional(
        found, ("kind", "kind"), ("centre", "centre"), ("population", "population"), ("lat", "lat"), ("lon", "lon")
    )
    return EntityGuess("municipality", select_of(values), tuple(notes))
