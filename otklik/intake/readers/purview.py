"""Microsoft 365: the audit log's CSV with its JSON column `AuditData`, or a message trace's CSV; the file or .gz.

The audit log says of chats who was in them, and of mail only that it was sent; the message trace says of mail to whom.
Of an audit log only operations that are messages become rows.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from otklik.intake.readers.json_window import BrokenJsonError, parse
from otklik.intake.readers.message_rows import MESSAGE_SELECT
from otklik.intake.readers.message_rows import SCHEMA as SCHEMA
from otklik.intake.readers.tabular import BrokenRecord, UnreadableDeliveryError, open_binary

MAPPINGS = {"message": MESSAGE_SELECT}
TAKES_FOLDERS = False

_CHATS = frozenset(("MessageSent", "MessageCreatedHasLink"))
_MAILS = frozenset(("Send", "SendAs", "SendOnBehalf"))
_TRACE = frozenset(("origin_timestamp_utc", "sender_address", "recipient_status", "message_id"))
_MAX_FIELD_CHARACTERS = 16 << 20


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """Every message of an audit log or message trace, in order.

    Raises:
        UnreadableDeliveryError: the header is neither's.
    """
    # process-wide, and only ever raised: one audit record may well be longer than Python's 128 KB
    csv.field_size_limit(max(csv.field_size_limit(), _MAX_FIELD_CHARACTERS))
    with open_binary(path) as raw:
        # a byte that is not UTF-8 becomes a half character, so that only its record is set aside
        lines = _Lines(io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline=""))
        records = csv.reader(lines, strict=True)
        try:
            header = [name.strip() for name in next(records, [])]
        except csv.Error:
            header = []
        row = _row_reader(header)
        for number in _count_from_one():
            lines.forget()
            try:
                values = next(records)
            except StopIteration:
                break
            except csv.Error as error:
                yield BrokenRecord(number, f"broken record: {error}", lines.readable())
                continue
            if values:
                yield from _checked(values, header, number, lines, row)


class _Lines:
    """Lines of a text, with those of the record being read kept for the quarantine."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._kept: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(_MAX_FIELD_CHARACTERS)
        if not line:
            raise StopIteration
        self._kept.append(line)
        return line

    def forget(self) -> None:
        """A new record begins."""
        self._kept.clear()

    def readable(self) -> str:
        """The record as text; bytes that are not UTF-8 in hexadecimal."""
        raw = "".join(self._kept).encode("utf-8", "surrogateescape")
        return raw.rstrip(b"\r\n").decode("utf-8", "backslashreplace")


def _count_from_one() -> Iterator[int]:
    number = 0
    while True:
        yield (number := number + 1)


def _row_reader(header: list[str]) -> Any:
    lower = {name.lower() for name in header}
    if "auditdata" in lower:
        return _audited
    if lower >= _TRACE:
        return _traced
    raise UnreadableDeliveryError(
        "neither an audit log (no column AuditData) nor a message trace (no columns "
        f"{', '.join(sorted(_TRACE))}); its columns are {', '.join(header)[:500] or 'none'}"
    )


def _checked(
    values: list[str], header: list[str], number: int, lines: _Lines, row: Any
) -> Iterator[dict[str, Any] | BrokenRecord]:
    if len(values) != len(header):
        more_or_fewer = "more" if len(values) > len(header) else "fewer"
        yield BrokenRecord(number, f"broken record: {more_or_fewer} fields than the header", lines.readable())
        return
    if any(not value.isascii() and _has_half_characters(value) for value in values):
        yield BrokenRecord(number, "bad encoding: bytes that are not UTF-8", lines.readable())
        return
    try:
        found = row({name.lower(): value for name, value in zip(header, values, strict=True)})
    except BrokenJsonError as error:
        yield BrokenRecord(number, f"AuditData: {error}", lines.readable())
        return
    if found is not None:
        yield {"origin_row": number, **found}


def _has_half_characters(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _audited(values: Mapping[str, str]) -> dict[str, Any] | None:
    data = parse(values["auditdata"].encode("utf-8"))
    if not isinstance(data, dict):
        raise BrokenJsonError("broken record: not a JSON object")
    operation = data.get("Operation") or values.get("operation") or values.get("operations")
    if operation not in _CHATS | _MAILS:
        return {"left_out": "other_kind"}
    sender = _address(data.get("UserId"))
    item = data.get("Item") if isinstance(data.get("Item"), dict) else {}
    members = [_address(one.get("UPN")) for one in _dicts(data.get("Members"))]
    named = [_address(one) for one in (item or {}).get("Recipients") or [] if isinstance(one, str)]
    message_id = data.get("MessageId") if operation in _CHATS else (item or {}).get("InternetMessageId")
    chat = data.get("ChatThreadId")
    moment = data.get("CreationTime") or values.get("creationdate")
    return {
        "source_message_id": str(message_id or data.get("Id") or "").strip("<>") or None,
        "sent_at": _utc(str(moment)) if moment else None,
        "sender": sender,
        "recipients": [one for one in dict.fromkeys([*members, *named]) if one and one != sender],
        "thread_id": str(chat) if chat else None,
        "in_reply_to": None,
        "kind": "chat" if operation in _CHATS else "mail",
        "size": _size((item or {}).get("SizeInBytes")),
        "subject": str(item["Subject"]) if item and item.get("Subject") else None,
        "body": None,
    }


def _traced(values: Mapping[str, str]) -> dict[str, Any]:
    people = (one.partition("##")[0] for one in values["recipient_status"].split(";"))
    message_id = values["message_id"].strip().strip("<>")
    return {
        "source_message_id": message_id or None,
        "sent_at": _utc(values["origin_timestamp_utc"]),
        "sender": _address(values["sender_address"]),
        "recipients": [one for one in dict.fromkeys(map(_address, people)) if one],
        "thread_id": message_id or None,
        "in_reply_to": None,
        "kind": "mail",
        "size": _size(values.get("total_bytes")),
        "subject": values.get("message_subject") or None,
        "body": None,
    }


def _address(value: Any) -> str | None:
    return value.strip().lower() or None if isinstance(value, str) else None


def _dicts(values: Any) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _size(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _utc(written: str) -> str:
    """Both exports give UTC and mostly do not say so."""
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        return written
    return moment.isoformat() if moment.tzinfo else f"{moment.isoformat()}+00:00"
