"""A region counted anew: its files as they are, and beside them what the warehouse says that models infer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from otklik.home.engine import text_literal
from tests.integration.source_files import Files, events_of, read_files, recounted

MONTH = pd.Timedelta(days=30)


@dataclass(frozen=True)
class Recount:
    """The region counted anew from its files, with what is inferred as the warehouse has it.

    Attributes:
        home: of the region.
        files: its deliveries.
        members: incident_id, source, id, is_opening of every post in an incident.
        reports: post_id, incident_id, source, id, site of every thread in one.
        as_of: the instant of the snapshot.
        incidents: what `recounted` makes of these.
    """

    home: Path
    files: Files
    members: pd.DataFrame
    reports: pd.DataFrame
    as_of: pd.Timestamp
    incidents: pd.DataFrame

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the warehouse, for what is inferred and which row of the files is which of the tables."""
        return warehouse_query(self.home, sql)


def warehouse_query(home: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query on a home's warehouse, views over the lake among them."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute(f"set file_search_path = {text_literal(home)}")
        return connection.execute(sql).fetchall()


_MEMBERS = """
    select incident_id, posts.source, source_post_id, post_id = opening_post_id
    from int_incident_post join int_post as posts using (post_id)
"""
_REPORTS = """
    select post_id, incident_id, source, source_post_id, if(
        town is not null and topic_code is not null and (institution is not null or street || house is not null),
        concat_ws('|', coalesce(region, ''), town, topic_code, coalesce(institution, street || ' ' || house)), null
    )
    from int_incident_post
    join (select post_id, source, source_post_id from int_post) using (post_id)
    join (select post_id, region, town, topic_code, institution, street, house from int_incident_sight) using (post_id)
    where post_id = thread_id
"""


def recount_of(home: Path, folder: Path, as_of: str) -> Recount:
    """Count a region anew.

    Args:
        home: of the deployment, after a run.
        folder: with its deliveries.
        as_of: the instant of the snapshot, ISO 8601.
    """
    instant = pd.Timestamp(as_of)
    files = read_files(folder, instant)
    members = pd.DataFrame(warehouse_query(home, _MEMBERS), columns=["incident_id", "source", "id", "is_opening"])
    reports = pd.DataFrame(warehouse_query(home, _REPORTS), columns=["post_id", "incident_id", "source", "id", "site"])
    return Recount(home, files, members, reports, instant, recounted(files, members, instant))


def settlements_of(recount: Recount) -> pd.DataFrame:
    """What was settled at least 30 days before as_of, and what came of it (definition 7).

    Returns:
        By incident_id: is_reopened within 30 days; is_repeated, whether an incident at the same site opened in them, by
        whomever, None where no site is known.
    """
    incidents = recount.incidents[["opened_at", "settled_at"]].rename_axis("incident_id").reset_index()
    openings = recount.reports.merge(recount.members[recount.members["is_opening"]], on=["incident_id", "source", "id"])
    sites = openings.dropna(subset=["site"]).set_index("incident_id")["site"]
    sited = incidents.assign(site=incidents["incident_id"].map(sites)).dropna(subset=["site"])
    again = sited.merge(sited, on="site", suffixes=("", "_again")).query("incident_id != incident_id_again")
    again = again[again["opened_at_again"] > again["settled_at"]]
    again = again[again["opened_at_again"] <= again["settled_at"] + MONTH]
    events = events_of(recount.files, recount.members)
    reopened = events[events["kind"] == "reopened"].merge(incidents, on="incident_id")
    reopened = reopened[reopened["at"].between(reopened["settled_at"], reopened["settled_at"] + MONTH)]

    settled = incidents[incidents["settled_at"] + MONTH <= recount.as_of].set_index("incident_id")
    is_repeated = settled.index.to_series().isin(again["incident_id"]).astype(object)
    return pd.DataFrame(
        {
            "is_reopened": settled.index.isin(reopened["incident_id"]),
            "is_repeated": is_repeated.where(settled.index.isin(sited["incident_id"]), None),
        },
        index=settled.index,
    )
