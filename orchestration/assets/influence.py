"""Scores and groups computed over the communication graph."""

from typing import Any

import dagster as dg

from data_quality.asset_checks import gate_check
from orchestration.resources import RunResource
from orchestration.stages.scoring import INTEREST_GROUP, LEADER_SCORE, find_groups, score_leaders

_TIES = dg.AssetKey(["intermediate", "int_tie"])
_COMMON: dict[str, Any] = {
    "group_name": "graph",
    "kinds": {"networkx", "parquet"},
    "owners": ["team:graph"],
    "deps": [_TIES],
}


@dg.asset(
    key=["enriched", LEADER_SCORE],
    description="Authority and spread of every subject in its network. One row per network, organisation and subject.",
    **_COMMON,
)
def leader_score(run: RunResource) -> dg.MaterializeResult:
    """Scores the subjects of every network."""
    scores = score_leaders(run.home)
    return dg.MaterializeResult(metadata={"dagster/row_count": len(scores)})


@dg.asset(
    key=["enriched", INTEREST_GROUP],
    description="Groups of subjects who talk with each other. One row per network, organisation and subject.",
    **_COMMON,
)
def interest_group(run: RunResource) -> dg.MaterializeResult:
    """Finds the groups of every network."""
    groups = find_groups(run.home)
    metadata = {"dagster/row_count": len(groups), "groups": int(groups["group_id"].nunique())}
    return dg.MaterializeResult(metadata=metadata)


def build_graph_checks() -> list[dg.AssetChecksDefinition]:
    """The blocking gates before and after the graph stage."""
    return [
        gate_check("edges", asset_key=_TIES),
        gate_check(
            "scores",
            asset_key=dg.AssetKey(["enriched", LEADER_SCORE]),
            additional_deps=[dg.AssetKey(["enriched", INTEREST_GROUP])],
        ),
    ]
