"""A big region made of a small one: the lake of an invented region, copied many times under other names.

Ingestion and annotation run once, on the small region. A copy has its own people, posts, streets and words, so copies
do not become one another's incidents; four copies share their streets and lie 20 days apart, which keeps some 400
streets a thousand posts a day. Short texts stay as they are: real ones repeat. Towns, topics and authorities are
common, as in a region that writes more. Only dbt and what stands behind it can be measured on it: a text is no longer
what its annotation was made from.
"""

import shutil
from pathlib import Path

import duckdb

COPIES_A_STREET, DAYS_APART, SHORT_TEXT = 4, 20, 40

_NAMED = (
    "substr('абвгдежзиклмнопрстуф', copy // {share} % 20 + 1, 1) || substr('аеиоуыэюя', copy // {share} // 20 + 1, 1)"
)
_STREET = _NAMED.format(share=COPIES_A_STREET)
_EARLIER = f"to_days(cast(copy % {COPIES_A_STREET} * {DAYS_APART} as integer))"
_NEW_TEXT = f"case when length(text) < {SHORT_TEXT} then text_hash else md5(text_hash || copy) end"

_QUERIES = {
    "raw/post": f"""
        select * replace (
            copy || '.' || source_post_id as source_post_id, copy || '.' || parent_post_id as parent_post_id,
            md5(post_id || copy) as post_id, md5(answered_post_id || copy) as answered_post_id,
            copy || '.' || thread_id as thread_id, posted_at - {_EARLIER} as posted_at,
            author_subject_id || '.' || copy as author_subject_id,
            regexp_replace(text, 'ул[.] ', 'ул. ' || {_STREET}, 'g') as text,
            replace(place_text, 'ул. ', 'ул. ' || {_STREET}) as place_text,
            {_NEW_TEXT} as text_hash, md5(row_hash || copy) as row_hash
        )
        from posts cross join copies
    """,
    "raw/case_event": f"""
        select * replace (
            copy || '.' || source_post_id as source_post_id, md5(post_id || copy) as post_id,
            event_at - {_EARLIER} as event_at,
            due_at - {_EARLIER} as due_at,
            case when text is not null then replace(text, 'ул. ', 'ул. ' || {_STREET}) end as text,
            case when text is null then text_hash else md5(text_hash || copy) end as text_hash,
            md5(row_hash || copy) as row_hash
        )
        from events cross join copies
    """,
    "enriched/post_label": """
        select label.* replace (hashes.new_hash as text_hash) from label join hashes using (text_hash)
    """,
    "enriched/post_place": f"""
        select place.* replace (
            hashes.new_hash as text_hash,
            case when place.kind = 'street' then {_STREET} || place_key else place_key end as place_key
        )
        from place join hashes using (text_hash)
    """,
    "enriched/text_redaction": """
        select redaction.* replace (coalesce(hashes.new_hash, redaction.text_hash) as text_hash)
        from redaction left join hashes using (text_hash)
    """,
    "enriched/near_duplicate": """
        select distinct near.* replace (
            least(one.new_hash, other.new_hash) as text_hash, greatest(one.new_hash, other.new_hash) as other_text_hash
        )
        from near
        join hashes as one using (text_hash)
        join hashes as other on near.other_text_hash = other.text_hash and one.copy = other.copy
    """,
}


def amplify(small: Path, big: Path, *, copies: int, before: str | None = None) -> int:
    """Fill an empty home with `copies` copies of a small home's lake.

    Args:
        small: a home whose posts are annotated.
        big: a folder that does not exist.
        copies: how many.
        before: leave out what happened from this local day on (ISO date); `append_day` brings it.

    Returns:
        The number of posts.
    """
    shutil.copytree(
        small, big, ignore=shutil.ignore_patterns("warehouse.duckdb", "published", "dagster", "dbt", "work")
    )
    with duckdb.connect() as connection:
        _open(connection, small, copies)
        for table in _QUERIES:
            folder = big / "lake" / table
            for path in folder.glob("source=*/*.parquet" if table.startswith("raw") else "*.parquet"):
                if not path.name.startswith(("_empty", "load=_empty")):
                    path.unlink()
        for table in _QUERIES:
            _write(connection, big, table, f"< timestamptz '{before} 00:00:00Z'" if before else "is not null", "base")
        return _count(connection, big)


def append_day(small: Path, big: Path, *, copies: int, day: str) -> int:
    """Bring what `amplify(…, before=day)` left out, as further loads; the number of posts."""
    with duckdb.connect() as connection:
        _open(connection, small, copies)
        for table in ("raw/post", "raw/case_event"):
            _write(connection, big, table, f">= timestamptz '{day} 00:00:00Z'", "late")
        return _count(connection, big)


def _open(connection: duckdb.DuckDBPyConnection, small: Path, copies: int) -> None:
    lake = small / "lake"
    connection.execute("set preserve_insertion_order = false")
    connection.execute(f"create table copies as select range as copy from range({copies})")
    for name, table in (("posts", "raw/post"), ("events", "raw/case_event")):
        connection.execute(f"create view {name} as from read_parquet('{lake}/{table}/source=*/*.parquet')")
    for name, table in (
        *(("label", "post_label"), ("place", "post_place")),
        *(("redaction", "text_redaction"), ("near", "near_duplicate")),
    ):
        connection.execute(f"create view {name} as from read_parquet('{lake}/enriched/{table}/*.parquet')")
    connection.execute(
        f"""
        create table hashes as
        select distinct text_hash, copy, {_NEW_TEXT} as new_hash
        from (
            select text_hash, text from posts where text is not null
            union all
            -- every text of a reply is its authority's own
            select text_hash, repeat(text, 9) as text from events where text is not null
        )
        cross join copies
        """
    )
    connection.execute("create table first_copies as select new_hash, min(copy) as copy from hashes group by all")
    connection.execute("delete from hashes where (new_hash, copy) not in (from first_copies)")


def _write(connection: duckdb.DuckDBPyConnection, big: Path, table: str, condition: str, load: str) -> None:
    folder = big / "lake" / table
    query = _QUERIES[table]
    if not table.startswith("raw/"):
        connection.execute(f"copy ({query}) to '{folder / f'{load}.parquet'}' (format parquet)")
        return
    at = "posted_at" if table == "raw/post" else "event_at"
    for (source,) in connection.execute(f"select distinct source from ({query}) order by 1").fetchall():
        path = folder / f"source={source}" / f"load={load}.parquet"
        connection.execute(
            f"copy (select * exclude (source) from ({query}) where source = '{source}' and {at} {condition}) "
            f"to '{path}' (format parquet)"
        )


def _count(connection: duckdb.DuckDBPyConnection, big: Path) -> int:
    found = connection.execute(
        f"select count(*) from read_parquet('{big}/lake/raw/post/source=*/*.parquet')"
    ).fetchone()
    return found[0] if found else 0
