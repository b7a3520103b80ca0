"""What SQL cannot compute well over incidents: bursts, and how formal a reply is."""

import dagster as dg

from orchestration.resources import RunResource
from orchestration.statistics.tables import BURST, FORMAL_REPLY, find_bursts, judge_replies


@dg.asset(
    key=["enriched", BURST],
    deps=[["intermediate", "int_incident_report"]],
    group_name="statistics",
    kinds={"numpy", "parquet"},
    owners=["team:incidents"],
    description="Days on which a topic came up in a place far more than usual (инфоповод). One row per burst.",
)
def burst(run: RunResource) -> dg.MaterializeResult:
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
def formal_reply(run: RunResource) -> dg.MaterializeResult:
    """Judges replies."""
    return dg.MaterializeResult(metadata={"dagster/row_count": len(judge_replies(run.home))})
