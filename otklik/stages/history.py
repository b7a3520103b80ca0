"""Warehouse → `lake/history/published_figure/`: what each published snapshot said, for as long as it is to be kept.

Facts and not inference: a run cannot make them again, since later data change what is known of an earlier day. Counts
of authorities' work alone, so nobody can be found in them and an erasure leaves them as they are.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from otklik.home import lake
from otklik.home.engine import open_warehouse
from otklik.home.settings import Home

PUBLISHED_FIGURE = "published_figure"
PUBLISHED_FIGURE_SCHEMA = pa.schema(
    [
        pa.field("as_of", pa.timestamp("us", "UTC"), False, {"doc": "The instant of the snapshot that said so."}),
        pa.field("history_date", pa.date32(), False, {"doc": "The last whole local day before it."}),
        pa.field("authority_id", pa.string(), True, {"doc": "Responsible authority."}),
        pa.field("municipality_id", pa.string(), True, {"doc": "Municipality."}),
        pa.field("group_code", pa.string(), True, {"doc": "Group of topics."}),
        pa.field("n_open", pa.int64(), False, {"doc": "Incidents that awaited the authority at the end of the day."}),
        pa.field("n_overdue", pa.int64(), False, {"doc": "Those of them whose term had passed without a reply."}),
        pa.field("n_received", pa.int64(), False, {"doc": "Incidents opened up to the end of the day."}),
        pa.field("n_answered", pa.int64(), False, {"doc": "Incidents with a first reply by then."}),
        pa.field("n_confirmed", pa.int64(), False, {"doc": "Incidents whose fix somebody had confirmed by then."}),
        pa.field("n_ripe", pa.int64(), False, {"doc": "Incidents whose term had passed by then."}),
        pa.field("n_on_time", pa.int64(), False, {"doc": "Those of them that were answered in time."}),
    ],
    metadata={"doc": "One row per published snapshot, authority, municipality and group of topics."},
)

# Of a whole day, so that it can be compared with what is known of the same day later.
_FIGURES = """
    with last_day as (
        select settings.as_of, min(cast(timezone(sources.time_zone, settings.as_of) as date)) - 1 as history_date
        from read_parquet('lake/run/settings.parquet') as settings
        cross join read_parquet('lake/run/source.parquet') as sources
        group by settings.as_of
    )
    select
        last_day.as_of, last_day.history_date, authority_id, municipality_id, group_code,
        sum(n_open_change)::bigint as n_open, sum(n_overdue_change)::bigint as n_overdue,
        sum(n_received)::bigint as n_received, sum(n_answered)::bigint as n_answered,
        sum(n_confirmed)::bigint as n_confirmed, sum(n_ripe)::bigint as n_ripe, sum(n_on_time)::bigint as n_on_time
    from int_incident_daily_change
    inner join last_day on change_date <= history_date
    group by all
    order by all
"""


def note_published_figures(home: Home) -> None:
    """Keep what the snapshot that was just published says of its last whole day.

    It takes the place of what was said at the same instant before. What is older than `history_days` is removed.
    """
    settings = lake.read_run_settings(home)
    with open_warehouse(home) as connection:
        figures = connection.execute(_FIGURES).to_arrow_table()
    lake.write_table(_path(home, settings["as_of"]), figures.cast(PUBLISHED_FIGURE_SCHEMA))
    oldest = _path(home, settings["as_of"] - timedelta(days=settings["history_days"]))
    for path in sorted(oldest.parent.glob("as_of=2*.parquet")):
        if path.name < oldest.name:
            path.unlink()


def empty_path(home: Home) -> Path:
    """Where the empty typed file of the figures is."""
    return home.lake / "history" / PUBLISHED_FIGURE / "_empty.parquet"


def _path(home: Home, as_of: datetime) -> Path:
    return empty_path(home).with_name(f"as_of={as_of.astimezone(UTC):%Y%m%dT%H%M%SZ}.parquet")
