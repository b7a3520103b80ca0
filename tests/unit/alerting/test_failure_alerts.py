"""Runs that failed are told as steps and ids; what was found stays on the server."""

import logging

import pytest

from otklik.alerting.failures import FailedRun, compose, tell_failures
from otklik.alerting.targets import AlertError
from otklik.intake.sources.alert_options import AlertOptions
from tests.unit.alerting.test_overdue_alerts import mail_options, mail_server

__all__ = ["mail_server"]

GATE = FailedRun("4c1b", "refresh", ["raw__wall__post_gate_raw"])
DEAD = FailedRun("77aa", "ingest", [])


def test_a_message_names_job_steps_and_run():
    text = compose([GATE, DEAD])["text"].splitlines()
    assert text[:2] == [
        "Прогон refresh не завершён: raw__wall__post_gate_raw. Причина: журнал прогона 4c1b.",
        "Прогон ingest не завершён: процесс прогона оборвался. Причина: журнал прогона 77aa.",
    ]


def test_of_many_steps_ten_are_named():
    text = compose([FailedRun("1", "refresh", [f"s{n}" for n in range(12)])])["text"]
    assert "s9 и ещё 2." in text
    assert "s10" not in text


def test_the_same_runs_have_the_same_key_and_others_another():
    assert compose([GATE])["key"] == compose([GATE])["key"] != compose([DEAD])["key"]


def test_a_letter_is_sent_and_the_log_is_told(mail_server, caplog):
    options = AlertOptions.model_validate(
        {"targets": {**mail_options(mail_server).model_dump()["targets"], "journal": {"kind": "log"}}}
    )
    with caplog.at_level(logging.WARNING, "otklik.alerts"):
        assert tell_failures(options, [GATE, DEAD], {}) == ["duty", "journal"]
    ((_, letter),) = mail_server.handler.letters
    assert letter["Subject"] == "Отклик: прогонов не завершено: 2"
    assert "4c1b" in caplog.text


def test_a_target_that_cannot_be_reached_is_named_and_keeps_no_other_from_being_told(caplog):
    hook = {"kind": "webhook", "url": "http://127.0.0.1:9/hook", "timeout_seconds": 5}
    options = AlertOptions(targets={"chat": hook, "duty": {"kind": "log"}})
    with pytest.raises(AlertError, match=r"chat: 127\.0\.0\.1"), caplog.at_level(logging.WARNING, "otklik.alerts"):
        tell_failures(options, [GATE], {})
    assert "4c1b" in caplog.text
