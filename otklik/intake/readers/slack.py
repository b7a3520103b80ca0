"""Slack's export, the zip or its unpacked folder: `channels.json`, `users.json`, `dms.json`, a file a channel and day.

A message is for the people it mentions and the author it answers; one that addresses nobody is for all members of its
channel. People are known by the mail address their profile states, else by Slack's id; bots are no people.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from otklik.intake.readers.accounts import addressed
from otklik.intake.readers.json_items import Item, Shape, as_bytes, items_of
from otklik.intake.readers.message_rows import MESSAGE_SELECT
from otklik.intake.readers.message_rows import SCHEMA as SCHEMA
from otklik.intake.readers.packed import Packed, opened
from otklik.intake.readers.tabular import BrokenRecord, readable

MAPPINGS = {"message": MESSAGE_SELECT}
TAKES_FOLDERS = True

_DAY = re.compile(r"(?:.*/)?([^/]+)/\d{4}-\d\d-\d\d\.json$")
_LISTS = ("channels.json", "groups.json", "dms.json", "mpims.json")
_MENTION = re.compile(r"<@([A-Z0-9]{2,20})(?:\|[^>]*)?>")

# What a person wrote. Joins, topics, pins and other notes of the system have a subtype of their own.
_WRITTEN = (None, "thread_broadcast", "reply_broadcast", "me_message", "file_share")
_SLACKBOT = "USLACKBOT"


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """Every message, channel by channel and day by day; those that no person wrote are left out.

    Raises:
        UnreadableDeliveryError: neither a folder nor a zip, refused, or without a single channel's day.
    """
    number = 0
    with opened(path) as archive:
        days = archive.find(lambda name: _DAY.match(name) is not None, "channel days (general/2026-03-01.json)")
        people, channels = _People(archive), _channels(archive)
        for day in days:
            match = _DAY.match(day)
            folder = match[1] if match else day
            channel, members = channels.get(folder, (folder, None))
            for item in _items(archive, day):
                number += 1
                if isinstance(item, BrokenRecord):
                    yield BrokenRecord(number, f"{item.reason} ({day})", item.raw)
                elif not isinstance(item.value, dict) or not isinstance(item.value.get("ts"), str):
                    reason = f"broken record: a message without its time (ts) ({day})"
                    yield BrokenRecord(number, reason, readable(as_bytes(item.text)))
                else:
                    yield _row(item, number, channel, members, people)


def _items(archive: Packed, name: str) -> Iterator[Item | BrokenRecord]:
    with archive.open(name) as stream:
        yield from items_of(name, stream, Shape(lists=frozenset()))


def _list(archive: Packed, *names: str) -> Iterator[dict[str, Any]]:
    for name in archive.names:
        if name.rsplit("/", 1)[-1] in names and name.count("/") <= 1:
            items = _items(archive, name)
            yield from (item.value for item in items if isinstance(item, Item) and isinstance(item.value, dict))


class _People:
    """Who is who: mail addresses by Slack's ids, and which ids are bots."""

    def __init__(self, archive: Packed) -> None:
        self._emails: dict[str, str] = {}
        self.bots = {_SLACKBOT}
        for user in _list(archive, "users.json"):
            identifier, profile = user.get("id"), user.get("profile")
            email = profile.get("email") if isinstance(profile, dict) else None
            if not isinstance(identifier, str):
                continue
            if isinstance(email, str) and email.strip():
                self._emails[identifier] = email.strip().lower()
            if user.get("is_bot") is True or user.get("is_workflow_bot") is True:
                self.bots.add(identifier)

    def account(self, identifier: str) -> str:
        """The mail address that somebody's profile states, else Slack's id."""
        return self._emails.get(identifier, identifier)


def _channels(archive: Packed) -> dict[str, tuple[str, list[str] | None]]:
    """Folder → the channel's id and its members. A direct chat's folder is called by its id, others by their name."""
    found: dict[str, tuple[str, list[str] | None]] = {}
    for channel in _list(archive, *_LISTS):
        identifier, members = channel.get("id"), channel.get("members")
        if isinstance(identifier, str):
            people = [one for one in members if isinstance(one, str)] if isinstance(members, list) else None
            found[str(channel.get("name") or identifier)] = found[identifier] = (identifier, people)
    return found


def _why_left_out(message: dict[str, Any], bots: set[str]) -> str | None:
    """Why a message is none that a person wrote; None where it is one."""
    kind = message.get("subtype")
    if kind == "tombstone":
        return "deleted"
    if kind == "bot_message" or message.get("bot_id"):
        return "bot"
    if kind not in _WRITTEN:
        return "system_note"
    return "bot" if message.get("user") in bots else None


def _row(
    item: Item, number: int, channel: str, members: list[str] | None, people: _People
) -> dict[str, Any] | BrokenRecord:
    message = item.value
    sender, stamp, text = message.get("user"), message["ts"], message.get("text")
    text = text if isinstance(text, str) else ""
    thread = message.get("thread_ts") if isinstance(message.get("thread_ts"), str) else stamp
    answered = [message["parent_user_id"]] if isinstance(message.get("parent_user_id"), str) else []
    named, _ = addressed([*answered, *_MENTION.findall(text)], sender, bots=people.bots)
    readers, nobody = (named, None) if named else addressed(members or [], sender, bots=people.bots)
    left_out = _why_left_out(message, people.bots)
    if left_out is None and not readers and members is None:
        reason = f"recipients: neither {', '.join(_LISTS)} tells who is in {channel}, and the message addresses nobody"
        return BrokenRecord(number, reason, readable(as_bytes(item.text)))
    return {
        "origin_row": number,
        "source_message_id": f"{channel}/{stamp}",
        "sent_at": _instant(stamp),
        "sender": people.account(sender) if isinstance(sender, str) else None,
        "recipients": [people.account(one) for one in readers],
        "thread_id": f"{channel}/{thread}",
        "in_reply_to": f"{channel}/{thread}" if thread != stamp else None,
        "kind": "chat",
        "size": len(text.encode("utf-8", "surrogatepass")),
        "subject": None,
        "body": text or None,
        "left_out": left_out or nobody,
    }


def _instant(stamp: str) -> str:
    """Slack's `seconds.microseconds`; what is none stays as written, for the quarantine."""
    seconds, _, fraction = stamp.partition(".")
    if not (seconds.isdecimal() and len(seconds) <= 11):
        return stamp
    micros = int(fraction[:6].ljust(6, "0")) if fraction.isdecimal() else 0
    return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=micros).isoformat()
