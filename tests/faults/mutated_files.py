"""A sample of every format, and seeded copies of it damaged in every way a wire, a disk or a person damages files."""

import csv
import io
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
from openpyxl import Workbook

from otklik.intake.sources.configuration import Format
from tests.unit.readers.reader_delivery import FIXTURES, members_of, post_sample, sample, zipped

TABLE_SELECT = "select id as source_post_id, created as posted_at, author, channel, words as text from source"

# pieces that mean something to one of the formats, or to what reads it
POISON = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b'"',
    b"\\",
    b"\\ud800",
    b"{",
    b"}" * 3,
    b"[" * 600,
    b"\n",
    b"\r\n\r\n",
    b"\nFrom ",
    b"--",
    b"=?utf-8?b?",
    b"PK\x03\x04",
    b"9" * 5_000,
    b"1e999",
    b"NaN",
    b"-1",
    b"null",
    b"#Fields: a",
    b"\xef\xbb\xbf",
    b"9999-12-31",
    b",",
    b";",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>&b;",
    b"]]>",
    b"\x1f\x8b",
    b"PAR1",
)


@dataclass(frozen=True)
class Sample:
    """A whole file of one format.

    Attributes:
        name: what the file is called: some readers go by it.
        content: its bytes.
        members: for a zip, what is in it; half of the wounds are made there, where its checksums would hide them.
    """

    name: str
    content: bytes
    members: dict[str, bytes] | None = None


def samples(kind: Format, folder: Path) -> list[Sample]:
    """What is damaged of a format: one file, or several where it comes in several shapes."""
    communication = {
        Format.MBOX: "mail.mbox",
        Format.EML: "mail.eml",
        Format.MAILDIR: "mail.eml",
        Format.MATTERMOST: "mattermost.jsonl",
        Format.TELEGRAM: "telegram_result.json",
        Format.EXCHANGE_TRACKING: "MSGTRK20260302-1.LOG",
        Format.WHATSAPP: "WhatsApp Chat with Duty.txt",
        Format.GRAPH: "graph.json",
    }
    posts = {
        Format.VK: ("vk/wall.json", "vk/comments.json", "vk/newsfeed.jsonl"),
        Format.OK: ("ok/topics.json", "ok/stream.json", "ok/comments.json"),
        Format.X_ARCHIVE: ("x_archive/data/tweets.js",),
        Format.OPEN311: ("open311/requests.json", "open311/requests.xml", "open311/fixmystreet.json"),
        Format.SEECLICKFIX: ("seeclickfix/issues.json",),
        Format.CSV: ("portal.csv",),
        Format.JSONL: ("portal.jsonl",),
        Format.HTTP_JSON: ("portal.jsonl",),
        Format.JSON: ("portal.json",),
    }
    match kind:
        case Format.SLACK:
            return [_zip("slack.zip", "communication/slack")]
        case Format.ZULIP | Format.ROCKETCHAT:
            return [_zip(f"{kind}.zip", f"communication/{kind}")]
        case Format.PURVIEW:
            return [Sample(name, sample(name)) for name in ("purview_audit.csv", "message_trace.csv")]
        case Format.INSTAGRAM | Format.FACEBOOK | Format.FEED:
            return [_zip(f"{kind}.zip", f"posts/{kind}")]
        case Format.PARQUET:
            return [Sample("portal.parquet", _parquet(folder))]
        case Format.XLSX:
            return [_workbook()]
        case _ if kind in communication:
            return [Sample(communication[kind], sample(communication[kind]))]
        case _:
            return [Sample(Path(name).name, post_sample(name)) for name in posts[kind]] + (
                [_zip("x.zip", "posts/x_archive")] if kind is Format.X_ARCHIVE else []
            )


def _zip(name: str, folder: str) -> Sample:
    members = members_of(folder)
    return Sample(name, zipped(members), members)


def _parquet(folder: Path) -> bytes:
    path = folder / "portal.parquet"
    duckdb.execute(
        f"copy (from read_csv('{FIXTURES / 'posts' / 'portal.csv'}', all_varchar = true)) to '{path}' (format parquet)"
    )
    return path.read_bytes()


def _workbook() -> Sample:
    book, target = Workbook(), io.BytesIO()
    for row in csv.reader(io.StringIO(post_sample("portal.csv").decode())):
        book.active.append(row)
    book.save(target)
    with zipfile.ZipFile(target) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return Sample("portal.xlsx", zipped(members), members)


def mutants(kind: Format, folder: Path, n: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents of `n` damaged files; the first ones are the same however many are asked for."""
    rng = random.Random(f"{kind} 1")
    wholes = samples(kind, folder)
    for number in range(n):
        whole = wholes[number % len(wholes)]
        if whole.members and rng.random() < 0.7:
            wounded = rng.choice(sorted(whole.members))
            yield whole.name, zipped(whole.members | {wounded: mutate(whole.members[wounded], rng)})
        else:
            yield whole.name, mutate(whole.content, rng)


def mutate(content: bytes, rng: random.Random) -> bytes:
    """One to six wounds."""
    mutant = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        start = rng.randrange(len(mutant) + 1)
        end = min(len(mutant), start + rng.choice((1, 1, 4, 40, 400)))
        match rng.randrange(7):
            case 0:
                mutant[start:end] = rng.randbytes(end - start)
            case 1:
                mutant[start:start] = rng.choice(POISON)
            case 2:
                mutant[start:end] = rng.choice(POISON)
            case 3:
                del mutant[start:end]
            case 4:
                mutant[start:start] = mutant[start:end]
            case 5 if rng.random() < 0.5:
                del mutant[start:]
            case _ if mutant:
                mutant[min(start, len(mutant) - 1)] ^= 1 << rng.randrange(8)
    return bytes(mutant)
