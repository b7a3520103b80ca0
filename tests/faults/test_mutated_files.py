"""Seeded fuzzing of every format through the whole of ingestion: no exception, no hang, every row accounted for.

The ordinary suite takes the first few mutants of each format; `make fuzz` takes 1,000 (`-m fuzz`) and prints what
became of them. A native crash or a hang ends the process and names the mutant: it cannot be caught from within.
"""

import faulthandler
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from otklik.home.errors import ConfigurationError
from otklik.intake.readers.records import reader_of
from otklik.intake.sources.configuration import Format
from tests.faults.mutated_files import TABLE_SELECT, mutants
from tests.unit.readers.reader_delivery import Outcome, deliver

MUTANTS_A_HOME = 20
SECONDS_OF_A_HANG = 60


def test_no_format_is_forgotten(tmp_path: Path):
    for kind in Format:
        (whole,) = mutants(kind, tmp_path, 1)
        assert whole


@pytest.mark.parametrize("kind", Format, ids=str)
def test_mutated_files_are_read_or_say_why_not(tmp_path: Path, kind: Format):
    fates = ingest_mutants(tmp_path, kind, 12)

    assert fates["files"] == 12
    assert fates["rows loaded"] > 0, "no mutant was read: the test proves little"
    assert fates["rows quarantined"] > 0, "no mutant was hurt: the test proves little"


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", Format, ids=str)
def test_a_thousand_mutated_files_are_read_or_say_why_not(tmp_path: Path, kind: Format):
    fates = ingest_mutants(tmp_path, kind, 1_000)

    print(f"\n{kind}: " + ", ".join(f"{count:,} {name}" for name, count in fates.items()))  # noqa: T201
    assert fates["files"] == 1_000


def ingest_mutants(folder: Path, kind: Format, n: int) -> Counter[str]:
    """Take mutants into homes, one by one; their fates, counted. Every load must balance."""
    fates: Counter[str] = Counter()
    for number, (name, content) in enumerate(mutants(kind, folder, n)):
        home = folder / str(number // MUTANTS_A_HOME)
        if number and number % MUTANTS_A_HOME == 0:
            shutil.rmtree(folder / str(number // MUTANTS_A_HOME - 1))
        home.mkdir(exist_ok=True)
        faulthandler.dump_traceback_later(SECONDS_OF_A_HANG, exit=True, file=sys.__stderr__)
        start = time.process_time()
        try:
            _count(fates, _delivered(home, kind, name, content))
        except Exception as error:
            error.add_note(f"mutant {number} of {kind}, {len(content)} bytes")
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()
        assert time.process_time() - start < SECONDS_OF_A_HANG / 6, f"mutant {number} of {kind} is slow"
    return fates


def _delivered(home: Path, kind: Format, name: str, content: bytes) -> Outcome | None:
    """What became of a mutant; None where the mapping could not run over it, which is the operator's to hear."""
    entity = "message" if not kind.is_table and "message" in reader_of(kind).MAPPINGS else "post"
    shutil.rmtree(home / "inbox", ignore_errors=True)
    try:
        if kind is Format.MAILDIR:
            box = home / "box"
            shutil.rmtree(box, ignore_errors=True)
            (box / "cur").mkdir(parents=True)
            (box / "cur" / name).write_bytes(content)
            return deliver(home, kind, {"box": box}, entity=entity)
        return deliver(home, kind, {name: content}, entity=entity, select=TABLE_SELECT if kind.is_table else None)
    except ConfigurationError:
        # only a mapping of the operator's own can be wrong
        if not kind.is_table:
            raise
        return None


def _count(fates: Counter[str], outcome: Outcome | None) -> None:
    fates["files"] += 1
    if outcome is None:
        fates["files the mapping does not fit"] += 1
        return
    # `counts` asserts that read is loaded + duplicate + quarantined
    read, loaded, duplicate, quarantined = outcome.counts
    fates["files of one quarantined row"] += (read, quarantined) == (1, 1)
    fates["files without rows"] += read == 0
    fates.update(
        {"rows read": read, "rows loaded": loaded, "rows duplicate": duplicate, "rows quarantined": quarantined}
    )
