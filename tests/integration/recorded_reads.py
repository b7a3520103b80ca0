"""What code reads of a home: every file that this process opens, told by the kernel, and every table that SQL names.

Wraps `duckdb.connect`, by which the platform opens every database, for the names of tables; nothing is replaced.
"""

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import sqlglot
from sqlglot import exp

_IN_OPEN, _IN_NONBLOCK = 0x20, 0o4000
_EVENT = struct.Struct("iIII")


@dataclass
class Reads:
    """Paths opened, relative to the home, and names of tables and views of its warehouse that were queried."""

    files: set[Path] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)


@contextmanager
def recorded_reads(home: Path) -> Iterator[Reads]:
    """Record what is opened below `home` and asked of its warehouse while the block runs."""
    reads = Reads()
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(_IN_NONBLOCK)
    assert descriptor >= 0, os.strerror(ctypes.get_errno())
    folders = {
        libc.inotify_add_watch(descriptor, os.fsencode(folder), _IN_OPEN): folder.relative_to(home)
        for folder in [home, *(path for path in home.rglob("*") if path.is_dir())]
    }
    try:
        with patch.object(duckdb, "connect", _recording(duckdb.connect, home / "warehouse.duckdb", reads)):
            yield reads
        reads.files |= {folders[watch] / name for watch, name in _events(descriptor) if name}
    finally:
        os.close(descriptor)


def _events(descriptor: int) -> Iterator[tuple[int, str]]:
    while True:
        try:
            block = os.read(descriptor, 1 << 20)
        except BlockingIOError:
            return
        while block:
            watch, _mask, _cookie, length = _EVENT.unpack_from(block)
            assert watch >= 0, "the kernel's queue of events ran over"
            yield watch, os.fsdecode(block[_EVENT.size : _EVENT.size + length].rstrip(b"\0"))
            block = block[_EVENT.size + length :]


def _recording(connect: Any, warehouse: Path, reads: Reads) -> Any:
    def recording_connect(database: str = ":memory:", *args: Any, **options: Any) -> Any:
        return _Connection(connect(database, *args, **options), str(warehouse), reads, str(database))

    return recording_connect


class _Connection:
    def __init__(self, connection: Any, warehouse: str, reads: Reads, database: str) -> None:
        self._connection, self._warehouse, self._reads = connection, warehouse, reads
        self._is_warehouse = database == warehouse

    def execute(self, query: str, *args: Any, **options: Any) -> Any:
        self._is_warehouse |= query.startswith("attach") and self._warehouse in query
        if self._is_warehouse:
            for statement in sqlglot.parse(query, dialect="duckdb"):
                ours = {cte.alias for cte in statement.find_all(exp.CTE)}
                named = {
                    table.name for table in statement.find_all(exp.Table) if isinstance(table.this, exp.Identifier)
                }
                self._reads.tables |= named - ours
        return self._connection.execute(query, *args, **options)

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *raised: Any) -> None:
        self._connection.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
