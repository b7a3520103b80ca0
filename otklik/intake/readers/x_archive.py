"""X (Twitter): the "download an archive of your data" zip, or its unpacked folder, or one of its `.js` files.

Reads tweets, community tweets and deleted tweets, which become tombstones. A long tweet is cut short there; its whole
words stand in a file of their own and are put back. Retweets are words of others. Likes, direct messages and everything
else in the archive are left where they are.
"""

import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from otklik.intake.readers.json_items import Item, Shape, read_items
from otklik.intake.readers.records import Record
from otklik.intake.readers.social import SCHEMA as SCHEMA
from otklik.intake.readers.social import broken, count, degrees, post_mapping, row, text_of, within
from otklik.intake.readers.tabular import BrokenRecord

MAPPINGS = {"post": post_mapping("x")}
TAKES_FOLDERS = True

_SHAPE = Shape(lists=frozenset())
_TWEETS = re.compile(r"^(deleted-tweets?|community-tweets?|tweets?)(-part\d+)?\.js$")
_NOTES = re.compile(r"^note-tweets?(-part\d+)?\.js$")
_ACCOUNT = "account.js"
# how a tweet that was cut short ends, and by how many of its first characters its whole words are found
_CUT = re.compile(r"…( https://t\.co/\w+)?$")
_PREFIX = 100
_RETWEET = re.compile(r"^RT @\w+: ")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# "Wed Oct 10 20:19:24 +0000 2018", whatever the process's locale calls its months
_CREATED = re.compile(r"^\w{3} (\w{3}) (\d{2}) (\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2}) (\d{4})$")


def read(path: Path) -> Iterator[Record | BrokenRecord]:
    """Tweets of an archive; their author is the archive's account."""
    is_archive = path.suffix != ".js"
    owner, notes = (_owner(path), _notes(path)) if is_archive else (None, {})
    items = read_items(path, _SHAPE, is_wanted=_holds_tweets, wanted="tweets.js")
    for number, item in enumerate(items, start=1):
        record = item if isinstance(item, BrokenRecord) else _tweet(item, owner, notes)
        yield BrokenRecord(number, record.reason, record.raw) if isinstance(record, BrokenRecord) else record


def _holds_tweets(name: str) -> bool:
    return _TWEETS.match(PurePosixPath(name).name) is not None


def _owner(path: Path) -> str | None:
    """Id of the account the archive belongs to; numbers outlive changes of name."""
    for item in read_items(path, _SHAPE, is_wanted=lambda name: PurePosixPath(name).name == _ACCOUNT):
        if isinstance(item, Item):
            return text_of(within(item.value, "account", "accountId"))
    return None


def _notes(path: Path) -> dict[str, str]:
    """Whole words of long tweets by their first characters: an archive names no tweet that they belong to."""
    notes: dict[str, str] = {}
    for item in read_items(path, _SHAPE, is_wanted=lambda name: _NOTES.match(PurePosixPath(name).name) is not None):
        words = within(item.value, "noteTweet", "core", "text") if isinstance(item, Item) else None
        if isinstance(words, str):
            notes.setdefault(html.unescape(words)[:_PREFIX], html.unescape(words))
    return notes


def _is_retweet(value: Any) -> bool:
    words = within(value, "tweet", "full_text")
    return isinstance(words, str) and _RETWEET.match(words) is not None


def _words(tweet: Mapping[str, Any], notes: Mapping[str, str]) -> str | None:
    """The words as written: `&amp;` is an ampersand again, and a long tweet whole."""
    words = tweet.get("full_text", tweet.get("text"))
    if not isinstance(words, str):
        return text_of(words)
    words = html.unescape(words)
    kept = _CUT.sub("", words)
    whole = notes.get(kept[:_PREFIX], "") if kept != words else ""
    return whole if whole.startswith(kept) else words


def _tweet(item: Item, owner: str | None, notes: Mapping[str, str]) -> Record | BrokenRecord:
    tweet = item.value.get("tweet", item.value) if isinstance(item.value, dict) else None
    if not isinstance(tweet, dict):
        return broken("broken record: not a tweet", item.value)
    key = text_of(tweet.get("id_str", tweet.get("id")))
    author = text_of(within(tweet, "user", "id_str")) or owner
    is_deleted = "deleted_at" in tweet or PurePosixPath(item.member).name.startswith("deleted")
    fields = _place(tweet) | {
        "text": _words(tweet, notes),
        "source_post_id": key,
        "posted_at": _instant(tweet.get("created_at")),
        "is_deleted": True if is_deleted else None,
        "author": author,
        "parent_post_id": text_of(tweet.get("in_reply_to_status_id_str", tweet.get("in_reply_to_status_id"))),
        "thread_id": text_of(tweet.get("conversation_id_str")),
        "url": f"https://x.com/i/status/{key}" if key else None,
        "reactions": count(tweet.get("favorite_count")),
        "left_out": "repost" if _is_retweet(item.value) else None,
    }
    return row(fields, item.value)


def _place(tweet: Mapping[str, Any]) -> dict[str, Any]:
    # GeoJSON puts the longitude first
    point = within(tweet, "coordinates", "coordinates")
    return {
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
