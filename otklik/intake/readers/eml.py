"""EML: one mail a file, as Outlook, Thunderbird and eDiscovery exports write it; a file, a folder of them, or a zip."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from otklik.intake.readers.archive import is_archive, open_archive
from otklik.intake.readers.mail_message import MAX_MESSAGE_BYTES, record
from otklik.intake.readers.message_rows import MAIL_SELECT
from otklik.intake.readers.message_rows import SCHEMA as SCHEMA
from otklik.intake.readers.tabular import BrokenRecord, open_binary

MAPPINGS = {"message": MAIL_SELECT}
TAKES_FOLDERS = True


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """Every mail of a delivery, in the order of the files' names."""
    for number, raw in enumerate(_mails(path), start=1):
        yield record(raw, number)


def _mails(path: Path) -> Iterator[bytes]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            # a link could lead out of the folder
            if file.suffix.lower() == ".eml" and file.is_file() and not file.is_symlink():
                with file.open("rb") as stream:
                    yield stream.read(MAX_MESSAGE_BYTES + 1)
    elif is_archive(path):
        with open_archive(path) as archive:
            for name in archive.find(lambda name: name.lower().endswith(".eml"), ".eml file"):
                with archive.open(name) as stream:
                    yield stream.read(MAX_MESSAGE_BYTES + 1)
    else:
        with open_binary(path) as stream:
            yield stream.read(MAX_MESSAGE_BYTES + 1)
