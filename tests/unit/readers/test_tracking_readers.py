"""Exchange tracking logs and Microsoft 365 CSVs through the whole of ingestion."""

from pathlib import Path

from tests.unit.readers.reader_delivery import deliver, sample, zipped


def test_events_of_one_message_become_one_row_with_people_instead_of_lists(tmp_path: Path):
    outcome = deliver(tmp_path, "exchange_tracking", {"m.LOG": sample("MSGTRK20260302-1.LOG")})

    assert outcome.counts == (3, 2, 0, 1)
    # t1 went to a list of two and to a third person; the list itself is nobody
    assert outcome.rows("source_message_id, len(recipient_subject_ids), size, kind, strftime(sent_at, '%H:%M')") == [
        ("t1@gov.example", 3, 4100, "mail", "07:00"),
        ("t2@gov.example", 1, 2048, "mail", "07:05"),
    ]
    assert outcome.quarantined("reason, raw") == [
        ("broken record: fewer fields than `#Fields:` names", "2026-03-02T07:06:00.000Z,cut off here")
    ]


def test_a_log_cut_into_a_zip_of_two_files_gives_the_same_messages(tmp_path: Path):
    log = sample("MSGTRK20260302-1.LOG")
    lines = log.splitlines(keepends=True)
    halves = {"a.LOG": b"".join(lines[:7]), "b.LOG": b"".join(lines[:5] + lines[7:])}
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()

    whole = deliver(tmp_path / "one", "exchange_tracking", {"m.LOG": log})
    split = deliver(tmp_path / "two", "exchange_tracking", {"m.zip": zipped(halves)})

    columns = "source_message_id, sent_at, len(recipient_subject_ids), size, text_hash"
    assert whole.rows(columns) == split.rows(columns)


def test_a_log_without_its_fields_is_refused_with_the_reason(tmp_path: Path):
    outcome = deliver(
        tmp_path, "exchange_tracking", {"a.LOG": b"#Fields: date-time,event-id\r\n", "b.LOG": b"1,2,3\r\n"}
    )

    assert outcome.counts == (2, 0, 0, 2)
    assert sorted(reason for (reason,) in outcome.quarantined("reason")) == [
        "not a message tracking log: no line `#Fields:` before the first event",
        "the tracking log's `#Fields:` lacks message-id, recipient-address, sender-address",
    ]


def test_an_audit_log_gives_chats_and_names_mail_without_recipients(tmp_path: Path):
    outcome = deliver(tmp_path, "purview", {"audit.csv": sample("purview_audit.csv")})

    # opening a file is no message; a mail in the audit log does not say to whom
    assert outcome.counts == (3, 1, 0, 1)
    assert outcome.left_out == {"other_kind": 1}
    assert outcome.rows("source_message_id, thread_id, len(recipient_subject_ids), kind") == [
        ("1772434800000", "19:abc@thread.v2", 2, "chat")
    ]
    assert outcome.quarantined() == [(2, "recipients", "required, and empty")]


def test_a_message_trace_gives_mail(tmp_path: Path):
    outcome = deliver(tmp_path, "purview", {"trace.csv": sample("message_trace.csv")})

    assert outcome.counts == (1, 1, 0, 0)
    assert outcome.rows("source_message_id, len(recipient_subject_ids), size") == [("p1@gov.example", 2, 5120)]


def test_broken_audit_records_are_set_aside_with_their_bytes(tmp_path: Path):
    header = b"CreationDate,UserIds,Operations,AuditData\r\n"
    rows = b'2026,a,Send,{\r\n2026,a\r\n2026,\xff,Send,"{}"\r\n2026,a,Send,"[]"\r\n2026,a,Send,"open\r\nend'
    outcome = deliver(tmp_path, "purview", {"audit.csv": header + rows})

    assert outcome.counts == (5, 0, 0, 5)
    assert outcome.quarantined("origin_row, reason, raw") == [
        (1, "AuditData: broken record: not JSON", "2026,a,Send,{"),
        (2, "broken record: fewer fields than the header", "2026,a"),
        (3, "bad encoding: bytes that are not UTF-8", '2026,\\xff,Send,"{}"'),
        (4, "AuditData: broken record: not a JSON object", '2026,a,Send,"[]"'),
        (5, "broken record: unexpected end of data", '2026,a,Send,"open\r\nend'),
    ]


def test_another_csv_is_no_audit_log(tmp_path: Path):
    outcome = deliver(tmp_path, "purview", {"x.csv": b"a,b\r\n1,2\r\n"})

    assert outcome.counts == (1, 0, 0, 1)
    assert outcome.quarantined("reason")[0][0].endswith("its columns are a, b")
