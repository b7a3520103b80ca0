"""One run at a time on a home: an advisory file lock that names its holder and dies with its process."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager

from otklik.home.errors import HomeLockedError
from otklik.home.settings import Home


@contextmanager
def hold_home(home: Home, *, holder: str) -> Iterator[None]:
    """Hold the home while the block runs.

    Args:
        home: the folder to hold.
        holder: what the next comer is told, such as `otklik run` or a run's id.

    Raises:
        HomeLockedError: another process holds it; the message names that process and how to see it.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    with home.lock_file.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise HomeLockedError(f"{home.root}: held by {_described(file.read())}. Wait until it ends.") from error
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
