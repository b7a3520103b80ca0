"""Room on the disk: what a run may need, and one sentence instead of many where there is none left."""

import errno
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from otklik.home.errors import ConfigurationError, HomeLockedError, OtklikError
from otklik.home.settings import Home

# Measured (docs/operations.md): a home after its first run over next to nothing is 65 MB, and what deliveries grow to.
_LEAST_BYTES = 80 * 2**20
_GROWTH = 8
# Less than this free, and whatever went wrong went wrong for want of room.
_NOTHING_LEFT_BYTES = 2**20

_NO_ROOM = re.compile(
    r"No space left on device|database or disk is full|\[Errno 28\]|ENOSPC|max_temp_directory_size", re.IGNORECASE
)

# What SQLite says of a disk that is full while it rolls back, and of one that is broken: which, the free room decides.
_MAYBE_NO_ROOM = re.compile(r"disk I/O error", re.IGNORECASE)


class NoRoomError(OtklikError):
    """The disk is full, or too full for a run."""


def needed_bytes(home: Home, unread_bytes: int) -> int:
    """What a run may write before it gives anything back.

    A new warehouse beside the old one, a new snapshot beside those that are kept, and everything made of the new files:
    `80 MB + warehouse + snapshot in force + 8 × new deliveries`.

    Args:
        home: the deployment's folder.
        unread_bytes: size of the deliveries that were not read yet.
    """
    snapshot = (home.published / "current").resolve()
    kept = sum(path.stat().st_size for path in snapshot.rglob("*") if path.is_file()) + _size(home.warehouse)
    return _LEAST_BYTES + kept + _GROWTH * unread_bytes


def free_bytes(path: Path) -> int:
    """Free on the file system that holds the nearest folder that exists."""
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    return shutil.disk_usage(existing).free


def require_room(home: Home, unread_bytes: int) -> None:
    """Stop before a run that would fill the disk.

    Raises:
        NoRoomError: less is free than the run may need.
    """
    needed, free = needed_bytes(home, unread_bytes), free_bytes(home.root)
    if free < needed:
        raise NoRoomError(
            f"{home.root}: a run may need {in_mb(needed)}, and {in_mb(free)} are free; nothing was begun. Free "
            f"{in_mb(needed - free)}, or move the folder to a larger disk and name it with --home."
        )


@contextmanager
def telling_no_room(home: Home, needed: int) -> Iterator[None]:
    """Whatever fails inside for want of room fails with one sentence.

    Args:
        home: the deployment's folder.
        needed: bytes the work was thought to need.

    Raises:
        NoRoomError: the disk is full.
    """
    try:
        yield
    except Exception as error:
        free = free_bytes(home.root)
        is_told = isinstance(error, NoRoomError | HomeLockedError | ConfigurationError)
        is_full = free < _NOTHING_LEFT_BYTES or (free < needed and _says(error, _MAYBE_NO_ROOM))
        if is_told or not (is_full or _tells_no_room(error)):
            raise
        raise NoRoomError(
            f"{home.root}: the disk is full ({in_mb(free)} free). The snapshot in force is what it "
            f"was; free about {in_mb(needed)} and run again, which goes on from where this run stopped."
        ) from error


def no_room(error: BaseException) -> NoRoomError | None:
    """What to tell of a full disk where nobody knows what was needed; None if the error is of something else."""
    if not _tells_no_room(error):
        return None
    return NoRoomError(f"The disk is full ({error}). Free some room and try again; nothing half done counts.")


def in_mb(n_bytes: int) -> str:
    """A size as a person reads it, rounded up."""
    return f"{-(-n_bytes // 2**20):,} MB"


def _tells_no_room(error: BaseException) -> bool:
    return _says(error, _NO_ROOM)


def _says(error: BaseException, words: re.Pattern[str]) -> bool:
    """Whether an error, or one that it came of, holds some words, or is the system's own of a full disk."""
    seen: BaseException | None = error
    while seen is not None:
        if getattr(seen, "errno", None) == errno.ENOSPC or words.search(str(seen)):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
