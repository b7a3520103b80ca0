"""The access log: who opened the vault, when, why and for whom, as a chain in which a changed or missing line shows.

`vault/access.jsonl` holds a line an act, with the SHA-256 of the line before it. Where the chain ends is noted outside
of the vault, in `access_head.json`, and in the manifest of every snapshot: a log that was cut short no longer fits.
A line holds a subject as SHA-256 of a salt and its id; the salts lie in `vault/access_subjects.jsonl`, from which an
erased subject is taken out, so that no line of the chain ever changes.
"""

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from otklik.home.files import move_into_place, write_text
from otklik.home.settings import Home

LOG_NAME, SUBJECTS_NAME = "access.jsonl", "access_subjects.jsonl"
_BEGINNING = "0" * 64


@dataclass(frozen=True)
class Head:
    """Where the chain ends: how many lines it has, and the SHA-256 of the last one."""

    lines: int
    sha256: str


@dataclass(frozen=True)
class Verdict:
    """What a look at the log found.

    Attributes:
        head: where the chain ends now.
        n_erased: lines about somebody who was erased since.
        problems: what does not hold, a sentence each; none if the log is whole.
    """

    head: Head
    n_erased: int
    problems: tuple[str, ...]


def note_access(home: Home, act: str, *, who: str, at: datetime, why: str, subject_id: str | None) -> None:
    """Append a line: who did what, when, why and to whom. Durable before it returns.

    Args:
        home: the deployment's folder.
        act: such as `reveal` or `erase`.
        who: the operator.
        at: the instant, with its zone.
        why: the reason given; it names nobody.
        subject_id: the subject; None where naming it would undo the act.
    """
    with _held(home) as log:
        lines = log.read().splitlines()
        salt = secrets.token_hex(16)
        entry = {
            "number": len(lines) + 1,
            "at": at.isoformat(),
            "who": who,
            "act": act,
            "why": why,
            "subject": subject_id and _veiled(salt, subject_id),
            "previous": _hash(lines[-1]) if lines else _BEGINNING,
        }
        if subject_id is not None:
            # before the line: a salt without a line says nothing, a line without its salt looks like one of an erased
            named = {"number": entry["number"], "salt": salt, "subject_id": subject_id}
            kept = [one for one in _named(home) if one["number"] <= len(lines)]
            _write_owner_only(home.vault / SUBJECTS_NAME, [*kept, named])
        line = json.dumps(entry, ensure_ascii=False)
        log.write(line + "\n")
        log.flush()
        os.fsync(log.fileno())
        _write_head(home, Head(len(lines) + 1, _hash(line)))


def forget_in_log(home: Home, subject_id: str) -> int:
    """Take an erased subject out of the log: who, when and why stay, and the chain as it is.

    Returns:
        How many lines were about it.
    """
    if not (home.vault / SUBJECTS_NAME).exists():
        return 0
    with _held(home):
        named = _named(home)
        kept = [one for one in named if one["subject_id"] != subject_id]
        _write_owner_only(home.vault / SUBJECTS_NAME, kept)
    return len(named) - len(kept)


def accesses(home: Home) -> list[dict[str, Any]]:
    """The lines of the log in order, each with the `subject_id` it is about; None for nobody and for the erased."""
    subjects = {one["number"]: one["subject_id"] for one in _named(home)}
    return [{**entry, "subject_id": subjects.get(entry["number"])} for entry in map(json.loads, _lines(home))]


def head_of(home: Home) -> Head:
    """Where the chain ends."""
    lines = _lines(home)
    return Head(len(lines), _hash(lines[-1]) if lines else _BEGINNING)


def verify_log(home: Home, noted: Mapping[str, Head]) -> Verdict:
    """Look whether every line is as it was written and none is missing.

    Args:
        home: the deployment's folder.
        noted: what somebody noted of the chain's end, by who noted it, such as the manifests of snapshots.
    """
    lines = _lines(home)
    hashes = [_hash(line) for line in lines]
    problems = [*_broken_links(lines, hashes), *_ill_noted(home, hashes, noted)]
    entries = [entry for line in lines if (entry := _parsed(line)) is not None]
    veiled = {entry.get("number"): entry["subject"] for entry in entries if entry.get("subject")}
    named = {one["number"]: one for one in _named(home)}
    for number, one in sorted(named.items()):
        if veiled.get(number) != _veiled(one["salt"], one["subject_id"]):
            problems.append(f"{SUBJECTS_NAME} names somebody for line {number} whom that line is not about")
    head = Head(len(lines), hashes[-1] if hashes else _BEGINNING)
    return Verdict(head, len(veiled.keys() - named.keys()), tuple(problems))


def chain_old_log(home: Home) -> None:
    """Chain a log from before lines were chained; done twice it changes nothing."""
    path = home.vault / LOG_NAME
    lines = _lines(home)
    if lines and "number" not in json.loads(lines[0]):
        chained: list[str] = []
        named = []
        for number, old in enumerate(map(json.loads, lines), 1):
            subject = old["subject_id"] if old["subject_id"] not in (None, "erased") else None
            salt = secrets.token_hex(16)
            if subject:
                named.append({"number": number, "salt": salt, "subject_id": subject})
            entry = {
                "number": number,
                **{key: old[key] for key in ("at", "who", "act")},
                "why": old["why"].replace(subject, "the subject") if subject else old["why"],
                "subject": _veiled(salt, subject) if subject else None,
                "previous": _hash(chained[-1]) if chained else _BEGINNING,
            }
            chained.append(json.dumps(entry, ensure_ascii=False))
        _write_owner_only(home.vault / SUBJECTS_NAME, named)
        _write_owner_only(path, map(json.loads, chained))
    if path.exists():
        _write_head(home, head_of(home))


def _broken_links(lines: list[str], hashes: list[str]) -> Iterator[str]:
    previous = _BEGINNING
    for number, line in enumerate(lines, 1):
        entry = _parsed(line)
        if entry is None:
            yield f"line {number} of {LOG_NAME} cannot be read"
        elif entry.get("number") != number or entry.get("previous") != previous:
            yield f"line {number} of {LOG_NAME} does not follow from the one before it: a line was changed or removed"
        previous = hashes[number - 1]


def _ill_noted(home: Home, hashes: list[str], noted: Mapping[str, Head]) -> Iterator[str]:
    path = home.access_head
    notes = dict(noted)
    if path.exists():
        note = _parsed(path.read_text(encoding="utf-8")) or {}
        notes[path.name] = Head(int(note.get("lines", -1)), str(note.get("sha256")))
        # a crash may leave one line behind the note
        if len(hashes) > notes[path.name].lines + 1:
            yield f"{LOG_NAME} has {len(hashes)} lines, {path.name} knows {notes[path.name].lines}"
    elif hashes:
        yield f"{path.name} is missing, which notes where the log ends"
    for who, head in notes.items():
        if head.lines == 0 and not hashes:
            continue
        if not 0 <= head.lines <= len(hashes):
            yield f"{who} knows {head.lines} lines of {LOG_NAME}, which has {len(hashes)}: its end was cut off"
        elif (hashes[head.lines - 1] if head.lines else _BEGINNING) != head.sha256:
            yield f"{who} knows another line {head.lines} of {LOG_NAME}: a line was changed or removed"


@contextmanager
def _held(home: Home) -> Iterator[IO[str]]:
    """The log, open to read and append, held against whoever else writes to it."""
    home.vault.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(home.vault / LOG_NAME, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a+", encoding="utf-8") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        log.seek(0)
        yield log


def _lines(home: Home) -> list[str]:
    path = home.vault / LOG_NAME
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _named(home: Home) -> list[dict[str, Any]]:
    path = home.vault / SUBJECTS_NAME
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def _veiled(salt: str, subject_id: str) -> str:
    return hashlib.sha256(f"{salt}|{subject_id}".encode()).hexdigest()


def _write_head(home: Home, head: Head) -> None:
    write_text(home.access_head, json.dumps({"lines": head.lines, "sha256": head.sha256}) + "\n")


def _write_owner_only(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.touch(mode=0o600)
    temporary.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    move_into_place(temporary, path)
