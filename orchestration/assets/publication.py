"""The published snapshot: what analysts and BI tools read."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from orchestration.asset_checks import gate_check
from orchestration.assets.asset_types import Materialized
from orchestration.resources import RunResource
from otklik.publishing.mart_contracts import mart_contracts
from otklik.publishing.publication import publish

SNAPSHOT_KEY = dg.AssetKey(["published", "snapshot"])


def build_snapshot_asset(manifest: Mapping[str, Any], marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset that publishes every mart of the dbt manifest.

    Args:
        manifest: dbt's manifest.
        marts: keys of the marts.
    """

    @dg.asset(
        key=SNAPSHOT_KEY,
        deps=list(marts),
        group_name="published",
        kinds={"duckdb", "parquet"},
        owners=["team:publishing"],
        description="A finished folder of contracted tables; `published/current` is the newest that passed its gates.",
    )
    def snapshot(run: RunResource) -> Materialized:
        result = publish(run.context, mart_contracts(manifest))
        return dg.MaterializeResult(
            metadata={
                "snapshot_id": result.snapshot_id,
                "is_unchanged": result.is_unchanged,
                "path": dg.MetadataValue.path(str(result.path)),
                "row_counts": dg.MetadataValue.json(result.row_counts),
            }
        )

    return snapshot


def build_mart_check(marts: Sequence[dg.AssetKey]) -> dg.AssetChecksDefinition:
    """The blocking gate on the marts. It stands on one of them and waits for all."""
    first, *others = sorted(marts, key=lambda key: key.to_user_string())
    return gate_check("marts", asset_key=first, additional_deps=others)
