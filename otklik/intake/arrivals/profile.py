"""What a load holds, in counts: the profile by which deliveries of one source are compared with each other.

Counts alone: values are known by the bucket that their hash falls into, so that a profile holds nobody's words or name.
What is unusual is decided in `judging.py`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from otklik.home.engine import text_literal
from otklik.intake.entity import Entity, Field, Role

PROFILE_SCHEMA = pa.schema(
    [
        pa.field("load_id", pa.string(), False, {"doc": "The load."}),
        pa.field("figure", pa.string(), False, {"doc": "What was counted."}),
        pa.field("bucket", pa.string(), False, {"doc": "Which part of it: an hour, a hash; else empty."}),
        pa.field("n", pa.int64(), False, {"doc": "Rows."}),
    ],
    metadata={"doc": "One row per load, figure and bucket."},
)

EMPTY, TOP, DRIFT, SHARE = "empty", "top", "drift", "share"
"""First part of a figure's name: rows without a value; rows with the commonest value; rows by bucket; other rows."""

_N_BUCKETS = 32

# The commonest spellings of UTF-8 that was read as another encoding, and of characters that were given up.
_GARBLED = (
    "(?:[ÐÑ][\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u2122]){3}"
    "|(?:[РС][\u0402-\u040f\u0452-\u045f\u0490\u0491\u00a0-\u00bf\u2013-\u2122]){2}"
    "|\ufffd|\\?{4}"
)
# MD5 of nothing, and of an empty subject over an empty body.
_NO_WORDS = "(md5(''), md5(chr(10)))"
_MARKUP = "</?[a-zA-Z][^>]*>|&[a-z]{2,8};|&#\\d+;"

# Codes and names; a profile keeps how often each is given, by a hash.
_CATEGORIES = frozenset(
    {
        *("channel", "page_place", "declared_municipality", "declared_district", "declared_group", "declared_topic"),
        *("declared_authority", "event_kind", "authority", "kind", "department", "unit", "title", "label_kind"),
        *("value", "annotator", "result", "place"),
    }
)
# Where one value in all rows means that the values were lost.
_COMMON = _CATEGORIES - {"channel", "kind", "label_kind", "annotator", "result"} | {"place_text"}
_IDS = frozenset({"source_post_id", "source_message_id", "source_person_id", "of_source_post_id", "instruction_id"})


def profile_sql(entity: Entity, load_id: str, rows: Path, earlier: Sequence[Path], time_zone: str) -> str:
    """The query for the profile of one load: columns of `PROFILE_SCHEMA`, in no order.

    Args:
        entity: what the rows are.
        load_id: the load.
        rows: its file in the lake.
        earlier: files of loads before it, in which texts and accounts are looked for.
        time_zone: of the source; hours are counted in it.
    """
    counted = dict(_counts(entity, earlier))
    counts = ", ".join(f"count_if({condition}) as {figure}" for figure, condition in counted.items())
    buckets = [
        f"select '{figure}' as figure, coalesce(({bucket})::varchar, '') as bucket, count(*) as n from r group by all"
        for figure, bucket in _buckets(entity, time_zone)
    ]
    tops = [
        f"select '{figure}', '', coalesce(max(n), 0) "
        f"from (select count(*) as n from r where ({value}) is not null group by {value})"
        for figure, value in _tops(entity)
    ]
    parts = [
        "select 'rows' as figure, '' as bucket, count(*) as n from r",
        *(
            [f"select name, '', n from (unpivot (select {counts} from r) on * into name name value n)"]
            if counted
            else []
        ),
        *buckets,
        *tops,
    ]
    return f"""
        with r as ({_rows_sql(entity, rows, earlier)}),
        {_before_sql(entity, earlier)}
        select {text_literal(load_id)} as load_id, figure, bucket, n::bigint as n
        from ({" union all ".join(parts)})
        where n > 0 or figure = 'rows'
    """


def _rows_sql(entity: Entity, rows: Path, earlier: Sequence[Path]) -> str:
    """The load's rows; of a register, how things stand after it, since a load holds only what changed."""
    if not (entity.is_register and earlier):
        return f"select * from read_parquet({text_literal(rows)}, hive_partitioning = false)"
    return f"""
        select * from read_parquet([{_listed([*earlier, rows])}], hive_partitioning = false, union_by_name = true)
        qualify row_number() over (
            partition by {", ".join((*entity.key, *entity.version))} order by loaded_at desc, file_name desc, row_hash
        ) = 1
    """


def profile_of(query: str, connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Run the query of `profile_sql`: a table of `PROFILE_SCHEMA`, sorted."""
    return connection.execute(f"{query} order by all").to_arrow_table().cast(PROFILE_SCHEMA)


def _counts(entity: Entity, earlier: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Figures that count rows, each with its condition over `r`."""
    for field in entity.fields:
        if field.required or field.role is Role.RESTRICTED_TEXT:
            continue
        is_empty = f"coalesce(len({field.stored_name}), 0) = 0" if field.stored_type.endswith("[]") else None
        if field.role is Role.TEXT:
            is_empty = f"trim(coalesce({field.stored_name}, '')) = ''"
        yield f"{EMPTY}_{field.name}", is_empty or f"{field.stored_name} is null"
    if any(field.role is Role.TEXT for field in entity.fields):
        yield f"{SHARE}_garbled", f"regexp_matches(text, {text_literal(_GARBLED)})"
        yield f"{SHARE}_markup", f"regexp_matches(text, {text_literal(_MARKUP)})"
        yield f"{SHARE}_not_cyrillic", "trim(text) <> '' and not regexp_matches(text, '[А-Яа-яЁё]')"
    if entity.has_text and entity.key and entity.event_time:
        yield f"{SHARE}_repeated", _is_repeated(entity, entity.event_time.stored_name)
    if earlier and entity.account_fields and entity.key:
        yield f"{SHARE}_known_{entity.account_fields[0].name}", _is_known(entity.account_fields[0], earlier)
    if condition := _BACKWARDS.get(entity.name):
        yield f"{SHARE}_backwards", condition
    if entity.name == "label":
        yield f"{SHARE}_contradicting", _CONTRADICTS


# Times that cannot follow each other so.
_BACKWARDS = {
    "post": "edited_at < posted_at",
    "case_event": """due_at < event_at or event_at < (
        select min(b.event_at) from r as b where b.source_post_id = r.source_post_id and b.event_kind = 'received')""",
    "message": """sent_at < (
        select min(b.sent_at) from r as b where b.source_message_id = r.in_reply_to)""",
    "person": "valid_to <= valid_from",
    "instruction": "result_at < given_at or due_at < given_at",
}

# One person, one question, two answers.
_CONTRADICTS = """exists (
    select 1 from r as b
    where b.of_source = r.of_source and b.of_source_post_id = r.of_source_post_id and b.label_kind = r.label_kind
        and b.with_source is not distinct from r.with_source
        and b.with_source_post_id is not distinct from r.with_source_post_id
        and b.annotator is not distinct from r.annotator and b.value <> r.value)"""


def _before_sql(entity: Entity, earlier: Sequence[Path]) -> str:
    """The table `told`: words of one instant that stand under several ids, in this file or in it and earlier ones."""
    if not (entity.has_text and entity.key and entity.event_time):
        return "told as (select null)"
    key, time = entity.key[0], entity.event_time.stored_name
    read = f"read_parquet([{_listed(earlier)}], hive_partitioning = false, union_by_name = true)"
    before = f"union all select text_hash, {time}, {key}, true from {read}" if earlier else ""
    return f"""
        word as (select text_hash, {time} as instant, {key} as id, false as is_before from r {before}),
        told as (
            select text_hash, instant, min(id) as least_id, min(id) filter (is_before) as least_before,
                max(id) filter (is_before) as greatest_before
            from word
            where text_hash not in {_NO_WORDS}
            group by text_hash, instant having min(id) <> max(id)
        )"""


def _is_repeated(entity: Entity, time: str) -> str:
    """The same words at the same instant under another id before. Empty words repeat nothing."""
    key = entity.key[0]
    return f"""coalesce((
        select told.least_id < r.{key} or told.least_before <> r.{key} or told.greatest_before <> r.{key}
        from told where told.text_hash = r.text_hash and told.instant = r.{time}), false)"""


def _is_known(account: Field, earlier: Sequence[Path]) -> str:
    name = account.stored_name
    known = f"select {name} from read_parquet([{_listed(earlier)}], hive_partitioning = false, union_by_name = true)"
    if account.stored_type.endswith("[]"):
        return f"{name}[1] in (select unnest({name}) from ({known}))"
    return f"{name} in ({known} where {name} is not null)"


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(text_literal(path) for path in paths)


def _buckets(entity: Entity, time_zone: str) -> Iterator[tuple[str, str]]:
    """Figures that count rows by bucket, each with the bucket's expression over `r`."""
    if entity.event_time is not None:
        time = entity.event_time.stored_name
        yield f"{DRIFT}_hour", f"hour(timezone({text_literal(time_zone)}, {time})) // 3"
        yield "month", f"strftime({time}, '%Y-%m')"
    for field in entity.fields:
        if field.name in _CATEGORIES and field.type == "VARCHAR":
            yield f"{DRIFT}_{field.name}", _hashed(field.stored_name)
        elif field.name in _IDS:
            yield f"{DRIFT}_{field.name}", _hashed(_shape(field.stored_name))
        elif field.role is Role.TEXT:
            yield f"{DRIFT}_length", f"floor(log2(1 + length({field.stored_name})))::integer"
        elif field.role is Role.ACCOUNTS:
            yield f"{DRIFT}_{field.name}", f"floor(log2(len({field.stored_name})))::integer"
    if "lat" in entity.stored_columns:
        # whole degrees; what is no place on earth is one bucket
        yield f"{DRIFT}_point", "try_cast(floor(lat) as smallint) || ' ' || try_cast(floor(lon) as smallint)"


def _shape(column: str) -> str:
    """An id's looks: digits as 0, letters as a, runs of either as one."""
    as_letters = f"regexp_replace({column}, '[A-Za-zА-Яа-яЁё]+', 'a', 'g')"
    return f"regexp_replace({as_letters}, '[0-9]+', '0', 'g')"


def _hashed(value: str) -> str:
    # md5, whose hashes are the same in every version of the engine
    return f"('0x' || left(md5({value}), 7))::integer % {_N_BUCKETS}"


def _tops(entity: Entity) -> Iterator[tuple[str, str]]:
    """Figures that count rows of the commonest value, each with the value's expression over `r`."""
    for field in entity.fields:
        if (
            (field.name in _COMMON and field.type == "VARCHAR")
            or (field.role is Role.ACCOUNT and field.required)
            or field.name == "author"
        ):
            yield f"{TOP}_{field.name}", field.stored_name
        elif field.role is Role.ACCOUNTS:
            yield f"{TOP}_{field.name}", f"{field.stored_name}::varchar"
    if entity.has_text:
        yield f"{TOP}_text", f"if(text_hash in {_NO_WORDS}, null, text_hash)"
    if "lat" in entity.stored_columns:
        yield f"{TOP}_point", "lat::varchar || ' ' || lon::varchar"
    if entity.event_time is not None:
        yield f"{TOP}_{entity.event_time.name}", entity.event_time.stored_name
