"""What SQL cannot compute well over incidents: bursts, how formal a reply is, and ranks of places."""

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
