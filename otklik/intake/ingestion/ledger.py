"""The ledger: which loads of a source and entity exist, and the one way in for a new one.

A load is named by the file's content and by the mapping that read it, `<content>-<mapping>`. It exists exactly when its
line in the ledger does, whatever other files a crash has left.
"""

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from otklik.home import lake
from otklik.home.files import move_into_place
from otklik.home.settings import Home
from otklik.intake.ingestion.deliveries import ContentHashes, deliveries_there, files_of
from otklik.intake.left_out import REASONS, column_of
from otklik.intake.sources.configuration import Configuration

_PACKED, _UNPACKED = {".gz", ".zip", ".parquet", ".xlsx"}, 8
_TOLD = 10

# a load's finished files, while they are still in the work folder
ROWS, QUARANTINE, MESSAGE_TEXT = "rows.parquet", "quarantine.parquet", "message_text.parquet"


def _left_out(reason: str) -> Any:
    return field(default=0, metadata={"doc": f"Of the rows left out: {REASONS[reason]}."})


@dataclass(frozen=True)
class Load:
    """One line of the ledger: what became of one file for one entity. Times are UTC."""

    load_id: str = field(metadata={"doc": "Hash of the file and of the mapping that read it."})
    source_name: str = field(metadata={"doc": "Name of the source."})
    entity_name: str = field(metadata={"doc": "Name of the entity."})
    file_name: str = field(metadata={"doc": "Name of the file the load came from."})
    file_bytes: int = field(metadata={"doc": "Size of the file, bytes."})
    rows_read: int = field(metadata={"doc": "Rows read."})
    rows_loaded: int = field(metadata={"doc": "Rows stored."})
    rows_duplicate: int = field(metadata={"doc": "Rows left out because they were there already."})
    rows_quarantined: int = field(metadata={"doc": "Rows set aside because they break the contract."})
    rows_erased: int = field(metadata={"doc": "Rows left out because they speak of somebody who was erased."})
    rows_left_out: int = field(metadata={"doc": "Rows left out by design: none of what the entity is made of."})
    first_event_at: datetime | None = field(metadata={"doc": "Earliest instant of an event in the load."})
    last_event_at: datetime | None = field(metadata={"doc": "Latest instant of an event in the load."})
    loaded_at: datetime = field(metadata={"doc": "The as_of of the run that loaded it."})
    left_out_bot: int = _left_out("bot")
    left_out_system_note: int = _left_out("system_note")
    left_out_note_to_self: int = _left_out("note_to_self")
    left_out_repost: int = _left_out("repost")
    left_out_deleted: int = _left_out("deleted")
    left_out_other_kind: int = _left_out("other_kind")
    left_out_undated: int = _left_out("undated")
    left_out_unwanted: int = _left_out("unwanted")

    @property
    def left_out(self) -> dict[str, int]:
        """Reason → rows left out for it, most first; none where there are none."""
        counted = ((reason, getattr(self, column_of(reason))) for reason in REASONS)
        return dict(sorted((one for one in counted if one[1]), key=lambda one: (-one[1], one[0])))


_INSTANT = pa.timestamp("us", "UTC")
_KINDS: dict[Any, pa.DataType] = {str: pa.string(), int: pa.int64(), datetime: _INSTANT, datetime | None: _INSTANT}
LEDGER_SCHEMA = pa.schema(
    [pa.field(one.name, _KINDS[one.type], metadata=dict(one.metadata)) for one in fields(Load)],
    metadata={"doc": "One row per load."},
)


@dataclass(frozen=True)
class Ledger:
    """The loads of one entity from one source."""

    home: Home
    source_name: str
    entity_name: str

    def has(self, load_id: str) -> bool:
        """Whether the load exists."""
        return self._line(load_id).exists()

    def has_loads(self) -> bool:
        """Whether any load exists."""
        return bool(self._load_ids())

    def loads(self) -> list[Load]:
        """Every load, in the order in which they came, and of one run's in the order of their events."""
        lines = [str(self._line(one)) for one in self._load_ids()]
        if not lines:
            return []
        rows = pq.read_table(lines, schema=LEDGER_SCHEMA, partitioning=None).to_pylist()
        # a line from before a count was kept has none of it
        counts = [one.name for one in fields(Load) if one.type is int]
        found = [Load(**{**row, **{name: row[name] or 0 for name in counts}}) for row in rows]
        return sorted(found, key=lambda load: (load.loaded_at, load.last_event_at or load.loaded_at, load.load_id))

    def earlier_rows(self, load_id: str) -> list[Path]:
        """Row files of all loads of other files, sorted.

        A load of this file by another mapping is left out: it is about to be retired, and rows called duplicates of its
        rows would be lost with it.
        """
        others = [one for one in self._load_ids() if _content(one) != _content(load_id)]
        return [lake.load_path(self.home, self.entity_name, self.source_name, one) for one in others]

    def has_read_a_file(self, mapping_hash: str) -> bool:
        """Whether this mapping ever read rows out of a file."""
        lines = [self._line(one) for one in self._load_ids() if one.endswith(f"-{mapping_hash}")]
        counts = (pq.read_table(line, columns=["rows_read", "rows_quarantined"]).to_pylist()[0] for line in lines)
        return any(one["rows_read"] > one["rows_quarantined"] for one in counts)

    def add(self, load: Load, work: Path) -> None:
        """Move a load's files from the work folder into the lake; its line goes last."""
        key = (self.entity_name, self.source_name, load.load_id)
        targets = {
            QUARANTINE: lake.quarantine_path(self.home, *key),
            MESSAGE_TEXT: lake.message_text_path(self.home, self.source_name, load.load_id),
            ROWS: lake.load_path(self.home, *key),
        }
        for name, target in targets.items():
            if (work / name).exists():
                move_into_place(work / name, target)
        line = pa.Table.from_pylist([asdict(load)], schema=LEDGER_SCHEMA)
        lake.write_table(self._line(load.load_id), line)

    def has_other_mapping(self, load_id: str) -> bool:
        """Whether another mapping has loaded the same file."""
        return bool(self._other_mappings(load_id))

    def retire_other_mappings(self, load_id: str) -> None:
        """Take loads of the same file by other mappings out of the lake: they were corrected. The rows stay on disk."""
        for other in self._other_mappings(load_id):
            self.retire(other)

    def _other_mappings(self, load_id: str) -> list[str]:
        return [one for one in self._load_ids() if one != load_id and _content(one) == _content(load_id)]

    def retire(self, load_id: str) -> None:
        """Take a load out of the lake. Its rows stay on disk, in the restricted part."""
        paths = (
            # first: without it the rest is what a crash might have left
            self._line(load_id),
            lake.load_path(self.home, self.entity_name, self.source_name, load_id),
            lake.message_text_path(self.home, self.source_name, load_id),
        )
        for path in paths:
            if path.exists():
                retired = self.home.restricted / "retired" / path.relative_to(self.home.root)
                retired.parent.mkdir(parents=True, exist_ok=True)
                path.replace(retired)

    def _line(self, load_id: str) -> Path:
        return lake.ledger_path(self.home, self.entity_name, self.source_name, load_id)

    def _load_ids(self) -> list[str]:
        lines = self._line("_").parent.glob("load=*.parquet")
        return sorted(path.stem.removeprefix("load=") for path in lines)


def unread_bytes(home: Home, configuration: Configuration, hashes: ContentHashes) -> int:
    """Size of the deliveries that no load was read from; what is compressed counts as much as it may unpack to."""
    total = 0
    for source in configuration.sources.values():
        read = {
            _content(path.stem.removeprefix("load="))
            for path in home.lake.glob(f"ledger/source={source.name}/*/load=*.parquet")
        }
        for path in deliveries_there(source):
            if hashes.of(path)[:16] not in read:
                size = sum(file.stat().st_size for file in files_of(path))
                total += size * (_UNPACKED if path.suffix in _PACKED else 1)
    return total


def lost_rows(home: Home, *, source: str, entity: str) -> list[str]:
    """Which of the newest files of a source lost rows, a sentence each, those that lost most first; at most ten."""
    loads = Ledger(home, source, entity).loads()
    losing = [load for load in loads if load.loaded_at == loads[-1].loaded_at and load.rows_quarantined]
    losing.sort(key=lambda load: (-load.rows_quarantined, load.file_name))
    return [
        f"{load.file_name}: {load.rows_quarantined:,} of {load.rows_read:,} rows were refused; why, says "
        f"{lake.quarantine_path(home, entity, source, load.load_id)}"
        for load in losing[:_TOLD]
    ]


def _content(load_id: str) -> str:
    return load_id.partition("-")[0]
