"""Answers of HTTP APIs taken apart: the list of items, the next cursor, an item's values, by dotted paths.

The pages that come of it are JSON lines, and are read as such (`json_lines.py`); asking is
`otklik/intake/harvesting/harvest.py`.
"""

import json
from typing import Any

from otklik.intake.readers.json_lines import MAX_DEPTH
from otklik.intake.readers.json_window import number_or_text

_MISSING = object()


class NotAPageError(ValueError):
    """An answer is whole, but not what the configuration says: asking again will not mend it."""


def parse_json(body: bytes) -> Any:
    """The value of an answer.

    Raises:
        ValueError: not JSON; cut off, perhaps.
        NotAPageError: nested too deep to be handed on.
    """
    try:
        value = _loads(body)
    except RecursionError:
        raise NotAPageError(f"JSON nested more than {MAX_DEPTH} deep") from None
    if _depth(value) > MAX_DEPTH:
        raise NotAPageError(f"JSON nested more than {MAX_DEPTH} deep")
    return value


def _loads(body: bytes) -> Any:
    """An answer's value; what is wrong with one item must not cost the day, so it is kept, and ingestion judges it."""
    try:
        return json.loads(body)
    except json.JSONDecodeError:
        raise
    except UnicodeDecodeError:
        # bytes that are not UTF-8 become half characters
        return json.loads(body.decode("utf-8-sig", "surrogateescape"), parse_int=number_or_text)
    except ValueError:
        # a number of thousands of digits
        return json.loads(body, parse_int=number_or_text)


def items_at(page: Any, path: str) -> list[Any]:
    """The items of an answer.

    Args:
        page: the parsed answer.
        path: dotted, empty if the answer is the list.

    Raises:
        NotAPageError: no list stands there; names the keys that do, never their values.
    """
    found = value_at(page, path)
    if isinstance(found, list):
        return found
    keys = ", ".join(sorted(str(key)[:40] for key in page)[:20]) if isinstance(page, dict) else type(page).__name__
    raise NotAPageError(f"no list at items: {path!r}; the answer has {keys or 'nothing'}")


def value_at(value: Any, path: str) -> Any:
    """What stands at a dotted path; None where the path breaks off. A number steps into a list."""
    for step in filter(None, path.split(".")):
        if isinstance(value, dict):
            value = value.get(step, _MISSING)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            value = _MISSING
        if value is _MISSING:
            return None
    return value


def line_of(item: Any) -> str:
    """An item as one line that is the same whenever the item is: keys sorted, no blanks."""
    line = json.dumps(item, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:  # half a character, written with an escape in the answer
        line = json.dumps(item, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return line


def _depth(value: Any) -> int:
    """How deep a parsed value is nested, without recursion."""
    depth, level = 0, [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    return depth
