"""Warehouse → the cells in which incidents and posts are told to anybody, under `lake/enriched/`.

The warehouse is opened read-only, between two dbt steps. What was told before is read back from the table that is
written again: without it, two snapshots could tell of one fact in two ways.
"""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from incidents.public_cells import (
    INCIDENT_LEVELS,
    POST_LEVELS,
    PUBLIC_INCIDENT_CELL_SCHEMA,
    PUBLIC_POST_CELL_SCHEMA,
    Level,
    public_cells,
)
from otklik.home import lake
from otklik.home.engine import open_warehouse
from otklik.home.lake import read_run_settings
from otklik.home.settings import Home

PUBLIC_INCIDENT_CELL, PUBLIC_POST_CELL = "public_incident_cell", "public_post_cell"
ENRICHED_PUBLIC_SCHEMAS = {
    PUBLIC_INCIDENT_CELL: PUBLIC_INCIDENT_CELL_SCHEMA,
    PUBLIC_POST_CELL: PUBLIC_POST_CELL_SCHEMA,
}

_DAYS = """
    cast(timezone(sources.time_zone, {at}) as date) as day,
    cast(timezone(sources.time_zone, settings.as_of) as date) as today
"""
# An incident is told once its term has passed: before, nothing is judged (definition 5).
_INCIDENTS = f"""
    with sources as (from read_parquet('lake/run/source.parquet')),
    settings as (from read_parquet('lake/run/settings.parquet'))
    select
        incidents.incident_id as fact_id, {_DAYS.format(at="incidents.opened_at")},
        sources.region, incidents.municipality_id, incidents.group_code, incidents.topic_code,
        case when authorities.is_listed then incidents.authority_id end as authority_id
    from int_incident as incidents
    inner join sources using (source)
    cross join settings
    left join int_authority as authorities on incidents.authority_id = authorities.authority_id
    where incidents.is_ripe
    order by all
"""
_INCIDENT_PEOPLE = "select incident_id as fact_id, author_subject_id as person from int_incident_person order by all"
_POSTS = f"""
    with sources as (from read_parquet('lake/run/source.parquet')),
    settings as (from read_parquet('lake/run/settings.parquet'))
    select
        posts.post_id as fact_id, {_DAYS.format(at="posts.posted_at")},
        sources.region, places.municipality_id, topics.group_code, posts.topic_code
    from int_live_post as posts
    inner join sources using (source)
    cross join settings
    left join int_post_municipality as places on posts.post_id = places.post_id
    left join int_topic as topics on posts.topic_code = topics.topic_code
    where posts.posted_at is not null
    order by all
"""
_POST_PEOPLE = """
    select post_id as fact_id, author_subject_id as person from int_live_post
    where author_subject_id is not null order by all
"""


def find_incident_cells(home: Home) -> pd.DataFrame:
    """Cells of incidents whose term has passed; writes and returns `lake/enriched/public_incident_cell/`."""
    return _find(home, PUBLIC_INCIDENT_CELL, _INCIDENTS, _INCIDENT_PEOPLE, INCIDENT_LEVELS)


def find_post_cells(home: Home) -> pd.DataFrame:
    """Cells of dated posts; writes and returns `lake/enriched/public_post_cell/`."""
    return _find(home, PUBLIC_POST_CELL, _POSTS, _POST_PEOPLE, POST_LEVELS)


def _find(home: Home, table: str, facts: str, people: str, levels: Sequence[Level]) -> pd.DataFrame:
    schema = ENRICHED_PUBLIC_SCHEMAS[table]
    key = schema.names[0]
    path = home.lake / "enriched" / table / f"{table}.parquet"
    released = pd.read_parquet(path) if path.exists() else schema.empty_table().to_pandas()
    with open_warehouse(home) as connection:
        seen, behind = (connection.execute(query).df() for query in (facts, people))
        in_force = connection.execute("select topic_code from int_topic union all select group_code from int_topic")
        codes = {code for (code,) in in_force.fetchall()}
    if not {*released["topic_code"].dropna(), *released["group_code"].dropna()} <= codes:
        # Another taxonomy has no names for what was told by the old one: all is told anew, in its topics.
        released = released.iloc[:0]
    k = read_run_settings(home)["min_group_size"]
    told = public_cells(seen, behind, released.rename(columns={key: "fact_id"}), levels=levels, k=k)
    told = told.rename(columns={"fact_id": key})
    lake.write_table(path, pa.Table.from_pandas(told, schema=schema, preserve_index=False))
    return told
