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
from otklik.intake.sources.columns import Column
from otklik.intake.sources.configuration import load_configuration
from otklik.intake.sources.encodings import encoding_of
from otklik.intake.sources.instants import instants_of, is_month_first
from otklik.intake.sources.json_shapes import duckdb_type
from otklik.intake.sources.proposing import Context, propose
from otklik.intake.sources.sniffing import sniff
from otklik.intake.sources.vocabulary import event_kind_of

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
    assert (report.entity, report.rows_loaded, report.rows_quarantined) == ("post", 2, 0)
    row = report.sample[0]
    assert {name: row[name] for name in ("source_post_id", "posted_at", "text", "lat", "declared_district")} == {
        "source_post_id": "1",
        "posted_at": "2026-09-01 10:30:00+00",
        "text": "Во дворе темно; фонарь не горит",
        "lat": "53.2",
        "declared_district": "Ленинский",
    }


def test_what_is_known_of_a_file_beside_is_written_down_and_the_rest_is_asked(tmp_path):
    path = tmp_path / "posts.csv"
    path.write_text(RUSSIAN, encoding="utf-8")
    asked = []
    entry = propose(path, Context(region="Самарская область"), lambda key: asked.append(key) or "Europe/Samara")
    assert asked == ["time_zone"]
    assert entry.startswith('version: 1\ntime_zone: Europe/Samara\nregion: "Самарская область"\nsources:\n')
    with pytest.raises(ConfigurationError, match="'Samara': no time zone"):
        propose(path, Context(time_zone="Samara"))


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
    ("values", "sql"),
    [
        (["2026-09-01", "2026-09-02 10:00"], "t"),
        (["01.09.2026", "2.9.2026 10:00"], "t"),
        (["01.09.26 9:05"], "t"),
        (["13/09/2026", "14/09/2026"], "try_strptime(trim(t), ['%d/%m/%Y'])"),
        (["09/13/2026", "09/01/2026"], "try_strptime(trim(t), ['%m/%d/%Y'])"),
        (["09/01/2026 01:10:00 AM"], "try_strptime(trim(t), ['%m/%d/%Y %I:%M:%S %p'])"),
        (["13-09-26, 10:30", "14-09-26"], "try_strptime(trim(t), ['%d-%m-%y', '%d-%m-%y, %H:%M'])"),
        (["Sep 2, 2026 1:10 PM"], "try_strptime(trim(t), ['%b %d, %Y %I:%M %p'])"),
        (["2 September 2026 10:30"], "try_strptime(trim(t), ['%d %B %Y %H:%M'])"),
        (["Wed, 02 Sep 2026 07:15:00 +0000"], "try_strptime(trim(t), ['%a, %d %b %Y %H:%M:%S %z'])"),
        (["2026-09-02 10:00:00 UTC"], "regexp_replace(t, ' ?(UTC|GMT)$', '+00:00')"),
        (["1788000000"], "to_timestamp(try_cast(t as double))"),
        ([1788000000000], "to_timestamp(try_cast(t as bigint) / 1000.0)"),
        (["46266.4375"], "timestamp '1899-12-30' + to_seconds(round(try_cast(t as double) * 86400))"),
        (["20260901"], "try_strptime(t::varchar, '%Y%m%d')"),
        (["soon", "later"], None),
        (["9171234567"], None),
        (["1.2.3"], None),
        (["", None], None),
    ],
)
def test_instants_are_told_by_their_shape(values, sql):
    shape = instants_of(Column("t", tuple(values)))
    assert (shape and shape.sql("t")) == sql


@pytest.mark.parametrize("text", ["2 сентября 2026 г. 10:30", "2. September 2026, 10:30 Uhr", "2 septembre 2026 10:30"])
def test_months_are_known_by_their_names_in_other_languages(text):
    shape = instants_of(Column("t", (text, text)))
    assert shape is not None
    found = duckdb.execute(f"select {shape.sql('t')} from (select ? as t)", [text]).fetchone()
    assert found == (datetime.fromisoformat("2026-09-02T10:30"),)


def test_day_and_month_are_told_apart_by_another_column_of_the_file():
    decided = Column("closed", ("10/25/2026",))
    assert is_month_first([Column("created", ("09/02/2026",)), decided]) is True
    assert is_month_first([Column("created", ("09/02/2026",))]) is None


WORDS = {
    "ru": "1;Во дворе темно, фонарь не горит третий день\n2;Яма на дороге\n",
    "de": "1;Die Straßenlaterne fällt aus, bitte prüfen\n2;Wilder Müll, völlig verdreckt\n",
    "fr": "1;Éclairage défaillant près de l'école, très sombre à côté\n",
    "pl": "1;Dziura w jezdni przy ulicy Łąkowej, światła nie działają\n",
    "ja": "1;道路に穴があります。街灯が消えています。\n",
}


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        *(
            ("ru", one)
            for one in ("utf-8", "windows-1251", "koi8-r", "cp866", "mac_cyrillic", "iso8859_5", "utf-16-le")
        ),
        *(("de", one) for one in ("utf-8", "iso-8859-1", "cp850")),
        ("fr", "windows-1252"),
        ("pl", "windows-1250"),
        ("pl", "iso8859_2"),
        ("ja", "shift_jis"),
        ("ja", "euc_jp"),
    ],
)
def test_an_encoding_is_told_from_a_few_words(language, encoding):
    told = encoding_of(WORDS[language].encode(encoding))
    assert WORDS[language].encode(encoding).decode(told.name) == WORDS[language]
    assert (told.doubt is None) == encoding.startswith("utf")


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
        ("a.zip", b"PK\x03\x04", "an archive that is no export we know"),
        ("a.xml", b"<a/>", "XML or HTML"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Office file"),
        ("a.json", b"[1, 2]", "no list of objects"),
        ("a.jsonl", b'{"a":\n', "no list of objects"),
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
