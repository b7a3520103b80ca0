"""WhatsApp, Zulip, Rocket.Chat, Graph, SeeClickFix, FixMyStreet and feeds: what their fields become."""

import re
from pathlib import Path

import pytest

from otklik.home.settings import Home
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.readers import whatsapp
from otklik.intake.sources.configuration import load_configuration
from otklik.intake.sources.recognising import recognise
from tests.unit.readers.reader_delivery import FIXTURES, RECEIVED_AT, deliver, members_of, post_sample, sample, zipped

PAGES = FIXTURES.parents[1] / "docs" / "connectors"
WHO_TO_WHOM = "source_message_id, len(recipient_subject_ids), in_reply_to"


def said(folder: Path, text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    path = folder / "WhatsApp Chat with X.txt"
    path.write_text(text, encoding="utf-8", newline="")
    rows = [row for row in whatsapp.read(path) if isinstance(row, dict)]
    return [(row["sent_at"], row["sender"], row["body"], row["left_out"]) for row in rows]


def test_an_android_chat_in_twelve_hours_and_months_first(tmp_path: Path):
    text = (
        "12/9/25, 10:15\u202fPM - Messages and calls are end-to-end encrypted.\n"
        "12/9/25, 10:16\u202fPM - Anna: hello: you\nsecond line\n1/2/26, 12:05 AM - +7 900 000-00-01: <Media omitted>\n"
    )
    assert said(tmp_path, text) == [
        ("2025-12-09T22:15:00", None, "Messages and calls are end-to-end encrypted.", "system_note"),
        ("2025-12-09T22:16:00", "Anna", "hello: you\nsecond line", None),
        ("2026-01-02T00:05:00", "+79000000001", None, None),
    ]


def test_an_iphone_chat_in_russian(tmp_path: Path):
    text = (
        "[31.12.2025, 22:15:33] Двор: \u200eСообщения и звонки защищены сквозным шифрованием.\r\n"
        "[31.12.2025, 22:15:40] Анна: привет\r\n"
        "\u200e[31.12.2025, 22:15:41] Борис: \u200eизображение отсутствует\r\n"
        "[01.01.2026, 00:00:00] Борис: Данное сообщение удалено\r\n"
    )
    assert [(at, sender, left_out) for at, sender, _, left_out in said(tmp_path, text)] == [
        ("2025-12-31T22:15:33", "Двор", "system_note"),
        ("2025-12-31T22:15:40", "Анна", None),
        ("2025-12-31T22:15:41", "Борис", None),
        ("2026-01-01T00:00:00", "Борис", "deleted"),
    ]


def test_the_order_of_a_chat_tells_day_from_month(tmp_path: Path):
    months_first = "3/4/26, 09:00 - A: x\n3/11/26, 09:00 - B: x\n4/2/26, 09:00 - A: x\n"
    days_first = "3/4/26, 09:00 - A: x\n4/4/26, 09:00 - B: x\n"
    assert [at for at, *_ in said(tmp_path, months_first)] == [
        f"2026-{day}T09:00:00" for day in ("03-04", "03-11", "04-02")
    ]
    assert [at for at, *_ in said(tmp_path, days_first)] == ["2026-04-03T09:00:00", "2026-04-04T09:00:00"]


def test_zulip_tells_mentions_subscribers_and_direct_messages_apart(tmp_path: Path):
    outcome = deliver(tmp_path, "zulip", {"z.zip": zipped(members_of("communication/zulip"))})
    assert outcome.left_out == {"bot": 1, "note_to_self": 1}
    # the helper is a subscriber too, and no person
    assert outcome.rows("source_message_id, len(recipient_subject_ids), thread_id, sent_at::varchar") == [
        ("101", 1, "25/lamps", "2026-03-02 07:05:00.25+00"),
        ("102", 1, "25/lamps", "2026-03-02 07:06:00+00"),
        ("104", 1, "22", "2026-03-02 07:06:40+00"),
    ]


def test_a_zulip_export_that_is_still_packed_says_what_to_do(tmp_path: Path):
    export = zipped({"messages-000001.json": b"{}"})
    outcome = deliver(tmp_path, "zulip", {"z.zip": export})
    assert outcome.quarantined("reason") == [
        ("not a Zulip export: no realm.json in it; unpack the .tar.gz, and deliver the folder or a zip of it",)
    ]


def test_rocketchat_lines_and_lists_are_the_same(tmp_path: Path):
    members = members_of("communication/rocketchat")
    lists = {name: b"[" + content.strip().replace(b"\n", b",\n") + b"]" for name, content in members.items()}
    (tmp_path / "lines").mkdir()
    (tmp_path / "lists").mkdir()
    lines = deliver(tmp_path / "lines", "rocketchat", {"r.zip": zipped(members)})
    arrays = deliver(tmp_path / "lists", "rocketchat", {"r.zip": zipped(lists)})
    assert lines.left_out == arrays.left_out == {"bot": 1, "system_note": 1}
    assert lines.rows(WHO_TO_WHOM) == arrays.rows(WHO_TO_WHOM) == [("m1", 1, None), ("m2", 1, "m1"), ("m5", 1, None)]


def test_graph_gives_chats_and_mail(tmp_path: Path):
    outcome = deliver(tmp_path, "graph", {"graph.json": sample("graph.json")})
    assert outcome.left_out == {"bot": 1, "system_note": 1}
    assert outcome.rows(f"{WHO_TO_WHOM}, kind") == [
        ("19:chat/1", 1, None, "chat"),
        ("19:chat/2", 1, "19:chat/1", "chat"),
        ("g1@gov.example", 1, None, "mail"),
    ]
    assert (None, "Which lamps & where?") in outcome.texts()


def test_an_error_of_graph_keeps_its_code_alone(tmp_path: Path):
    outcome = deliver(tmp_path, "graph", {"e.json": b'{"error": {"code": "Forbidden", "message": "token abc"}}'})
    assert outcome.quarantined("reason, raw") == [("Graph answered with an error", '{"code": "Forbidden"}')]


def test_seeclickfix_gives_posts_and_events_of_cases(tmp_path: Path):
    issues = {"issues.json": post_sample("seeclickfix/issues.json")}
    (tmp_path / "posts").mkdir()
    (tmp_path / "events").mkdir()
    posts = deliver(tmp_path / "posts", "seeclickfix", issues, entity="post")
    events = deliver(tmp_path / "events", "seeclickfix", issues, entity="case_event")
    assert posts.rows("source_post_id, text, declared_topic, declared_authority, author_subject_id is null") == [
        ("7001", "Pothole\nBy house 3", "Roads", "City of Privolsk", False),
        ("7002", "Lamp", "Light", None, True),
    ]
    assert events.rows("source_post_id, event_kind, authority") == [
        ("7001", "accepted", "City of Privolsk"),
        ("7001", "closed", "City of Privolsk"),
        ("7001", "received", None),
        ("7002", "received", None),
    ]


def test_fixmystreet_names_its_authorities_in_a_list(tmp_path: Path):
    files = {"f.json": post_sample("open311/fixmystreet.json")}
    outcome = deliver(tmp_path, "open311", files, entity="post")
    assert outcome.rows("source_post_id, text, declared_authority") == [("81", "Яма: У дома 3", "Мэрия Привольска")]


@pytest.mark.parametrize(("entity", "n_rows"), [("post", 2), ("case_event", 4)])
def test_the_entry_for_the_csv_of_fixmystreet_loads_its_sample(tmp_path: Path, entity: str, n_rows: int):
    (entry,) = re.findall(r"```yaml\n(sources:\n  fixmystreet:.*?)```", (PAGES / "open311.md").read_text(), re.DOTALL)
    (tmp_path / "inbox" / "fixmystreet").mkdir(parents=True)
    (tmp_path / "inbox" / "fixmystreet" / "a.csv").write_bytes(post_sample("fixmystreet.csv"))
    (tmp_path / "sources.yaml").write_text(f"version: 1\n{entry}", encoding="utf-8")
    source = load_configuration([tmp_path / "sources.yaml"], {}).sources["fixmystreet"]
    (load,) = ingest(Home(tmp_path / "home"), source, entity, received_at=RECEIVED_AT)
    assert (load.rows_read, load.rows_loaded) == (n_rows, n_rows)


def test_feeds_give_words_without_tags_and_points(tmp_path: Path):
    files = {"a.rss": post_sample("feed/problems.rss"), "b.atom": post_sample("feed/news.atom")}
    outcome = deliver(tmp_path, "feed", files, entity="post")
    assert outcome.rows("source_post_id, text, url, lat, posted_at::varchar") == [
        (
            "https://fms.example/report/1",
            "Яма у дома 3\nТретий & день",
            "https://fms.example/report/1",
            53.2,
            "2026-09-02 02:37:38+00",
        ),
        ("urn:1", "Нет воды\nНа Садовой", "https://news.example/1", None, "2026-09-02 02:37:38+00"),
    ]


def test_a_feed_that_defines_entities_is_refused(tmp_path: Path):
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><rss><item><title>&b;</title></item></rss>'
    outcome = deliver(tmp_path, "feed", {"a.rss": bomb}, entity="post")
    ((reason,),) = outcome.quarantined("reason")
    assert reason.startswith("broken record: not readable as XML: it declares a document type or entities")


@pytest.mark.parametrize(
    ("kind", "fixture"),
    [
        ("whatsapp", "communication/WhatsApp Chat with Duty.txt"),
        ("zulip", "communication/zulip"),
        ("rocketchat", "communication/rocketchat"),
        ("graph", "communication/graph.json"),
        ("seeclickfix", "posts/seeclickfix/issues.json"),
        ("feed", "posts/feed/news.atom"),
        ("open311", "posts/open311/fixmystreet.json"),
    ],
)
def test_init_tells_them_by_what_they_hold(kind: str, fixture: str):
    found = recognise(FIXTURES / fixture)
    assert found is not None
    assert found.format == kind
