"""What a home remembers of its runs, beside what they made: kept for some weeks, and how much room everything takes."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from otklik.home.settings import Home

KEPT = timedelta(days=30)
"""Logs of runs, verdicts of gates and damaged histories are kept for so long; of the newest run always."""

_NEWEST_KEPT = 20
# A home that was never cleaned is cleaned by its next runs, none of which it makes long.
_AT_ONCE = 20


class RunHistory(Protocol):
    """What is asked of Dagster's instance: the event log of a run is some megabytes, and it forgets none by itself."""

    def get_run_records(self) -> Any:
        """All runs, the newest first."""
        ...

    def delete_run(self, run_id: str) -> None:
        """Remove a run and its events."""
        ...


def forget_old_runs(history: RunHistory, home: Home, *, now: datetime) -> list[str]:
    """Remove runs that began before `KEPT` and have ended, with their logs, but never one of the newest twenty.

    Returns:
        Ids of the runs removed, oldest first.
    """
    older = [record for record in history.get_run_records()[_NEWEST_KEPT:] if record.create_timestamp < now - KEPT]
    ids = [record.dagster_run.run_id for record in reversed(older) if record.dagster_run.is_finished][:_AT_ONCE]
    for run_id in ids:
        history.delete_run(run_id)
        shutil.rmtree(home.dagster / "storage" / run_id, ignore_errors=True)
        for path in (home.dagster / "history" / "runs").glob(f"{run_id}.db*"):
            path.unlink(missing_ok=True)
    return ids


def forget_old(home: Home, *, now: datetime) -> list[Path]:
    """Remove verdicts of gates and histories set aside that nobody wrote to within `KEPT`. The caller holds the home.

    A snapshot keeps the verdicts it was published with.

    Returns:
        The folders removed, sorted.
    """
    verdicts = sorted((home.lake / "gates").glob("run=[!_]*"), key=_written)[:-1]
    aside = home.dagster.glob("damaged-*")
    old = sorted(folder for folder in (*verdicts, *aside) if _written(folder) < (now - KEPT).timestamp())
    for folder in old:
        shutil.rmtree(folder)
    return old


def sizes(home: Home) -> dict[str, int]:
    """Bytes of each part of a home, the largest first."""
    if not home.root.is_dir():
        return {}
    parts = {path.name: sum(status.st_size for status in _statuses(path)) for path in home.root.iterdir()}
    return dict(sorted(parts.items(), key=lambda part: (-part[1], part[0])))


def _written(folder: Path) -> float:
    return max((status.st_mtime for status in _statuses(folder)), default=folder.stat().st_mtime)


def _statuses(path: Path) -> Iterator[os.stat_result]:
    """Of a file, or of every file below a folder; one that a run takes away meanwhile has none."""
    files = (Path(folder, name) for folder, _, names in os.walk(path) for name in names)
    for file in files if path.is_dir() else (path,):
        with suppress(FileNotFoundError):
            yield file.lstat()
