"""What the tests of citizens' exports share: a delivery loaded by its reader's own mapping, and mutated files."""

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration import lake
from orchestration.ingestion.ingest import Load, ingest
from orchestration.readers.records import reader_of
from orchestration.readers.tabular import BrokenRecord
from orchestration.settings import Home
from orchestration.sources.configuration import Format, Source, load_configuration

_COPIES_INGESTED = 6
RECEIVED_AT = datetime(2026, 9, 30, tzinfo=UTC)


def source_of(folder: Path, kind: str, path: str = "inbox/*") -> Source:
    """A source of one format without a `select` of its own."""
    text = (
        "version: 1\ntime_zone: Europe/Moscow\nsources:\n  s:\n    title: S\n"
        f"    path: {path}\n    format: {kind}\n    entities:\n      post: {{}}\n      case_event: {{}}\n"
    )
    file = folder / "sources.yaml"
    file.write_text(text, encoding="utf-8")
    return load_configuration([file], {}).sources["s"]


def load(folder: Path, kind: str, entity: str = "post") -> list[Load]:
    """Ingest what lies in `folder/inbox`; every load must balance."""
    loads = ingest(Home(folder / "home"), source_of(folder, kind), entity, received_at=RECEIVED_AT)
    for one in loads:
        assert one.rows_read == one.rows_loaded + one.rows_duplicate + one.rows_quarantined
    return loads


def rows(folder: Path, columns: str, entity: str = "post") -> list[tuple[Any, ...]]:
    """Rows of the raw lake, ordered."""
    files = sorted(lake.load_path(Home(folder / "home"), entity, "s", "_").parent.glob("*.parquet"))
    if not files:
        return []
    found = duckdb.execute(f"select {columns} from read_parquet(?) order by all", [[str(file) for file in files]])
    return found.fetchall()


def reasons(folder: Path, entity: str = "post") -> list[str]:
    """Reasons of the quarantined rows, ordered."""
    files = sorted(lake.quarantine_path(Home(folder / "home"), entity, "s", "_").parent.glob("*.parquet"))
    if not files:
        return []
    found = duckdb.execute("select reason from read_parquet(?) order by all", [[str(file) for file in files]])
    return [reason for (reason,) in found.fetchall()]


def mutated(content: bytes, *, seed: int) -> bytes:
    """A damaged copy: bytes flipped, cut out, repeated or put in, as discs and careless hands do."""
    chance = random.Random(seed)
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(damaged) or 1)
        match chance.randrange(5):
            case 0:
                damaged[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del damaged[at : at + chance.randint(1, 40)]
            case 2:
                damaged[at:at] = damaged[at : at + chance.randint(1, 60)]
            case 3:
                damaged[at:at] = chance.choice([b"[" * 2000, b"\xff\xfe", b"null", b"9" * 5000, b"\\ud83d", b"{", b'"'])
            case _:
                del damaged[at:]
    return bytes(damaged)


def assert_mutations_raise_nothing(kind: str, content: bytes, folder: Path, name: str, *, copies: int = 60) -> None:
    """Every damaged copy is read to its end and fits its columns; a few of them also go all the way into the lake.

    What cannot be understood must come out as broken records.
    """
    reader = reader_of(Format(kind))
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    n_broken = 0
    for seed in range(copies):
        path = inbox / f"{seed:03d}-{name}"
        path.write_bytes(mutated(content, seed=seed))
        found = list(reader.read(path))
        pa.Table.from_pylist([one for one in found if not isinstance(one, BrokenRecord)], schema=reader.SCHEMA)
        n_broken += sum(isinstance(one, BrokenRecord) for one in found)
        if seed >= _COPIES_INGESTED:
            path.unlink()
    assert n_broken > 0
    load(folder, kind)
