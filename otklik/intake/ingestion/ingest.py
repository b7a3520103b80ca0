"""One file into the raw lake: mapped, checked against its entity's contract, pseudonymised, counted.

The path of a row: the mapping's SELECT runs over the file in a DuckDB connection that can reach that file and nothing
else → types and contract are checked, row by row → accounts become subjects (`staging.py`) → rows seen before are
counted as duplicates → the rest is written once, under the hash of the file's bytes (`loading.py`). Whatever does not
pass goes to quarantine with its reason; rows that the mapping leaves out by design, and rows of whoever was erased, are
only counted. `rows_read = rows_loaded + rows_duplicate + rows_quarantined + rows_erased + rows_left_out`, always
(definition 26).
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from otklik.home.engine import connect, text_literal
from otklik.home.errors import OtklikError
from otklik.home.settings import Home
from otklik.intake.entities import entities
from otklik.intake.entity import Entity
from otklik.intake.ingestion import loading
from otklik.intake.ingestion.deliveries import ContentHashes, deliveries, strays
from otklik.intake.ingestion.leaving_out import LeavingOut
from otklik.intake.ingestion.ledger import MESSAGE_TEXT, QUARANTINE, ROWS, Ledger, Load
from otklik.intake.ingestion.loading import Counts
from otklik.intake.ingestion.mapping import MisfitError, typed_rows, why_unreadable
from otklik.intake.ingestion.pseudonyms import Pseudonyms, namespace_of, subjects_of
from otklik.intake.ingestion.refusals import size_of, write_blank, write_refused, write_unreadable
from otklik.intake.ingestion.staging import WRITING_LIMIT, ReadingError, Staged, stage_rows
from otklik.intake.ingestion.time_limit import within
from otklik.intake.ingestion.workplace import locked_connection, work_folder
from otklik.intake.keyed_ids import keyed_ids, register_ids
from otklik.intake.left_out import counts_of
from otklik.intake.owner_keys import KeyedDigests
from otklik.intake.readers.csv_file import CsvFile
from otklik.intake.readers.json_file import JsonFile
from otklik.intake.readers.json_lines import JsonLinesFile
from otklik.intake.readers.records import RecordsFile, reader_of
from otklik.intake.readers.tabular import (
    BrokenRecord,
    ParquetFile,
    TabularFile,
    UnreadableDeliveryError,
    is_blank,
    printable,
    require_whole,
)
from otklik.intake.readers.xlsx import XlsxFile
from otklik.intake.sources.configuration import EntityMapping, Format, Source
from otklik.intake.sources.table_options import TableOptions
from otklik.intake.tombstones import read_tombstones

# A load is named by what its rows are made of: another way to hash rows makes another load.
_ROW_HASH_VERSION = "2"

# Keys that a mapping and its options always had. One that came later is part of a load's name only where it is used, so
# that a platform which knows more keys finds the loads of one that knew fewer.
_FIRST_KEYS = {
    EntityMapping: frozenset({"select", "is_undated"}),
    TableOptions: frozenset({"delimiter", "quote", "encoding"}),
}

_TABLES: dict[Format, type[TabularFile]] = {
    Format.CSV: CsvFile,
    Format.JSONL: JsonLinesFile,
    Format.JSON: JsonFile,
    Format.HTTP_JSON: JsonLinesFile,  # pages that otklik/intake/harvesting/harvest.py wrote down
    Format.PARQUET: ParquetFile,
    Format.XLSX: XlsxFile,
}


@dataclass(frozen=True)
class _Door:
    """What the files of one source and entity are taken in by."""

    home: Home
    source: Source
    entity: Entity
    received_at: datetime
    pseudonyms: Pseudonyms | None
    ids: KeyedDigests
    leaving_out: LeavingOut | None
    ledger: Ledger


def ingest(
    home: Home, source: Source, entity_name: str, *, received_at: datetime, pseudonyms: Pseudonyms | None = None
) -> list[Load]:
    """Load every delivery of a source that this entity has not seen yet.

    Args:
        home: where the lake, the quarantine and the vault are.
        source: the entry of `sources.yaml`.
        entity_name: one of the entities the source feeds.
        received_at: the instant the platform took the files in; a row more than a day later is from the future.
        pseudonyms: who gives accounts their subjects; the home's vault unless this is a dry run.

    Returns:
        The new loads, in the order of the file names. Empty when everything was loaded before.

    Raises:
        ConfigurationError: no such file, or the mapping cannot run over it. A new file without the columns that the
            mapping names is quarantined instead, where the mapping fits another file.
    """
    ledger = Ledger(home, source.name, entity_name)
    ids = keyed_ids(home) if pseudonyms is None else KeyedDigests.passing()
    entity = entities()[entity_name]
    tombstones = read_tombstones(home, entity.realm, namespace_of(source, entity))
    leaving_out = LeavingOut(entity, source.name, tombstones) if tombstones else None
    door = _Door(home, source, entity, received_at, pseudonyms, ids, leaving_out, ledger)
    loads, misfits = [], []
    for path, load_id in present_loads(home, source, door.entity):
        if not ledger.has(load_id):
            try:
                loads.append(_load_file(door, path, load_id))
            except MisfitError as error:
                if ledger.has_other_mapping(load_id):
                    raise
                misfits.append((path, load_id, error))
                continue
        # also where the load stands already: a crash may have come between the two
        ledger.retire_other_mappings(load_id)
    if misfits and not ledger.has_read_a_file(_mapping_hash(source, door.entity)):
        raise misfits[0][2]
    loads += [_refuse_file(door, path, load_id, str(error)) for path, load_id, error in misfits]
    loads += [
        _refuse_link(door, path, load_id) for path, load_id in _strays(source, door.entity) if not ledger.has(load_id)
    ]
    return sorted(loads, key=lambda load: load.file_name)


def present_loads(home: Home, source: Source, entity: Entity) -> list[tuple[Path, str]]:
    """What lies at a source's path now, sorted by name: each file with the id of the load it makes.

    Raises:
        ConfigurationError: the path names one file, and the file is not there.
    """
    mapping_hash = _mapping_hash(source, entity)
    with ContentHashes(home) as hashes:
        return [(path, f"{hashes.of(path)[:16]}-{mapping_hash}") for path in deliveries(source)]


def _strays(source: Source, entity: Entity) -> list[tuple[Path, str]]:
    """Links that lead out of the inbox, each with the id of the load that says so."""
    mapping_hash = _mapping_hash(source, entity)
    named = [(path, os.fsencode(path) + b"\0" + os.fsencode(path.resolve())) for path in strays(source)]
    return [(path, f"{hashlib.sha256(told).hexdigest()[:16]}-{mapping_hash}") for path, told in named]


def _mapping_hash(source: Source, entity: Entity) -> str:
    """A load is made by a file and by the mapping that read it: another mapping makes another load.

    Fields that were added to the entity play no part: a mapping that fills them is another one anyway.
    """
    parts = (
        _ROW_HASH_VERSION,
        _as_json(source.entities[entity.name]),
        source.time_zone,
        source.account_namespace or "",
        str(source.columns),
        _as_json(source.options),
        str(entity.first_columns),
        "" if source.format.is_table else str(reader_of(source.format).MAPPINGS.get(entity.name)),
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:8]


def _as_json(model: EntityMapping | TableOptions) -> str:
    """A model as JSON, without keys that came later and stand at their defaults."""
    fields = type(model).model_fields
    later = fields.keys() - _FIRST_KEYS[type(model)]
    return model.model_dump_json(exclude={name for name in later if getattr(model, name) == fields[name].default})


def _load_file(door: _Door, path: Path, load_id: str) -> Load:
    with work_folder(door.home) as work:
        try:
            require_whole(path)
            is_empty = path.is_file() and is_blank(path)
            counts = write_blank(door.entity, work) if is_empty else _write(door, path, work, load_id)
        except UnreadableDeliveryError as error:
            counts = write_unreadable(door.entity, door.source.name, path, work, reason=str(error))
        return _finish(door, path, load_id, counts, work)


def _refuse_file(door: _Door, path: Path, load_id: str, reason: str) -> Load:
    with work_folder(door.home) as work:
        return _finish(
            door, path, load_id, write_unreadable(door.entity, door.source.name, path, work, reason=reason), work
        )


def _refuse_link(door: _Door, path: Path, load_id: str) -> Load:
    """One quarantined row for a link: what it leads to is neither opened nor named."""
    reason = "refused: a link that leads out of the inbox; deliver the file itself"
    with work_folder(door.home) as work:
        counts = write_refused(door.entity, door.source.name, path, work, reason=reason, raw=printable(path.name))
        return _finish(door, path, load_id, counts, work, file_bytes=0)


def _finish(
    door: _Door, path: Path, load_id: str, counts: Counts, work: Path, *, file_bytes: int | None = None
) -> Load:
    load = Load(
        load_id=load_id,
        source_name=door.source.name,
        entity_name=door.entity.name,
        file_name=path.name,
        file_bytes=size_of(path) if file_bytes is None else file_bytes,
        rows_read=counts["rows_read"],
        rows_loaded=counts["rows_loaded"],
        rows_duplicate=counts["rows_duplicate"],
        rows_quarantined=counts["rows_quarantined"],
        rows_erased=counts["rows_erased"],
        rows_left_out=counts["left_out"].total(),
        first_event_at=counts["first_event_at"],
        last_event_at=counts["last_event_at"],
        loaded_at=door.received_at,
        **counts_of(counts["left_out"]),
    )
    door.ledger.add(load, work)
    return load


def _write(door: _Door, path: Path, work: Path, load_id: str) -> Counts:
    """Map, check, pseudonymise and tell apart one file's rows; leaves the finished files in the work folder."""
    source, entity = door.source, door.entity
    with locked_connection(path, work) as reading, connect() as connection:
        # one thread: rows come from one stream and are written in order, and a second one mostly waits at full speed;
        # with one thread the order stays without being asked for, and only then may row groups be bounded by bytes
        connection.execute(
            f"set threads = 1; set preserve_insertion_order = false; set memory_limit = '{WRITING_LIMIT}'; "
            f"set temp_directory = {text_literal(work)}"
        )
        register_ids(connection, door.ids)
        file = _TABLES.get(source.format, RecordsFile)(reading, path, source, work)
        with subjects_of(door.home, source, entity, door.pseudonyms) as subjects:

            def stage() -> Staged:
                query = typed_rows(reading, file, source, entity, received_at=door.received_at)
                return stage_rows(
                    reading,
                    query,
                    connection,
                    entity,
                    subjects,
                    work,
                    leaving_out=door.leaving_out,
                    source_name=source.name,
                    file_name=path.name,
                    loaded_at=door.received_at,
                )

            told = (
                f"source {source.name!r}, entity {entity.name!r}: `select` worked on {path.name} for more than "
                f"{source.mapping_minutes:g} minutes and was stopped. Make it cheaper, or raise `mapping_minutes`."
            )
            try:
                staged = within(source.mapping_minutes * 60, reading, lambda: _read_all(file, stage), told=told)
            except ReadingError as error:
                if error.is_ours:
                    raise OtklikError(f"{path.name}: {error}") from error
                raise why_unreadable(error, file, source, entity) from error
            except duckdb.OutOfMemoryException as error:
                raise OtklikError(f"{path.name}: {error}") from error
            except duckdb.Error as error:
                raise why_unreadable(error, file, source, entity) from error
        # a reference file stands for itself: the rows of another count no longer once that one is gone
        earlier = [] if entity.is_reference else door.ledger.earlier_rows(load_id)
        loading.decide_fates(connection, entity, staged, earlier)
        about = {"source_name": source.name, "file_name": path.name}
        n_rejected, n_broken = loading.write_quarantine(
            connection, entity, staged, _of_nobody_erased(door, staged, file), work / QUARANTINE, **about
        )
        if entity.has_restricted_text:
            loading.write_restricted_text(connection, work / MESSAGE_TEXT)
        loading.write_rows(connection, entity, staged, work / ROWS)
        return loading.count_rows(connection, entity, staged, work / ROWS, n_rejected=n_rejected, n_broken=n_broken)


def _of_nobody_erased(door: _Door, staged: Staged, file: TabularFile) -> Iterator[BrokenRecord]:
    """Records that could not be read, without those that mention somebody who was erased: these are counted."""
    for record in file.broken_records():
        if door.leaving_out is not None and door.leaving_out.is_mentioned(record.raw):
            staged.n_erased += 1
        else:
            yield record


def _read_all(file: TabularFile, stage: Callable[[], Staged]) -> Staged:
    """Stream a file's rows; where a record breaks the reading off, once more over those that can be read."""
    try:
        file.attach()
        return stage()
    except (ReadingError, duckdb.InvalidInputException):
        if not file.attach_without_broken():
            raise
        return stage()
