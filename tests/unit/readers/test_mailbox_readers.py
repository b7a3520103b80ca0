"""mbox, EML and Maildir through the whole of ingestion: every mail is a row, a duplicate, or in quarantine."""

import gzip
import re
from pathlib import Path

from tests.unit.readers.reader_delivery import deliver, sample, zipped

# five mails: a thread of three, a second copy of the first as it lies in a recipient's box, one without a date
EXPECTED = (5, 3, 1, 1)


def test_every_mail_of_an_mbox_is_accounted_for(tmp_path: Path):
    outcome = deliver(tmp_path, "mbox", {"mail.mbox": sample("mail.mbox")})

    assert outcome.counts == EXPECTED
    assert outcome.quarantined() == [(5, "sent_at", "required, and empty")]


def test_a_mail_says_who_wrote_to_whom_when_and_in_which_thread(tmp_path: Path):
    outcome = deliver(tmp_path, "mbox", {"mail.mbox": sample("mail.mbox")})

    columns = (
        "source_message_id, strftime(sent_at, '%d %H:%M'), len(recipient_subject_ids), thread_id, in_reply_to, kind"
    )
    assert outcome.rows(columns) == [
        ("m1@gov.example", "02 07:00", 3, "m1@gov.example", None, "mail"),
        ("m2@gov.example", "02 08:30", 1, "m1@gov.example", "m1@gov.example", "mail"),
        ("m3@gov.example", "03 06:00", 1, "m1@gov.example", "m2@gov.example", "mail"),
    ]


def test_words_come_out_of_base64_koi8_and_html(tmp_path: Path):
    outcome = deliver(tmp_path, "mbox", {"mail.mbox": sample("mail.mbox")})

    assert outcome.texts() == [
        ("Re: smeta", "Смета готова.\nFrom the archive: two pages."),
        ("Ремонт дороги", "Прошу до пятницы прислать смету.\n>From строки не теряются."),
        ("Утверждено", "Утверждаю.\nВера"),
    ]


def test_two_copies_of_one_mail_in_either_order_are_one_row(tmp_path: Path):
    mails = re.split(rb"(?m)^(?=From [a-z]+@)", sample("mail.mbox"))[1:]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    straight = deliver(tmp_path / "a", "mbox", {"m.mbox": b"".join(mails)})
    reverse = deliver(tmp_path / "b", "mbox", {"m.mbox": b"".join(reversed(mails))})

    columns = "source_message_id, size, text_hash, len(recipient_subject_ids)"
    assert straight.rows(columns) == reverse.rows(columns)
    assert straight.counts == reverse.counts == EXPECTED


def test_the_same_mailbox_zipped_or_gzipped_is_not_loaded_twice(tmp_path: Path):
    mbox = sample("mail.mbox")
    outcome = deliver(
        tmp_path, "mbox", {"a.mbox": mbox, "b.mbox.gz": gzip.compress(mbox), "c.zip": zipped({"m": mbox})}
    )

    # the .gz is the same content and no new load; a zip's members have names, so it is one, all duplicates
    assert [load.file_name for load in outcome.loads] == ["a.mbox", "c.zip"]
    assert outcome.counts == (10, 3, 5, 2)


def test_eml_files_come_alone_in_a_folder_and_in_a_zip(tmp_path: Path):
    eml = sample("mail.eml")
    folder = tmp_path / "exported"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "one.EML").write_bytes(eml)
    (folder / "readme.txt").write_bytes(b"not a mail")
    outcome = deliver(tmp_path, "eml", {"one.eml": eml, "box": folder, "z.zip": zipped({"x/one.eml": eml})})

    assert outcome.counts == (3, 1, 2, 0)


def test_a_maildir_is_read_with_its_folders_and_without_unfinished_mails_and_links(tmp_path: Path):
    box = tmp_path / "box"
    for name in ("cur", "new", "tmp", ".Sent/cur"):
        (box / name).mkdir(parents=True)
    (box / "cur" / "1.host:2,S").write_bytes(sample("mail.eml"))
    (box / ".Sent" / "cur" / "2.host:2,S").write_bytes(sample("mail.eml").replace(b"m3@", b"m9@", 1))
    (box / "tmp" / "3.host").write_bytes(sample("mail.eml"))
    (box / "new" / "4.host").symlink_to("/etc/hostname")

    assert deliver(tmp_path, "maildir", {"box": box}).counts == (2, 2, 0, 0)


def test_a_folder_that_is_no_maildir_is_one_quarantined_row(tmp_path: Path):
    (tmp_path / "photos").mkdir()
    outcome = deliver(tmp_path, "maildir", {"photos": tmp_path / "photos"})

    assert outcome.counts == (1, 0, 0, 1)
    assert outcome.quarantined("reason") == [("not a Maildir: no folder `cur` or `new` in it",)]


def test_what_is_no_mail_keeps_its_bytes_in_quarantine(tmp_path: Path):
    outcome = deliver(tmp_path, "eml", {"x.eml": b"\xff\xfe is no mail"})

    assert outcome.counts == (1, 0, 0, 1)
    assert outcome.quarantined("raw") == [("\\xff\\xfe is no mail",)]


def test_a_sentence_that_begins_with_from_does_not_cut_a_mail(tmp_path: Path):
    mail = b"From a Mon Mar  2 10:00:00 2026\n" + sample("mail.eml").replace(
        b"<html>", b"text\r\n\r\nFrom what we heard at 10:30 it is done\r\n<html>"
    )
    assert deliver(tmp_path, "mbox", {"m.mbox": mail}).counts == (1, 1, 0, 0)
