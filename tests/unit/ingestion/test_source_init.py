"""`otklik source init`: what a file is, which column is what, and an entry that `source check` takes as it is."""

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from otklik.home.errors import ConfigurationError
from otklik.intake.sources.check import check_sources
from otklik.intake.sources.configuration import load_configuration
from otklik.intake.sources.sniffing import duckdb_type, encoding_of, propose, sniff
from otklik.intake.sources.vocabulary import Column, event_kind_of, time_shape

RECEIVED_AT = datetime(2026, 9, 30, tzinfo=UTC)
REAL_DATA = Path(os.environ.get("OTKLIK_REAL_DATA", "../shared/data"))

RUSSIAN = (
    "Номер;Дата обращения;Автор;Текст обращения;Широта;Долгота;Район\n"
    '1;01.09.2026 10:30;ivan;"Во дворе темно; фонарь не горит";53,2;50.1;Ленинский\n'
    "2;02.09.2026 11:00;olga;На мосту яма;53.3;50.2;Самарский\n"
)
MAIL = (
    "message_id,date,from,to,subject\n"
    "1,2026-09-01T10:00:00+04:00,a@example.org,b@example.org;c@example.org,отпуск\n"
    "2,2026-09-02T10:00:00+04:00,b@example.org,a@example.org,смета\n"
)
STAFF = (
    "Табельный номер,Логин,Эл. почта,Подразделение,Должность,Действует с\n"
    "7,ivan,ivan@example.org,Дороги,мастер,01.02.2020\n"
)
PLACES = "ОКТМО,Муниципалитет,Население\n36701000,Самара,1100000\n36740000,Тольятти,680000\n"
CASES = [
    {
        "id": 1,
        "created_at": "2026-09-01T10:00:00",
        "author": "u1",
        "category": "Двор",
        "lat": 53.1,
        "lon": 50.1,
        "events": [
            {"kind": "petition", "at": "2026-09-01T10:00:00", "text": "во дворе темно"},
            {"kind": "status", "at": "2026-09-02T10:00:00", "status": "Рассмотрение"},
            {"kind": "answer", "at": "2026-09-03T10:00:00", "organisation": "Горсвет", "text": "починим"},
            {"kind": "mystery", "at": "2026-09-03T11:00:00"},
            {"kind": "status", "at": "2026-09-04T10:00:00", "status": "Заявитель удовлетворён"},
        ],
    }
]


def _checked(tmp_path, name, content):
    """What `source check` says of the entry that `source init` proposes, and the entry."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    entry = propose(path)
    sources = tmp_path / "sources.yaml"
    sources.write_text(entry, encoding="utf-8")
    return check_sources(load_configuration([sources], {}), received_at=RECEIVED_AT), entry


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1251", "koi8-r", "utf-16"])
def test_a_russian_table_is_read_in_any_of_its_encodings(tmp_path, encoding):
    (report,), _ = _checked(tmp_path, "обращения.csv", RUSSIAN.encode(encoding))
    assert (report.entity, report.rows_loaded, report.rows_quarantined) == ("post", 1, 1)
    assert [(problem.field, problem.reason) for problem in report.problems] == [("lat", "not a number")]
    (row,) = report.sample
    assert {name: row[name] for name in ("source_post_id", "posted_at", "text", "declared_district")} == {
        "source_post_id": "2",
        "posted_at": "2026-09-02 11:00:00+00",
        "text": "На мосту яма",
        "declared_district": "Самарский",
    }


def test_what_no_file_says_of_itself_is_asked_for(tmp_path):
    assert "\n# region: " in _checked(tmp_path, "posts.csv", RUSSIAN)[1]
    assert "\n# organisation: " in _checked(tmp_path, "mail.csv", MAIL)[1]


def test_a_packed_file_is_looked_into(tmp_path):
    (report,), _ = _checked(tmp_path, "posts.csv.gz", gzip.compress(RUSSIAN.encode()))
    assert report.rows_read == 2


def test_mail_is_messages_with_its_recipients_apart(tmp_path):
    (report,), _ = _checked(tmp_path, "mail.csv", MAIL)
    assert (report.entity, report.rows_loaded) == ("message", 2)
    assert len(report.sample[0]["recipient_subject_ids"].split(",")) == 2


def test_a_table_of_staff_is_the_directory_with_every_account(tmp_path):
    (report,), entry = _checked(tmp_path, "staff.csv", STAFF)
    assert 'list_concat(["Логин"], ["Эл. почта"])' in entry
    assert report.sample[0]["valid_from"] == "2020-02-01"


def test_a_list_of_municipalities_is_told_from_posts(tmp_path):
    (report,), _ = _checked(tmp_path, "places.csv", PLACES)
    assert (report.entity, report.rows_loaded) == ("municipality", 2)


def test_cases_with_their_events_are_posts_and_case_events(tmp_path):
    lines = "\n".join(json.dumps(case, ensure_ascii=False) for case in CASES)
    (events, posts), entry = _checked(tmp_path, "cases.jsonl", lines)
    assert (posts.entity, posts.rows_loaded, posts.sample[0]["text"]) == ("post", 1, "во дворе темно")
    assert {row["event_kind"] for row in events.sample} == {"received", "accepted", "reply", "confirmed"}
    assert "# left out, since nothing tells what they mean: mystery" in entry


def test_an_answer_in_the_row_of_its_case_is_an_event_and_not_the_posts_own_time_or_words(tmp_path):
    table = (
        "Номер;Ответ;Дата ответа;Поступило;Суть;Исполнитель\n"
        "1;Уважаемый заявитель! Работы выполнены.;03.09.2026 12:00;01.09.2026 10:30;Во дворе темно;Горсвет\n"
        "2;;;02.09.2026 11:00;На мосту яма;Дороги\n"
    )
    reports, _ = _checked(tmp_path, "cases.csv", table)
    assert [(report.entity, report.rows_read, report.rows_loaded) for report in reports] == [
        ("case_event", 1, 1),
        ("post", 2, 2),
    ]
    (reply,), (post, _) = (report.sample for report in reports)
    assert (reply["event_at"], reply["event_kind"]) == ("2026-09-03 12:00:00+00", "reply")
    assert reply["text"].startswith("Уважаемый заявитель!")
    assert (post["posted_at"], post["text"], post["channel"]) == ("2026-09-01 10:30:00+00", "Во дворе темно", "portal")


def test_parquet_keeps_its_types(tmp_path):
    path = tmp_path / "posts.parquet"
    duckdb.execute(
        "copy (select 1 as id, timestamptz '2026-09-01 10:00:00+00' as created_at, 'во дворе темно' as text) "
        f"to '{path}' (format parquet)"
    )
    (report,), _ = _checked(tmp_path, "posts.parquet", path.read_bytes())
    assert report.rows_loaded == 1


def test_a_table_without_id_and_dates_is_undated_and_named_by_its_content(tmp_path):
    (report,), entry = _checked(tmp_path, "t.csv", "Тема,Сообщение\nДвор,темно\nДвор,темно\nМост,яма\n")
    assert (report.rows_loaded, report.rows_duplicate) == (2, 1)
    assert "is_undated: true" in entry


@pytest.mark.parametrize(
    ("values", "shape"),
    [
        (["2026-09-01", "2026-09-02 10:00"], "iso"),
        (["01.09.2026", "2.9.2026 10:00"], "dotted"),
        (["13/09/2026", "14/09/2026"], "day_first"),
        (["09/13/2026", "09/01/2026"], "month_first"),
        (["1788000000"], "seconds"),
        ([1788000000000], "milliseconds"),
        (["soon", "later"], None),
        (["", None], None),
    ],
)
def test_instants_are_told_by_their_shape(values, shape):
    assert time_shape(Column("t", tuple(values))) == shape


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r", "utf-16"])
def test_an_encoding_is_told_from_a_few_words(encoding):
    assert encoding_of("Во дворе не горит фонарь\n".encode(encoding)) == encoding


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Не удовлетворено", "refuted"),
        ("Пользователь удовлетворён", "confirmed"),
        ("Промежуточный ответ", "interim_reply"),
        ("Проект ответа", "reply_drafted"),
        ("Ответ согласован", "reply_approved"),
        ("Closed", "closed"),
        ("фото", None),
        ("", None),
    ],
)
def test_an_event_is_told_by_its_words(label, kind):
    assert event_kind_of(label) == kind


def test_a_json_type_holds_every_value():
    assert duckdb_type([1, None, 2]) == "BIGINT"
    assert duckdb_type([1, 2.5]) == "DOUBLE"
    assert duckdb_type([1, "a"]) == "VARCHAR"
    assert duckdb_type([[{"a": 1}], []]) == 'STRUCT("a" BIGINT)[]'
    assert duckdb_type([{"a": 1}, [2]]) == "JSON"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b" \n", "the file is empty"),
        ("a.json", b'[{"a": 1}]', "one JSON array"),
        ("a.zip", b"PK\x03\x04", "a zip archive"),
        ("a.xml", b"<a/>", "XML or HTML"),
        ("a.csv", b"a,a\n1,2\n", "does not name columns once each"),
        ("a.jsonl", b'{"a":\n', "not one object a line"),
        ("a.csv.gz", b"not packed", "cannot be (read|unpacked|decompressed)"),
        ("a.parquet", b"PAR1 cut", "cannot be read"),
    ],
)
def test_what_cannot_be_told_says_what_to_do(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigurationError, match=message):
        sniff(tmp_path / name)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(ConfigurationError, match="no such file"):
        sniff(tmp_path / "a.csv")


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("spb_portal/cases.jsonl.gz", [("case_event", 193_525, 0), ("post", 30_506, 0)]),
        ("perm_incidents/incidents.csv", [("post", 18_538, 0)]),
        ("enron_mail/messages.csv", [("message", 21_635, 0)]),
        ("enron_mail/employees.csv", [("person", 156, 0)]),
    ],
)
def test_real_files_need_no_edit_to_be_read(tmp_path, file, expected):
    path = REAL_DATA / file
    if not path.exists():
        pytest.skip(f"no {path}")
    sources = tmp_path / "sources.yaml"
    sources.write_text(propose(path), encoding="utf-8")
    reports = check_sources(load_configuration([sources], {}), received_at=RECEIVED_AT)
    assert [(report.entity, report.rows_read, report.rows_quarantined) for report in reports] == expected
