"""What SQL cannot compute well over incidents: bursts, how formal a reply is, ranks of places, and public cells."""

import dagster as dg

from orchestration.assets.asset_types import Materialized
from orchestration.failures import telling
from orchestration.resources import RunResource
from otklik.stages.incident_statistics import (
    BURST,
    FORMAL_REPLY,
    MUNICIPALITY_RANK,
    find_bursts,
    judge_replies,
    rank_municipalities,
)
from otklik.stages.public_cells import PUBLIC_INCIDENT_CELL, PUBLIC_POST_CELL, find_incident_cells, find_post_cells


@dg.asset(
    key=["enriched", BURST],
    deps=[["intermediate", "int_incident_report"]],
    group_name="statistics",
    kinds={"numpy", "parquet"},
    owners=["team:incidents"],
    description="Days on which a topic came up in a place far more than usual (инфоповод). One row per burst.",
)
@telling
def burst(run: RunResource) -> Materialized:
    """Finds bursts."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(find_bursts(run.home))})


@dg.asset(
    key=["enriched", FORMAL_REPLY],
    deps=[["intermediate", "int_reply"]],
    group_name="statistics",
    kinds={"numpy", "parquet"},
    owners=["team:incidents"],
    description="How much a reply repeats others and leaves out (отписка). One row per reply with words.",
)
@telling
def formal_reply(run: RunResource) -> Materialized:
    """Judges replies."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(judge_replies(run.home))})


@dg.asset(
    key=["enriched", MUNICIPALITY_RANK],
    deps=[["intermediate", "int_incident"], ["marts", "agg_municipality_activity"]],
    group_name="statistics",
    kinds={"numpy", "parquet"},
    owners=["team:incidents"],
    description="How active places are, with rank intervals, and how much of it is reported. One row per municipality.",
)
@telling
def municipality_rank(run: RunResource) -> Materialized:
    """Ranks municipalities."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(rank_municipalities(run.home))})


@dg.asset(
    key=["enriched", PUBLIC_INCIDENT_CELL],
    deps=[["intermediate", name] for name in ("int_incident", "int_incident_person", "int_authority")],
    group_name="statistics",
    kinds={"pandas", "parquet"},
    owners=["team:publishing"],
    description="How finely an incident may be told to anybody: in a cell of enough people. One row per incident told.",
)
def public_incident_cell(run: RunResource) -> Materialized:
    """Rolls incidents up."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(find_incident_cells(run.home))})


@dg.asset(
    key=["enriched", PUBLIC_POST_CELL],
    deps=[["intermediate", name] for name in ("int_live_post", "int_post_municipality", "int_topic")],
    group_name="statistics",
    kinds={"pandas", "parquet"},
    owners=["team:publishing"],
    description="How finely a post may be counted for anybody: in a cell of enough people. One row per post counted.",
)
def public_post_cell(run: RunResource) -> Materialized:
    """Rolls posts up."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(find_post_cells(run.home))})


STATISTICS_ASSETS = [burst, formal_reply, municipality_rank, public_incident_cell, public_post_cell]
