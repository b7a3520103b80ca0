"""Microsoft Graph: saved answers about messages, of Teams' chats and channels and of mailboxes, as JSON or JSON lines.

An answer names nobody who merely reads: a message of a chat is for the people it mentions and the author it answers,
else for everybody who writes in it; a mail says whom it is for. Delivered together, they are read twice as a stream.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from otklik.intake.readers.accounts import addressed, is_system
from otklik.intake.readers.json_items import Item, Shape, read_items
from otklik.intake.readers.mail_text import html_text
from otklik.intake.readers.message_rows import MAIL_SELECT
from otklik.intake.readers.message_rows import SCHEMA as SCHEMA
from otklik.intake.readers.social import broken, listed, row, text_of, within
from otklik.intake.readers.tabular import BrokenRecord

MAPPINGS = {"message": MAIL_SELECT}
TAKES_FOLDERS = True

_SHAPE = Shape(lists=frozenset({"value"}))
_SUFFIXES = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz")


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """Every message; events of the system, what applications wrote and what was deleted are left out."""
    writers = _writers(path)
    for number, item in enumerate(_items(path), start=1):
        record = item if isinstance(item, BrokenRecord) else _row(item.value, writers)
        if isinstance(record, BrokenRecord):
            yield BrokenRecord(number, record.reason, record.raw)
        else:
            yield record | {"origin_row": number}


def _items(path: Path) -> Iterator[Item | BrokenRecord]:
    return read_items(path, _SHAPE, is_wanted=lambda name: name.lower().endswith(_SUFFIXES), wanted="answer (.json)")


def _writers(path: Path) -> dict[str, dict[str, None]]:
    """Chat or channel → who writes in it; and message → its author, for answers."""
    found: dict[str, dict[str, None]] = {}
    for item in _items(path):
        if isinstance(item, Item) and isinstance(item.value, dict) and (author := _user(item.value.get("from"))):
            found.setdefault(_place(item.value), {})[author] = None
            found[f"{_place(item.value)}/{item.value.get('id')}"] = {author: None}
    return found


def _place(message: dict[str, Any]) -> str:
    channel = within(message, "channelIdentity", "channelId")
    return str(message.get("chatId") or channel or "")


def _user(found: Any) -> str | None:
    """A person's id in the directory; none for applications and devices."""
    return text_of(within(found, "user", "id"))


def _row(message: Any, writers: dict[str, dict[str, None]]) -> dict[str, Any] | BrokenRecord:
    if not isinstance(message, dict):
        return broken("broken record: not a JSON object", message)
    if "error" in message and "id" not in message:
        # never the error itself: it may repeat the request
        return broken("Graph answered with an error", {"code": within(message, "error", "code")})
    if "toRecipients" in message or "internetMessageId" in message:
        return row(_mail(message), message, SCHEMA)
    if "messageType" in message or "chatId" in message or "channelIdentity" in message:
        return row(_said(message, writers), message, SCHEMA)
    return broken("neither a chat message nor a mail: it has no chatId, channelIdentity or toRecipients", message)


def _words(body: Any) -> str:
    words = text_of(within(body, "content")) or ""
    return html_text(words) if str(within(body, "contentType")).lower() == "html" else words


def _said(message: dict[str, Any], writers: dict[str, dict[str, None]]) -> dict[str, Any]:
    place, sender, words = _place(message), _user(message.get("from")), _words(message.get("body"))
    answered = text_of(message.get("replyToId"))
    mentioned = [_user(one.get("mentioned")) for one in listed(message.get("mentions")) if isinstance(one, dict)]
    named = [*writers.get(f"{place}/{answered}", {}), *(one for one in mentioned if one)]
    people, nobody = addressed([one for one in named if one != sender] or list(writers.get(place, {})), sender)
    return {
        "source_message_id": f"{place}/{text_of(message.get('id'))}" if message.get("id") else None,
        "sent_at": text_of(message.get("createdDateTime")),
        "sender": sender,
        "recipients": people,
        "thread_id": f"{place}/{answered or text_of(message.get('id'))}",
        "in_reply_to": f"{place}/{answered}" if answered else None,
        "kind": "chat",
        "size": len(words.encode("utf-8", "surrogatepass")),
        "body": words or None,
        "left_out": _why_left_out(message, sender) or (nobody if sender else None),
    }


def _why_left_out(message: dict[str, Any], sender: str | None) -> str | None:
    if message.get("messageType", "message") != "message":
        return "system_note"
    if message.get("deletedDateTime"):
        return "deleted"
    is_program = within(message, "from", "application") is not None or within(message, "from", "device") is not None
    return "bot" if is_program and sender is None else None


def _address(found: Any) -> str | None:
    address = within(found, "emailAddress", "address")
    return address.strip().lower() or None if isinstance(address, str) else None


def _mail(message: dict[str, Any]) -> dict[str, Any]:
    sender, words = _address(message.get("from")) or _address(message.get("sender")), _words(message.get("body"))
    listed_there = [one for kind in ("to", "cc", "bcc") for one in listed(message.get(f"{kind}Recipients"))]
    recipients = list(dict.fromkeys(one for one in map(_address, listed_there) if one))
    is_program = is_system(sender or "") or (bool(recipients) and all(map(is_system, recipients)))
    key = text_of(message.get("internetMessageId")) or text_of(message.get("id"))
    return {
        "source_message_id": key.strip("<>") if key else None,
        "sent_at": text_of(message.get("sentDateTime") or message.get("receivedDateTime")),
        "sender": sender,
        "recipients": recipients,
        "thread_id": text_of(message.get("conversationId")),
        "in_reply_to": None,
        "kind": "mail",
        "size": len(words.encode("utf-8", "surrogatepass")),
        "subject": text_of(message.get("subject")),
        "body": words or text_of(message.get("bodyPreview")),
        "left_out": "bot" if is_program else "note_to_self" if recipients == [sender] else None,
    }
