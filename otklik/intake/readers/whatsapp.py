"""WhatsApp's "export chat": a text file, or the zip or folder that it comes in, from Android or from an iPhone.

The export says who wrote by the name in the address book of whoever exported, or by the telephone number, and gives
messages neither ids nor a zone. How its dates are written follows the telephone: day, month or year first.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import IO, Any, NamedTuple

from otklik.intake.readers.archive import is_archive
from otklik.intake.readers.message_rows import MESSAGE_SELECT
from otklik.intake.readers.message_rows import SCHEMA as SCHEMA
from otklik.intake.readers.packed import opened
from otklik.intake.readers.tabular import BrokenRecord, UnreadableDeliveryError, open_binary, readable

MAPPINGS = {"message": MESSAGE_SELECT}
TAKES_FOLDERS = True

# a chat is put in order and so held whole; forty thousand messages, all that a telephone exports, are a few megabytes
_MAX_BYTES = 128 << 20
# marks of writing direction, which the iPhone puts before its own words
_MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_OWN_WORDS = "\u200e"
_DATE = r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})"
_CLOCK = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[\s\u202f\xa0]?([AaPp])\.?[\s\xa0]?[Mm]\.?)?"
_START = re.compile(rf"(?:\[{_DATE},?\s+{_CLOCK}\]\s|{_DATE},?\s+{_CLOCK}\s[-\u2013]\s)(.*)", re.DOTALL)
_NAMED = re.compile(r"([^:\n]{1,100}):\s(.*)", re.DOTALL)
_CHAT = re.compile(r"^(whatsapp chat with|whatsapp chat -|чат whatsapp с|_chat)\s*", re.IGNORECASE)
_TELEPHONE = re.compile(r"\+?[\d\s()\xa0\u2011-]{7,25}")

_DELETED = re.compile(
    r"(this message was deleted|you deleted this message|(данное )?сообщение удалено|вы удалили (это|данное) сообщение)"
    r"( by admin.*)?\.?",
    re.IGNORECASE,
)
_MEDIA = re.compile(
    r"<(media omitted|без медиафайлов|медиа пропущено|медиафайл пропущен|attached: [^>]*|прикреплено: [^>]*)>"
    r"|\S+ \((file attached|файл добавлен)\)"
    r"|(image|video|audio|gif|sticker|document|contact card) omitted"
    r"|(изображение|видео|аудио|gif|стикер|документ|карточка контакта)[^.]{0,20} (отсутству\w+|пропущен\w*)",
    re.IGNORECASE,
)
_CALL = re.compile(r"(missed )?(voice|video) call.*|(пропущенный )?(аудио|видео)звонок.*", re.IGNORECASE)


class _Said(NamedTuple):
    """A message as it stands in the file: where, its date in three numbers as written, its clock, and the rest."""

    number: int
    date: tuple[int, int, int]
    clock: tuple[int, int, int]
    is_half_day: bool
    words: str


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """Every message of every chat in the delivery, in order; notes of the system are left out.

    Raises:
        UnreadableDeliveryError: no line of a file looks like a message, or a zip or folder holds no text file.
    """
    number = 0
    for name, text in _texts(path):
        said = list(_said(text, number))
        if not said:
            raise UnreadableDeliveryError("not a WhatsApp chat: no line begins with a date, a time and a name")
        number = said[-1].number
        yield from _rows(_CHAT.sub("", PurePosixPath(name).stem), said)


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    if not (path.is_dir() or is_archive(path)):
        with open_binary(path) as stream:
            yield path.name, _text(stream)
        return
    with opened(path) as archive:
        for name in archive.find(lambda name: name.lower().endswith(".txt"), "chat (_chat.txt)"):
            with archive.open(name) as stream:
                # in the iPhone's zip every chat is called _chat.txt, and the zip by the chat
                yield path.name if PurePosixPath(name).stem == "_chat" else name, _text(stream)


def _text(stream: IO[bytes]) -> str:
    content = stream.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise UnreadableDeliveryError(f"refused: a chat of more than {_MAX_BYTES >> 20} MB")
    return content.decode("utf-8-sig", "backslashreplace")


def _said(text: str, number: int) -> Iterator[_Said]:
    """Messages put together: a line that does not begin with a date belongs to the message before."""
    current: _Said | None = None
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        match = _START.fullmatch(line.lstrip("".join(("\u200e", "\u200f", "\ufeff"))))
        if match is None:
            lines.append(line)
            continue
        if current is not None:
            yield current._replace(words="\n".join(lines))
        number += 1
        values = [one for one in match.groups()[:14] if one is not None]
        date = (int(values[0]), int(values[1]), int(values[2]))
        half = values[-1].lower() if values[-1].isalpha() else ""
        clock = [int(one) for one in values[3:] if one.isdecimal()]
        hour = clock[0] % 12 + (12 if half == "p" else 0) if half else clock[0]
        current = _Said(number, date, (hour, clock[1], clock[2] if len(clock) > 2 else 0), bool(half), "")
        lines = [match.groups()[14]]
    if current is not None:
        yield current._replace(words="\n".join(lines).rstrip("\n"))


def _order(said: list[_Said]) -> tuple[int, int, int]:
    """Which of a date's three numbers is the year, the month and the day, told by the whole chat.

    A chat is in order: of two readings that are dates everywhere, one may go back in time. Where neither does, the day
    comes first, as nearly everywhere; but not before AM and PM and behind years of two digits, as telephones in the
    United States write.
    """
    is_american = all(one.is_half_day and one.date[2] < 100 for one in said)
    likely = ((2, 0, 1), (2, 1, 0)) if is_american else ((2, 1, 0), (2, 0, 1))
    for order in ((0, 1, 2), *likely):
        moments = [_moment(one, order) for one in said]
        if None not in moments and all(a <= b for a, b in pairwise(moments)):  # type: ignore[operator]
            return order
    return likely[0]


def _moment(one: _Said, order: tuple[int, int, int]) -> datetime | None:
    year, month, day = (one.date[place] for place in order)
    if order[0] == 0 and year < 1000:
        return None
    try:
        return datetime(year + 2000 if year < 100 else year, month, day, *one.clock)  # noqa: DTZ001 - the zone is the source's
    except ValueError:
        return None


def _rows(chat: str, said: list[_Said]) -> Iterator[dict[str, Any] | BrokenRecord]:
    order, seen = _order(said), Counter[str]()
    parted = [(one, *_parted(one.words)) for one in said]
    writers = dict.fromkeys(sender for _, sender, _, left_out in parted if sender and not left_out)
    for one, sender, words, left_out in parted:
        moment = _moment(one, order)
        if moment is None:
            yield BrokenRecord(one.number, "broken record: no such day or hour", readable(one.words.encode()))
            continue
        key = hashlib.sha256("\x1f".join((chat, moment.isoformat(), str(sender), words)).encode()).hexdigest()[:32]
        seen[key] += 1
        is_media = _MEDIA.fullmatch(words) is not None
        recipients = [writer for writer in writers if writer != sender]
        yield {
            "origin_row": one.number,
            "source_message_id": key if seen[key] == 1 else f"{key}.{seen[key] - 1}",
            "sent_at": moment.isoformat(),
            "sender": sender,
            "recipients": recipients,
            "thread_id": chat or None,
            "in_reply_to": None,
            "kind": "call" if _CALL.fullmatch(words) else "chat",
            "size": 0 if is_media else len(words.encode()),
            "subject": None,
            "body": None if is_media else words or None,
            "left_out": left_out or (None if recipients else "note_to_self"),
        }


def _parted(words: str) -> tuple[str | None, str, str | None]:
    """Who wrote, the words, and why they are left out."""
    match = _NAMED.fullmatch(words)
    if match is None:
        return None, _MARKS.sub("", words), "system_note"
    said = _MARKS.sub("", match[2]).strip()
    if _DELETED.fullmatch(said):
        return _account(match[1]), said, "deleted"
    is_own = match[2].startswith(_OWN_WORDS) and not _MEDIA.fullmatch(said) and not _CALL.fullmatch(said)
    return _account(match[1]), said, "system_note" if is_own else None


def _account(name: str) -> str:
    """A name as it stands; a telephone number without its blanks, so that it is one account in every export."""
    plain = _MARKS.sub("", name).strip().lstrip("~").strip()
    if _TELEPHONE.fullmatch(plain):
        return ("+" if plain.startswith("+") else "") + "".join(filter(str.isdecimal, plain))
    return plain
