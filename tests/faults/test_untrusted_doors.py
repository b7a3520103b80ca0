"""What lies in an inbox, or stands in a mapping, reaches nothing else and holds nobody up."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.intake.harvesting.http_client import Client, HarvestError, Limits
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.sources.configuration import load_configuration
from tests.unit.readers.reader_delivery import RECEIVED_AT, Outcome, sample

SELECT = "select id as source_post_id, posted as posted_at, 'vk' as channel, words as text from source"
ROWS = b"id,posted,words\n1,2026-03-02 10:00:00,one\n2,2026-03-02 11:00:00,two\n"
SECRET = b"id,posted,words\n3,2026-03-02 10:00:00,secret\n"


def source_of(folder: Path, *, path: str = "inbox/*", kind: str = "csv", select: str = SELECT, more: str = ""):
    entity = f"{{post: {{select: {select!r}}}}}" if kind == "csv" else "{message: {}}"
    text = f"version: 1\nsources:\n  s: {{title: S, path: '{path}', format: {kind}, entities: {entity}{more}}}\n"
    (folder / "sources.yaml").write_text(text, encoding="utf-8")
    return load_configuration([folder / "sources.yaml"], {}).sources["s"]


def take_in(folder: Path, entity: str = "post", **about: str) -> Outcome:
    source = source_of(folder, **about)
    return Outcome(folder, entity, ingest(Home(folder / "home"), source, entity, received_at=RECEIVED_AT))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.csv").write_bytes(SECRET)
    return tmp_path / "inbox"


@pytest.mark.parametrize("target", ["../outside/secret.csv", "/etc/passwd", "nested/link"])
def test_a_link_that_leads_out_of_the_inbox_is_one_quarantined_row_and_is_never_opened(inbox: Path, target: str):
    (inbox / "good.csv").write_bytes(ROWS)
    (inbox.parent / "nested").mkdir()
    (inbox.parent / "nested" / "link").symlink_to(inbox.parent / "outside" / "secret.csv")
    (inbox / "bad.csv").symlink_to(target if target[0] != "n" else inbox.parent / target)

    outcome = take_in(inbox.parent)

    assert outcome.counts == (3, 2, 0, 1)
    assert outcome.quarantined() == [(1, None, "refused: a link that leads out of the inbox; deliver the file itself")]
    assert outcome.quarantined("raw") == [("bad.csv",)]
    assert {load.file_bytes for load in outcome.loads} == {len(ROWS), 0}
    assert take_in(inbox.parent).loads == []


def test_a_link_within_the_inbox_is_a_file_like_others(inbox: Path):
    (inbox / "store").mkdir()
    (inbox / "store" / "today").write_bytes(ROWS)
    (inbox / "today.csv").symlink_to("store/today")

    assert take_in(inbox.parent, path="inbox/*.csv").counts == (2, 2, 0, 0)


def test_the_part_of_the_path_that_the_operator_wrote_may_be_a_link(inbox: Path):
    (inbox / "a.csv").write_bytes(ROWS)
    (inbox.parent / "share").symlink_to("inbox")

    assert take_in(inbox.parent, path="share/*.csv").counts == (2, 2, 0, 0)


def test_a_folder_behind_a_link_is_refused_and_a_link_in_a_folder_is_not_read(inbox: Path):
    (inbox.parent / "outside" / "box").mkdir()
    (inbox.parent / "outside" / "box" / "a.eml").write_bytes(sample("mail.eml"))
    (inbox / "out").symlink_to("../outside/box")
    (inbox / "in").mkdir()
    (inbox / "in" / "a.eml").symlink_to("../../outside/box/a.eml")

    outcome = take_in(inbox.parent, "message", kind="eml")

    assert outcome.counts == (1, 0, 0, 1)
    assert outcome.quarantined("raw") == [("out",)]


def test_a_path_without_a_pattern_that_is_such_a_link_is_refused_with_what_to_do(inbox: Path):
    (inbox / "a.csv").symlink_to("../outside/secret.csv")

    with pytest.raises(ConfigurationError, match=r"inbox/a\.csv is a link that leads out.* Give the file itself"):
        take_in(inbox.parent, path="inbox/a.csv")


@pytest.mark.parametrize(
    "never_ends",
    [
        # works for ever before its first row, and gives rows for ever
        "select count(*)::varchar as source_post_id, now() as posted_at, 'vk' as channel from range(100000000000000)",
        "select 'x' || r.range as source_post_id, now() as posted_at, 'vk' as channel from range(100000000000000) as r",
    ],
)
def test_a_mapping_that_never_ends_is_stopped_and_leaves_nothing(inbox: Path, never_ends: str):
    (inbox / "a.csv").write_bytes(ROWS)

    with pytest.raises(ConfigurationError, match=r"worked on a\.csv for more than 0\.01 minutes and was stopped"):
        take_in(inbox.parent, select=never_ends, more=", mapping_minutes: 0.01")

    assert [path for path in (inbox.parent / "home" / "work").iterdir() if path.is_dir()] == []
    assert list((inbox.parent / "home").glob("lake/ledger/*/*/*.parquet")) == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_check_that_is_ended_leaves_nothing_in_the_temporary_folder(inbox: Path, how: signal.Signals):
    (inbox / "a.csv").write_bytes(ROWS)
    source_of(
        inbox.parent,
        select="select count(*)::varchar as source_post_id, now() as posted_at, 'vk' as channel "
        "from range(100000000000000)",
    )
    temporary = inbox.parent / "tmp"
    temporary.mkdir()
    check = subprocess.Popen(
        [str(Path(sys.executable).with_name("otklik")), "source", "check", str(inbox.parent / "sources.yaml")],
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_heed_signals,
    )

    try:
        assert _until(lambda: list(temporary.glob("otklik-check-*/work/*"))), "it never began"
        check.send_signal(how)
        code = check.wait(60)
    finally:
        check.kill()
        check.wait()

    # Ctrl-C is told by the command itself, the others by the system
    assert code == (130 if how is signal.SIGINT else -how)
    assert _until(lambda: not list(temporary.iterdir()))


def _heed_signals() -> None:
    """Whoever started the tests in the background of a shell made it ignore these, and a child inherits that."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_DFL)


def _until(holds, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def _answering(drip: bytes, *, first: bytes = b"") -> int:
    """A server on loopback that sends something at once and then one piece for ever; its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection:
            connection.recv(65_536)
            try:
                connection.sendall(first)
                while True:
                    connection.sendall(drip)
                    time.sleep(0.05)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    return server.getsockname()[1]


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"1"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"1"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n1\r\n"),
    ],
    ids=["headers", "one header", "a body", "a body without an end", "chunks"],
)
def test_an_answer_that_trickles_in_has_one_deadline(first: bytes, drip: bytes):
    limits = Limits(requests_per_second=100, timeout_seconds=0.2, max_body_bytes=1 << 20, attempts=2)
    client = Client(limits, sleep=lambda _: None)

    # a header of more lines than anybody needs, or of no end, is refused by the standard library before
    with pytest.raises(HarvestError, match=r"no whole answer within 2 seconds, 2 times in a row|HTTPException"):
        client.get(f"http://127.0.0.1:{_answering(drip, first=first)}/posts", {}, {}, bytes)
