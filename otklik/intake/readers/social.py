"""What posts of every network have in common once their reader has found them: one row shape and one mapping.

A reader only says where a field stands in its network's JSON; times, coordinates, counts and half characters are
treated alike here. A value that is not what it should be stays as it came, so that the entity's contract sends the row
to quarantine with the value in it.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from otklik.intake.readers.tabular import BrokenRecord

SCHEMA = pa.schema(
    [
        ("source_post_id", pa.string()),
        ("posted_at", pa.string()),
        ("edited_at", pa.string()),
        ("is_deleted", pa.bool_()),
        ("author", pa.string()),
        ("parent_post_id", pa.string()),
        ("thread_id", pa.string()),
        ("text", pa.string()),
        ("url", pa.string()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("place_text", pa.string()),
        ("reactions", pa.int64()),
        ("left_out", pa.string()),
    ]
)

# years 2001–2286 in seconds and in milliseconds do not overlap
_FIRST_MILLISECOND_STAMP = 10**11
_LARGEST_COUNT = 2**63 - 1


def post_mapping(channel: str, other_kind: str = "false") -> str:
    """The SELECT from `SCHEMA` to the entity `post`.

    Args:
        channel: one of `otklik.intake.entities.CHANNELS`.
        other_kind: SQL over the view's columns; rows with it are no citizens' posts, and are left out.
    """
    columns = ", ".join(name for name in SCHEMA.names if name != "left_out")
    left_out = f"coalesce(left_out, case when {other_kind} then 'other_kind' end) as left_out"
    return f"select {columns}, '{channel}' as channel, {left_out}, source_row as origin_row from source"


def row(fields: Mapping[str, Any], raw: Any, schema: pa.Schema = SCHEMA) -> dict[str, Any] | BrokenRecord:
    """A record of `schema`, or a broken one where a text holds half a character (bytes that were not UTF-8).

    Args:
        fields: values by column; columns not given are null.
        raw: the thing as it came, for the quarantine.
        schema: columns of the record.
    """
    record = {name: fields.get(name) for name in schema.names}
    try:
        for value in record.values():
            if isinstance(value, str):
                value.encode("utf-8")
    except UnicodeEncodeError:
        return broken("bad encoding: bytes that are not UTF-8", raw)
    return record


def broken(reason: str, raw: Any) -> BrokenRecord:
    """A thing that is no post, with the reason; the caller numbers it."""
    return BrokenRecord(0, reason, spelled(raw))


def spelled(value: Any) -> str:
    """A value as JSON in ASCII, whatever half characters it holds."""
    try:
        return json.dumps(value, ensure_ascii=True, sort_keys=True)
    except RecursionError:
        return '"nested too deep to be written down"'


def instant(value: Any) -> str | None:
    """A Unix time, in seconds or milliseconds, as ISO 8601 in UTC; any other value as its own text, null as null."""
    if isinstance(value, str) and value.strip().isdecimal() and len(value.strip()) <= 13:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return text_of(value)
    try:
        if not math.isfinite(value) or value < 0:
            return text_of(value)
        is_milliseconds = value >= _FIRST_MILLISECOND_STAMP
        return datetime.fromtimestamp(value / 1000 if is_milliseconds else value, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return text_of(value)


def count(value: Any) -> int | None:
    """A count that may be written as text; null where it is none, since no row is worth losing over its likes."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value) if len(value) < 19 else None
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_COUNT
    return value if is_count else None


def degrees(value: Any) -> float | None:
    """A coordinate, perhaps written as text; null where it is none."""
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
    except (OverflowError, ValueError):
        return None
    return number if math.isfinite(number) else None


def text_of(value: Any) -> str | None:
    """A scalar as text; null for null, and for what is no scalar, its JSON."""
    if value is None or isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else spelled(value)


def within(value: Any, *path: str | int) -> Any:
    """What stands at a path of keys and indexes; null where the path breaks off."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def listed(value: Any) -> list[Any]:
    """The list itself; empty where there is none."""
    return value if isinstance(value, list) else []


def made_id(*parts: Any) -> str:
    """An id for a post of an export that gives none: a hash of what identifies it there."""
    return hashlib.sha256(spelled(parts).encode()).hexdigest()[:24]


def repaired(text: Any) -> str | None:
    """Text of an export that wrote each UTF-8 byte as a character of its own (`Ð¯Ð¼Ð°` for `Яма`), mended.

    Text that was never broken stays as it is: it holds a character beyond U+00FF, or its bytes are not UTF-8.
    """
    found = text_of(text)
    if found is None or found.isascii():
        return found
    try:
        return found.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return found
