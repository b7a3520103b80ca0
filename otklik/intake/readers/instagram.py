"""Instagram: the "download your information" export in JSON, as zip, unpacked folder or single file.

Reads the account's own posts, reels, stories and comments. The export gives no ids, so they are made of what identifies
a post there: its kind, time, file and words. Its texts are mojibake and are repaired.
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

MAPPINGS = {"post": post_mapping("instagram")}
TAKES_FOLDERS = True

_SHAPE = Shape(
    lists=frozenset(
        {
            "ig_stories",
            "ig_reels_media",
            "ig_archived_post_media",
            "ig_igtv_media",
            "ig_other_media",
            "comments_media_comments",
            "comments_reels_comments",
            "comments_story_comments",
        }
    )
)
# liked_comments, hidden_comments and the like are lists of others' comments, and are not opened
_POSTS = re.compile(
    r"^((archived_)?posts|stories|reels|igtv_videos|other_content|(post|reels?|stor(y|ies)|igtv|live)_comments)(_\d+)?\.json$"
)
_PROFILE = "personal_information.json"
# the export's labels follow the account's language
_COMMENT_LABELS = ("Comment", "Комментарий")
_USERNAME_LABELS = ("Username", "Имя пользователя")


def read(path: Path) -> Iterator[Record | BrokenRecord]:
    """Posts and comments of an export; their author is the export's account."""
    owner = _owner(path)
    for number, item in enumerate(
        read_items(path, _SHAPE, is_wanted=_holds_posts, wanted="posts_1.json or comments"), start=1
    ):
        record = item if isinstance(item, BrokenRecord) else _row(item, owner)
        yield BrokenRecord(number, record.reason, record.raw) if isinstance(record, BrokenRecord) else record


def _holds_posts(name: str) -> bool:
    return _POSTS.match(PurePosixPath(name).name) is not None


def _owner(path: Path) -> str | None:
    if path.suffix == ".json":
        return None
    profile = Shape(lists=frozenset({"profile_user"}))
    for item in read_items(path, profile, is_wanted=lambda name: PurePosixPath(name).name == _PROFILE):
        if isinstance(item, Item):
            return repaired(within(_labelled(within(item.value, "string_map_data"), _USERNAME_LABELS), "value"))
    return None


def _row(item: Item, owner: str | None) -> Record | BrokenRecord:
    value = item.value
    if not isinstance(value, dict):
        return broken("broken record: not a JSON object", value)
    if any(name in value for name in ("string_map_data", "string_list_data", "label_values")):
        return _comment(value, owner)
    if "media" in value or "uri" in value:
        return _post(item, owner)
    return broken("not a post or comment", value)


def _post(item: Item, owner: str | None) -> Record | BrokenRecord:
    value = item.value
    first = within(value, "media", 0) or value
    stamp = value.get("creation_timestamp", within(first, "creation_timestamp"))
    # one picture: the caption is its title; several: the post's own
    words = repaired(value.get("title") or within(first, "title"))
    exif = within(first, "media_metadata", "photo_metadata", "exif_data")
    point = next((part for part in listed(exif) if within(part, "latitude") is not None), None)
    key = made_id("post", stamp, within(first, "uri"), words)
    fields = {
        "source_post_id": key,
        "posted_at": instant(stamp),
        "author": owner,
        "thread_id": key,
        "text": words,
        "lat": degrees(within(point, "latitude")),
        "lon": degrees(within(point, "longitude")),
    }
    return row(fields, value)


def _comment(value: dict[str, Any], owner: str | None) -> Record | BrokenRecord:
    labelled = value.get("string_map_data")
    if not isinstance(labelled, dict) and "label_values" in value:
        pairs = [pair for pair in listed(value["label_values"]) if isinstance(within(pair, "label"), str)]
        labelled = {pair["label"]: pair for pair in pairs}
    if isinstance(labelled, dict):
        comment = _labelled(labelled, _COMMENT_LABELS)
        if comment is None:
            there = ", ".join(sorted(str(repaired(label)) for label in labelled)) or "none"
            known = ", ".join(_COMMENT_LABELS)
            return broken(f"a comment's words stand under none of the labels {known}; its labels are {there}", value)
        words = repaired(within(comment, "value"))
        # the one value that is a time, whatever its label
        times = (within(one, "timestamp") for one in labelled.values())
        stamp = next((one for one in times if one), value.get("timestamp"))
    else:
        words = repaired(within(value, "string_list_data", 0, "value"))
        stamp = within(value, "string_list_data", 0, "timestamp")
    # whose post it answers is told by name only, which names no post
    fields = {
        "source_post_id": made_id("comment", stamp, words, repaired(value.get("title"))),
        "posted_at": instant(stamp),
        "author": owner,
        "text": words,
    }
    return row(fields, value)


def _labelled(found: Any, labels: tuple[str, ...]) -> Any:
    """The value under the first label that is there; labels are mojibake like everything else."""
    by_label = {repaired(label): value for label, value in found.items()} if isinstance(found, dict) else {}
    return next((by_label[label] for label in labels if label in by_label), None)
