"""A file's rows on their way into the lake: streamed once, accounts become subjects, refused rows step aside.

Two DuckDB connections with Arrow batches between them. The first reads the file through its mapping and can reach
nothing else; the second writes Parquet and never sees an account. Memory is bounded by a batch, whatever the file's
size; what must be known of all rows at once (which are equal) is asked of the finished file, in `loading.py`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from otklik.home.engine import text_literal
from otklik.home.lake import AS_PARQUET
from otklik.intake.entity import Entity, Role
from otklik.intake.ingestion.leaving_out import LeavingOut
from otklik.intake.keyed_ids import id_columns
from otklik.intake.left_out import LEFT_OUT

Subjects = Callable[[Iterable[str]], dict[str, str]]
"""Accounts to the subject of each."""

# A batch ends by whichever comes first: many short rows, or few long ones. It is gathered from small pieces, since
# DuckDB counts rows and not bytes.
_BATCH_ROWS, _BATCH_BYTES, _PIECE_ROWS = 50_000, 16 << 20, 2_048

# what a typed row says of itself, besides what it holds
_BESIDE_ROW = ("problem", "raw", LEFT_OUT)

# Ceilings, not reservations. The reader of a Parquet file holds whole row groups; of other files, a few buffers.
READING_LIMIT, WRITING_LIMIT = "600MB", "320MB"

REFUSED_SCHEMA = pa.schema(
    [
        ("mapped_row", pa.int64()),
        ("origin_row", pa.int64()),
        ("field", pa.string()),
        ("reason", pa.string()),
        ("raw", pa.string()),
    ]
)


class ReadingError(Exception):
    """A file cannot be read to its end through its mapping; the message is DuckDB's."""

    @property
    def is_ours(self) -> bool:
        """Whether the machine fell short and not the file: such a file must not be called unreadable."""
        return "Out of Memory" in str(self) or "IO Error: Could not write" in str(self)


@dataclass
class Staged:
    """What streaming left in the work folder.

    Attributes:
        rows: rows that keep the contract, in the file's order: the entity's stored columns, and words that only the
            restricted part of the lake may keep.
        refused: columns of `REFUSED_SCHEMA`, in the file's order; `mapped_row` counts the mapping's rows from 1.
        n_rows: rows in `rows`.
        n_refused: rows in `refused`.
        n_erased: rows left out since they speak of somebody who was erased; they are nowhere.
        left_out: reason → rows that the mapping leaves out by design; they are nowhere either.
    """

    rows: Path
    refused: Path
    n_rows: int = 0
    n_refused: int = 0
    n_erased: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def n_mapped(self) -> int:
        """Rows that the mapping gave."""
        return self.n_rows + self.n_refused + self.n_erased + self.left_out.total()


def stage_rows(
    reading: duckdb.DuckDBPyConnection,
    query: str,
    writing: duckdb.DuckDBPyConnection,
    entity: Entity,
    give_subjects: Subjects,
    work: Path,
    *,
    leaving_out: LeavingOut | None,
    source_name: str,
    file_name: str,
    loaded_at: datetime,
) -> Staged:
    """Run a mapping's query and write its rows to the work folder.

    Args:
        reading: the connection the query runs in.
        query: as `mapping.typed_rows` gives it.
        writing: another connection, which may write to the work folder and can make keyed ids.
        entity: what the rows are.
        give_subjects: gives accounts their subjects; called once a batch.
        work: where `staged.parquet` and `refused.parquet` go.
        leaving_out: what rows of erased people are known by; None where nobody was erased.
        source_name: the source that the rows come from.
        file_name: the delivery's name, kept beside every row.
        loaded_at: the instant it was taken in, kept beside every row.

    Raises:
        ReadingError: the file cannot be read to its end through this mapping.
    """
    staged = Staged(rows=work / "staged.parquet", refused=work / "refused.parquet")
    try:
        reader = reading.execute(query).to_arrow_reader(_PIECE_ROWS)
    except duckdb.Error as error:
        raise ReadingError(str(error)) from error
    with pq.ParquetWriter(staged.refused, REFUSED_SCHEMA, compression="zstd") as refused:
        stream = _Stream(entity, reader, give_subjects, leaving_out, staged, refused)
        writing.register("typed", pa.RecordBatchReader.from_batches(stream.schema, stream.batches()))
        try:
            rows = _staged_sql(entity, source_name, file_name, loaded_at)
            writing.execute(f"copy ({rows}) to {text_literal(staged.rows)} {AS_PARQUET}")
        except duckdb.Error:
            # the writer sees only that the stream broke off; the reader knows why
            if stream.failure is not None:
                raise stream.failure from None
            raise
        finally:
            writing.unregister("typed")
    return staged


def _staged_sql(entity: Entity, source_name: str, file_name: str, loaded_at: datetime) -> str:
    """The stored columns of the streamed rows, and the words that only the restricted part of the lake may keep."""
    columns = []
    for one in entity.fields:
        match one.role:
            case Role.ACCOUNTS:
                columns.append(f"list_sort(list_distinct({one.stored_name})) as {one.stored_name}")
            case Role.RESTRICTED_TEXT:
                pass
            case _:
                columns.append(one.stored_name)
    if entity.has_text:
        words = " || chr(10) || ".join(f"coalesce({one.name}, '')" for one in entity.text_fields)
        columns.append(f"md5({words}) as text_hash")
    restricted = [one.name for one in entity.fields if one.role is Role.RESTRICTED_TEXT]
    origin = f"""
        origin_row,
        {text_literal(file_name)} as file_name,
        {text_literal(loaded_at.isoformat())}::timestamptz as loaded_at
    """
    hashed = f"{_row_hash(entity)} as row_hash"
    ids = id_columns(entity, text_literal(source_name))
    return f"""
        with stored as (select {", ".join([*columns, "origin_row", *restricted])} from typed)
        select {", ".join([*_before_hash(entity), hashed, origin, *ids, *restricted])}
        from stored
    """


def _before_hash(entity: Entity) -> list[str]:
    """Names of the stored columns that say what a row holds; its hash and its origin come behind them."""
    columns = list(entity.stored_columns)
    return columns[: columns.index("row_hash")]


def _row_hash(entity: Entity) -> str:
    """SQL: MD5 of what a stored row holds; where it came from is no part of it.

    Words already hashed are not hashed twice, and an instant is taken as a number: spelling it in a zone is slow.
    Fields that were added to the contract stand behind the others, named, and only where they are filled: a row without
    them is known again in loads from before.
    """
    is_words_hashed = [one.role for one in entity.text_fields] == [Role.TEXT]
    values, added = [], []
    for name in _before_hash(entity):
        spelt = f"epoch_us({name})::varchar" if entity.stored_columns[name] == "TIMESTAMPTZ" else f"{name}::varchar"
        if name not in entity.first_columns:
            added.append(f"'{name}=' || {spelt}")
        elif is_words_hashed and name == entity.text_fields[0].name:
            values.append(f"({name} is null)::varchar")
        else:
            values.append(f"coalesce({spelt}, chr(0))")
    # chr(31) between values: no two different rows spell one string. concat_ws leaves out what is NULL.
    return f"md5(concat_ws(chr(31), {', '.join([*values, *sorted(added)])}))"


@dataclass
class _Stream:
    """The batches between the two connections."""

    entity: Entity
    reader: pa.RecordBatchReader
    give_subjects: Subjects
    leaving_out: LeavingOut | None
    staged: Staged
    refused: pq.ParquetWriter
    failure: Exception | None = None
    schema: pa.Schema = field(init=False)

    def __post_init__(self) -> None:
        kinds = {Role.ACCOUNT: pa.string(), Role.ACCOUNTS: pa.list_(pa.string())}
        of_field = {one.name: one for one in self.entity.fields}
        fields = []
        for column in self.reader.schema:
            if column.name in _BESIDE_ROW:
                continue
            one = of_field.get(column.name)
            is_account = one is not None and one.role in kinds
            fields.append(pa.field(one.stored_name, kinds[one.role]) if one and is_account else column)
        self.schema = pa.schema(fields)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Batches of rows that keep the contract, with subjects for accounts."""
        try:
            for batch in self._gathered():
                yield self._kept(batch)
        except Exception as error:
            self.failure = error
            raise

    def _gathered(self) -> Iterator[pa.RecordBatch]:
        """The reader's pieces put together to batches, so that what is done once a batch is not done too often."""
        pieces: list[pa.RecordBatch] = []
        n_rows = n_bytes = 0
        for piece in self._read():
            pieces.append(piece)
            n_rows, n_bytes = n_rows + piece.num_rows, n_bytes + piece.nbytes
            if n_rows >= _BATCH_ROWS or n_bytes >= _BATCH_BYTES:
                yield pa.concat_batches(pieces)
                pieces, n_rows, n_bytes = [], 0, 0
        if pieces:
            yield pa.concat_batches(pieces)

    def _read(self) -> Iterator[pa.RecordBatch]:
        """The reader's batches; behind the first one, Arrow hands on DuckDB's complaints as its own."""
        while True:
            try:
                batch = self.reader.read_next_batch()
            except StopIteration:
                return
            except (duckdb.Error, pa.ArrowException, OSError) as error:
                raise ReadingError(str(error)) from error
            yield batch

    def _kept(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        first = self.staged.n_mapped + 1
        numbers = pa.array(np.arange(first, first + batch.num_rows))
        origin = pc.coalesce(batch.column("origin_row"), numbers)
        batch = batch.set_column(batch.schema.get_field_index("origin_row"), "origin_row", origin)
        problem = batch.column("problem")
        if problem.null_count < batch.num_rows:
            is_refused = pc.is_valid(problem)
            self._write_refused(batch.filter(is_refused), numbers.filter(is_refused))
            batch = batch.filter(pc.is_null(problem))
        if LEFT_OUT in batch.schema.names:
            batch = self._taken(batch)
        if self.leaving_out is not None:
            n_before = batch.num_rows
            batch = self.leaving_out.kept(batch)
            self.staged.n_erased += n_before - batch.num_rows
        self.staged.n_rows += batch.num_rows
        return self._pseudonymous(batch)

    def _taken(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch without the rows that the mapping leaves out, which are counted by their reasons."""
        reasons = batch.column(LEFT_OUT)
        if reasons.null_count == batch.num_rows:
            return batch
        for one in pc.value_counts(reasons.drop_null()).to_pylist():
            self.staged.left_out[one["values"]] += one["counts"]
        return batch.filter(pc.is_null(reasons))

    def _write_refused(self, batch: pa.RecordBatch, numbers: pa.Array) -> None:
        if self.leaving_out is not None:
            keeps = pa.array([not self.leaving_out.is_mentioned(raw) for raw in batch.column("raw").to_pylist()])
            self.staged.n_erased += batch.num_rows - pc.sum(keeps).as_py()
            batch, numbers = batch.filter(keeps), numbers.filter(keeps)
        parts = pc.split_pattern(batch.column("problem"), "|", max_splits=1)
        columns = [
            numbers,
            batch.column("origin_row"),
            pc.list_element(parts, 0),
            pc.list_element(parts, 1),
            batch.column("raw"),
        ]
        self.refused.write_table(pa.Table.from_arrays(columns, names=REFUSED_SCHEMA.names).cast(REFUSED_SCHEMA))
        self.staged.n_refused += batch.num_rows

    def _pseudonymous(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = {name: batch.column(name) for name in batch.schema.names if name not in _BESIDE_ROW}
        accounts = {one.name: _accounts(columns[one.name]) for one in self.entity.account_fields}
        if accounts:
            distinct = pc.unique(pa.concat_arrays(list(accounts.values()))).drop_null()
            # by way of NumPy, ten times as fast as by way of Arrow's scalars
            names = distinct.to_numpy(zero_copy_only=False).tolist()
            given = self.give_subjects(names)
            subject_of = pa.array([given[name] for name in names], pa.string())
            for field_name, array in accounts.items():
                subjects = subject_of.take(pc.index_in(array, distinct))
                columns[field_name] = _like(columns[field_name], subjects)
        return pa.RecordBatch.from_arrays(list(columns.values()), schema=self.schema)


def _accounts(column: pa.Array) -> pa.Array:
    """A column's accounts, one after the other."""
    return column.flatten() if pa.types.is_list(column.type) else column


def _like(column: pa.Array, subjects: pa.Array) -> pa.Array:
    """Subjects in the shape of the column that held their accounts."""
    if not pa.types.is_list(column.type):
        return subjects
    return pa.ListArray.from_arrays(_offsets(column), subjects, mask=pc.is_null(column))


def _offsets(column: pa.ListArray) -> pa.Array:
    """Where each list of a column begins among its flattened values; a missing list holds none."""
    lengths = pc.fill_null(pc.list_value_length(column), 0)
    return pa.array(np.concatenate([[0], np.cumsum(lengths.to_numpy(zero_copy_only=False))]).astype(np.int32))
