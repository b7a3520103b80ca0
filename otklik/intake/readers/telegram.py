"""Telegram Desktop's `result.json`: one chat or a whole account; the file, the export's folder, or a zip of it.

Private chats and private groups are internal communication (`message`); public groups and channels are citizens'
words (`post`). The file is read twice as a stream: first for who writes in each chat, then for the messages.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from otklik.intake.readers import message_rows
from otklik.intake.readers.json_items import Item, Shape, as_bytes, items_of, members
from otklik.intake.readers.tabular import BrokenRecord, UnreadableDeliveryError, readable

SCHEMA = pa.schema(
    [
        *message_rows.SCHEMA,
        pa.field("is_public", pa.bool_()),
        pa.field("edited_at", pa.string()),
        pa.field("reactions", pa.int64()),
    ]
)

# Internal messages in public groups are not what a public group is for, and the other way round.
MAPPINGS = {
    "message": "select * exclude (source_row, is_public, edited_at, reactions) "
    "replace (if(is_public, 'other_kind', left_out) as left_out) from source",
    "post": """
        select
            source_message_id as source_post_id, sent_at as posted_at, edited_at, sender as author,
            in_reply_to as parent_post_id, thread_id, 'telegram' as channel, body as text, reactions, origin_row,
            case
                when not is_public then 'other_kind'
                -- whoever talks to nobody else in public still talks to everybody
                when left_out <> 'note_to_self' then left_out
                when kind <> 'chat' then 'other_kind'
            end as left_out
        from source
    """,
}
TAKES_FOLDERS = True

_SHAPE = Shape(lists=frozenset({"messages"}), envelopes=frozenset({"chats", "left_chats", "list"}))
_PUBLIC = ("public_supergroup", "public_channel", "public_group")
_DIRECT = ("personal_chat", "bot_chat")

# Chats in which people do not talk to each other, and why none of their messages is taken.
_LEFT_OUT = {
    "saved_messages": "note_to_self",
    "bot_chat": "bot",
    "verify_codes": "bot",
    "replies": "repost",  # answers that stand in their own groups too
    "private_channel": "note_to_self",  # told to readers that the export does not list
}

# Accounts of Telegram itself: its notices, anonymous administrators' bot, channels that answer.
_SYSTEMS = frozenset(("user777000", "user1087968824", "user136817688"))

# Exports of before 2021 give numbers: a channel is that many more than its own id.
_FIRST_CHANNEL = 2 << 32

_LONGEST_ID = 18

# Answers mostly go to recent messages; an older one's author is taken to be anybody in the chat.
_REMEMBERED_MESSAGES = 200_000


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """Every message of the export, in order. Of service messages (joined, pinned) only calls are taken.

    Raises:
        UnreadableDeliveryError: no export: no `messages` in it.
    """
    chats = _Chats(_writers(path))
    for number, item in enumerate(_items(path), start=1):
        if isinstance(item, BrokenRecord):
            yield BrokenRecord(number, item.reason, item.raw)
            continue
        yield _row(item, number, chats)


def _items(path: Path) -> Iterator[Item | BrokenRecord]:
    n_files = 0
    for name, stream in members(path, lambda name: name.rsplit("/", 1)[-1] == "result.json"):
        n_files += 1
        for item in items_of(name, stream, _SHAPE):
            # a chat without any message is itself what its object holds
            if isinstance(item, BrokenRecord) or item.key:
                yield item
            elif not item.value.keys() & {"messages", "chats", "id"}:
                raise UnreadableDeliveryError("not a Telegram export: no list `messages` in it")
    if not n_files:
        raise UnreadableDeliveryError("the archive holds no result.json")


class _Chats:
    """Who writes where, and whom and what recent messages answer."""

    def __init__(self, writers: dict[Any, dict[str, None]]) -> None:
        self._writers = writers
        self._recent: dict[tuple[Any, Any], tuple[str | None, Any]] = {}

    def addressees(self, chat: Any, sender: str | None, answered: Any) -> list[str]:
        """Whom a message is for: the author it answers; otherwise everybody who writes in the chat."""
        known = self._recent.get((chat, answered))
        author = None if known is None else known[0]
        if author and author != sender:
            return [author]
        return [writer for writer in self._writers.get(chat, {}) if writer != sender]

    def thread(self, chat: Any, message_id: Any, sender: str | None, answered: Any) -> str:
        """Id of the message that the chain of answers begins with. Call once for each message, in order."""
        known = self._recent.get((chat, answered))
        first = message_id if answered is None else answered
        root = first if known is None else known[1]
        self._recent[chat, message_id] = (sender, root)
        if len(self._recent) > _REMEMBERED_MESSAGES:
            del self._recent[next(iter(self._recent))]
        return f"{chat}/{root}"


def _writers(path: Path) -> dict[Any, dict[str, None]]:
    """Chat → its writers; a direct chat's other side is one of them, whether they wrote or not."""
    found: dict[Any, dict[str | None, None]] = {}
    for item in _items(path):
        if isinstance(item, BrokenRecord):
            continue
        chat = found.setdefault(_chat_id(item.owner), {})
        if not chat and item.owner.get("type") in _DIRECT:
            chat[_account(item.owner.get("id"))] = None
        sender = _sender(item.value) if isinstance(item.value, dict) else None
        if sender not in _SYSTEMS:
            chat[sender] = None
    return {chat: {one: None for one in writers if one} for chat, writers in found.items()}


def _chat_id(owner: dict[str, Any]) -> Any:
    chat = owner.get("id")
    return chat if isinstance(chat, str | int) else None


def _sender(message: dict[str, Any]) -> str | None:
    return _account(message.get("from_id") or message.get("actor_id"))


def _account(found: Any) -> str | None:
    """`user12` and `channel12` as they are; numbers, which older exports give, in the same words."""
    if isinstance(found, str) and not found.isdecimal():
        return found
    if isinstance(found, bool) or not isinstance(found, int | str) or len(str(found)) > _LONGEST_ID:
        return None
    number = int(found)
    return f"channel{number - _FIRST_CHANNEL}" if number >= _FIRST_CHANNEL else f"user{number}"


def _why_left_out(item: Item, sender: str | None, recipients: list[str], *, is_note: bool) -> str | None:
    chat = _LEFT_OUT.get(str(item.owner.get("type")))
    if chat is not None or sender in _SYSTEMS:
        return chat or "bot"
    if is_note:
        return "system_note"
    return "note_to_self" if sender and not recipients else None


def _row(item: Item, number: int, chats: _Chats) -> dict[str, Any] | BrokenRecord:
    message = item.value
    if not isinstance(message, dict) or not isinstance(message.get("id"), str | int):
        return BrokenRecord(number, "broken record: a message without an id", readable(as_bytes(item.text)))
    is_call = message.get("action") == "phone_call"
    chat, sender, answered = _chat_id(item.owner), _sender(message), message.get("reply_to_message_id")
    answered = answered if isinstance(answered, str | int) else None
    recipients = chats.addressees(chat, sender, answered)
    text = _text(message.get("text"))
    return {
        "origin_row": number,
        "source_message_id": f"{chat}/{message['id']}",
        "sent_at": _instant(message, "date"),
        "sender": sender,
        "recipients": recipients,
        "thread_id": chats.thread(chat, message["id"], sender, answered),
        "in_reply_to": None if answered is None else f"{chat}/{answered}",
        "kind": "call" if is_call else "chat",
        "size": len(text.encode("utf-8", "surrogatepass")),
        "subject": None,
        "body": text or None,
        "is_public": item.owner.get("type") in _PUBLIC,
        "edited_at": _instant(message, "edited"),
        "reactions": _reactions(message.get("reactions")),
        "left_out": _why_left_out(item, sender, recipients, is_note=message.get("type") == "service" and not is_call),
    }


def _instant(message: dict[str, Any], name: str) -> str | None:
    """The instant in UTC where the export gives it, else the local time of the computer that made it."""
    stamp = message.get(f"{name}_unixtime")
    if isinstance(stamp, str) and stamp.isdecimal() and len(stamp) <= 11:
        return datetime.fromtimestamp(int(stamp), UTC).isoformat()
    written = message.get(name)
    return None if written is None else str(written)


def _text(text: Any) -> str:
    """A message's words: a string, or a list of strings and of links, mentions and the like with their text."""
    pieces = text if isinstance(text, list) else [text]
    words = (piece.get("text") if isinstance(piece, dict) else piece for piece in pieces)
    return "".join(word for word in words if isinstance(word, str))


def _reactions(reactions: Any) -> int | None:
    if not isinstance(reactions, list):
        return None
    counts = (one.get("count") for one in reactions if isinstance(one, dict))
    return sum(count for count in counts if isinstance(count, int) and not isinstance(count, bool))
