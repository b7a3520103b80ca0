"""What becomes of a load's typed rows: pseudonyms, then new, duplicate or quarantined, then Parquet.

Continues in the DuckDB connection where `mapping.py` left `mapped` and `typed`: `ready` (subjects
instead of accounts, row hashes) → `fate` (rows that are not to be loaded, and why) → files.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypedDict

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.entities import Entity, Role
from orchestration.readers.tabular import BrokenRecord, text_literal

_BROKEN_SCHEMA = pa.schema([("origin_row", pa.int64()), ("reason", pa.string()), ("raw", pa.string())])
_CONFLICT = "another row of this file has the same id and other content"


class Counts(TypedDict):
    """The ledger's figures of one load; times are UTC, None where no row has one."""

    rows_read: int
    rows_loaded: int
    rows_duplicate: int
    rows_quarantined: int
    first_event_at: datetime | None
    last_event_at: datetime | None


def accounts(connection: duckdb.DuckDBPyConnection, entity: Entity) -> list[str]:
    """Every account of the rows that keep the contract, once."""
    selects = [
        f"select {field.name if field.role is Role.ACCOUNT else f'unnest({field.name})'} as account "
        "from typed where problem is null"
        for field in entity.account_fields
    ]
    rows = connection.execute(
        f"select distinct account from ({' union all '.join(selects)}) where account is not null"
    ).fetchall()
    return [account for (account,) in rows]


def pseudonymise(connection: duckdb.DuckDBPyConnection, entity: Entity, subjects: Mapping[str, str]) -> None:
    """Make `ready`: the rows that keep the contract, with subjects for accounts and a hash of their content.

    Args:
        connection: holds `typed`.
        entity: what the rows are.
        subjects: account → subject id, for everything `accounts` named.
    """
    table = pa.table(
        {"account": pa.array(subjects, pa.string()), "subject_id": pa.array(subjects.values(), pa.string())}
    )
    connection.register("subject", table)
    for field in entity.account_fields:
        if field.role is Role.ACCOUNTS:
            connection.execute(
                f"""
                create or replace temp table {field.name}_subjects as
                select mapped_row, list_sort(list(distinct subject_id)) as subject_ids
                from (select mapped_row, unnest({field.name}) as account from typed where problem is null)
                join subject using (account)
                group by mapped_row
                """
            )
    connection.execute(f"create or replace temp table ready as {_ready_sql(entity)}")
    connection.unregister("subject")


def _ready_sql(entity: Entity) -> str:
    values, joins = [], []
    for field in entity.fields:
        match field.role:
            case Role.ACCOUNT:
                joins.append(f"left join subject as {field.name}_one on {field.name}_one.account = t.{field.name}")
                values.append(f"{field.name}_one.subject_id as {field.stored_name}")
            case Role.ACCOUNTS:
                joins.append(f"left join {field.name}_subjects as {field.name}_many using (mapped_row)")
                values.append(f"{field.name}_many.subject_ids as {field.stored_name}")
            case _:
                values.append(f"t.{field.name}")
    if entity.has_text:
        words = " || chr(10) || ".join(f"coalesce(t.{field.name}, '')" for field in entity.text_fields)
        values.append(f"md5({words}) as text_hash")
    content = ", ".join(_hashed_values(entity))
    return f"""
        with pseudonymous as (
            select t.mapped_row, t.origin_row, {", ".join(values)}
            from typed as t {" ".join(joins)}
            where t.problem is null
        )
        -- chr(31) between values: no two different rows spell one string
        select {", ".join(_ready_columns(entity))}, md5(concat_ws(chr(31), {content})) as row_hash from pseudonymous
    """


def _ready_columns(entity: Entity) -> list[str]:
    """What `ready` keeps beside the hash: what tells rows apart, and what `typed` does not have.

    The rest, long words above all, stays in `typed` and is fetched once, when the rows are written.
    """
    time = [entity.event_time.name] if entity.event_time else []
    subjects = [field.stored_name for field in entity.account_fields]
    hashes = ["text_hash"] if entity.has_text else []
    return list(dict.fromkeys(["mapped_row", "origin_row", *entity.key, *entity.version, *time, *subjects, *hashes]))


def _hashed_values(entity: Entity) -> list[str]:
    """What a row's hash is made of, as strings: every stored column, chr(0) for NULL.

    Words already hashed are not hashed twice, and an instant is taken as a number: spelling it in a zone is slow.
    """
    is_words_hashed = [field.role for field in entity.text_fields] == [Role.TEXT]
    values = []
    for name, kind in entity.stored_columns.items():
        if name in ("row_hash", "origin_row"):
            continue
        if is_words_hashed and name == entity.text_fields[0].name:
            values.append(f"({name} is null)::varchar")
        elif kind == "TIMESTAMPTZ":
            values.append(f"coalesce(epoch_us({name})::varchar, chr(0))")
        else:
            values.append(f"coalesce({name}::varchar, chr(0))")
    return values


def decide_fates(connection: duckdb.DuckDBPyConnection, entity: Entity, earlier: Sequence[Path]) -> None:
    """Make `fate(mapped_row, fate)`: rows of `ready` that are not loaded, as `duplicate` or `conflict`.

    Args:
        connection: holds `ready`.
        entity: what the rows are.
        earlier: row files of earlier loads of the same source and entity.
    """
    connection.execute(
        """
        create or replace temp table fate as
        with repeated as (
            select row_hash, min(mapped_row) as first_row from ready group by row_hash having count(*) > 1
        )
        select mapped_row, 'duplicate' as fate
        from ready join repeated using (row_hash)
        where mapped_row <> first_row
        """
    )
    if earlier:
        connection.execute(f"insert into fate {_seen_before_sql(entity, earlier)}")
    if entity.key:
        connection.execute(f"insert into fate {_conflicting_sql(entity)}")


def _seen_before_sql(entity: Entity, earlier: Sequence[Path]) -> str:
    """Rows an earlier load has. The span lets Parquet statistics skip the loads of other times."""
    files = ", ".join(text_literal(path) for path in earlier)
    span = ""
    if entity.event_time is not None:
        time = entity.event_time.name
        limits = f"(select min({time}) from ready) and (select max({time}) from ready)"
        span = f"where {time} is null or {time} between {limits}"
    return f"""
        select mapped_row, 'duplicate'
        from ready
        where row_hash in (select row_hash from read_parquet([{files}], hive_partitioning = false) {span})
            and mapped_row not in (select mapped_row from fate)
    """


def _conflicting_sql(entity: Entity) -> str:
    """Rows of one file that claim to be the same version of the same thing, with other content: one is kept."""
    names = [*entity.key, *entity.version]
    same = " and ".join(f"ready.{name} is not distinct from kept.{name}" for name in names)
    return f"""
        with kept as (
            select {", ".join(names)}, min(row_hash) as kept_hash
            from ready
            group by all
            having min(row_hash) <> max(row_hash)
        )
        select mapped_row, 'conflict'
        from ready join kept on {same}
        where row_hash <> kept_hash and mapped_row not in (select mapped_row from fate)
    """


def write_rows(connection: duckdb.DuckDBPyConnection, entity: Entity, path: Path) -> None:
    """Write the new rows, sorted by id and content, so that the order of the file's rows leaves no trace."""
    in_ready = {*_ready_columns(entity), "row_hash"}
    columns = ", ".join(f"{'ready' if name in in_ready else 'typed'}.{name}" for name in entity.stored_columns)
    order = ", ".join(f"ready.{name}" for name in [*entity.key, "row_hash"])
    rows = "ready join typed using (mapped_row) anti join fate using (mapped_row)"
    _copy(connection, f"select {columns} from {rows} order by {order}", path)


def write_restricted_text(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write the words of the new internal messages."""
    words = (
        "select distinct text_hash, t.sent_at, t.subject, t.body "
        "from ready join typed as t using (mapped_row) anti join fate using (mapped_row) "
        "where t.subject is not null or t.body is not null order by all"
    )
    _copy(connection, words, path)


def write_quarantine(
    connection: duckdb.DuckDBPyConnection,
    entity: Entity,
    broken: Sequence[BrokenRecord],
    path: Path,
    *,
    source_name: str,
    file_name: str,
) -> None:
    """Write what was rejected, as it came, with field and reason; no file when nothing was."""
    records = [{"origin_row": b.origin_row, "reason": b.reason, "raw": b.raw} for b in broken]
    connection.register("broken", pa.Table.from_pylist(records, schema=_BROKEN_SCHEMA))
    connection.execute(
        f"""
        create or replace temp table refused as
        select mapped_row, origin_row, split_part(problem, '|', 2) as reason, split_part(problem, '|', 1) as field
        from typed
        where problem is not null
        union all
        select mapped_row, origin_row, {text_literal(_CONFLICT)}, {text_literal(", ".join(entity.key))}
        from ready join fate using (mapped_row)
        where fate = 'conflict';

        -- only the refused rows are spelled out, and mostly there are none
        create or replace temp table rejected as
        select refused.origin_row, refused.reason, refused.field, to_json(m)::varchar as raw
        from refused join (select * from mapped where mapped_row in (select mapped_row from refused)) as m
            using (mapped_row)
        union all
        select origin_row, reason, null, raw from broken
        """
    )
    connection.unregister("broken")
    if _count(connection, "rejected"):
        about = {"source_name": source_name, "entity_name": entity.name, "file_name": file_name}
        about_columns = ", ".join(f"{text_literal(value)} as {name}" for name, value in about.items())
        columns = (
            f"select {about_columns}, origin_row, reason, field, raw from rejected order by origin_row, reason, raw"
        )
        _copy(connection, columns, path)


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


def count_rows(connection: duckdb.DuckDBPyConnection, entity: Entity, n_broken: int) -> Counts:
    """The ledger's figures. Call after `write_quarantine`.

    Raises:
        AssertionError: they do not balance, which no input may cause.
    """
    counts = Counts(
        rows_read=_count(connection, "mapped") + n_broken,
        rows_loaded=_count(connection, "ready anti join fate using (mapped_row)"),
        rows_duplicate=_count(connection, "fate where fate = 'duplicate'"),
        rows_quarantined=_count(connection, "rejected"),
        first_event_at=None,
        last_event_at=None,
    )
    accounted = counts["rows_loaded"] + counts["rows_duplicate"] + counts["rows_quarantined"]
    if counts["rows_read"] != accounted:
        raise AssertionError(f"{entity.name}: {counts['rows_read']} rows read, {accounted} accounted for")
    if entity.event_time is not None:
        time = entity.event_time.name
        span = connection.execute(
            f"select min({time}), max({time}) from ready anti join fate using (mapped_row)"
        ).fetchone()
        counts["first_event_at"], counts["last_event_at"] = span or (None, None)
    return counts


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    found = connection.execute(f"select count(*) from {rows}").fetchone()
    return int(found[0]) if found else 0


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    connection.execute(f"copy ({query}) to {text_literal(path)} (format parquet, compression zstd)")
