"""What a JSON document is as a table: where its rows stand, which columns they have, and of which types."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from otklik.home.engine import text_literal
from otklik.intake.readers.json_file import value_at
from otklik.intake.sources.columns import Column, identifier

_MAX_DEPTH = 4
_ROWLIKE = re.compile(
    r"id|dat(e|um)|time|creat|text|body|message|descr|title|sachverhalt|betreff|nummer|lat|дата|текст", re.IGNORECASE
)
_EVENTLIKE = re.compile(r"event|histor|log|comment|update|status|note|attach|photo|media|tag|answer|repl|событ|ответ")
_STRINGS_AND_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{\]}]')
# what GeoJSON says of every row alike
_SAID_BY_THE_FORMAT = {"type": {"Feature"}, "geometry.type": {"Point"}}


def documents(text: str, *, is_cut: bool) -> list[Any]:
    """The JSON values of a text: one, or one a line; of a text that is cut off the whole part."""
    lines = text.splitlines()
    found = []
    for line in lines[:-1] if is_cut and len(lines) > 1 else lines:
        try:
            found.append(json.loads(line))
        except ValueError:
            # a line of many that is broken is for the quarantine
            continue
    if found and all(isinstance(one, dict | list) for one in found):
        return found
    try:
        return [json.loads(text)]
    except ValueError:
        whole = _closed(text)
        return [] if whole is None else [whole]


def _closed(text: str) -> Any:
    """The value of a text that breaks off: cut after its last whole object, with the brackets closed."""
    for end in (match.end() for match in reversed(list(re.finditer(r"\}", text))[-50:])):
        open_brackets: list[str] = []
        for match in _STRINGS_AND_BRACKETS.finditer(text, 0, end):
            mark = match.group()
            if mark in "[{":
                open_brackets.append("]" if mark == "[" else "}")
            elif mark in "]}" and open_brackets:
                open_brackets.pop()
        try:
            return json.loads(text[:end] + "".join(reversed(open_brackets)))
        except ValueError:
            continue
    return None


def where_rows_stand(document: Any) -> str:
    """The dotted path to the list of rows in a document; empty where it is the list, or a row itself."""
    if not isinstance(document, dict):
        return ""
    found = sorted(_lists(document, "", 0), key=lambda one: (-one[0], one[1].count("."), one[1]))
    return found[0][1] if found else ""


def _lists(value: Mapping[str, Any], path: str, depth: int) -> Iterator[tuple[int, str]]:
    """Lists of objects, each with how much it looks like rows."""
    for key, inner in value.items():
        here = f"{path}.{key}" if path else key
        if isinstance(inner, list) and inner and all(isinstance(one, dict) for one in inner):
            names = {name for one in inner[:20] for name in (one | (one.get("properties") or {}))}
            likeness = sum(_ROWLIKE.search(name) is not None for name in names)
            if likeness >= 2:
                yield likeness, here
        elif isinstance(inner, dict) and depth < _MAX_DEPTH:
            yield from _lists(inner, here, depth + 1)


def is_keyed(document: Any) -> bool:
    """Whether a document is an object of rows, each under its key."""
    if not isinstance(document, dict) or len(document) < 2:
        return False
    rows = [one for one in document.values() if isinstance(one, dict)]
    shared = set.intersection(*map(set, rows)) if rows else set()
    return len(rows) == len(document) and sum(_ROWLIKE.search(name) is not None for name in shared) >= 2


def rows_of(found: Sequence[Any]) -> tuple[str, list[dict[str, Any]]]:
    """Where the rows of some documents stand, and the rows."""
    if len(found) == 1 and isinstance(found[0], list):
        return "", [one for one in found[0] if isinstance(one, dict)]
    records = [one for one in found if isinstance(one, dict)]
    path = _agreed_path(records)
    if not path:
        return "", records
    rows = [row for one in records for row in (value_at(one, path) or ()) if isinstance(row, dict)]
    return path, rows


def _agreed_path(records: Sequence[Mapping[str, Any]]) -> str:
    """Where rows stand within each of some objects; empty where these are rows themselves."""
    if not records:
        return ""
    # an object that says when it was written, and in words, is a row: lists in it are its events
    own = {name for name, value in records[0].items() if not isinstance(value, dict | list)}
    path = where_rows_stand(records[0])
    likeness = sum(_ROWLIKE.search(name) is not None for name in own)
    is_of_events = _EVENTLIKE.search(path.rsplit(".", 1)[-1].lower()) is not None
    return "" if not path or (likeness >= 2 and (is_of_events or len(own) > 4)) else path


def columns_of(rows: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """The columns of rows; a value within an object is a column of its own, called by its path."""
    found: list[Column] = []
    for name in dict.fromkeys(name for row in rows for name in row):
        values = tuple(row.get(name) for row in rows)
        if any(isinstance(value, dict) for value in values):
            found += _within(name, (name,), values)
        else:
            found.append(Column(name, values))
    return tuple(
        column for column in found if not set(column.texts) or set(column.texts) != _SAID_BY_THE_FORMAT.get(column.name)
    )


def _within(path: str, keys: tuple[str, ...], values: Sequence[Any]) -> list[Column]:
    objects = [value if isinstance(value, dict) else {} for value in values]
    found = []
    for key in dict.fromkeys(key for one in objects for key in one):
        inner = tuple(one.get(key) for one in objects)
        here = (*keys, key)
        if any(isinstance(value, dict) for value in inner) and len(here) <= _MAX_DEPTH:
            found += _within(f"{path}.{key}", here, inner)
        else:
            steps = "".join(f'."{step}"' for step in here[1:])
            sql = f"({identifier(here[0])} ->> {text_literal(f'${steps}')})"
            found.append(Column(f"{path}.{key}", inner, sql))
    return found


def types_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The DuckDB type of each field; JSON where it holds objects, whatever these hold in later rows."""
    names = dict.fromkeys(name for row in rows for name in row)
    values = {name: [row.get(name) for row in rows] for name in names}
    return {
        name: "JSON" if any(isinstance(value, dict) for value in of) else duckdb_type(of) for name, of in values.items()
    }


def duckdb_type(values: Sequence[Any]) -> str:
    """The DuckDB type that holds every one of some JSON values and loses none; text where they differ."""
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, bool) for value in present):
        return "BOOLEAN"
    if present and all(isinstance(value, int) and not isinstance(value, bool) for value in present):
        return "BIGINT"
    if present and all(isinstance(value, int | float) and not isinstance(value, bool) for value in present):
        return "DOUBLE"
    if present and all(isinstance(value, list) for value in present):
        return f"{duckdb_type([item for value in present for item in value])}[]"
    if present and all(isinstance(value, dict) for value in present):
        names = dict.fromkeys(name for value in present for name in value)
        fields = (f'"{name}" {duckdb_type([value.get(name) for value in present])}' for name in names)
        return f"STRUCT({', '.join(fields)})" if names else "JSON"
    return "JSON" if any(isinstance(value, list | dict) for value in present) else "VARCHAR"
