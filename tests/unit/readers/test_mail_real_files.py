"""The real mail files: each is a row or has a reason that a person understands."""

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.unit.readers.reader_delivery import deliver

FOLDER = Path(os.environ.get("OTKLIK_REAL_DATA", "../shared/data")) / "mail_files"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the real mail files are not here (OTKLIK_REAL_DATA)"),
]


def test_every_real_mail_file_is_loaded_or_says_why_not(tmp_path: Path):
    outcome = deliver(tmp_path, "eml", {"mail_files": FOLDER.resolve()})
    read, loaded, duplicate, quarantined = outcome.counts
    reasons = Counter(
        f"{field}: {reason}" if field else reason for field, reason in outcome.quarantined("field, reason")
    )

    print(f"read {read}, loaded {loaded}, duplicate {duplicate}, quarantined {quarantined}")  # noqa: T201
    for reason, count in reasons.most_common():
        print(f"{count:3}  {reason}")  # noqa: T201
    assert read == sum(1 for _ in FOLDER.rglob("*.eml"))
    # rules of the contract, in words; none is a complaint of a parser
    assert set(reasons) <= {
        "sent_at: required, and empty",
        "sent_at: not a date and time",
        "sent_at: lies in the future",
        "recipients: required, and empty",
        "source_message_id: another row of this file has the same id and other content",
    }
    # reports of failed delivery and no-reply addresses; mails to oneself
    assert outcome.left_out.keys() == {"bot", "note_to_self"}
    assert loaded + duplicate + sum(outcome.left_out.values()) >= 55
