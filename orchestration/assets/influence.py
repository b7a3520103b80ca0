"""Scores, groups, roles and habits computed over the communication graph."""

import dagster as dg

from orchestration.asset_checks import gate_check
from orchestration.assets.asset_types import AssetMarks, Materialized
from orchestration.resources import RunResource
from otklik.stages import graph_tables as tables
from otklik.stages.grouping import find_group_events, find_groups, find_releases, find_roles
from otklik.stages.participation import find_levels, find_loyalty, find_preferences
from otklik.stages.scoring import score_leaders

_TIES = dg.AssetKey(["intermediate", "int_tie"])
_GROUPS = dg.AssetKey(["enriched", tables.INTEREST_GROUP])
_RELEASES = dg.AssetKey(["enriched", tables.GROUP_RELEASE])
_COMMON: AssetMarks = {"group_name": "graph", "kinds": {"networkx", "parquet"}, "owners": ["team:graph"]}


@dg.asset(
    key=["enriched", tables.LEADER_SCORE],
    deps=[_TIES],
    description="Authority and spread of every subject in its network, over the whole record, each month and the last "
    "90 days; only what changed is computed. One row per period, network, organisation and subject.",
    **_COMMON,
)
def leader_score(run: RunResource) -> Materialized:
    """Scores the subjects of every network."""
    summary = score_leaders(run.home)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": summary.n_rows,
            "partitions_computed": summary.n_computed,
            "partitions_unchanged": summary.n_reused,
        }
    )


@dg.asset(
    key=["enriched", tables.INTEREST_GROUP],
    deps=[_TIES],
    description="Groups of subjects who talk with each other. One row per network, organisation and subject.",
    **_COMMON,
)
def interest_group(run: RunResource) -> Materialized:
    """Finds the groups of every network."""
    groups = find_groups(run.home)
    metadata = {"dagster/row_count": len(groups), "groups": int(groups["group_id"].nunique())}
    return dg.MaterializeResult(metadata=metadata)


@dg.asset(
    key=["enriched", tables.GROUP_RELEASE],
    deps=[_GROUPS],
    description="Members that each group may show, compared with every list published before. One row per group and "
    "member.",
    **_COMMON,
)
def group_release(run: RunResource) -> Materialized:
    """Holds lists that would differ from a published one by a few people."""
    held = find_releases(run.home)
    groups = held.drop_duplicates("interest_group_id")
    metadata = {"held": int(groups["is_held"].sum()), "withheld": int(groups["is_withheld"].sum())}
    return dg.MaterializeResult(metadata={"dagster/row_count": len(held), **metadata})


@dg.asset(
    key=["enriched", tables.ROLE],
    deps=[_TIES, _GROUPS],
    description="Position of every subject in the graph. One row per network, organisation and subject.",
    **_COMMON,
)
def role(run: RunResource) -> Materialized:
    """Finds brokers, connectors, members of the core."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(find_roles(run.home))})


@dg.asset(
    key=["enriched", tables.GROUP_EVENT],
    deps=[_TIES],
    description="Births, deaths, merges and splits of groups from month to month. One row per event.",
    **_COMMON,
)
def group_event(run: RunResource) -> Materialized:
    """Compares the groups of each month with those of the month before."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(find_group_events(run.home))})


@dg.asset(
    key=["enriched", tables.PREFERENCE],
    deps=[_TIES, _RELEASES, ["intermediate", "int_message_topic"], ["intermediate", "int_live_post"]],
    description="Topics and channels above or below the base rate. One row per level, member, kind and item.",
    **_COMMON,
)
def preference(run: RunResource) -> Materialized:
    """Finds preferences of people, departments and groups."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(find_preferences(run.home))})


@dg.asset(
    key=["enriched", tables.LOYALTY],
    deps=[_TIES, _GROUPS],
    description="Who keeps to a discussion group from month to month. One row per subject, group and month.",
    **_COMMON,
)
def loyalty(run: RunResource) -> Materialized:
    """Finds who prefers and keeps to a group."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(find_loyalty(run.home))})


@dg.asset(
    key=["enriched", tables.COMMUNICATION_LEVEL],
    deps=[_TIES],
    description="Volume, reciprocity, answers and openness of departments. One row per period and department or pair.",
    **_COMMON,
)
def communication_level(run: RunResource) -> Materialized:
    """Measures communication within and between departments."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(find_levels(run.home))})


GRAPH_ASSETS = [
    leader_score,
    interest_group,
    group_release,
    role,
    group_event,
    preference,
    loyalty,
    communication_level,
]


def build_graph_checks() -> list[dg.AssetChecksDefinition]:
    """The blocking gates before and after the graph stage."""
    others = [asset.key for asset in GRAPH_ASSETS if asset is not leader_score]
    return [
        gate_check("edges", asset_key=_TIES),
        gate_check("scores", asset_key=leader_score.key, additional_deps=others),
    ]
