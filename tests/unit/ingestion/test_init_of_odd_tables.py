"""`otklik source init` of tables that are not quite tables: ids within a channel, totals, no header, JSON by key."""

import json
from datetime import UTC, datetime

import pytest

from otklik.home.errors import ConfigurationError
from otklik.intake.sources.check import check_sources
from otklik.intake.sources.configuration import load_configuration
from otklik.intake.sources.proposing import propose
from otklik.intake.sources.sniffing import sniff

RECEIVED_AT = datetime(2026, 9, 30, tzinfo=UTC)
MESSAGES = (
    "channel_id,message_id,date,from_id,text\n"
    "10,1,2026-09-01T10:00:00+04:00,u1,во дворе темно\n"
    "10,2,2026-09-01T11:00:00+04:00,u2,на мосту яма\n"
    "20,1,2026-09-02T10:00:00+04:00,u1,лифт не работает\n"
)
WITH_TOTALS = (
    "Номер,Дата обращения,Автор,Текст обращения\n"
    "1,01.09.2026 10:30,ivan,Во дворе темно\n"
    "2,02.09.2026 11:00,olga,На мосту яма\n"
    ",,,\n"
    "Итого: 2,,,\n"
)


def _checked(tmp_path, name, content):
    """What `source check` says of the post that `source init` proposes, and the entry."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    entry = propose(path)
    sources = tmp_path / "sources.yaml"
    sources.write_text(entry, encoding="utf-8")
    reports = check_sources(load_configuration([sources], {}), received_at=RECEIVED_AT)
    return next(one for one in reports if one.entity == "post"), entry


def test_an_id_that_counts_within_a_channel_is_made_of_both(tmp_path):
    report, entry = _checked(tmp_path, "messages.csv", MESSAGES)
    assert (report.rows_loaded, report.rows_duplicate) == (3, 0)
    assert sorted(row["source_post_id"] for row in report.sample) == ["10/1", "10/2", "20/1"]
    assert "message_id is one of its channel_id alone, so the id is both" in entry


def test_an_id_that_repeats_within_its_channel_stays_as_it_is(tmp_path):
    report, _ = _checked(tmp_path, "messages.csv", MESSAGES.replace("20,1,", "10,1,"))
    assert {row["source_post_id"] for row in report.sample} == {"1", "2"}


def test_blank_rows_and_totals_are_left_out_and_counted(tmp_path):
    report, entry = _checked(tmp_path, "обращения.csv", WITH_TOTALS)
    assert (report.rows_loaded, report.rows_quarantined) == (2, 0)
    assert report.rows_left_out == 2
    assert "are left out" in entry


def test_a_whole_row_without_its_time_is_no_total_and_goes_to_quarantine(tmp_path):
    report, entry = _checked(tmp_path, "обращения.csv", WITH_TOTALS.replace("Итого: 2,,,", "3,,petr,Лифт стоит"))
    assert (report.rows_loaded, report.rows_quarantined, report.rows_left_out) == (2, 2, 0)
    assert "left_out" not in entry


def test_rows_without_words_have_those_of_their_topic(tmp_path):
    report, _ = _checked(
        tmp_path,
        "requests.csv",
        "id,created,author,category,description\n1,2026-09-01T10:00:00+04:00,u1,Lighting,The lamp is dark\n"
        "2,2026-09-02T10:00:00+04:00,u2,Roads,\n",
    )
    assert {row["source_post_id"]: row["text"] for row in report.sample} == {"1": "The lamp is dark", "2": "Roads"}


def test_the_address_is_the_column_with_a_number_and_no_house_is_put_behind_it(tmp_path):
    report, _ = _checked(
        tmp_path,
        "обращения.csv",
        "Номер,Дата обращения,Текст обращения,Улица,Дом,Адрес\n"
        '1,01.09.2026 10:30,Во дворе темно,Ленина,5,"ул. Ленина, 5"\n'
        '2,02.09.2026 11:00,На мосту яма,Мира,7,"ул. Мира, 7"\n',
    )
    assert sorted(row["place_text"] for row in report.sample) == ["ул. Ленина, 5", "ул. Мира, 7"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "a.csv",
            b"1,2026-09-01,u1,the lamp is dark\n2,2026-09-02,u2,a hole\n",
            "no row names the columns; the first is 1, 2026-09-01, u1, the lamp is dark",
        ),
        ("a.json", '\n[{"id": 1, "text": "a"}]'.encode("utf-16"), "JSON in UTF-16.*iconv -f utf-16 -t utf-8 a.json"),
        (
            "a.json",
            json.dumps(
                {"-N1": {"date": "2026-09-01", "text": "a"}, "-N2": {"date": "2026-09-02", "text": "b"}}
            ).encode(),
            "JSON with a row under each key.*to_entries",
        ),
    ],
)
def test_what_is_refused_is_told_with_its_cure(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigurationError, match=message):
        sniff(tmp_path / name)
