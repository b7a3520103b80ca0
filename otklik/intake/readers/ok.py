"""Odnoklassniki: answers of `mediatopic.getByIds`, `stream.get` and `discussions.getDiscussionComments`, as saved.

A media topic and a comment become one row each. A comment does not say what it comments on: the answer must stand in
an object that does (`discussionId` beside `comments`), else its thread stays unknown.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from otklik.intake.readers.json_items import Shape, read_items
from otklik.intake.readers.records import Record
from otklik.intake.readers.social import SCHEMA as SCHEMA
from otklik.intake.readers.social import broken, count, degrees, instant, listed, post_mapping, row, text_of, within
from otklik.intake.readers.tabular import BrokenRecord

MAPPINGS = {"post": post_mapping("ok")}
TAKES_FOLDERS = True

# `comments` is no list to walk: its object says which discussion they belong to
_SHAPE = Shape(lists=frozenset({"media_topics"}), envelopes=frozenset({"entities"}))
_SUFFIXES = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz")
# what `stream.get` tells beside the topics themselves
_AROUND = {"users", "groups", "places", "feeds", "anchor", "has_more", "available", "entities", "totalCount"}


def read(path: Path) -> Iterator[Record | BrokenRecord]:
    """Topics and comments of a file, zip or folder."""
    for number, item in enumerate(read_items(path, _SHAPE, is_wanted=lambda name: name.lower().endswith(_SUFFIXES)), 1):
        if isinstance(item, BrokenRecord):
            yield item
            continue
        for record in _rows(item.value):
            yield BrokenRecord(number, record.reason, record.raw) if isinstance(record, BrokenRecord) else record


def _rows(item: Any) -> Iterator[Record | BrokenRecord]:
    if not isinstance(item, dict):
        yield broken("broken record: not a JSON object", item)
    elif isinstance(item.get("comments"), list):
        thread = text_of(item.get("discussionId", item.get("discussion_id")))
        for comment in item["comments"]:
            yield _comment(comment, thread)
    elif "error_code" in item:
        # never the error itself: it repeats the request, and with it the session
        yield broken("Odnoklassniki answered with an error instead of posts", {"error_code": item["error_code"]})
    elif _is_comment(item):
        yield _comment(item, text_of(item.get("discussion_id")))
    elif "media" in item or "created_ms" in item:
        yield _topic(item)
    elif not set(item) <= _AROUND:
        yield broken("not a topic or comment", item)


def _is_comment(item: Mapping[str, Any]) -> bool:
    return "text" in item and ("author_id" in item or "reply_to_comment_id" in item)


def _topic(item: Mapping[str, Any]) -> Record | BrokenRecord:
    key = text_of(item.get("id"))
    words = [text_of(within(part, "text")) for part in listed(item.get("media")) if within(part, "type") == "text"]
    author = text_of(item.get("author_ref", item.get("owner_ref")))
    fields = {
        "source_post_id": key,
        "posted_at": instant(item.get("created_ms", item.get("date_ms"))),
        "is_deleted": True if item.get("deleted") is True else None,
        "author": _account(author),
        "thread_id": text_of(within(item, "discussion_summary", "discussion_id")) or key,
        "text": "\n".join(word for word in words if word) or text_of(item.get("text")),
        "url": text_of(item.get("permalink")),
        "lat": degrees(within(item, "place", "location", "latitude")),
        "lon": degrees(within(item, "place", "location", "longitude")),
        "place_text": text_of(within(item, "place", "name")),
        "reactions": count(within(item, "like_summary", "count")),
    }
    return row(fields, item)


def _comment(item: Any, thread: str | None) -> Record | BrokenRecord:
    if not isinstance(item, dict):
        return broken("broken record: not a JSON object", item)
    key = text_of(item.get("id"))
    fields = {
        "source_post_id": key,
        # `date` is text without a zone: the source's time zone is used
        "posted_at": instant(item.get("date_ms")) or text_of(item.get("date")),
        "is_deleted": True if "DELETED" in str(item.get("type", "")).upper() else None,
        "author": _account(text_of(item.get("author_id", item.get("author_ref")))),
        "parent_post_id": text_of(item.get("reply_to_comment_id")) or thread,
        "thread_id": thread,
        "text": text_of(item.get("text")),
        "reactions": count(item.get("like_count")),
    }
    return row(fields, item)


def _account(reference: str | None) -> str | None:
    """`user:570` and `570` are one account; a group keeps its prefix, since its numbers are others."""
    return reference.removeprefix("user:") if reference else None
