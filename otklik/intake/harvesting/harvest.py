"""A day of an HTTP API into the inbox: every page asked for, each item once, the same day always the same bytes.

A day's folder appears whole or not at all, so a crash costs at most the day it happened in, and days that are there
are not asked for again. What the items mean is the business of ordinary ingestion, which reads the folder like any
other delivery. One exchange with the server is `otklik/intake/harvesting/http_client.py`.
"""

import gzip
import itertools
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from otklik.home.errors import ConfigurationError
from otklik.intake.harvesting.days import window_of
from otklik.intake.harvesting.http_client import Client, Limits
from otklik.intake.harvesting.pages import ApiPages
from otklik.intake.harvesting.presets import completed
from otklik.intake.readers.http_json import line_of, value_at
from otklik.intake.sources.api_options import PAGES_PATTERN
from otklik.intake.sources.configuration import Source

_ITEMS_PER_FILE = 5_000
_WORK_PREFIX, _FINISHED = ".fetching-", "pages"


@dataclass(frozen=True)
class HarvestedDay:
    """What became of one day. Counts of items; `n_items` were kept, `n_repeated` came more than once.

    `n_outside` items lay outside the day and its overlap; `is_skipped` says the day was there already.
    """

    day: date
    is_skipped: bool
    n_requests: int = 0
    n_items: int = 0
    n_repeated: int = 0
    n_outside: int = 0


def inbox_folder(source: Source) -> Path:
    """Where a source's days are: its path without the pattern of the pages."""
    return Path(source.path.removesuffix(PAGES_PATTERN))


def harvest(
    source: Source,
    days: Sequence[date],
    environment: Mapping[str, str],
    *,
    is_again: bool = False,
    client: Client | None = None,
) -> list[HarvestedDay]:
    """Fetch days into the inbox, oldest first.

    Args:
        source: an entry with an `api` block.
        days: finished days in the source's zone; a day that still grows would be kept as it is now.
        environment: where `${NAME}` in parameters and headers is looked up, now and never before.
        is_again: also fetch days that are there; their folders are replaced.
        client: asks the server; by default one with the source's limits.

    Raises:
        ConfigurationError: the source has no API, or a variable is not set.
        HarvestError: the server refused, or gave no usable answer; days before it are kept.
    """
    if source.api is None:
        raise ConfigurationError(f"source {source.name!r} has no `api` block, so there is nothing to fetch.")
    api = completed(source.api, source.format)
    client = client or Client(Limits(api.requests_per_second, api.timeout_seconds, api.max_page_mb << 20, api.attempts))
    folder = inbox_folder(source)
    # posts as they came, with names: for the owner only
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear_leftovers(folder)
    harvested = []
    for day in sorted(set(days)):
        target = folder / f"day={day.isoformat()}"
        if target.exists() and not is_again:
            harvested.append(HarvestedDay(day, is_skipped=True))
            continue
        with tempfile.TemporaryDirectory(prefix=_WORK_PREFIX, dir=folder) as work:
            pages = ApiPages(source, api, client, environment, window_of(day, source.zone))
            harvested.append(_Harvest(pages, Path(work)).run())
            if target.exists():
                # steps aside, and goes with the work folder
                target.rename(Path(work) / target.name)
            (Path(work) / _FINISHED).rename(target)
    return harvested


def _clear_leftovers(folder: Path) -> None:
    """Remove what a crash left; a day that had stepped aside for its newer version comes back."""
    for leftover in sorted(folder.glob(f"{_WORK_PREFIX}*")):
        for day in leftover.glob("day=*"):
            if not (folder / day.name).exists():
                day.rename(folder / day.name)
        shutil.rmtree(leftover)


class _Harvest:
    """One day of one source. Items wait in a file of SQLite, so memory is bounded by one page."""

    def __init__(self, pages: ApiPages, work: Path) -> None:
        self._pages, self._work = pages, work
        self._n_repeated = self._n_outside = 0

    def run(self) -> HarvestedDay:
        """Ask for every page, then write the day's files."""
        requests_before = self._pages.client.n_requests
        with closing(sqlite3.connect(self._work / "items.sqlite", isolation_level=None)) as store:
            # a crash throws the file away anyway
            store.execute("pragma journal_mode = off")
            store.execute("create table item (id text primary key, changed text, line text) without rowid")
            self._pages.walk(lambda items: self._keep(store, items))
            n_items = self._write(store, self._work / _FINISHED)
        return HarvestedDay(
            self._pages.window.day,
            is_skipped=False,
            n_requests=self._pages.client.n_requests - requests_before,
            n_items=n_items,
            n_repeated=self._n_repeated,
            n_outside=self._n_outside,
        )

    def _keep(self, store: sqlite3.Connection, items: Sequence[Any]) -> int:
        """Put a page's items by; returns how many were never seen. Of two versions the later stays.

        Of items outside the day only the id is kept: a page full of them is not yet the end.
        """
        api, n_new = self._pages.api, 0
        store.execute("begin")
        for item in items:
            at = self._pages.time_of(item)
            is_outside = at is not None and not self._pages.start <= at < self._pages.window.end
            line = line_of(item)
            parts = [value_at(item, path) for path in api.id or []]
            key = line if not parts or None in parts else line_of(parts)
            changed = str(value_at(item, api.changed) or "") if api.changed else ""
            row = [key, changed, None if is_outside else line]
            is_new = store.execute("insert or ignore into item values (?, ?, ?)", row).rowcount == 1
            n_new += is_new
            self._n_outside += is_new and is_outside
            self._n_repeated += not is_new
            if not is_new:
                store.execute(
                    "update item set changed = ?2, line = ?3 where id = ?1 and (changed, line) < (?2, ?3)", row
                )
        store.execute("commit")
        return n_new

    def _write(self, store: sqlite3.Connection, folder: Path) -> int:
        folder.mkdir()
        lines = (line for (line,) in store.execute("select line from item where line is not null order by id"))
        count = 0
        for number, batch in enumerate(_batches(lines, _ITEMS_PER_FILE), start=1):
            # no name and no time in the header: equal items, equal bytes
            with (folder / f"page-{number:05d}.jsonl.gz").open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, 0) as out:
                for line in batch:
                    out.write(line.encode("utf-8") + b"\n")
                    count += 1
                out.close()
                raw.flush()
                os.fsync(raw.fileno())
        return count


def _batches(lines: Iterator[str], size: int) -> Iterator[list[str]]:
    while batch := list(itertools.islice(lines, size)):
        yield batch
