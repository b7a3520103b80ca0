"""A region counted anew: its files as they are, and beside them what the warehouse says that models infer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from otklik.home.engine import text_literal
from tests.integration.source_files import Files, read_files, recounted


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
