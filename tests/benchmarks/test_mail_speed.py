"""Mails a second: the parser alone, and an mbox through the whole of ingestion."""

import base64
import random
import time
from email.header import Header
from pathlib import Path

import pytest

from orchestration.readers.mail_message import parse
from tests.unit.readers.reader_delivery import deliver

pytestmark = pytest.mark.benchmark

WORDS = ["отчёт", "дорога", "ремонт", "заявка", "согласовать", "прошу", "срок", "документ", "вода", "улица", "ответ"]


def mail(number: int, rng: random.Random) -> bytes:
    """A mail of 3 to 4 KB as offices write them: trace headers, encoded words, base64, KOI8-R or an HTML copy."""
    words = " ".join(rng.choices(WORDS, k=110))
    trace = "".join(
        f"Received: from h{hop}.gov.example by m{hop}.gov.example (Postfix) with ESMTPS id {rng.random()};\r\n"
        f"\tMon, 2 Mar 2026 10:00:0{hop} +0300 (MSK)\r\n"
        for hop in range(3)
    )
    recipients = ", ".join(f'"Person {i}" <u{i}@gov.example>' for i in range(4))
    head = (
        f"{trace}From: {Header('Иван Петров', 'utf-8').encode()} <u{number % 50}@gov.example>\r\nTo: {recipients}\r\n"
        f"Cc: c@gov.example\r\nSubject: {Header(' '.join(rng.choices(WORDS, k=5)), 'utf-8').encode()}\r\n"
        f"Date: Mon, 2 Mar 2026 10:00:{number % 60:02d} +0300\r\nMessage-ID: <{number}@gov.example>\r\n"
        f"References: <1@gov.example> <2@gov.example>\r\nIn-Reply-To: <2@gov.example>\r\nMIME-Version: 1.0\r\n"
    ).encode()
    packed = base64.encodebytes(words.encode()).replace(b"\n", b"\r\n")
    in_base64 = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + packed
    match number % 3:
        case 0:
            return head + in_base64 + base64.encodebytes(b" " * 300)
        case 1:
            return head + b"Content-Type: text/plain; charset=koi8-r\r\n\r\n" + f"{words}\r\n{words}".encode("koi8-r")
        case _:
            page = "".join(f"<p>{word}</p>" for word in words.split()[:40]).encode()
            parts = (head, b'Content-Type: multipart/alternative; boundary="=_b"\r\n\r\n--=_b\r\n', in_base64)
            html = b"\r\n--=_b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
            return b"".join((*parts, html, b"\r\n--=_b--\r\n"))


def mails(n: int) -> list[bytes]:
    rng = random.Random(1)
    return [mail(number, rng) for number in range(n)]


def test_a_thousand_mails_a_second_and_more():
    written = mails(6_000)
    size = sum(map(len, written)) / len(written)
    start = time.process_time()
    for raw in written:
        parse(raw)
    speed = len(written) / (time.process_time() - start)

    print(f"parse: {speed:,.0f} mails/s a core, {size:,.0f} bytes each")
    assert speed > 1_000


def test_an_mbox_through_ingestion(tmp_path: Path):
    content = b"".join(b"From a@gov.example Mon Mar  2 10:00:00 2026\r\n" + raw + b"\r\n\r\n" for raw in mails(20_000))
    start = time.process_time()
    outcome = deliver(tmp_path, "mbox", {"m.mbox": content})
    speed = 20_000 / (time.process_time() - start)

    print(f"mbox to lake: {speed:,.0f} mails/s of CPU time")
    assert outcome.counts == (20_000, 20_000, 0, 0)
    assert speed > 1_000
