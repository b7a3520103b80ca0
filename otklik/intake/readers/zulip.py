"""Zulip's organisation export, unpacked to a folder or packed as a zip: `realm.json` and `messages-*.json`.

A message in a channel is for the people it mentions, else for the channel's subscribers; a direct one for the others
in it. The thread is the topic. People are known by their mail address, else by Zulip's id; bots are no people.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from otklik.intake.readers.accounts import addressed
from otklik.intake.readers.json_items import Item, Shape, as_bytes, items_of
from otklik.intake.readers.message_rows import MESSAGE_SELECT
from otklik.intake.readers.message_rows import SCHEMA as SCHEMA
from otklik.intake.readers.packed import Packed, opened
from otklik.intake.readers.social import instant
from otklik.intake.readers.tabular import BrokenRecord, UnreadableDeliveryError, readable

MAPPINGS = {"message": MESSAGE_SELECT}
TAKES_FOLDERS = True

_REALM = Shape(
    lists=frozenset(
        {
            "zerver_userprofile",
            "zerver_userprofile_crossrealm",
            "zerver_recipient",
            "zerver_subscription",
            "zerver_stream",
        }
    )
)
_MESSAGES = Shape(lists=frozenset({"zerver_message"}))
_MESSAGE_FILE = re.compile(r"^messages-\d+\.json$")
_MENTION = re.compile(r"@\*\*([^*|]{1,100})(?:\|(\d{1,18}))?\*\*")
_DIRECT, _CHANNEL = 1, 2


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """Every message, in order of the files; what bots wrote, and notes to oneself, are left out.

    Raises:
        UnreadableDeliveryError: neither a folder nor a zip, or without `realm.json` or a file of messages.
    """
    with opened(path) as export:
        realm = _Realm(export)
        files = export.find(lambda name: _is_named(name, _MESSAGE_FILE), "file messages-000001.json")
        found = (item for name in files for item in _items(export, name, _MESSAGES) if _is_message(item))
        for number, item in enumerate(found, start=1):
            if isinstance(item, BrokenRecord):
                yield BrokenRecord(number, item.reason, item.raw)
            elif not isinstance(item.value, dict) or not isinstance(item.value.get("id"), int):
                yield BrokenRecord(number, "broken record: a message without an id", readable(as_bytes(item.text)))
            else:
                yield {"origin_row": number, **_row(item.value, realm)}


def _is_named(name: str, pattern: re.Pattern[str]) -> bool:
    return pattern.match(PurePosixPath(name).name) is not None


def _is_message(item: Item | BrokenRecord) -> bool:
    """Whether it is of `zerver_message`, or broken; a file also lists who has read what."""
    return isinstance(item, BrokenRecord) or item.key == "zerver_message"


def _items(export: Packed, name: str, shape: Shape) -> Iterator[Item | BrokenRecord]:
    with export.open(name) as stream:
        yield from items_of(name, stream, shape)


class _Realm:
    """Who is who, and to whom a recipient of Zulip's leads, from `realm.json`."""

    def __init__(self, export: Packed) -> None:
        self.bots: set[Any] = set()
        self._accounts: dict[Any, str] = {}
        self._ids: dict[str, Any] = {}
        self._recipients: dict[Any, tuple[Any, Any]] = {}
        self._subscribers: dict[Any, list[Any]] = {}
        self._channels: dict[Any, str] = {}
        names = [name for name in export.names if PurePosixPath(name).name == "realm.json"]
        if not names:
            raise UnreadableDeliveryError(
                "not a Zulip export: no realm.json in it; unpack the .tar.gz, and deliver the folder or a zip of it"
            )
        for item in _items(export, names[0], _REALM):
            if isinstance(item, Item) and isinstance(item.value, dict):
                self._add(item.key, item.value)

    def _add(self, table: str, row: dict[str, Any]) -> None:
        match table:
            case "zerver_userprofile" | "zerver_userprofile_crossrealm":
                email = row.get("delivery_email") or row.get("email")
                self._accounts[row.get("id")] = str(email).strip().lower() if email else f"user{row.get('id')}"
                self._ids[str(row.get("full_name"))] = row.get("id")
                # accounts across realms are Zulip's own: welcome-bot, notification-bot
                if row.get("is_bot") is True or table.endswith("crossrealm"):
                    self.bots.add(row.get("id"))
            case "zerver_recipient":
                self._recipients[row.get("id")] = (row.get("type"), row.get("type_id"))
            case "zerver_subscription" if row.get("active") is not False:
                self._subscribers.setdefault(row.get("recipient"), []).append(row.get("user_profile"))
            case "zerver_stream":
                self._channels[row.get("id")] = str(row.get("name"))

    def account(self, identifier: Any) -> str:
        """The mail address of a user, else an account made of the id."""
        return self._accounts.get(identifier, f"user{identifier}")

    def readers(self, recipient: Any) -> list[Any]:
        """Ids of the people a message to a recipient reaches."""
        kind, identifier = self._recipients.get(recipient, (None, None))
        return [identifier] if kind == _DIRECT else self._subscribers.get(recipient, [])

    def mentioned(self, words: str, recipient: Any) -> list[Any]:
        """Ids of the people that words in a channel mention; in a direct message all are addressed anyway."""
        if self._recipients.get(recipient, (None,))[0] != _CHANNEL:
            return []
        return [int(number) if number else self._ids.get(name) for name, number in _MENTION.findall(words)]


def _row(message: dict[str, Any], realm: _Realm) -> dict[str, Any]:
    sender, recipient, words = message.get("sender"), message.get("recipient"), message.get("content")
    words = words if isinstance(words, str) else ""
    named = [one for one in realm.mentioned(words, recipient) if one is not None]
    people, nobody = addressed(named or realm.readers(recipient), sender, bots=realm.bots)
    topic = message.get("subject", message.get("topic_name"))
    return {
        "source_message_id": str(message["id"]),
        # exports of before 2018 call it pub_date
        "sent_at": instant(message.get("date_sent", message.get("pub_date"))),
        "sender": realm.account(sender) if sender is not None else None,
        "recipients": [realm.account(one) for one in people],
        "thread_id": f"{recipient}/{topic}" if topic else str(recipient),
        "in_reply_to": None,
        "kind": "chat",
        "size": len(words.encode("utf-8", "surrogatepass")),
        "subject": None,
        "body": words or None,
        "left_out": "bot" if sender in realm.bots else nobody,
    }
