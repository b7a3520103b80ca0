"""The weekly digest: figures of the morning in one letter, once a week to every target, over real SMTP on loopback."""

import json
from datetime import UTC, datetime

import duckdb
import pytest

from otklik.alerting.digest import tell_digest
from otklik.alerting.targets import AlertError
from otklik.home.settings import Home
from otklik.intake.sources.alert_options import AlertOptions
from otklik.report.digest import weekly_digest
from tests.unit.alerting.test_overdue_alerts import mail_options, mail_server
from tests.unit.report.conftest import AS_OF, HOSTILE, TABLES

__all__ = ["mail_server"]


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    publish(home, AS_OF)
    return home


def publish(home, as_of):
    folder = home.published / "snapshots" / f"{as_of:%d}-12345678"
    (folder / "analyst").mkdir(parents=True)
    with duckdb.connect(str(folder / "analyst" / "otklik.duckdb")) as connection:
        connection.execute(TABLES)
    manifest = {
        "snapshot_id": folder.name, "content_hash": "12345678", "as_of": as_of.isoformat(), "surfaces": {}, "gates": [],
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    current = home.published / "current"
    current.unlink(missing_ok=True)
    current.symlink_to(folder)


def weekly(controller):
    return mail_options(controller, weekly_digest=True)


def test_the_letter_has_the_figures_of_the_morning_in_words_and_as_a_page(home, mail_server):
    assert tell_digest(home, weekly(mail_server)) == ["duty"]
    ((recipients, letter),) = mail_server.handler.letters
    assert recipients == ["duty@example.org", "head@example.org"]
    assert letter["Subject"] == "Отклик: неделя до 30.09.2026"
    text = letter.get_body("plain").get_content()
    # counted by hand in tests/unit/report/test_report_figures.py
    lines = [line.replace("\N{NO-BREAK SPACE}", " ") for line in text.splitlines()]
    assert (
        lines[2] == "Ответ в срок: 17 % (3 % – 56 %; из 6, чей срок наступил); \N{MINUS SIGN}12 п. п. к неделе раньше"
    )
    assert lines[4:6] == [
        "Получено: 6 (\N{MINUS SIGN}1 к неделе раньше)",
        "Отвечено: 1 (\N{MINUS SIGN}1 к неделе раньше)",
    ]
    assert f"- {HOSTILE}: 19, медиана просрочки 20 сут" in lines
    assert "- portal, post с 28.09.2026 00:00: " + HOSTILE in lines
    page = letter.get_body("html").get_content()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert ">6</td>" in page


def test_each_week_is_told_once_and_the_next_one_again(home, mail_server):
    tell_digest(home, weekly(mail_server))
    publish(home, datetime(2026, 10, 4, 20, tzinfo=UTC))  # Sunday of the same week
    assert tell_digest(home, weekly(mail_server)) == []
    publish(home, datetime(2026, 10, 5, 4, tzinfo=UTC))
    assert tell_digest(home, weekly(mail_server)) == ["duty"]
    assert [letter["Subject"][-10:] for _, letter in mail_server.handler.letters] == ["30.09.2026", "05.10.2026"]


def test_nobody_gets_a_digest_who_did_not_ask_for_it(home, mail_server):
    assert tell_digest(home, mail_options(mail_server)) == []
    assert mail_server.handler.letters == []


def test_a_target_that_fails_keeps_no_other_from_its_digest_and_is_told_next_time(home, mail_server):
    targets = {name: target.model_dump() for name, target in weekly(mail_server).targets.items()}
    targets["absent"] = {"kind": "webhook", "url": "http://127.0.0.1:9/"}
    options = AlertOptions.model_validate({"targets": targets, "weekly_digest": True})
    for _ in range(2):
        with pytest.raises(AlertError, match="absent: 127"):
            tell_digest(home, options)
    assert len(mail_server.handler.letters) == 1


def test_no_incident_and_no_person_is_in_it(home):
    digest = weekly_digest((home.analyst / "otklik.duckdb").resolve(), AS_OF)
    assert digest.week == "2026-W40"
    for told in (digest.text, digest.html):
        assert "i39" not in told
        assert "s_" not in told
