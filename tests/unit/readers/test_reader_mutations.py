"""Seeded fuzzing: files damaged in every way that a wire, a disk or a person damages them; no exception escapes.

The ordinary suite takes 60 mutated files of each format, `-m benchmark` 1,000. Each goes through its reader into
Parquet, as ingestion does it; some also through the whole of ingestion, where every row must be accounted for.
"""

import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.engine import connect
from orchestration.ingestion.deliveries import content_hash
from orchestration.readers.records import RecordsFile
from orchestration.readers.tabular import UnreadableDeliveryError, is_blank
from orchestration.sources.configuration import Source, load_configuration
from tests.unit.readers.reader_delivery import deliver, sample, slack_zip, zipped

SAMPLES = {
    "mbox": lambda: sample("mail.mbox"),
    "eml": lambda: sample("mail.eml"),
    "slack": slack_zip,
    "mattermost": lambda: sample("mattermost.jsonl"),
    "telegram": lambda: sample("telegram_result.json"),
    "exchange_tracking": lambda: sample("MSGTRK20260302-1.LOG"),
    "purview": lambda: sample("purview_audit.csv"),
}

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
)


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
            case 5:
                del mutant[start:]
            case 6 if mutant:
                mutant[min(start, len(mutant) - 1)] ^= 1 << rng.randrange(8)
    return bytes(mutant)


def mutants(kind: str, n: int) -> Iterator[bytes]:
    rng = random.Random(f"{kind} 1")
    whole = SAMPLES[kind]()
    members = None
    if kind == "slack":
        # half of the wounds within the members, where a zip's checksum would hide them
        from tests.unit.readers.reader_delivery import SAMPLES as FOLDER

        root = FOLDER / "slack"
        members = {f.relative_to(root).as_posix(): f.read_bytes() for f in sorted(root.rglob("*.json"))}
    for number in range(n):
        if members and number % 2:
            name = rng.choice(sorted(members))
            yield zipped(members | {name: mutate(members[name], rng)})
        else:
            yield mutate(whole, rng)


def source_of(folder: Path, kind: str, entity: str) -> Source:
    path = folder / "sources.yaml"
    entry = f"{{title: S, path: x, format: {kind}, entities: {{{entity}: {{}}}}}}"
    path.write_text(f"version: 1\nsources:\n  s: {entry}\n", encoding="utf-8")
    return load_configuration([path], {}).sources["s"]


def read_all(folder: Path, kind: str, n: int) -> tuple[int, int, int]:
    """Mutants that were read, that were refused whole, and the rows of the former."""
    source = source_of(folder, kind, "message")
    n_read, n_refused, n_rows = 0, 0, 0
    path = folder / "x"
    with connect() as connection:
        for mutant in mutants(kind, n):
            path.write_bytes(mutant)
            assert content_hash(path)
            try:
                if is_blank(path):
                    continue
                file = RecordsFile(connection, path, source, folder)
                file.attach()
            except UnreadableDeliveryError:
                n_refused += 1
                continue
            n_read += 1
            n_rows += _count(connection) + len(list(file.broken_records()))
            for record in file.broken_records():
                assert record.reason
                record.raw.encode()
    return n_read, n_refused, n_rows


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    found = connection.execute("select count(*) from source").fetchone()
    return found[0] if found else 0


@pytest.mark.parametrize("kind", SAMPLES)
def test_mutated_files_never_raise(tmp_path: Path, kind: str):
    n_read, n_refused, n_rows = read_all(tmp_path, kind, 60)

    assert n_read + n_refused >= 55
    assert n_rows > 0


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_row_of_mutated_files_is_accounted_for(tmp_path: Path, kind: str):
    files = {f"{number:04}": mutant for number, mutant in enumerate(mutants(kind, 5))}
    outcome = deliver(tmp_path, kind, files)

    # `counts` asserts that read is loaded + duplicate + quarantined, load by load and in sum
    assert outcome.counts[0] >= len(outcome.loads) - sum(load.rows_read == 0 for load in outcome.loads)
    assert sum(1 for _ in outcome.quarantined("reason")) == outcome.counts[3]
    assert all(reason for (reason,) in outcome.quarantined("reason"))


@pytest.mark.benchmark
@pytest.mark.parametrize("kind", SAMPLES)
def test_a_thousand_mutated_files_never_raise(tmp_path: Path, kind: str):
    n_read, n_refused, n_rows = read_all(tmp_path, kind, 1_000)

    print(f"{kind}: {n_read} read, {n_refused} refused whole, {n_rows} rows and broken records")  # noqa: T201
    assert n_read + n_refused > 950
