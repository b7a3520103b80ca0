"""Ties of the warehouse → interest groups, their roles and events under `lake/enriched/`."""

from collections.abc import Iterator
from datetime import date

import pandas as pd

from graph.group_events import group_events
from graph.groups import interest_groups
from graph.periods import MONTH, months_of
from graph.roles import roles
from graph.weekly import sum_weeks
from otklik.home.lake import read_run_settings
from otklik.home.settings import Home
from otklik.stages.graph_tables import (
    GROUP_EVENT,
    INTEREST_GROUP,
    ROLE,
    no_rows,
    read_ties,
    table_path,
    write,
)
from otklik.stages.scoring import partitions

# Definition 18: below it a group is not published, and what became of it is nobody's news.
MIN_STABILITY = 0.7


def find_groups(home: Home) -> pd.DataFrame:
    """Find the interest groups of every network; writes and returns the table.

    Groups keep the ids they had in the table that is replaced.
    """
    path = table_path(home, INTEREST_GROUP)
    previous = pd.read_parquet(path) if path.exists() else None
    return write(home, INTEREST_GROUP, interest_groups(read_ties(home), previous=previous))


def find_roles(home: Home) -> pd.DataFrame:
    """Everybody's position in the graph and among its groups; writes and returns the table."""
    return write(home, ROLE, roles(read_ties(home), pd.read_parquet(table_path(home, INTEREST_GROUP))))


def find_group_events(home: Home, messages: pd.DataFrame) -> pd.DataFrame:
    """What became of the groups of each month in the next; writes and returns the table.

    Args:
        home: the deployment's folder.
        messages: see `otklik.stages.graph_tables.read_messages`.
    """
    settings = read_run_settings(home)
    frames = []
    for (network, organisation), rows in messages.groupby(["network", "organisation"], sort=True):
        for start, events in _monthly_events(rows, settings["tie_half_life_days"], settings["min_group_size"]):
            frames.append(events.assign(network=str(network), organisation=str(organisation), period_start=start))
    return write(home, GROUP_EVENT, pd.concat(frames, ignore_index=True) if frames else no_rows(GROUP_EVENT))


def _monthly_events(
    messages: pd.DataFrame, half_life_days: float, min_group_size: int
) -> Iterator[tuple[date, pd.DataFrame]]:
    """First day of the later month, and events between it and the month before, among groups that may be shown."""
    found = {
        period.start: sum_weeks(weekly)
        for period, weekly in partitions(messages, half_life_days=half_life_days, kinds=[MONTH])
    }
    days = messages["sent_date"]
    before = None
    for month in months_of(days.min().date(), days.max().date()):
        # A month without a message has no group: all of the month before end.
        groups = (
            no_rows(INTEREST_GROUP)
            if month.start not in found
            else interest_groups(found[month.start], previous=before)
        )
        if before is not None:
            yield month.start, group_events(_shown(before, min_group_size), _shown(groups, min_group_size))
        before = groups


def _shown(groups: pd.DataFrame, min_group_size: int) -> pd.DataFrame:
    is_shown = (groups["n_members"] >= min_group_size) & (groups["stability_score"] >= MIN_STABILITY)
    return groups.loc[is_shown, ["subject_id", "group_id"]]
