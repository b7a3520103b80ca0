"""Slack, Mattermost and Telegram through the whole of ingestion."""

import json
from pathlib import Path

import pytest

from tests.unit.readers.reader_delivery import deliver, sample, slack_zip, zipped


def test_slack_gives_what_people_wrote_and_to_whom(tmp_path: Path):
    outcome = deliver(tmp_path, "slack", {"export.zip": slack_zip()})

    assert outcome.counts == (5, 3, 0, 0)
    assert outcome.left_out == {"bot": 1, "system_note": 1}
    assert outcome.rows("source_message_id, len(recipient_subject_ids), thread_id, in_reply_to, kind") == [
        ("C01/1772435100.000200", 2, "C01/1772435100.000200", None, "chat"),
        ("C01/1772435160.000300", 2, "C01/1772435100.000200", "C01/1772435100.000200", "chat"),
        ("D01/1772521500.000000", 1, "D01/1772521500.000000", None, "chat"),
    ]


def test_slack_people_are_the_people_of_the_mail(tmp_path: Path):
    outcome = deliver(tmp_path, "slack", {"export.zip": slack_zip()})
    writers = outcome.rows("source_message_id, sender_subject_id")
    readers = outcome.rows("source_message_id, recipient_subject_ids")

    assert writers[0][1] in readers[2][1], "Anna writes in the channel and is written to directly"


def test_one_broken_day_of_slack_spoils_only_itself(tmp_path: Path):
    export = zipped(
        {
            "channels.json": b'[{"id": "C1", "name": "g", "members": ["U1", "U2"]}]',
            "g/2026-03-01.json": b'[{"type": "message", "user": "U1", "ts": "1772348400.0", "text": "a"}, {"user": ',
            "g/2026-03-02.json": b'[{"type": "message", "user": "U1", "ts": "soon", "text": "b"}, 7]',
            "g/2026-03-03.json": b'[{"type": "message", "user": "U1", "ts": "1772521200.0", "text": "c"}]',
        }
    )
    outcome = deliver(tmp_path, "slack", {"export.zip": export})

    assert outcome.counts == (5, 2, 0, 3)
    assert outcome.quarantined() == [
        (2, None, "broken record: the JSON document is cut off (g/2026-03-01.json)"),
        (3, "sent_at", "not a date and time"),
        (4, None, "broken record: a message without its time (ts) (g/2026-03-02.json)"),
    ]


def test_mattermost_gives_posts_answers_and_direct_messages(tmp_path: Path):
    outcome = deliver(tmp_path, "mattermost", {"import.jsonl": sample("mattermost.jsonl")})

    assert outcome.counts == (5, 4, 0, 0)
    assert outcome.left_out == {"system_note": 1}
    columns = "strftime(sent_at, '%H:%M'), len(recipient_subject_ids), in_reply_to is not null"
    # a question to the channel of three, two answers to its author, a direct message
    assert outcome.rows(columns) == [("07:05", 2, False), ("07:06", 1, True), ("07:07", 1, True), ("09:00", 1, False)]


def test_mattermost_in_its_zip_is_the_same(tmp_path: Path):
    export = zipped({"import.jsonl": sample("mattermost.jsonl"), "data/20260302/photo.zip": b"PK\x03\x04"})

    assert deliver(tmp_path, "mattermost", {"e.zip": export}).counts == (5, 4, 0, 0)


def test_a_line_mattermost_never_wrote_is_set_aside(tmp_path: Path):
    lines = sample("mattermost.jsonl") + b'{"type": "survey"}\n\n{"type": "post"\n\xff\n'
    outcome = deliver(tmp_path, "mattermost", {"m.jsonl": lines})

    assert outcome.counts == (8, 4, 0, 3)
    assert [reason for _, _, reason in outcome.quarantined()] == [
        "broken record: not a line of a Mattermost export (no known `type`)",
        "broken record: not JSON",
        "bad encoding: bytes that are not UTF-8",
    ]
    assert ("\\xff",) in outcome.quarantined("raw")


def test_telegram_private_chats_are_messages(tmp_path: Path):
    outcome = deliver(tmp_path, "telegram", {"result.json": sample("telegram_result.json")})

    assert outcome.counts == (8, 5, 0, 0)
    assert outcome.left_out == {"other_kind": 2, "system_note": 1}
    assert outcome.rows("source_message_id, len(recipient_subject_ids), thread_id, kind") == [
        ("2/10", 1, "2/10", "chat"),
        ("2/11", 1, "2/11", "call"),
        ("700/2", 2, "700/2", "chat"),
        ("700/3", 1, "700/2", "chat"),
        ("700/4", 2, "700/4", "chat"),
    ]
    assert (None, "На Лесной прорыв, см. https://gov.example/7") in outcome.texts()


def test_telegram_public_groups_are_posts(tmp_path: Path):
    outcome = deliver(tmp_path, "telegram", {"result.json": sample("telegram_result.json")}, entity="post")

    assert outcome.counts == (8, 2, 0, 0)
    assert outcome.left_out == {"other_kind": 6}
    assert outcome.rows("source_post_id, parent_post_id, channel, text, reactions") == [
        ("900/20", None, "telegram", "Нет воды на Садовой", 5),
        ("900/21", "900/20", "telegram", "И у нас", None),
    ]


@pytest.mark.parametrize("cut", [200, 900])
def test_a_telegram_export_that_breaks_off_keeps_what_came_before(tmp_path: Path, cut: int):
    whole = sample("telegram_result.json")
    outcome = deliver(tmp_path, "telegram", {"result.json": whole[:-cut]})
    _, loaded, _, quarantined = outcome.counts

    assert loaded >= 3
    assert quarantined == 1


def test_one_poisoned_telegram_message_spoils_only_itself(tmp_path: Path):
    good = {"id": 1, "type": "message", "date_unixtime": "1772435100", "from_id": "user1", "text": "да"}
    other = json.dumps(good | {"id": 2, "from_id": "user2"})
    poison = (
        '{"id": 3, "text": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"id": ' + "9" * 1_000_000 + "}",
        '{"id": NaN}',
    )
    half = json.dumps(good | {"id": 4, "text": "\ud800"})
    messages = ", ".join([json.dumps(good), *poison, half, other])
    document = f'{{"name": "c", "type": "private_group", "id": 1, "messages": [{messages}]}}'
    outcome = deliver(tmp_path, "telegram", {"result.json": document.encode()})

    assert outcome.counts == (6, 2, 0, 4)
    assert [reason for _, _, reason in outcome.quarantined()] == [
        "broken record: JSON nested more than 500 deep",
        "required, and empty",
        "broken record: not JSON",
        "bad encoding: a text holds half of a character",
    ]
