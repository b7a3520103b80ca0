"""Each level of an overdue incident is told once to every target, over real SMTP and HTTP on loopback."""

import email
import email.policy
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import duckdb
import pytest
from aiosmtpd.controller import Controller

from otklik.alerting.overdue import tell_overdue
from otklik.alerting.targets import AlertError
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.intake.sources.alert_options import AlertOptions

LATE = ("i1", "reply", 1, 30.0, 1), ("i2", "reply", 1, 5.0, 1), ("i3", "claimed_fix", 2, 60.0, 2)


def publish(home, rows, snapshot="s1"):
    folder = home.published / snapshot
    (folder / "analyst").mkdir(parents=True)
    with duckdb.connect(str(folder / "analyst" / "otklik.duckdb")) as connection:
        connection.execute(
            "create table escalation (incident_id varchar, clock varchar, attempt_number bigint, hours_late double, "
            "escalation_level bigint, authority_id varchar, authority_name varchar, "
            "escalate_to_authority_name varchar, due_at timestamptz)"
        )
        for row in rows:
            connection.execute(
                "insert into escalation values (?, ?, ?, ?, ?, 'a1', 'Администрация «Речная»', 'Правительство', "
                "timestamptz '2026-03-01 10:00:00+00')",
                row,
            )
    current = home.published / "current"
    current.unlink(missing_ok=True)
    current.symlink_to(folder.name)


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    publish(home, LATE)
    return home


@pytest.fixture
def mail_server():
    class Keep:
        def __init__(self):
            self.letters = []

        async def handle_DATA(self, server, session, envelope):  # noqa: N802
            letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
            self.letters.append((envelope.rcpt_tos, letter))
            return "250 kept"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(Keep(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def web_server():
    class Keep(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.posted.append((self.path, dict(self.headers), body))
            self.send_response(self.server.status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keep)
    server.posted, server.status = [], 204
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def mail_options(controller, **more):
    target = {"kind": "email", "host": "127.0.0.1", "port": controller.port, "security": "none"}
    target |= {"sender": "otklik@example.org", "recipients": ["duty@example.org", "head@example.org"]}
    return AlertOptions.model_validate({"targets": {"duty": target}} | more)


def web_options(server, path="/hook", **more):
    target = {"kind": "webhook", "url": f"http://127.0.0.1:{server.server_port}{path}"} | more
    return AlertOptions.model_validate({"targets": {"chat": target}})


def test_letter_counts_by_authority_clock_and_level(home, mail_server):
    assert tell_overdue(home, mail_options(mail_server)) == {"duty": 3}
    ((recipients, letter),) = mail_server.handler.letters
    assert recipients == ["duty@example.org", "head@example.org"]
    assert letter["Subject"] == "Отклик: просрочено инцидентов: 3"
    assert letter.get_content().splitlines() == [
        "Администрация «Речная»: не устранено, инцидентов 1, самое долгое опоздание 60 ч; уровень 2, "
        "сообщить: Правительство. Инциденты: i3.",
        "Администрация «Речная»: нет ответа, инцидентов 2, самое долгое опоздание 30 ч; уровень 1, "
        "сообщить: Правительство. Инциденты: i1, i2.",
    ]


def test_webhook_gets_the_groups_the_key_and_the_token(home, web_server):
    options = web_options(web_server, "/hook?room=1", token="${HOOK_TOKEN}")
    assert tell_overdue(home, options, {"HOOK_TOKEN": "open"}) == {"chat": 3}
    ((path, headers, body),) = web_server.posted
    assert (path, headers["Authorization"]) == ("/hook?room=1", "Bearer open")
    assert headers["Idempotency-Key"] == body["key"]
    assert (body["kind"], body["snapshot_id"], body["n_overdue"]) == ("overdue", "s1", 3)
    assert body["groups"][1] == {
        "authority_id": "a1",
        "authority_name": "Администрация «Речная»",
        "escalate_to_authority_name": "Правительство",
        "clock": "reply",
        "escalation_level": 1,
        "n_incidents": 2,
        "max_hours_late": 30.0,
        "incident_ids": ["i1", "i2"],
    }


def test_level_is_told_once_and_the_next_one_again(home, web_server):
    options = web_options(web_server)
    tell_overdue(home, options)
    assert tell_overdue(home, options) == {"chat": 0}
    publish(home, [("i1", "reply", 1, 80.0, 2), *LATE[1:]], "s2")
    assert tell_overdue(home, options) == {"chat": 1}
    assert [body["groups"][0]["incident_ids"] for *_, body in web_server.posted] == [["i3"], ["i1"]]


def test_refused_alert_is_told_next_time_under_the_same_key(home, web_server):
    web_server.status = 503
    with pytest.raises(AlertError, match=r"chat: 127\.0\.0\.1 answered 503"):
        tell_overdue(home, web_options(web_server))
    web_server.status = 200
    assert tell_overdue(home, web_options(web_server)) == {"chat": 3}
    first, second = (body["key"] for *_, body in web_server.posted)
    assert first == second


def test_redirect_is_not_followed(home, web_server):
    web_server.status = 307
    with pytest.raises(AlertError, match="answered 307"):
        tell_overdue(home, web_options(web_server))
    assert len(web_server.posted) == 1


def test_target_that_fails_keeps_no_other_from_being_told(home, mail_server, caplog):
    targets = {name: target.model_dump() for name, target in mail_options(mail_server).targets.items()}
    targets["absent"] = {"kind": "webhook", "url": "http://127.0.0.1:9/"}
    targets["log"] = {"kind": "log"}
    with pytest.raises(AlertError, match="absent: 127"):
        tell_overdue(home, AlertOptions.model_validate({"targets": targets}))
    assert len(mail_server.handler.letters) == 1
    assert len(caplog.messages) == 2


def test_levels_below_the_wanted_one_are_told_to_nobody(home, web_server):
    options = web_options(web_server).model_copy(update={"min_level": 2})
    assert tell_overdue(home, options) == {"chat": 1}


def test_line_that_a_crash_cut_off_is_told_again(home, web_server):
    options = web_options(web_server)
    tell_overdue(home, options)
    path = home.alerts / "chat.jsonl"
    path.write_text(path.read_text()[:-5])
    assert tell_overdue(home, options) == {"chat": 1}
    assert tell_overdue(home, options) == {"chat": 0}


def test_missing_secret_is_named_and_nothing_is_sent(home, web_server):
    with pytest.raises(AlertError, match="HOOK_TOKEN is not set"):
        tell_overdue(home, web_options(web_server, token="${HOOK_TOKEN}"), {})
    assert web_server.posted == []


def test_nothing_published_is_said(tmp_path):
    options = AlertOptions.model_validate({"targets": {"log": {"kind": "log"}}})
    with pytest.raises(ConfigurationError, match="run `otklik run"):
        tell_overdue(Home(tmp_path), options)


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ({"kind": "pager"}, "pager"),
        ({"kind": "webhook", "url": "ftp://example.org/"}, "not a web address"),
        ({"kind": "webhook", "url": "https://example.org/", "token": "hunter2"}, "must come from the environment"),
        ({"kind": "email", "host": "h", "sender": "nobody", "recipients": ["a@b"]}, "sender"),
        ({"kind": "email", "host": "h", "sender": "a@b", "recipients": []}, "recipients"),
    ],
)
def test_wrong_target_is_refused(target, problem):
    with pytest.raises(ValueError, match=problem) as caught:
        AlertOptions.model_validate({"targets": {"x": target}})
    assert "hunter2" not in str(caught.value)


def test_password_is_wanted_from_the_environment_and_sent_to_the_server(home, mail_server):
    options = mail_options(mail_server)
    target = options.targets["duty"].model_copy(update={"user": "otklik", "password": "${MAIL_PASSWORD}"})
    options = options.model_copy(update={"targets": {"duty": target}})
    # the server on loopback knows no accounts, so a login that is really tried is refused
    with pytest.raises(AlertError, match="SMTPNotSupportedError"):
        tell_overdue(home, options, {"MAIL_PASSWORD": "x"})
    assert mail_server.handler.letters == []
