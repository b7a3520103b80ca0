"""mbox: one file of many mails, as Thunderbird, Google Takeout and Dovecot write it; plain, .gz, or in a zip."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from otklik.intake.readers.archive import is_archive, open_archive
from otklik.intake.readers.mail_message import MAX_MESSAGE_BYTES, record
from otklik.intake.readers.message_rows import MAIL_SELECT
from otklik.intake.readers.message_rows import SCHEMA as SCHEMA
from otklik.intake.readers.tabular import CHUNK_BYTES, BrokenRecord, open_binary

MAPPINGS = {"message": MAIL_SELECT}
TAKES_FOLDERS = False

# "From someone Mon Jan  1 00:00:00 2026", with the date of C's asctime: words that begin a sentence do not look so.
_SEPARATOR = re.compile(rb"From (?:.{0,400}[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d|-?\s*$)")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_NOT_MAIL = (".txt", ".html", ".json", ".msf", ".pdf")


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """Every mail of an mbox file, or of all mbox files in a zip, in order."""
    for number, raw in enumerate(_mails(path), start=1):
        yield record(raw, number)


def _mails(path: Path) -> Iterator[bytes]:
    if not is_archive(path):
        with open_binary(path) as stream:
            yield from _split(stream)
        return
    with open_archive(path) as archive:
        for name in archive.find(lambda name: not name.lower().endswith(_NOT_MAIL), "mbox file"):
            with archive.open(name) as stream:
                yield from _split(stream)


def _split(stream: IO[bytes]) -> Iterator[bytes]:
    """The mails between separators. Of one over the limit only the limit is kept, and that it is over it."""
    lines: list[bytes] = []
    size, is_after_blank = 0, True
    # a line of a gigabyte comes in pieces
    while line := stream.readline(CHUNK_BYTES):
        if is_after_blank and line.startswith(b"From ") and _SEPARATOR.match(line):
            if size:
                yield _joined(lines)
            lines, size = [], 0
        elif size <= MAX_MESSAGE_BYTES:
            lines.append(line)
            size += len(line) if lines[0].strip() or len(lines) > 1 else 0
        is_after_blank = line in (b"\n", b"\r\n")
    if size:
        yield _joined(lines)


def _joined(lines: list[bytes]) -> bytes:
    raw = b"".join(lines)
    # the blank line before the next separator belongs to the format
    return _QUOTED_FROM.sub(rb"\1", raw) if b">From " in raw else raw
