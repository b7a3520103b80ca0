"""Who may open what in a home: its owner everything, others the snapshots alone (definition 24)."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from otklik.home.settings import Home

# Everything that a platform makes in a home but what it publishes. What an operator keeps beside it is theirs to guard.
OWNER_ONLY = (
    *("alerts", "dagster", "dbt", "lake", "maps", "models", "quarantine", "restricted", "vault", "work"),
    *("access_head.json", "run.lock", "seal.json", "version.json", "warehouse.duckdb", "warehouse.duckdb.wal"),
)


@contextmanager
def owner_only(home: Home) -> Iterator[None]:
    """While the block runs, what is made is the owner's alone; and so is afterwards all but what is published."""
    before = os.umask(0o077)
    try:
        close(home)
        yield
    finally:
        close(home)
        os.umask(before)


def close(home: Home) -> None:
    """Take group and others out of the owner's folders and files: who may not enter a folder reads nothing in it."""
    for name in OWNER_ONLY:
        path = home.root / name
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o700 if path.is_dir() else 0o600)


def let_anybody_read(path: Path) -> None:
    """Set the permissions of something public; a folder keeps the bit by which new files take its group."""
    _set(path, 0o755 if path.is_dir() else 0o644)


def let_group_read(path: Path) -> None:
    """Set the permissions of something for the owner and the group of the folder."""
    _set(path, 0o750 if path.is_dir() else 0o640)


def _set(path: Path, mode: int) -> None:
    path.chmod(mode | (stat.S_IMODE(path.stat().st_mode) & stat.S_ISGID))
