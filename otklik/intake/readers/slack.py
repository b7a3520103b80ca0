"""Slack's export: a zip of `channels.json`, `users.json`, `dms.json` and one JSON file a channel and day.

A message is for the people it mentions and the author it answers; one that addresses nobody is for all members of its
channel. People are known by the mail address their profile states, else by Slack's id.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from otklik.intake.readers.archive import Archive, open_archive
from otklik.intake.readers.json_items import Item, Shape, as_bytes, items_of
from otklik.intake.readers.message_rows import MESSAGE_SELECT
from otklik.intake.readers.message_rows import SCHEMA as SCHEMA
from otklik.intake.readers.tabular import BrokenRecord, readable

MAPPINGS = {"message": MESSAGE_SELECT}
TAKES_FOLDERS = False

_DAY = re.compile(r"(?:.*/)?([^/]+)/\d{4}-\d\d-\d\d\.json$")
_LISTS = ("channels.json", "groups.json", "dms.json", "mpims.json")
_MENTION = re.compile(r"<@([A-Z0-9]{2,20})(?:\|[^>]*)?>")

# What a person wrote. Joins, topics, pins and other notes of the system have a subtype of their own.
_WRITTEN = (None, "thread_broadcast", "me_message", "file_share")


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """Every message that a person wrote, channel by channel and day by day.

    Raises:
        UnreadableDeliveryError: no zip, refused, or without a single channel's day.
    """
    number = 0
    with open_archive(path) as archive:
        days = archive.find(lambda name: _DAY.match(name) is not None, "channel days (general/2026-03-01.json)")
        accounts, channels = _accounts(archive), _channels(archive)
        for day in days:
            match = _DAY.match(day)
            folder = match[1] if match else day
            channel, members = channels.get(folder, (folder, []))
            for item in _items(archive, day):
                number += 1
                if isinstance(item, BrokenRecord):
                    yield BrokenRecord(number, f"{item.reason} ({day})", item.raw)
                elif not isinstance(item.value, dict) or not isinstance(item.value.get("ts"), str):
                    reason = f"broken record: a message without its time (ts) ({day})"
                    yield BrokenRecord(number, reason, readable(as_bytes(item.text)))
                elif _is_written(item.value):
                    yield {"origin_row": number, **_row(item.value, channel, members, accounts)}


def _items(archive: Archive, name: str) -> Iterator[Item | BrokenRecord]:
    with archive.open(name) as stream:
        yield from items_of(name, stream, Shape(lists=frozenset()))


def _list(archive: Archive, *names: str) -> Iterator[dict[str, Any]]:
    for name in archive.names:
        if name.rsplit("/", 1)[-1] in names and name.count("/") <= 1:
            items = _items(archive, name)
            yield from (item.value for item in items if isinstance(item, Item) and isinstance(item.value, dict))


def _accounts(archive: Archive) -> dict[str, str]:
    """Slack's id → the mail address the person's profile states."""
    found = {}
    for user in _list(archive, "users.json"):
        profile = user.get("profile")
        email = profile.get("email") if isinstance(profile, dict) else None
        if isinstance(email, str) and isinstance(user.get("id"), str):
            found[user["id"]] = email.strip().lower()
    return found


def _channels(archive: Archive) -> dict[str, tuple[str, list[str]]]:
    """Folder → the channel's id and its members. A direct chat's folder is called by its id, others by their name."""
    found = {}
    for channel in _list(archive, *_LISTS):
        identifier, members = channel.get("id"), channel.get("members")
        if isinstance(identifier, str):
            people = [one for one in members if isinstance(one, str)] if isinstance(members, list) else []
            found[str(channel.get("name") or identifier)] = found[identifier] = (identifier, people)
    return found


def _is_written(message: dict[str, Any]) -> bool:
    return message.get("subtype") in _WRITTEN and not message.get("bot_id")


def _row(message: dict[str, Any], channel: str, members: list[str], accounts: dict[str, str]) -> dict[str, Any]:
    sender, stamp, text = message.get("user"), message["ts"], message.get("text")
    text = text if isinstance(text, str) else ""
    thread = message.get("thread_ts") if isinstance(message.get("thread_ts"), str) else stamp
    answered = [message["parent_user_id"]] if isinstance(message.get("parent_user_id"), str) else []
    addressed = [one for one in dict.fromkeys([*answered, *_MENTION.findall(text)]) if one != sender]
    people = addressed or [one for one in members if one != sender]
    return {
        "source_message_id": f"{channel}/{stamp}",
        "sent_at": _instant(stamp),
        "sender": accounts.get(sender, sender) if isinstance(sender, str) else None,
        "recipients": [accounts.get(one, one) for one in people],
        "thread_id": f"{channel}/{thread}",
        "in_reply_to": f"{channel}/{thread}" if thread != stamp else None,
        "kind": "chat",
        "size": len(text.encode("utf-8", "surrogatepass")),
        "subject": None,
        "body": text or None,
    }


def _instant(stamp: str) -> str:
    """Slack's `seconds.microseconds`; what is none stays as written, for the quarantine."""
    seconds, _, fraction = stamp.partition(".")
    if not (seconds.isdecimal() and len(seconds) <= 11):
        return stamp
    micros = int(fraction[:6].ljust(6, "0")) if fraction.isdecimal() else 0
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=micros).isoformat()
