"""Files that one process holds at a time, and the home, which one run holds: the lock names its holder.

The note of a holder that died stays in the home's lock: whoever comes next learns that, and whose work was broken off.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from otklik.home.errors import HomeLockedError
from otklik.home.leftovers import remove_leftovers
from otklik.home.permissions import owner_only
from otklik.home.settings import Home

# Somebody who only looks holds a lock for a moment.
_MOMENT_SECONDS = 2.0


@dataclass
class Hold:
    """A home that is held.

    Attributes:
        died: holders whose process died and whom nobody has looked after since, such as `run <id>`, oldest first.
            Whoever has looked after them clears it.
        died_at: when the first of them took the home, seconds since 1970; None if none.
        upgrade: a sentence for each step that brought the home forward (`versions.py`).
    """

    died: list[str]
    died_at: float | None = None
    upgrade: list[str] = field(default_factory=list)


@contextmanager
def held_file(path: Path, *, refusal: Callable[[str], Exception], wait_seconds: float = 0) -> Iterator[IO[str]]:
    """Hold a file, made if missing and open to read and append, against every other process that asks for it so.

    The system lets go when the process dies.

    Args:
        path: the file.
        refusal: makes the error for somebody who waited in vain, from what the file holds.
        wait_seconds: how long to wait for another holder.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        limit = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= limit:
                    file.seek(0)
                    raise refusal(file.read()) from error
                time.sleep(0.05)
        yield file


@contextmanager
def hold_home(home: Home, *, holder: str) -> Iterator[Hold]:
    """Hold the home while the block runs, after removing what processes that died have left in it.

    What is made meanwhile, and all but what is published, is its owner's alone (`permissions.py`).

    Args:
        home: the folder to hold.
        holder: what the next comer is told, such as `otklik erase` or `run <id>`.

    Raises:
        HomeLockedError: another process holds it; the message names that process and how to see it.
    """
    with held_file(home.lock_file, refusal=lambda text: _refusal(home, text), wait_seconds=_MOMENT_SECONDS) as file:
        note = _read(file)
        died = [*note.get("died", ()), *([note["holder"]] if "holder" in note else [])]
        hold = Hold(died, note.get("died_at", note.get("since")) if died else None)
        _write(file, {"holder": holder, "process": os.getpid(), "since": time.time(), **_of_the_dead(hold)})
        try:
            remove_leftovers(home)
            with owner_only(home):
                yield hold
        finally:
            _write(file, _of_the_dead(hold))


def require_free_home(home: Home) -> None:
    """Look whether another run holds the home; changes nothing.

    Raises:
        HomeLockedError: another process holds it.
    """
    if not home.lock_file.exists():
        return
    with home.lock_file.open("r", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _refusal(home, file.read()) from error


def leave_note(home: Home, *, died: list[str], died_at: float | None) -> None:
    """Leave the note of holders that died in a home that is made anew: it is theirs as it was backed up."""
    with home.lock_file.open("w", encoding="utf-8") as file:
        _write(file, _of_the_dead(Hold(died, died_at)))


def noted_holder(home: Home) -> str | None:
    """Who holds the home, or died holding it; None where the last one let go."""
    holder = _note_of(home).get("holder")
    return str(holder) if holder else None


def died_at(home: Home) -> float | None:
    """When the first holder took the home that died since somebody looked after the dead; None if none did.

    For whoever only looks, while nobody holds the home.
    """
    note = _note_of(home)
    found = note.get("died_at", note.get("since"))
    return float(found) if found else None


def _note_of(home: Home) -> dict[str, Any]:
    if not home.lock_file.exists():
        return {}
    with home.lock_file.open("r", encoding="utf-8") as file:
        return _read(file)


def _refusal(home: Home, text: str) -> HomeLockedError:
    note = _parsed(text)
    described = f"{note['holder']} (process {note['process']})" if "holder" in note else "another run that just began"
    return HomeLockedError(f"{home.root}: held by {described}. Wait until it ends.")


def _of_the_dead(hold: Hold) -> dict[str, Any]:
    return {"died": hold.died, "died_at": hold.died_at} if hold.died else {}


def _write(file: IO[str], note: dict[str, Any]) -> None:
    file.truncate(0)
    if note:
        file.write(json.dumps(note))
    file.flush()


def _read(file: IO[str]) -> dict[str, Any]:
    file.seek(0)
    return _parsed(file.read())


def _parsed(text: str) -> dict[str, Any]:
    try:
        note = json.loads(text)
    except ValueError:
        return {}  # being written, or damaged: it only tells names
    return note if isinstance(note, dict) else {}


def holder_name(run_id: str) -> str:
    """What the lock of a home calls a run of Dagster's."""
    return f"run {run_id}"
