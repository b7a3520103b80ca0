"""VK: answers of `wall.get`, `newsfeed.search` and `wall.getComments`, saved as they came or as JSON lines of items.

A wall post and a comment become one row each; comments know their post and the comment they answer. What communities
write under posts is an answer of an authority, not a citizen's words: it feeds `case_event`.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from otklik.intake.readers.json_items import Shape, read_items
from otklik.intake.readers.records import Record
from otklik.intake.readers.social import SCHEMA as POST_SCHEMA
from otklik.intake.readers.social import broken, count, degrees, instant, listed, post_mapping, row, text_of, within
from otklik.intake.readers.tabular import BrokenRecord

SCHEMA = pa.schema([*POST_SCHEMA, ("is_answer_of_community", pa.bool_()), ("community", pa.string())])

MAPPINGS = {
    "post": post_mapping("vk", "is_answer_of_community"),
    "case_event": (
        "select thread_id as source_post_id, posted_at as event_at, 'reply' as event_kind, community as authority, "
        "text, source_row as origin_row from source "
        "where is_answer_of_community and not coalesce(is_deleted, false)"
    ),
}
TAKES_FOLDERS = True

_LISTS = frozenset({"items", "response", "groups"})
_SHAPE = Shape(lists=_LISTS, envelopes=frozenset({"response"}))
_MAX_COMMENT_DEPTH = 4


def read(path: Path) -> Iterator[Record | BrokenRecord]:
    """Posts and comments of a file, zip or folder; communities' names come from the answers' own `groups`."""
    names = _Communities(path)
    for number, item in enumerate(read_items(path, _SHAPE, is_wanted=_is_json), start=1):
        if isinstance(item, BrokenRecord):
            yield item
        elif item.key != "groups":
            for record in _rows(item.value, names):
                yield BrokenRecord(number, record.reason, record.raw) if isinstance(record, BrokenRecord) else record


class _Communities:
    """Names of communities by id, read from the delivery only when one of them has answered somebody."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _names(self) -> dict[str, str | None]:
        return {
            str(item.value.get("id")): text_of(item.value.get("name"))
            for item in read_items(self._path, _SHAPE, is_wanted=_is_json)
            if not isinstance(item, BrokenRecord) and item.key == "groups" and isinstance(item.value, dict)
        }

    def name(self, author: int) -> str | None:
        """The name of the community that wrote as `author`, a negative number."""
        return self._names.get(str(-author))


def _is_json(name: str) -> bool:
    return name.lower().endswith((".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz"))


def _rows(item: Any, names: _Communities) -> Iterator[Record | BrokenRecord]:
    if not isinstance(item, dict):
        yield broken("broken record: not a JSON object", item)
    elif "error" in item and "id" not in item:
        # never the error itself: it repeats the request, and with it the token
        yield broken("VK answered with an error instead of posts", {"error_code": within(item, "error", "error_code")})
    elif "id" not in item and "post_id" not in item:
        yield broken("not a post or comment: it has no id", item)
    elif _is_comment(item):
        yield from _comments([item], names, post=None, parent=None, depth=0)
    else:
        yield _post(item)
        post = _post_key(item)
        inline = listed(within(item, "comments", "items")) or listed(within(item, "comments", "list"))
        yield from _comments(inline, names, post=post, parent=None, depth=0)


def _is_comment(item: Mapping[str, Any]) -> bool:
    is_post = any(name in item for name in ("post_type", "copy_history", "views", "reposts", "marked_as_ads"))
    return item.get("post_type") == "reply" or ("post_id" in item and "id" in item and not is_post)


def _post_key(item: Mapping[str, Any]) -> str | None:
    owner = item.get("owner_id", item.get("to_id", item.get("source_id")))
    number = item.get("id", item.get("post_id"))
    return None if owner is None or number is None else f"wall{text_of(owner)}_{text_of(number)}"


def _post(item: Mapping[str, Any]) -> Record | BrokenRecord:
    key = _post_key(item)
    author = item.get("signer_id", item.get("from_id", item.get("source_id")))
    fields = _common(item) | {
        "source_post_id": key,
        "author": text_of(author),
        "thread_id": key,
        "url": f"https://vk.com/{key}" if key else None,
        "is_answer_of_community": False,
    }
    return row(fields, item, SCHEMA)


def _comments(
    items: list[Any], names: _Communities, *, post: str | None, parent: str | None, depth: int
) -> Iterator[Record | BrokenRecord]:
    """Rows of comments, and of the comments in their threads."""
    for item in items:
        if not isinstance(item, dict):
            yield broken("broken record: not a JSON object", item)
            continue
        thread = post or _thread_of(item)
        key = f"{thread}_r{text_of(item['id'])}" if thread and "id" in item else None
        yield _comment(item, names, key=key, thread=thread, parent=parent)
        inner = listed(within(item, "thread", "items"))
        if inner and depth < _MAX_COMMENT_DEPTH:
            yield from _comments(inner, names, post=thread, parent=key, depth=depth + 1)
        elif inner:
            yield broken(f"comments nested more than {_MAX_COMMENT_DEPTH} deep", inner)


def _thread_of(item: Mapping[str, Any]) -> str | None:
    owner, post = item.get("owner_id"), item.get("post_id")
    return None if owner is None or post is None else f"wall{text_of(owner)}_{text_of(post)}"


def _comment(
    item: Mapping[str, Any], names: _Communities, *, key: str | None, thread: str | None, parent: str | None
) -> Record | BrokenRecord:
    stack = listed(item.get("parents_stack"))
    answered = item.get("reply_to_comment") or (stack[-1] if stack else None)
    author = item.get("from_id")
    is_community = isinstance(author, int) and author < 0
    is_deleted = item.get("deleted") is True or item.get("is_deleted") is True
    fields = _common(item) | {
        "source_post_id": key,
        "is_deleted": True if is_deleted else None,
        # a deleted comment has the author 0
        "author": text_of(author) if author else None,
        "parent_post_id": f"{thread}_r{text_of(answered)}" if thread and answered else parent or thread,
        "thread_id": thread,
        "url": f"https://vk.com/{thread}?reply={text_of(item.get('id'))}" if thread else None,
        "is_answer_of_community": is_community,
        "community": names.name(author) if isinstance(author, int) and is_community else None,
    }
    return row(fields, item, SCHEMA)


def _common(item: Mapping[str, Any]) -> dict[str, Any]:
    """What posts and comments share."""
    point = text_of(within(item, "geo", "coordinates")) or ""
    lat, _, lon = point.partition(" ")
    # 0 stands for "never edited"
    edited = item.get("edited") or None
    return {
        "posted_at": instant(item.get("date")),
        "edited_at": instant(edited),
        "is_deleted": True if item.get("is_deleted") is True else None,
        "text": text_of(item.get("text")),
        "lat": degrees(lat),
        "lon": degrees(lon),
        "place_text": text_of(within(item, "geo", "place", "title")),
        "reactions": count(within(item, "likes", "count")),
    }
