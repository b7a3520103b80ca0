"""One mail, as bytes, into one row: what mbox, Maildir and EML have in common.

Written for this and not taken from a library because of what was measured: docs/connectors/mail.md. It reads only
what the row needs (nine headers and the words), in time linear in the bytes, and bounds depth and number of parts.
Charsets, addresses and HTML are `mail_text.py`.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from otklik.intake.readers.accounts import is_system
from otklik.intake.readers.mail_text import addresses, decode, header_text, html_text, transfer_decode
from otklik.intake.readers.tabular import BrokenRecord, readable

MAX_MESSAGE_BYTES = 64 << 20
MAX_DEPTH = 50
MAX_PARTS = 1_000

# A message over the limit is kept in quarantine by its beginning: it is looked at, not loaded.
_SHOWN_BYTES = 64 << 10
_MAX_HEAD_BYTES = 4 << 20
_MAX_DATE_CHARACTERS = 200

_HEAD_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_FIELD_NAME = re.compile(rb"[!-9;-~]{1,128}")
_ID = re.compile(r"<([^<>\s]+)>")
_ID_OR_WORD = re.compile(r"<([^<>\s]+)>|([^\s<>]+)")
_PARAMETER = re.compile(rb';\s*([a-zA-Z]+)\*?\d*\s*=\s*("[^"]*"|[^\s;]*)')

# what may follow a delimiter on its line: the mark of the last one, or nothing
_DELIMITER_END = re.compile(rb"(--)|[ \t]*(?:\r?\n|\Z)")

Headers = dict[bytes, list[bytes]]


class UnreadableMailError(Exception):
    """A mail that cannot be read; the message says why."""


def record(raw: bytes, number: int) -> dict[str, Any] | BrokenRecord:
    """The row of the mail that stands at place `number` of its delivery, or why there is none.

    Args:
        raw: the mail's bytes.
        number: counted from 1.
    """
    try:
        return {"origin_row": number, **parse(raw)}
    except UnreadableMailError as error:
        shown = raw if len(raw) <= MAX_MESSAGE_BYTES else raw[:_SHOWN_BYTES]
        return BrokenRecord(number, str(error), readable(shown))


def parse(raw: bytes) -> dict[str, Any]:
    """Read one mail.

    Args:
        raw: headers, an empty line, the body.

    Returns:
        source_message_id str (Message-ID, else a hash of the content), sent_at str (ISO 8601 with offset; the Date as
        written where neither it nor the first server's Received is a date; None if missing), sender str or None,
        recipients list[str] (to, cc and bcc), thread_id str (the root of References, else In-Reply-To, else the mail
        itself), in_reply_to str or None, kind 'mail', size int (bytes), subject str or None, body str or None
        (text/plain, else HTML without tags), left_out str or None (`bot`, `note_to_self`).

    Raises:
        UnreadableMailError: empty, too big, without any header that a mail has, or nested too deep.
    """
    if len(raw) > MAX_MESSAGE_BYTES:
        raise UnreadableMailError(f"the mail is bigger than {MAX_MESSAGE_BYTES >> 20} MB")
    raw = raw.lstrip(b"\r\n")
    if not raw.strip():
        raise UnreadableMailError("an empty mail")
    headers, body = _split(raw, 0, len(raw))
    if not {b"from", b"to", b"date", b"subject", b"message-id", b"sender"} & headers.keys():
        raise UnreadableMailError("not a mail: none of From, To, Date, Subject, Message-ID stands at its beginning")
    sender = next(iter(_addresses(headers, b"from") or _addresses(headers, b"sender")), None)
    if sender is None and headers.get(b"from", [b""])[0].strip():
        raise UnreadableMailError("sender: what stands in From is no mail address")
    recipients = _addresses(headers, b"to", b"cc", b"bcc")
    if not set(recipients) - {sender}:
        # nobody, or the sender, who hid the others: who it was delivered to, as the receiving server wrote it down
        recipients += [one for one in _addresses(headers, b"delivered-to", b"x-original-to") if one not in recipients]
    message_id = _first_id(headers, b"message-id", _ID_OR_WORD) or _content_id(raw)
    in_reply_to = _first_id(headers, b"in-reply-to", _ID)
    return {
        "source_message_id": message_id,
        "sent_at": _sent_at(headers),
        "sender": sender,
        "recipients": [one for one in recipients if not is_system(one)] or recipients,
        "thread_id": _first_id(headers, b"references", _ID) or in_reply_to or message_id,
        "in_reply_to": in_reply_to,
        "kind": "mail",
        "size": len(raw),
        "subject": header_text(headers[b"subject"][0]) or None if b"subject" in headers else None,
        "body": _words(headers, raw, body),
        "left_out": _why_left_out(headers, sender, recipients),
    }


def _why_left_out(headers: Headers, sender: str | None, recipients: list[str]) -> str | None:
    """Why a mail is none that a person wrote to another; None where it is one."""
    if sender is None:
        return None
    # RFC 3834: auto-generated, auto-replied; `no` says that a person wrote
    submitted = decode(headers.get(b"auto-submitted", [b"no"])[0]).partition(";")[0].strip().lower()
    if submitted != "no" or is_system(sender) or all(map(is_system, recipients or [sender])):
        return "bot"
    # an archive of a list says of no mail to whom it went: MAIL_SELECT looks for whoever answers
    is_archived = not recipients and b"@" not in headers.get(b"from", [b"@"])[0]
    return "note_to_self" if is_archived or (recipients and set(recipients) == {sender}) else None


def _split(raw: bytes, start: int, end: int) -> tuple[Headers, int]:
    """Headers of `raw[start:end]` by lower-case name, unfolded, and where the body begins. Copies no body."""
    if raw.startswith((b"\n", b"\r\n"), start, end):
        # a part without headers of its own
        return {}, raw.index(b"\n", start) + 1
    blank = _HEAD_END.search(raw, start, min(end, start + _MAX_HEAD_BYTES))
    head_end, body = blank.span() if blank else (min(end, start + _MAX_HEAD_BYTES),) * 2
    headers: Headers = {}
    for line in _FOLD.sub(b" ", raw[start:head_end]).replace(b"\r", b"\n").split(b"\n"):
        name, colon, value = line.partition(b":")
        name = name.rstrip()
        if colon and _FIELD_NAME.fullmatch(name):
            headers.setdefault(name.lower(), []).append(value.strip())
    return headers, body


def _content_id(raw: bytes) -> str:
    """An id for a mail without one; line ends differ from export to export and do not count."""
    content = raw.replace(b"\r\n", b"\n").strip()
    return f"sha256:{hashlib.sha256(content).hexdigest()[:32]}"


def _first_id(headers: Headers, name: bytes, pattern: re.Pattern[str]) -> str | None:
    for value in headers.get(name, []):
        match = pattern.search(decode(value))
        if match:
            return next(group for group in match.groups() if group)
    return None


def _sent_at(headers: Headers) -> str | None:
    """The Date; where it is missing or no date, when the first server on the way took the mail in."""
    written = decode(headers.get(b"date", [b""])[0]).strip()
    # the trace grows at the top, so the first server's line is the last, and the same in every copy of the mail
    received = decode(headers.get(b"received", [b""])[-1]).rpartition(";")[2].strip()
    return _instant(written) or _instant(received) or written[:_MAX_DATE_CHARACTERS] or None


def _instant(written: str) -> str | None:
    try:
        moment: datetime = parsedate_to_datetime(written[:_MAX_DATE_CHARACTERS])
        # "-0000" says: in UTC, zone of the sender unknown
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _addresses(headers: Headers, *names: bytes) -> list[str]:
    found = dict.fromkeys(
        address for name in names for value in headers.get(name, []) for address in addresses(decode(value))
    )
    return list(found)


def _words(headers: Headers, raw: bytes, start: int) -> str | None:
    plain, page = _part_words(headers, raw, (start, len(raw)), 1, iter(range(MAX_PARTS)))
    text = plain if plain.strip() else html_text(page)
    # a zero character ends a string in half of the tools that read the lake
    return text.replace("\r\n", "\n").replace("\x00", "\N{REPLACEMENT CHARACTER}").strip() or None


def _part_words(
    headers: Headers, raw: bytes, span: tuple[int, int], depth: int, budget: Iterator[int]
) -> tuple[str, str]:
    """A part's plain text and its HTML, both possibly empty. Attachments and attached mails have neither."""
    if depth > MAX_DEPTH:
        raise UnreadableMailError(f"parts nested more than {MAX_DEPTH} deep")
    if next(budget, None) is None:
        raise UnreadableMailError(f"more than {MAX_PARTS} parts")
    kind, parameters = _content_type(headers)
    boundary = parameters.get("boundary", b"").rstrip()
    if kind.startswith("multipart/") and boundary:
        found = []
        for start, end in _parts(raw, span, boundary):
            part_headers, body = _split(raw, start, end)
            found.append(_part_words(part_headers, raw, (body, end), depth + 1, budget))
        if found:
            return _chosen(found, is_alternative=kind == "multipart/alternative")
    if _is_attachment(headers) or not kind.startswith(("text/", "multipart/")):
        return "", ""
    encoding = decode(headers.get(b"content-transfer-encoding", [b""])[0]).partition(";")[0].strip().lower()
    charset = decode(parameters.get("charset", b""))
    text = decode(transfer_decode(raw[slice(*span)], encoding), charset)
    return ("", text) if kind == "text/html" else (text, "")


def _chosen(found: Sequence[tuple[str, str]], *, is_alternative: bool) -> tuple[str, str]:
    """Plain text of all parts, of alternatives the first; the first HTML."""
    plains = [plain for plain, _ in found if plain.strip()]
    pages = [page for _, page in found if page.strip()]
    return "\n".join(plains[:1] if is_alternative else plains), pages[0] if pages else ""


def _content_type(headers: Headers) -> tuple[str, dict[str, bytes]]:
    value = headers.get(b"content-type", [b""])[0]
    # RFC 2045: without a type a part is plain text
    kind = decode(value.partition(b";")[0]).strip().lower() or "text/plain"
    if b";" not in value:
        return kind, {}
    found = _PARAMETER.findall(value)
    return kind, {name.decode("ascii").lower(): given.strip(b'"') for name, given in reversed(found)}


def _is_attachment(headers: Headers) -> bool:
    return headers.get(b"content-disposition", [b""])[0].lower().startswith(b"attachment")


def _parts(raw: bytes, span: tuple[int, int], boundary: bytes) -> Iterator[tuple[int, int]]:
    """Where the parts between lines `--boundary` lie; a line that only begins like one belongs to its part."""
    position, end = span
    delimiter = b"--" + boundary
    part: int | None = None
    while (found := raw.find(delimiter, position, end)) >= 0:
        position = found + len(delimiter)
        # span[0] - 1 is the end of the head: a boundary may stand on the body's first line
        line = _DELIMITER_END.match(raw, position, end)
        if line is None or raw[found - 1 : found] != b"\n":
            continue
        if part is not None:
            yield part, _without_line_end(raw, found)
        part = None if line[1] else line.end()
        if line[1]:
            return
    if part is not None:
        yield part, end


def _without_line_end(raw: bytes, end: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    return end - (2 if raw[end - 2 : end] == b"\r\n" else 1)
