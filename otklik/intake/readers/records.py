"""Exports with a structure of their own: a reader yields records, which become the view `source` like any table.

A reader is a module with four names: `SCHEMA` (the view's columns), `MAPPINGS` (entity → the SELECT that is used when
`sources.yaml` gives none), `TAKES_FOLDERS` (whether a delivery may be a folder) and `read`. It knows no DuckDB and no
lake. Memory is bounded by a batch: records go to a Parquet file in the work folder as they come.
"""

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, cast

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from otklik.home.engine import text_literal
from otklik.intake.readers.tabular import BrokenLog, BrokenRecord, TabularFile, printable
from otklik.intake.sources.configuration import Format, Source

# A batch ends by whichever comes first: few long mails, or many short messages.
_BATCH_RECORDS = 5_000
_BATCH_CHARACTERS = 16 << 20

# What Arrow raises over a Python value; ArrowInvalid is a ValueError, and so is UnicodeEncodeError.
_UNSTORABLE = (ValueError, TypeError, OverflowError)

Record = Mapping[str, Any]
Read = Callable[[Path], Iterator[Record | BrokenRecord]]


class Reader(Protocol):
    """What a reader's module must hold."""

    SCHEMA: pa.Schema
    MAPPINGS: Mapping[str, str]
    TAKES_FOLDERS: bool
    read: Read


def reader_of(kind: Format) -> Reader:
    """The reader's module of a format; imported when first asked for."""
    return cast(Reader, importlib.import_module(f"otklik.intake.readers.{kind.value}"))


class RecordsFile(TabularFile):
    """A delivery that one of the readers understands."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, source: Source, work: Path) -> None:
        super().__init__(connection, path, source, work)
        self._reader = reader_of(source.format)
        self._broken: Iterable[BrokenRecord] = ()

    def attach(self) -> None:
        """Read the delivery to its end and create the view over what was understood."""
        records = self.work / "records.parquet"
        with BrokenLog(self.work / "unread.parquet") as broken:
            for record in self._write(records):
                broken.add(record)
        self._broken = broken
        self.create_view(f"select * from read_parquet({text_literal(records)})")

    def broken_records(self) -> Iterable[BrokenRecord]:
        """What the reader could not understand, with its reason."""
        return self._broken

    def _write(self, target: Path) -> Iterator[BrokenRecord]:
        schema = pa.schema([pa.field("source_row", pa.int64()), *self._reader.SCHEMA])
        number, characters = 0, 0
        batch: list[dict[str, Any]] = []
        with pq.ParquetWriter(target, schema) as writer:
            for record in self._reader.read(self.path):
                if isinstance(record, BrokenRecord):
                    yield _storable(record)
                    continue
                number += 1
                batch.append({"source_row": number, **record})
                characters += sum(len(value) for value in record.values() if isinstance(value, str))
                if len(batch) == _BATCH_RECORDS or characters > _BATCH_CHARACTERS:
                    yield from _write_batch(writer, batch, schema)
                    batch, characters = [], 0
            yield from _write_batch(writer, batch, schema)


def _write_batch(writer: pq.ParquetWriter, batch: list[dict[str, Any]], schema: pa.Schema) -> Iterator[BrokenRecord]:
    """Write records; one with a value its column cannot hold (half a character, a huge number) is set aside."""
    try:
        writer.write_table(pa.Table.from_pylist(batch, schema=schema))
    except _UNSTORABLE:
        good = []
        for record in batch:
            try:
                pa.Table.from_pylist([record], schema=schema)
            except _UNSTORABLE as error:
                reason = _why_unstorable(error)
                yield _storable(BrokenRecord(record.get("origin_row") or record["source_row"], reason, repr(record)))
            else:
                good.append(record)
        writer.write_table(pa.Table.from_pylist(good, schema=schema))


def _why_unstorable(error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        return "bad encoding: a text holds half of a character"
    return "broken record: a number beyond 64 bits, or a value of another kind than its field"


def _storable(record: BrokenRecord) -> BrokenRecord:
    return replace(record, reason=printable(record.reason), raw=printable(record.raw))
