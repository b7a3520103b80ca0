"""A file's rows on their way into the lake: streamed once, accounts become subjects, refused rows step aside.

Two DuckDB connections with Arrow batches between them. The first reads the file through its mapping and can reach
nothing else; the second writes Parquet and never sees an account. Memory is bounded by a batch, whatever the file's
size; what must be known of all rows at once (which are equal) is asked of the finished file, in `loading.py`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.engine import connect
from orchestration.entities import Entity, Role
from orchestration.readers.tabular import text_literal

Subjects = Callable[[Iterable[str]], dict[str, str]]
"""Accounts to the subject of each."""

_BATCH_ROWS = 20_000

# both connections and Python's own share stay under a gigabyte together
MEMORY_LIMIT = "350MB"

REFUSED_SCHEMA = pa.schema(
    [
        ("mapped_row", pa.int64()),
        ("origin_row", pa.int64()),
        ("field", pa.string()),
        ("reason", pa.string()),
        ("raw", pa.string()),
    ]
)


@dataclass
class Staged:
    """What streaming left in the work folder.

    Attributes:
        rows: rows that keep the contract, in the file's order: the entity's stored columns, and words that only the
            restricted part of the lake may keep.
        refused: columns of `REFUSED_SCHEMA`, in the file's order; `mapped_row` counts the mapping's rows from 1.
        n_rows: rows in `rows`.
        n_refused: rows in `refused`.
    """

    rows: Path
    refused: Path
    n_rows: int = 0
    n_refused: int = 0

    @property
    def n_mapped(self) -> int:
        """Rows that the mapping gave."""
        return self.n_rows + self.n_refused


def stage_rows(
    reading: duckdb.DuckDBPyConnection, query: str, entity: Entity, give_subjects: Subjects, work: Path
) -> Staged:
    """Run a mapping's query and write its rows to the work folder.

    Args:
        reading: the connection the query runs in.
        query: as `mapping.typed_rows` gives it.
        entity: what the rows are.
        give_subjects: gives accounts their subjects; called once a batch.
        work: where `staged.parquet` and `refused.parquet` go.

    Raises:
        duckdb.Error: the file cannot be read to its end.
    """
    staged = Staged(rows=work / "staged.parquet", refused=work / "refused.parquet")
    reader = reading.execute(query).to_arrow_reader(_BATCH_ROWS)
    with pq.ParquetWriter(staged.refused, REFUSED_SCHEMA, compression="zstd") as refused:
        stream = _Stream(entity, reader, give_subjects, staged, refused)
        batches = pa.RecordBatchReader.from_batches(stream.schema, stream.batches())
        with connect() as writing:
            writing.execute(f"set memory_limit = '{MEMORY_LIMIT}'; set temp_directory = {text_literal(work)}")
            writing.register("typed", batches)
            try:
                writing.execute(
                    f"copy (select {', '.join(_staged_columns(entity))} from typed) "
                    f"to {text_literal(staged.rows)} (format parquet, compression zstd)"
                )
            except duckdb.Error:
                # the writer sees only that the stream broke off; the reader knows why
                if stream.failure is not None:
                    raise stream.failure from None
                raise
    return staged


def _staged_columns(entity: Entity) -> list[str]:
    """The entity's stored columns, `row_hash` made of content and subjects, and words for the restricted lake.

    The hash begins with a hash of the content alone: of two versions that contradict each other the same one is
    kept in every home, though subjects are random.
    """
    columns = []
    subjects = []
    for one in entity.fields:
        match one.role:
            case Role.ACCOUNT:
                subjects.append(f"coalesce({one.stored_name}, chr(0))")
                columns.append(one.stored_name)
            case Role.ACCOUNTS:
                distinct = f"list_sort(list_distinct({one.stored_name}))"
                subjects.append(f"coalesce({distinct}::varchar, chr(0))")
                columns.append(f"{distinct} as {one.stored_name}")
            case Role.RESTRICTED_TEXT:
                pass
            case _:
                columns.append(one.name)
    if entity.has_text:
        columns.append("text_hash")
    whole = f"md5(concat_ws(chr(31), content_hash, {', '.join(subjects)}))" if subjects else "content_hash"
    columns.append(f"left(content_hash, 16) || left({whole}, 16) as row_hash")
    restricted = [one.name for one in entity.fields if one.role is Role.RESTRICTED_TEXT]
    return [*columns, "origin_row", *restricted]


@dataclass
class _Stream:
    """The batches between the two connections."""

    entity: Entity
    reader: pa.RecordBatchReader
    give_subjects: Subjects
    staged: Staged
    refused: pq.ParquetWriter
    failure: Exception | None = None
    schema: pa.Schema = field(init=False)

    def __post_init__(self) -> None:
        kinds = {Role.ACCOUNT: pa.string(), Role.ACCOUNTS: pa.list_(pa.string())}
        of_field = {one.name: one for one in self.entity.fields}
        fields = []
        for column in self.reader.schema:
            if column.name in ("problem", "raw"):
                continue
            one = of_field.get(column.name)
            is_account = one is not None and one.role in kinds
            fields.append(pa.field(one.stored_name, kinds[one.role]) if one and is_account else column)
        self.schema = pa.schema(fields)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Batches of rows that keep the contract, with subjects for accounts."""
        try:
            for batch in self.reader:
                yield self._kept(batch)
        except Exception as error:
            self.failure = error
            raise

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
        self.staged.n_rows += batch.num_rows
        return self._pseudonymous(batch)

    def _write_refused(self, batch: pa.RecordBatch, numbers: pa.Array) -> None:
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
        columns = {name: batch.column(name) for name in batch.schema.names if name not in ("problem", "raw")}
        accounts = {one.name: _accounts(columns[one.name]) for one in self.entity.account_fields}
        if accounts:
            distinct = pc.unique(pa.concat_arrays(list(accounts.values()))).drop_null()
            given = self.give_subjects(distinct.to_pylist())
            subject_of = pa.array([given[account] for account in distinct.to_pylist()], pa.string())
            for name, array in accounts.items():
                subjects = subject_of.take(pc.index_in(array, distinct))
                columns[name] = _like(columns[name], subjects)
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
