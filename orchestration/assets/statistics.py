"""What SQL cannot compute well over incidents: bursts, how formal a reply is, ranks of places, and public cells."""

from collections.abc import Callable, Sequence

import dagster as dg
import pandas as pd

from orchestration.assets.asset_types import Materialized
from orchestration.failures import telling
from orchestration.resources import RunResource
from otklik.home.settings import Home
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


def _cells(table: str, find: Callable[[Home], pd.DataFrame], reads: Sequence[str], what: str) -> dg.AssetsDefinition:
    """Rolls incidents or posts up."""

    @dg.asset(
        key=["enriched", table],
        deps=[["intermediate", name] for name in (*reads, "int_topic")],
        group_name="statistics",
        kinds={"pandas", "parquet"},
        owners=["team:publishing"],
        description=f"How finely {what} may be told to anybody: in a cell of enough people. One row per {what} told.",
    )
    @telling
    def cells(run: RunResource) -> Materialized:
        return dg.MaterializeResult(metadata={"dagster/row_count": len(find(run.home))})

    return cells


public_incident_cell = _cells(
    PUBLIC_INCIDENT_CELL, find_incident_cells, ("int_incident", "int_incident_person", "int_authority"), "incident"
)
public_post_cell = _cells(PUBLIC_POST_CELL, find_post_cells, ("int_live_post", "int_post_municipality"), "post")
STATISTICS_ASSETS = [burst, formal_reply, municipality_rank, public_incident_cell, public_post_cell]
