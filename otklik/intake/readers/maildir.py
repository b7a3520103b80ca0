"""Maildir: a folder with `cur` and `new`, one mail a file, as Dovecot and Postfix keep it; folders within included."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from otklik.intake.readers.mail_message import MAX_MESSAGE_BYTES, record
from otklik.intake.readers.message_rows import MAIL_SELECT
from otklik.intake.readers.message_rows import SCHEMA as SCHEMA
from otklik.intake.readers.tabular import BrokenRecord, UnreadableDeliveryError

MAPPINGS = {"message": MAIL_SELECT}
TAKES_FOLDERS = True


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """Every mail of a Maildir and of its folders. `tmp` holds mails still being delivered and is left alone.

    Raises:
        UnreadableDeliveryError: the path is no Maildir.
    """
    # unfinished mails are in tmp; a link could lead out of the folder
    found = sorted([*path.rglob("cur"), *path.rglob("new")])
    folders = [folder for folder in found if folder.is_dir() and not folder.is_symlink()]
    if not folders:
        raise UnreadableDeliveryError("not a Maildir: no folder `cur` or `new` in it")
    number = 0
    for folder in folders:
        for file in sorted(folder.iterdir()):
            if file.is_file() and not file.is_symlink() and not file.name.startswith("."):
                number += 1
                with file.open("rb") as stream:
                    yield record(stream.read(MAX_MESSAGE_BYTES + 1), number)
