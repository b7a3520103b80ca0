"""Scores, groups, roles and habits computed over the communication graph."""

from collections.abc import Callable, Iterator

import dagster as dg
import pandas as pd

from orchestration.asset_checks import gate_check
from orchestration.assets.asset_types import AssetMarks, Materialized
from orchestration.failures import telling
from orchestration.resources import RunResource
from otklik.home.settings import Home
from otklik.stages import graph_tables as tables
from otklik.stages.graph_tables import read_messages
from otklik.stages.grouping import find_group_events, find_groups, find_roles
from otklik.stages.participation import find_levels, find_loyalty, find_preferences
from otklik.stages.releasing import find_releases
from otklik.stages.scoring import score_leaders

_TIES = dg.AssetKey(["intermediate", "int_tie"])
_STAFF_MESSAGES = dg.AssetKey(["intermediate", "int_staff_message"])
_PEOPLE = dg.AssetKey(["intermediate", "int_staff_subject"])
_DEPARTMENTS = dg.AssetKey(["intermediate", "int_staff_department"])
_ACTIVE = dg.AssetKey(["intermediate", "int_active_citizen"])
# The ties are waited for as well: they are made of these messages, and have a gate that all measures stand behind.
_MESSAGES = [_STAFF_MESSAGES, dg.AssetKey(["intermediate", "int_citizen_answer"]), _TIES]
_TOPICS = [dg.AssetKey(["intermediate", name]) for name in ("int_message_topic", "int_live_post", "int_topic")]
_GROUPS = dg.AssetKey(["enriched", tables.INTEREST_GROUP])
_RELEASES = dg.AssetKey(["enriched", tables.GROUP_RELEASE])
_COMMON: AssetMarks = {"group_name": "graph", "kinds": {"networkx", "parquet"}, "owners": ["team:graph"]}


@dg.asset(
    key=["enriched", tables.INTEREST_GROUP],
    deps=[_TIES],
    description="Groups of subjects who talk with each other. One row per network, organisation and subject.",
    **_COMMON,
)
@telling
def interest_group(run: RunResource) -> Materialized:
    """Finds the groups of every network."""
    groups = find_groups(run.home)
    metadata = {"dagster/row_count": len(groups), "groups": int(groups["group_id"].nunique())}
    return dg.MaterializeResult(metadata=metadata)


@dg.asset(
    key=["enriched", tables.GROUP_RELEASE],
    deps=[_GROUPS, _PEOPLE, _DEPARTMENTS, _ACTIVE],
    description="People whom figures of departments, interest groups and active citizens are of, compared with every "
    "list published before. One row per list and person.",
    **_COMMON,
)
@telling
def group_release(run: RunResource) -> Materialized:
    """Holds lists that would differ from a published one by a few people."""
    held = find_releases(run.home)
    lists = held.drop_duplicates(["list_kind", "list_id"])
    metadata = {"held": int(lists["is_held"].sum()), "withheld": int(lists["is_withheld"].sum())}
    return dg.MaterializeResult(metadata={"dagster/row_count": len(held), **metadata})


@dg.asset(
    key=["enriched", tables.ROLE],
    deps=[_TIES, _GROUPS],
    description="Position of every subject in the graph. One row per network, organisation and subject.",
    **_COMMON,
)
@telling
def role(run: RunResource) -> Materialized:
    """Finds brokers, connectors, members of the core."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(find_roles(run.home))})


@dg.asset(
    key=["enriched", tables.PREFERENCE],
    deps=[_STAFF_MESSAGES, _PEOPLE, _DEPARTMENTS, _TIES, _RELEASES, *_TOPICS],
    description="Topics and channels above or below the base rate. One row per level, member, kind and item.",
    **_COMMON,
)
@telling
def preference(run: RunResource) -> Materialized:
    """Finds preferences of people, departments and groups."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(find_preferences(run.home))})


@dg.multi_asset(
    name="message_measures",
    specs=[
        dg.AssetSpec(["enriched", table], deps=deps, description=description, **_COMMON)
        for table, deps, description in (
            (
                tables.LEADER_SCORE,
                _MESSAGES,
                "Authority and spread of every subject in its network, over the whole record, each month and the last "
                "90 days; only what changed is computed. One row per period, network, organisation and subject.",
            ),
            (
                tables.GROUP_EVENT,
                _MESSAGES,
                "Births, deaths, merges and splits of groups from month to month. One row per event.",
            ),
            (
                tables.LOYALTY,
                [*_MESSAGES, _GROUPS],
                "Who keeps to a discussion group from month to month. One row per subject, group and month.",
            ),
            (
                tables.COMMUNICATION_LEVEL,
                [*_MESSAGES, _DEPARTMENTS, _RELEASES],
                "Volume, reciprocity, answers and openness of departments. One row per period and department or pair.",
            ),
        )
    ],
    can_subset=True,
)
@telling
def message_measures(context: dg.AssetExecutionContext, run: RunResource) -> Iterator[Materialized]:
    """Reads the messages once, and measures whatever is asked for."""
    measures = {
        tables.LEADER_SCORE: _scored,
        tables.GROUP_EVENT: _counted(find_group_events),
        tables.LOYALTY: _counted(find_loyalty),
        tables.COMMUNICATION_LEVEL: _counted(find_levels),
    }
    messages = read_messages(run.home)
    for table, measure in measures.items():
        key = dg.AssetKey(["enriched", table])
        if key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata=measure(run.home, messages))


def _counted(find: Callable[[Home, pd.DataFrame], pd.DataFrame]) -> Callable[[Home, pd.DataFrame], dict[str, int]]:
    return lambda home, messages: {"dagster/row_count": len(find(home, messages))}


def _scored(home: Home, messages: pd.DataFrame) -> dict[str, int]:
    summary = score_leaders(home, messages)
    return {
        "dagster/row_count": summary.n_rows,
        "partitions_computed": summary.n_computed,
        "partitions_unchanged": summary.n_reused,
    }


GRAPH_ASSETS = [interest_group, group_release, role, preference, message_measures]


def build_graph_checks() -> list[dg.AssetChecksDefinition]:
    """The blocking gates before and after the graph stage."""
    leader_score = dg.AssetKey(["enriched", tables.LEADER_SCORE])
    others = [key for asset in GRAPH_ASSETS for key in sorted(asset.keys) if key != leader_score]
    return [
        gate_check("edges", asset_key=_TIES),
        gate_check("scores", asset_key=leader_score, additional_deps=others),
    ]
