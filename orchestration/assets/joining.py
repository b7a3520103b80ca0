"""Which posts are one incident: weights of evidence before pairs are scored, groups of threads after."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration.assets.asset_types import Materialized
from orchestration.failures import telling
from orchestration.resources import RunResource
from otklik.stages.incident_joining import (
    INCIDENT_MEMBER,
    INCIDENT_REGROUPING,
    JOINING_MODEL,
    JOINING_WEIGHT,
    fit_joining_weights,
    join_incidents,
)

_THREADS = [
    dg.AssetKey(["intermediate", name]) for name in ("int_incident_label", "int_incident_sight", "int_incident_thread")
]
_COMMON: dict[str, Any] = {"group_name": "statistics", "kinds": {"numpy", "parquet"}, "owners": ["team:incidents"]}


def _specs(*deps: dg.AssetKey, **tables: str) -> list[dg.AssetSpec]:
    """A spec for each table under `enriched/`, by its description."""
    return [
        dg.AssetSpec(["enriched", table], deps=deps, description=meaning, **_COMMON)
        for table, meaning in tables.items()
    ]


@dg.multi_asset(
    specs=_specs(
        dg.AssetKey(["intermediate", "int_incident_pair_evidence"]),
        dg.AssetKey(["seeds", "joining_weight"]),
        *_THREADS,
        joining_weight="What a level of evidence counts, fitted on labels. One row per region, feature and level.",
        joining_model="How well weights join what was kept back from them. One row per region and version.",
    )
)
@telling
def joining_weights(run: RunResource) -> Iterator[Materialized]:
    """Fits weights where the labels of a region are enough and changed."""
    models = fit_joining_weights(run.home, run.context.as_of)
    metadata = {"labels": models.n_labels, "regions_fitted": int(models.frame["is_used"].sum())}
    for table in (JOINING_WEIGHT, JOINING_MODEL):
        yield dg.MaterializeResult(asset_key=["enriched", table], metadata=metadata)


@dg.multi_asset(
    specs=_specs(
        dg.AssetKey(["intermediate", "int_incident_pair_score"]),
        dg.AssetKey(["intermediate", "int_joining_weight"]),
        *_THREADS,
        incident_member="Which threads are one incident, and at which site they are. One row per thread.",
        incident_regrouping="Threads that other weights put to another incident. One row per thread and version.",
    )
)
@telling
def incident_members(run: RunResource) -> Iterator[Materialized]:
    """Groups threads into incidents."""
    counts = join_incidents(run.home, run.context.as_of)
    for table in (INCIDENT_MEMBER, INCIDENT_REGROUPING):
        yield dg.MaterializeResult(asset_key=["enriched", table], metadata=counts)
