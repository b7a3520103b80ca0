"""Facebook: the "download your information" export in JSON, as zip, unpacked folder or single file.

Reads the account's own posts and comments, in its profile and in groups. The export gives no ids, so they are made of
what identifies a post there: its kind, time and words. Its texts are mojibake and are repaired.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from otklik.intake.readers.json_items import Item, Shape, read_items
from otklik.intake.readers.records import Record
from otklik.intake.readers.social import SCHEMA as SCHEMA
from otklik.intake.readers.social import broken, degrees, instant, listed, made_id, post_mapping, repaired, row, within
from otklik.intake.readers.tabular import BrokenRecord

MAPPINGS = {"post": post_mapping("facebook")}
TAKES_FOLDERS = True

_SHAPE = Shape(
    lists=frozenset(
        {"comments_v2", "comments", "group_posts_v2", "group_comments_v2", "page_posts_v2", "status_updates"}
    )
)
_POSTS = re.compile(
    r"^(your_posts\w*|profile_posts|page_posts|your_posts_in_groups|group_posts_and_comments"
    r"|your_comments_in_groups|comments)(_\d+)?\.json$"
)
_PROFILE = "profile_information.json"


def read(path: Path) -> Iterator[Record | BrokenRecord]:
    """Posts and comments of an export; their author is the export's account, unless a comment names another."""
    owner = _owner(path)
    for number, item in enumerate(
        read_items(path, _SHAPE, is_wanted=_holds_posts, wanted="your_posts_1.json or comments.json"), start=1
    ):
        record = item if isinstance(item, BrokenRecord) else _row(item.value, owner)
        yield BrokenRecord(number, record.reason, record.raw) if isinstance(record, BrokenRecord) else record


def _holds_posts(name: str) -> bool:
    return _POSTS.match(PurePosixPath(name).name) is not None


def _owner(path: Path) -> str | None:
    if path.suffix == ".json":
        return None
    for item in read_items(path, Shape(lists=frozenset()), is_wanted=lambda name: PurePosixPath(name).name == _PROFILE):
        if isinstance(item, Item):
            profile = within(item.value, "profile_v2") or within(item.value, "profile")
            return repaired(within(profile, "username") or within(profile, "name", "full_name"))
    return None


def _row(value: Any, owner: str | None) -> Record | BrokenRecord:
    if not isinstance(value, dict):
        return broken("broken record: not a JSON object", value)
    if "timestamp" not in value and "data" not in value:
        return broken("not a post or comment", value)
    parts = [part for part in listed(value.get("data")) if isinstance(part, dict)]
    comment = next((part["comment"] for part in parts if isinstance(part.get("comment"), dict)), None)
    return _post(value, parts, owner) if comment is None else _comment(value, comment, owner)


def _post(value: dict[str, Any], parts: list[dict[str, Any]], owner: str | None) -> Record | BrokenRecord:
    words = repaired(next((part["post"] for part in parts if "post" in part), None))
    edited = next((part["update_timestamp"] for part in parts if "update_timestamp" in part), None)
    stamp = value.get("timestamp")
    attached = [
        one
        for block in listed(value.get("attachments"))
        for one in listed(within(block, "data"))
        if isinstance(one, dict)
    ]
    place = next((one["place"] for one in attached if isinstance(one.get("place"), dict)), None)
    media = [within(one, "media", "uri") for one in attached]
    key = made_id("post", stamp, words, repaired(value.get("title")), media)
    fields = {
        "source_post_id": key,
        "posted_at": instant(stamp),
        "edited_at": instant(edited) if edited != stamp else None,
        "author": owner,
        "thread_id": key,
        "text": words or repaired(next((within(one, "media", "description") for one in attached), None)),
        "lat": degrees(within(place, "coordinate", "latitude")),
        "lon": degrees(within(place, "coordinate", "longitude")),
        "place_text": repaired(within(place, "address") or within(place, "name")),
    }
    return row(fields, value)


def _comment(value: dict[str, Any], comment: dict[str, Any], owner: str | None) -> Record | BrokenRecord:
    words = repaired(comment.get("comment"))
    stamp = comment.get("timestamp", value.get("timestamp"))
    author = repaired(comment.get("author"))
    # what it answers stands only in a sentence in the account's language ("… commented on …'s post"): no id, no thread
    fields = {
        "source_post_id": made_id("comment", stamp, words, author, repaired(value.get("title"))),
        "posted_at": instant(stamp),
        "author": owner or author,
        "text": words,
    }
    return row(fields, value)
