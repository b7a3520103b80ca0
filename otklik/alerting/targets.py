"""Where alerts go: a log, an SMTP server, a web address. Standard library only; errors repeat no secret and no answer.

What is said, and to whom already, is `otklik/alerting/overdue.py`.
"""

import http.client
import json
import logging
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

from otklik.home.errors import OtklikError
from otklik.intake.sources.alert_options import EmailTarget, LogTarget, Target, WebhookTarget
from otklik.intake.sources.placeholders import fill_from_environment

_LOG = logging.getLogger("otklik.alerts")


class AlertError(OtklikError):
    """A target could not be reached, or refused."""


def send(
    target: Target,
    *,
    key: str,
    subject: str,
    text: str,
    content: Mapping[str, Any],
    environment: Mapping[str, str],
    html: str | None = None,
) -> None:
    """Tell one target: the log the text, mail the subject with text and page, a web hook the content.

    Raises:
        AlertError, ConfigurationError: as `send_mail` and `post_json`.
    """
    match target:
        case LogTarget():
            write_log(text)
        case EmailTarget():
            send_mail(target, subject, text, key, environment, html=html)
        case WebhookTarget():
            post_json(target, content, key, environment)


def write_log(text: str) -> None:
    """One warning for each line."""
    for line in text.splitlines():
        _LOG.warning(line)


def send_mail(
    target: EmailTarget, subject: str, text: str, key: str, environment: Mapping[str, str], *, html: str | None = None
) -> None:
    """Send one letter to all recipients.

    Args:
        target: server, sender and recipients.
        subject: of the letter.
        text: of the letter.
        key: the same for the same message; becomes its Message-ID.
        environment: holds the password.
        html: the same as a page, for readers that show one; None for none.

    Raises:
        AlertError: not sent, or refused for some recipient.
        ConfigurationError: the password is not in the environment.
    """
    password = fill_from_environment(target.password or "", "alerts: password", environment)
    letter = EmailMessage()
    letter["Subject"] = subject
    letter["From"] = target.sender
    letter["To"] = ", ".join(target.recipients)
    letter["Message-ID"] = f"<{key}@{target.sender.rpartition('@')[2]}>"
    letter.set_content(text)
    if html is not None:
        letter.add_alternative(html, subtype="html")
    try:
        with _mail_server(target) as server:
            if target.user is not None:
                server.login(target.user, password)
            refused = server.send_message(letter)
    except smtplib.SMTPResponseException as error:
        raise AlertError(f"{target.host}:{target.port} answered {error.smtp_code}.") from None
    except (OSError, smtplib.SMTPException) as error:
        raise AlertError(f"{target.host}:{target.port}: not sent ({type(error).__name__}).") from None
    if refused:
        # the others have the letter; to send it to them again every minute would be worse than to tell the log
        _LOG.warning("%s:%s refused %s of %s recipients.", target.host, target.port, len(refused), len(letter["To"]))


def _mail_server(target: EmailTarget) -> smtplib.SMTP:
    if target.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(target.host, target.port, timeout=target.timeout_seconds, context=context)
    server = smtplib.SMTP(target.host, target.port, timeout=target.timeout_seconds)
    if target.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
    return server


def post_json(target: WebhookTarget, message: Mapping[str, Any], key: str, environment: Mapping[str, str]) -> None:
    """Post one JSON object. A redirect is an error: it would carry the token to whoever it names.

    Args:
        target: where to.
        message: the object.
        key: the same for the same message; sent as `Idempotency-Key`.
        environment: holds the token, and the address where that is a secret.

    Raises:
        AlertError: no answer, or another one than 2xx.
        ConfigurationError: a variable is not in the environment.
    """
    parts = urlsplit(fill_from_environment(target.url, "alerts: url", environment))
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "otklik", "Idempotency-Key": key}
    if target.token is not None:
        headers["Authorization"] = "Bearer " + fill_from_environment(target.token, "alerts: token", environment)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AlertError("the address in the environment is no web address; accepted is https://host/path.")
    is_secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if is_secure else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=target.timeout_seconds)
    place = parts.hostname
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, json.dumps(message, ensure_ascii=False).encode(), headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise AlertError(f"{place}: no answer ({type(error).__name__}).") from None
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise AlertError(f"{place} answered {status}.")
