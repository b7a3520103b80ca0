"""What becomes of a load's staged rows: new, duplicate or in conflict; then Parquet for the lake and the quarantine.

The rows are on disk (`staging.py`), so only the columns that tell rows apart are read, and a file without repetitions,
as nearly all are, is not written again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypedDict

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from otklik.home.engine import text_literal
from otklik.home.lake import AS_PARQUET
from otklik.intake.entity import Entity
from otklik.intake.ingestion.staging import Staged
from otklik.intake.readers.tabular import BrokenLog, BrokenRecord

_CONFLICT = "another row of this file has the same id and other content"


class Counts(TypedDict):
    """The ledger's figures of one load: rows, those left out by reason, its span in UTC, if any."""

    rows_read: int
    rows_loaded: int
    rows_duplicate: int
    rows_quarantined: int
    rows_erased: int
    left_out: Counter[str]
    first_event_at: datetime | None
    last_event_at: datetime | None


def decide_fates(
    connection: duckdb.DuckDBPyConnection, entity: Entity, staged: Staged, earlier: Sequence[Path]
) -> None:
    """Make the view `staged` and the table `fate(staged_row, fate)`: rows not to be loaded, `duplicate` or `conflict`.

    Args:
        connection: may read the work folder and the entity's loads.
        entity: what the rows are.
        staged: where the rows are.
        earlier: row files of earlier loads of the same source and entity.
    """
    connection.execute(
        f"""
        create or replace temp view staged as
        select * exclude (file_row_number), file_row_number as staged_row
        from read_parquet({text_literal(staged.rows)}, file_row_number = true);
        create or replace temp table fate (staged_row bigint, fate varchar)
        """
    )
    if not _are_all_distinct(connection, ["row_hash"]):
        connection.execute(
            """
            insert into fate
            with repeated as (
                select row_hash, min(staged_row) as first_row from staged group by row_hash having count(*) > 1
            )
            select staged_row, 'duplicate'
            from staged join repeated using (row_hash)
            where staged_row <> first_row
            """
        )
    if earlier and entity.is_register:
        connection.execute(f"insert into fate {_standing_sql(entity, earlier)}")
    elif earlier:
        connection.execute(f"insert into fate {_seen_before_sql(connection, entity, earlier)}")
    if entity.key and not _are_all_distinct(connection, [*entity.key, *entity.version]):
        connection.execute(f"insert into fate {_conflicting_sql(entity)}")


def _are_all_distinct(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> bool:
    """Whether no two staged rows agree in the columns; told by 64-bit hashes, far cheaper than finding the rows.

    False may be said of rows that only look alike (one chance in millions): what follows then compares them exactly.
    """
    found = connection.execute(f"select count(*) = count(distinct hash({', '.join(names)})) from staged").fetchone()
    return bool(found and found[0])


def _seen_before_sql(connection: duckdb.DuckDBPyConnection, entity: Entity, earlier: Sequence[Path]) -> str:
    """Rows an earlier load has. The span lets Parquet statistics skip the loads of other times."""
    files = ", ".join(text_literal(path) for path in earlier)
    span = ""
    if entity.event_time is not None:
        time = entity.event_time.name
        # as literals: only those are compared with the statistics
        limits = connection.execute(f"select min({time})::varchar, max({time})::varchar from staged").fetchone()
        first, last = limits or (None, None)
        between = f"or {time} between '{first}'::timestamptz and '{last}'::timestamptz" if first else ""
        span = f"where {time} is null {between}"
    return f"""
        select staged_row, 'duplicate'
        from staged
        semi join (
            select row_hash from read_parquet([{files}], hive_partitioning = false) {span}
        ) using (row_hash)
        where staged_row not in (select staged_row from fate)
    """


def _standing_sql(entity: Entity, earlier: Sequence[Path]) -> str:
    """Rows that say what the register says already. One that takes a correction back says something new."""
    files = ", ".join(text_literal(path) for path in earlier)
    names = ", ".join([*entity.key, *entity.version])
    return f"""
        select staged_row, 'duplicate'
        from staged
        semi join (
            select arg_max(row_hash, (loaded_at, file_name, row_hash)) as row_hash
            -- the staged rows lend their columns: loads from before a field was added have none for it
            from (
                from staged where false
                union all by name
                from read_parquet([{files}], hive_partitioning = false, union_by_name = true)
            )
            group by {names}
        ) using (row_hash)
        where staged_row not in (select staged_row from fate)
    """


def _conflicting_sql(entity: Entity) -> str:
    """Rows of one file that claim to be the same version of the same thing, with other content: one is kept.

    It is the latest, and of equally late ones that with the highest hash: whatever the order of rows in the file.
    """
    names = [*entity.key, *entity.version]
    same = " and ".join(f"staged.{name} is not distinct from kept.{name}" for name in names)
    time = f"coalesce({entity.event_time.name}, '-infinity')" if entity.event_time else "0"
    return f"""
        with kept as (
            select {", ".join(names)}, arg_max(row_hash, ({time}, row_hash)) as kept_hash
            from staged
            group by all
            having min(row_hash) <> max(row_hash)
        )
        select staged_row, 'conflict'
        from staged join kept on {same}
        where row_hash <> kept_hash and staged_row not in (select staged_row from fate)
    """


def write_rows(connection: duckdb.DuckDBPyConnection, entity: Entity, staged: Staged, path: Path) -> None:
    """Write the new rows in the file's order; they are moved where they can stay as they are.

    Nothing that is published depends on that order: tables are ordered by what rows hold.
    """
    if not entity.has_restricted_text and not _count(connection, "fate"):
        staged.rows.rename(path)
        return
    columns = ", ".join(entity.stored_columns)
    _copy(connection, f"select {columns} from staged anti join fate using (staged_row) order by staged_row", path)


def write_restricted_text(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the words of the new internal messages, in the file's order: sorting words takes memory for all of them."""
    words = """
        select text_hash, sent_at, subject, body from staged
        where staged_row in (
            select min(staged_row)
            from staged anti join fate using (staged_row)
            where subject is not null or body is not null
            -- one hash may stand for two ways to divide words into subject and body
            group by text_hash, sent_at, coalesce(length(subject), -1)
        )
    """
    _copy(connection, words, path)


def write_quarantine(
    connection: duckdb.DuckDBPyConnection,
    entity: Entity,
    staged: Staged,
    broken: Iterable[BrokenRecord],
    path: Path,
    *,
    source_name: str,
    file_name: str,
) -> tuple[int, int]:
    """Write what was rejected with field and reason; no file when nothing was.

    A row is kept as it came; one in conflict as it would have been stored, since it kept the contract.

    Returns:
        How many rows were rejected, and how many of them are broken records.
    """
    with BrokenLog(path.with_name("broken.parquet")) as log:
        for record in broken:
            log.add(record)
    rejected = f"""
        select origin_row, field, reason, raw from read_parquet({text_literal(staged.refused)})
        union all
        select origin_row, {text_literal(", ".join(entity.key))}, {text_literal(_CONFLICT)}, to_json(staged)::varchar
        from staged semi join (from fate where fate = 'conflict') using (staged_row)
        union all
        select origin_row, null, reason, raw from read_parquet({text_literal(log.path)})
    """
    n_rejected = _count(connection, f"({rejected})")
    if n_rejected:
        about = {"source_name": source_name, "entity_name": entity.name, "file_name": file_name}
        named = ", ".join(f"{text_literal(value)} as {name}" for name, value in about.items())
        columns = f"select {named}, origin_row, reason, field, raw from ({rejected}) order by origin_row, reason, raw"
        _copy(connection, columns, path)
    return n_rejected, log.n_records


def write_whole_file_quarantine(
    entity: Entity, reason: str, raw: str, path: Path, *, source_name: str, file_name: str
) -> None:
    """Write the one line that stands for a delivery that could not be read at all."""
    line = {
        "source_name": source_name,
        "entity_name": entity.name,
        "file_name": file_name,
        "origin_row": 1,
        "reason": reason,
        "field": None,
        "raw": raw,
    }
    schema = pa.schema([(name, pa.int64() if name == "origin_row" else pa.string()) for name in line])
    pq.write_table(pa.Table.from_pylist([line], schema=schema), path, compression="zstd")


def count_rows(
    connection: duckdb.DuckDBPyConnection, entity: Entity, staged: Staged, rows: Path, *, n_rejected: int, n_broken: int
) -> Counts:
    """The ledger's figures, each counted where it can be seen: loaded rows in their file, rejected ones in theirs.

    Raises:
        AssertionError: they do not balance, which no input may cause.
    """
    counts = Counts(
        rows_read=staged.n_mapped + n_broken,
        rows_loaded=pq.read_metadata(rows).num_rows,
        rows_duplicate=_count(connection, "fate where fate = 'duplicate'"),
        rows_quarantined=n_rejected,
        rows_erased=staged.n_erased,
        left_out=staged.left_out,
        first_event_at=None,
        last_event_at=None,
    )
    fates = ("rows_loaded", "rows_duplicate", "rows_quarantined", "rows_erased")
    accounted = sum(counts[fate] for fate in fates) + staged.left_out.total()  # type: ignore[literal-required]
    if counts["rows_read"] != accounted:
        raise AssertionError(f"{entity.name}: {counts['rows_read']} rows read, {accounted} accounted for")
    if entity.event_time is not None:
        time = entity.event_time.name
        span = connection.execute(f"select min({time}), max({time}) from read_parquet({text_literal(rows)})").fetchone()
        counts["first_event_at"], counts["last_event_at"] = span or (None, None)
    return counts


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    found = connection.execute(f"select count(*) from {rows}").fetchone()
    return int(found[0]) if found else 0


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    connection.execute(f"copy ({query}) to {text_literal(path)} {AS_PARQUET}")
