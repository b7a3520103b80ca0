"""Dagster's event log in SQLite, with connections that stay open.

Dagster opens and closes a connection for each of a run's fifteen hundred events, up to six times an event: each close
checkpoints the file and waits for the disk, which is half of the time of a small run. Here a connection is kept for
every file of the last few runs, and what is committed survives the death of the process, though not always that of the
machine: an event log is rebuilt by the next run, so it need not.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import StaticPool

# Files whose connection is kept: those of a run, the one of all runs, and some that a page of the UI looks at.
KEPT_CONNECTIONS = 8

# The UI follows a run by its file, which changes at a checkpoint: about every fifty events.
CHECKPOINT_PAGES = 200


class _Kept(NamedTuple):
    engine: Engine
    # of the file it was opened on: another one under the same name is opened anew
    inode: int


class KeptSqliteStorage(DagsterSqliteStorage):
    """Dagster's storage in SQLite with an event log whose connections stay open; configured as Dagster's own."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        self._event_log_storage = KeptSqliteEventLogStorage(self._event_log_storage._base_dir)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> "KeptSqliteStorage":
        """What Dagster calls with the options of its `dagster.yaml`."""
        return cls.from_local(inst_data=inst_data, **config_value)


class KeptSqliteEventLogStorage(SqliteEventLogStorage):
    """See the module. Files and tables are those of Dagster's own class; either can read what the other wrote.

    Attributes:
        kept: shard → its open connection, those used longest ago first.
    """

    def __init__(self, base_dir: str) -> None:
        self.kept: OrderedDict[str, _Kept] = OrderedDict()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        path = self.path_for_shard(shard)
        kept = self.kept.get(shard)
        if kept is not None and _inode(path) == kept.inode:
            self.kept.move_to_end(shard)
            return kept.engine
        if kept is not None:
            self.kept.pop(shard).engine.dispose()
        engine = create_engine(
            self.conn_string_for_shard(shard),
            poolclass=StaticPool,
            # threads take turns under the lock of `_connect`
            connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )
        self._initdb(engine)
        with engine.connect() as connection:
            connection.execute(text("PRAGMA synchronous=NORMAL"))
            connection.execute(text(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}"))
        self.kept[shard] = _Kept(engine, _inode(path))
        while len(self.kept) > KEPT_CONNECTIONS:
            self.kept.popitem(last=False)[1].engine.dispose()
        return engine

    def dispose(self) -> None:
        """Close every file."""
        super().dispose()
        with self._db_lock:
            while self.kept:
                self.kept.popitem()[1].engine.dispose()


def _inode(path: str) -> int:
    return Path(path).stat().st_ino if Path(path).exists() else 0
