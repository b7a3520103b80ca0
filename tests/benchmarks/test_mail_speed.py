"""Mails a second: the parser alone, and an mbox through the whole of ingestion."""

import base64
import math
import os
import random
import subprocess
import sys
import time
from email.header import Header
from pathlib import Path

import pytest

from otklik.intake.readers.mail_message import parse
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


TAKE_IN = """
import resource, sys, time
from pathlib import Path
from tests.unit.readers.reader_delivery import deliver
start = time.process_time()
counts = deliver(Path(sys.argv[1]), "mbox", {"m.mbox": Path(sys.argv[2])}).counts
print(counts[1], time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
"""


def _taken_in(folder: Path, n: int) -> tuple[float, int]:
    """CPU seconds and peak megabytes of a process that takes in `n` mails."""
    folder.mkdir()
    rng = random.Random(1)
    with (folder / "m.mbox").open("wb") as file:
        for number in range(n):
            file.write(b"From a@gov.example Mon Mar  2 10:00:00 2026\r\n" + mail(number, rng) + b"\r\n\r\n")
    # a file and not -c, which counts as interactive: DuckDB would draw its progress
    script = folder / "take_in.py"
    script.write_text(TAKE_IN, encoding="utf-8")
    command = [sys.executable, str(script), str(folder), str(folder / "m.mbox")]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    n_loaded, seconds, megabytes = done.stdout.split()
    assert int(n_loaded) == n
    return float(seconds), int(megabytes)


def test_time_grows_with_the_mailbox_and_memory_stays_below_a_gigabyte(tmp_path: Path):
    """80,000 mails are 250 MB; of 332,000 (1 GB) the peak was 917 MB."""
    once, small = _taken_in(tmp_path / "small", 20_000)
    four_times, big = _taken_in(tmp_path / "big", 80_000)
    exponent = math.log(four_times / once) / math.log(4)

    print(f"mbox to lake: exponent {exponent:.2f} from 20,000 to 80,000 mails; peak {small} and {big} MB")
    assert exponent < math.log2(2.5)
    assert big < 1_000
