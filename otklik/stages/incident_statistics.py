"""Warehouse → bursts, judged replies, ranked places under `lake/enriched/`: the only file here that knows the tables.

The warehouse is opened read-only, between two dbt steps, when nothing holds it. The algorithms are the modules beside.
"""

import pandas as pd
import pyarrow as pa

from incidents.bursts import BURST_SCHEMA, burst
from incidents.places import PLACE_RANK_SCHEMA, rank_places
from nlp.formal_reply import FORMAL_REPLY_SCHEMA, formal_replies
from otklik.home import lake
from otklik.home.engine import open_warehouse
from otklik.home.settings import Home

BURST, FORMAL_REPLY, MUNICIPALITY_RANK = "burst", "formal_reply", "municipality_rank"
ENRICHED_STATISTICS_SCHEMAS = {
    BURST: BURST_SCHEMA,
    FORMAL_REPLY: FORMAL_REPLY_SCHEMA,
    MUNICIPALITY_RANK: PLACE_RANK_SCHEMA,
}
_PLACES = """
    with sources as (from read_parquet('lake/run/source.parquet')),
    settings as (from read_parquet('lake/run/settings.parquet')),
    followed as (
        select
            sources.region, incidents.municipality_id,
            -- Whoever reports what somebody else has; a second post of one person tells nothing new.
            sum(greatest(incidents.n_people - 1, 0)) as n_further_reports,
            sum(least(
                settings.incident_window_days, epoch_us(settings.as_of) / 864e8 - epoch_us(incidents.opened_at) / 864e8
            )) as exposure_days
        from int_incident as incidents
        inner join sources using (source)
        cross join settings
        group by all
    )
    select
        places.region, places.municipality_id, places.n_incidents, places.population,
        coalesce(followed.n_further_reports, 0) as n_further_reports,
        coalesce(followed.exposure_days, 0) as exposure_days, settings.incident_window_days
    from agg_municipality_activity as places
    left join followed using (region, municipality_id)
    cross join settings
    where places.municipality_id is not null
    order by all
"""


def find_bursts(home: Home) -> pd.DataFrame:
    """Bursts in the reports of `int_incident_report`; writes `lake/enriched/burst/`, replacing what was there."""
    counts = _read(
        home,
        "select topic_code, municipality_id, posted_date as date, count(*) as n_posts from int_incident_report "
        "where topic_code is not null and municipality_id is not null group by all order by all",
    )
    counts["date"] = pd.to_datetime(counts["date"]).dt.date
    return _write(home, BURST, burst(counts))


def judge_replies(home: Home) -> pd.DataFrame:
    """The formal-reply index of `int_reply`; writes `lake/enriched/formal_reply/`, replacing what was there."""
    replies = _read(home, "select reply_id, authority_id, text from int_reply order by reply_id")
    return _write(home, FORMAL_REPLY, formal_replies(replies))


def rank_municipalities(home: Home) -> pd.DataFrame:
    """Ranks of the municipalities of `agg_municipality_activity`; writes `lake/enriched/municipality_rank/` anew."""
    return _write(home, MUNICIPALITY_RANK, rank_places(_read(home, _PLACES)))


def _read(home: Home, query: str) -> pd.DataFrame:
    with open_warehouse(home) as connection:
        return connection.execute(query).df()


def _write(home: Home, table: str, frame: pd.DataFrame) -> pd.DataFrame:
    typed = pa.Table.from_pandas(frame, schema=ENRICHED_STATISTICS_SCHEMAS[table], preserve_index=False)
    lake.write_table(home.lake / "enriched" / table / f"{table}.parquet", typed)
    return frame
