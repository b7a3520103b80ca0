"""Rocket.Chat's collections as `mongoexport` writes them: messages, rooms and users, or messages alone.

A message is for the people it mentions and the author it answers, else for all in its room; where no room says who is
in it, for everybody who writes there. People are known by their mail address, else by user name; bots are no people.
"""

import io
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from otklik.intake.readers.accounts import addressed
from otklik.intake.readers.archive import is_archive
from otklik.intake.readers.json_items import Item, Shape, items_of, members
from otklik.intake.readers.message_rows import MESSAGE_SELECT
from otklik.intake.readers.message_rows import SCHEMA as SCHEMA
from otklik.intake.readers.social import broken, instant, listed, row, text_of, within
from otklik.intake.readers.tabular import BrokenRecord, UnreadableDeliveryError

MAPPINGS = {"message": MESSAGE_SELECT}
TAKES_FOLDERS = True

_SHAPE = Shape(lists=frozenset())


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """Every message, in order; notes of the system, marks of deleted messages and what bots wrote are left out."""
    people = _People(path)
    for number, item in enumerate(_items(path, "message"), start=1):
        record = item if isinstance(item, BrokenRecord) else _row(item.value, people)
        if isinstance(record, BrokenRecord):
            yield BrokenRecord(number, record.reason, record.raw)
        else:
            yield record | {"origin_row": number}


def _items(path: Path, collection: str) -> Iterator[Item | BrokenRecord]:
    """Documents of a collection; `mongoexport` writes one a line, or with --jsonArray a list.

    Raises:
        UnreadableDeliveryError: the zip is broken or refused, or there is no file of messages.
    """
    is_alone = not (path.is_dir() or is_archive(path))
    if is_alone and collection != "message":
        return
    n_files = 0
    for _, stream in members(path, lambda name: _is_of(name, collection)):
        n_files += 1
        beginning = stream.read(1)
        content = cast(IO[bytes], io.BufferedReader(_Behind(beginning, stream)))
        yield from items_of("list.json" if beginning == b"[" else "lines.jsonl", content, _SHAPE)
    if collection == "message" and not n_files:
        raise UnreadableDeliveryError("the delivery holds no messages (rocketchat_message.json)")


def _is_of(name: str, collection: str) -> bool:
    stem, _, ending = PurePosixPath(name).name.lower().partition(".")
    return collection in stem and ending in ("json", "jsonl", "json.gz", "jsonl.gz")


class _Behind(io.RawIOBase):
    """A stream with the byte put back that was read from it."""

    def __init__(self, beginning: bytes, stream: IO[bytes]) -> None:
        self._beginning, self._stream = beginning, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._beginning or self._stream.read(len(buffer))
        self._beginning = b""
        buffer[: len(piece)] = piece
        return len(piece)


class _People:
    """Who is who, who is in which room, and who wrote what may be answered."""

    def __init__(self, path: Path) -> None:
        self.bots: set[str] = set()
        self._emails: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._writers: dict[str, dict[str, None]] = {}
        self._authors: dict[str, str] = {}
        for item in _items(path, "user"):
            if isinstance(item, Item) and isinstance(item.value, dict):
                self._add_user(item.value)
        for item in _items(path, "room"):
            if isinstance(item, Item) and isinstance(within(item.value, "usernames"), list):
                members = [one for one in item.value["usernames"] if isinstance(one, str)]
                self._members[str(item.value.get("_id"))] = members
        for item in _items(path, "message"):
            author = within(item.value, "u", "username") if isinstance(item, Item) else None
            if isinstance(item, Item) and isinstance(author, str) and not item.value.get("t"):
                self._writers.setdefault(str(item.value.get("rid")), {})[author] = None
                if item.value.get("tcount"):
                    self._authors[str(item.value.get("_id"))] = author

    def _add_user(self, user: dict[str, Any]) -> None:
        name, email = user.get("username"), within(user, "emails", 0, "address")
        if not isinstance(name, str):
            return
        if isinstance(email, str) and email.strip():
            self._emails[name] = email.strip().lower()
        if user.get("type") in ("bot", "app") or "bot" in listed(user.get("roles")):
            self.bots.add(name)

    def account(self, name: str) -> str:
        """The mail address of a user, else the user's name."""
        return self._emails.get(name, name)

    def readers(self, room: str) -> list[str]:
        """User names in a room."""
        return self._members.get(room) or list(self._writers.get(room, {}))

    def author(self, message: str | None) -> list[str]:
        """Who began a thread."""
        return [self._authors[message]] if message in self._authors else []


def _row(message: Any, people: _People) -> dict[str, Any] | BrokenRecord:
    if not isinstance(message, dict):
        return broken("broken record: not a JSON object", message)
    if "_id" not in message or "rid" not in message:
        return broken("not a message of Rocket.Chat: it has no _id or no rid", message)
    sender, room, words = within(message, "u", "username"), str(message["rid"]), text_of(message.get("msg")) or ""
    sender, thread = sender if isinstance(sender, str) else None, text_of(message.get("tmid"))
    mentioned = [one.get("username") for one in listed(message.get("mentions")) if isinstance(one, dict)]
    named = [one for one in mentioned if isinstance(one, str) and one not in ("all", "here")]
    named = [one for one in [*people.author(thread), *named] if one != sender]
    readers, nobody = addressed(named or people.readers(room), sender, bots=people.bots)
    fields = {
        "source_message_id": text_of(message["_id"]),
        "sent_at": _moment(message.get("ts")),
        "sender": people.account(sender) if sender else None,
        "recipients": [people.account(one) for one in readers],
        "thread_id": thread or text_of(message["_id"]),
        "in_reply_to": thread,
        "kind": "chat",
        "size": len(words.encode("utf-8", "surrogatepass")),
        "body": words or None,
        "left_out": _why_left_out(message, sender, people.bots) or (nobody if sender else None),
    }
    return row(fields, message, SCHEMA)


def _why_left_out(message: dict[str, Any], sender: str | None, bots: set[str]) -> str | None:
    kind = message.get("t")
    if kind == "rm":
        return "deleted"
    # end-to-end encrypted messages have a kind too, and are people's
    if kind and kind != "e2e":
        return "system_note"
    return "bot" if sender in bots or message.get("bot") else None


def _moment(written: Any) -> str | None:
    """MongoDB's extended JSON: `$date` with text, with milliseconds, or with milliseconds in `$numberLong`."""
    moment = within(written, "$date") if isinstance(written, dict) else written
    return instant(within(moment, "$numberLong") if isinstance(moment, dict) else moment)
