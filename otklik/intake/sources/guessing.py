"""Guesses what a foreign table holds, and writes the mapping's SELECT of each entity.

A name proposes, values decide: a column called `date` that holds no dates is no time. The names are `vocabulary.py`;
posts are `guessing_posts.py`, their cases `guessing_events.py`; here are the other entities.
"""

from collections.abc import Sequence

from otklik.intake.sources.columns import Column
from otklik.intake.sources.guessed_columns import Columns, EntityGuess, optional, select_of
from otklik.intake.sources.guessing_events import case_events, column_events, event_keys
from otklik.intake.sources.guessing_ids import row_id
from otklik.intake.sources.guessing_posts import guess_post


def guess_entities(columns: Sequence[Column], stem: str) -> list[EntityGuess]:
    """The entities a table seems to hold, with a SELECT for each; posts where nothing says otherwise."""
    found = Columns(columns)
    if found.has("sender") and found.has("recipients"):
        return [_message(found)]
    if found.has("accounts") and (found.has("department") or found.has("job")) and not found.has("text"):
        return [_person(found)]
    if (
        found.has("place_name")
        and not found.times
        and (found.has("population") or found.has("centre") or _has_word(found, "oktmo", "октмо"))
    ):
        return [_municipality(found)]
    nested = next((column for column in found.nested if event_keys(column)), None)
    events = column_events(Columns(columns)) if nested is None else case_events(Columns(columns), nested)
    post = guess_post(found, stem, nested, is_case=events is not None)
    return [post] if events is None else [post, events]


def _has_word(found: Columns, *words: str) -> bool:
    """Whether a column's name holds one of some words."""
    return any(word in column.label.split() for column in found.all for word in words)


def _message(found: Columns) -> EntityGuess:
    notes: list[str] = []
    sender, recipients = found.take("sender"), found.take("recipients")
    assert sender is not None
    assert recipients is not None
    values = [(row_id(found, "id", notes), "source_message_id")]
    time = found.take_created()
    if time is not None:
        values.append((time.sql, "sent_at"))
        notes += time.notes
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
    values += optional(found, ("department", "department"), ("unit", "unit"), ("job", "title"), ("manager", "manager"))
    for role in ("valid_from", "valid_to"):
        column = found.take(role, may_be_time=True)
        time = next((one for one in found.times if column is not None and one.column is column), None)
        if column is not None and time is not None:
            values.append((time.sql, role))
            notes += time.notes
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
