"""Files that one process holds at a time, and the home, which one run holds: the lock names its holder."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from otklik.home.errors import HomeLockedError
from otklik.home.settings import Home
from otklik.home.versions import version_of


@contextmanager
def held_file(path: Path, *, refusal: Callable[[str], Exception] | None = None) -> Iterator[IO[str]]:
    """Hold a file, made if missing and open to read and append, against every other process that asks for it so.

    The system lets go when the process dies.

    Args:
        path: the file.
        refusal: makes the error for somebody who may not wait, from what the file holds; None: wait for it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (fcntl.LOCK_NB if refusal else 0))
        except BlockingIOError as error:
            assert refusal is not None
            file.seek(0)
            raise refusal(file.read()) from error
        yield file


@contextmanager
def hold_home(home: Home, *, holder: str) -> Iterator[None]:
    """Hold the home while the block runs. Who writes to it brings it forward first (`otklik.home.versions`).

    Args:
        home: the folder to hold.
        holder: what the next comer is told, such as `otklik run` or a run's id.

    Raises:
        ConfigurationError: a newer platform wrote it.
        HomeLockedError: another process holds it; the message names that process and how to see it.
    """
    version_of(home)

    def refusal(text: str) -> HomeLockedError:
        return HomeLockedError(f"{home.root}: held by {_described(text)}. Wait until it ends.")

    with held_file(home.lock_file, refusal=refusal) as file:
        file.truncate(0)
        file.write(json.dumps({"holder": holder, "process": os.getpid()}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def require_free_home(home: Home) -> None:
    """Fail early, before anything heavy is imported, if another run holds the home.

    Raises:
        ConfigurationError: a newer platform wrote it.
        HomeLockedError: another process holds it.
    """
    if home.lock_file.exists():
        with hold_home(home, holder="a check"):
            pass


def _described(text: str) -> str:
    try:
        note = json.loads(text)
    except ValueError:
        return "another run that has just begun"
    return f"{note['holder']} (process {note['process']})"
