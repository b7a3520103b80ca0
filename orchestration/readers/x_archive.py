"""X (Twitter): the "download an archive of your data" zip, or its unpacked folder, or one of its `.js` files.

Reads tweets, community tweets and deleted tweets, which become tombstones. Likes, direct messages and everything else
in the archive are left where they are.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from orchestration.readers.json_items import Item, Shape, read_items
from orchestration.readers.records import Record
from orchestration.readers.social import SCHEMA as SCHEMA
from orchestration.readers.social import broken, count, degrees, post_mapping, row, text_of, within
from orchestration.readers.tabular import BrokenRecord

MAPPINGS = {"post": post_mapping("x")}
TAKES_FOLDERS = True

_SHAPE = Shape(lists=frozenset())
_TWEETS = re.compile(r"^(deleted-tweets?|community-tweets?|tweets?)(-part\d+)?\.js$")
_ACCOUNT = "account.js"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# "Wed Oct 10 20:19:24 +0000 2018", whatever the process's locale calls its months
_CREATED = re.compile(r"^\w{3} (\w{3}) (\d{2}) (\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2}) (\d{4})$")


def read(path: Path) -> Iterator[Record | BrokenRecord]:
    """Tweets of an archive; their author is the archive's account."""
    owner = _owner(path)
    for number, item in enumerate(read_items(path, _SHAPE, is_wanted=_holds_tweets, wanted="tweets.js"), start=1):
        record = item if isinstance(item, BrokenRecord) else _tweet(item, owner)
        yield BrokenRecord(number, record.reason, record.raw) if isinstance(record, BrokenRecord) else record


def _holds_tweets(name: str) -> bool:
    return _TWEETS.match(PurePosixPath(name).name) is not None


def _owner(path: Path) -> str | None:
    """Id of the account the archive belongs to; numbers outlive changes of name."""
    if path.suffix == ".js":
        return None
    for item in read_items(path, _SHAPE, is_wanted=lambda name: PurePosixPath(name).name == _ACCOUNT):
        if isinstance(item, Item):
            return text_of(within(item.value, "account", "accountId"))
    return None


def _tweet(item: Item, owner: str | None) -> Record | BrokenRecord:
    tweet = item.value.get("tweet", item.value) if isinstance(item.value, dict) else None
    if not isinstance(tweet, dict):
        return broken("broken record: not a tweet", item.value)
    key = text_of(tweet.get("id_str", tweet.get("id")))
    author = text_of(within(tweet, "user", "id_str")) or owner
    is_deleted = "deleted_at" in tweet or PurePosixPath(item.member).name.startswith("deleted")
    fields = _words_and_place(tweet) | {
        "source_post_id": key,
        "posted_at": _instant(tweet.get("created_at")),
        "is_deleted": True if is_deleted else None,
        "author": author,
        "parent_post_id": text_of(tweet.get("in_reply_to_status_id_str", tweet.get("in_reply_to_status_id"))),
        "thread_id": text_of(tweet.get("conversation_id_str")),
        "url": f"https://x.com/i/status/{key}" if key else None,
        "reactions": count(tweet.get("favorite_count")),
    }
    return row(fields, item.value)


def _words_and_place(tweet: Mapping[str, Any]) -> dict[str, Any]:
    # GeoJSON puts the longitude first
    point = within(tweet, "coordinates", "coordinates")
    return {
        "text": text_of(tweet.get("full_text", tweet.get("text"))),
        "lat": degrees(within(point, 1)),
        "lon": degrees(within(point, 0)),
        "place_text": text_of(within(tweet, "place", "full_name")),
    }


def _instant(value: Any) -> str | None:
    """The archive's way of writing times as ISO 8601; anything else as it came."""
    match = _CREATED.match(value) if isinstance(value, str) else None
    if match is None or match.group(1) not in _MONTHS:
        return text_of(value)
    month, day, clock, hours, minutes, year = match.groups()
    return f"{year}-{_MONTHS.index(month) + 1:02d}-{day}T{clock}{hours}:{minutes}"
