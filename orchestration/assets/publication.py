"""The published snapshot, which analysts and BI tools read, and the last gate, which judges what is to be published.

Whoever asks for a snapshot, and by whatever selection, goes through `snapshot`: nothing else publishes.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import dagster as dg

from data_quality.data_docs import collected
from data_quality.gate import require_passed
from orchestration.asset_checks import check_result
from orchestration.assets.asset_types import EVERY_DAY, Materialized
from orchestration.failures import telling
from orchestration.resources import GatesResource, RunResource
from otklik.home.settings import DBT_PROJECT_DIR
from otklik.intake.arrivals.acceptance import note_accepted, read_missing
from otklik.intake.sources.targets import postgres_target
from otklik.publishing.mart_contracts import META_PREFIX, mart_contracts
from otklik.publishing.postgres import publish_to_postgres
from otklik.publishing.publication import note_whole_run, publish
from otklik.publishing.snapshots import DATA_DOCS_NAME
from otklik.stages.history import note_published_figures
from otklik.stages.releasing import note_released_lists
from otklik.warehouse.dbt_args import test_args
from otklik.warehouse.dbt_project import invoke_dbt
from otklik.warehouse.proof import owed_test_names, require_built

SNAPSHOT_KEY = dg.AssetKey(["published", "snapshot"])


def build_snapshot_asset(manifest: Mapping[str, Any], marts: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset that publishes every mart of the dbt manifest, with its blocking check `gate_marts`.

    Args:
        manifest: dbt's manifest.
        marts: keys of the marts.
    """
    contracts = mart_contracts(manifest)
    names = sorted({mart.relation for mart in contracts if not mart.name.startswith(META_PREFIX)})

    @dg.asset(
        key=SNAPSHOT_KEY,
        # what it says is noted day by day, from the table behind fct_history_daily
        deps=[*marts, dg.AssetKey(["intermediate", "int_incident_daily_change"])],
        group_name="published",
        kinds={"duckdb", "parquet"},
        owners=["team:publishing"],
        freshness_policy=EVERY_DAY,
        description="A finished folder of contracted tables on two surfaces; `published/current` is the newest that "
        "passed its gates.",
        check_specs=[
            dg.AssetCheckSpec(
                "gate_marts",
                asset=SNAPSHOT_KEY,
                blocking=True,
                description="Every blocking expectation of the gate 'marts' holds for the rows about to be published.",
            )
        ],
        output_required=False,
    )
    @telling
    def snapshot(run: RunResource, gates: GatesResource) -> Iterator[dg.AssetCheckResult | Materialized]:
        judged = require_built(run.home, names, run_key=run.context.run_key)
        if owed := owed_test_names(run.home, manifest["nodes"]):
            invoke_dbt(run.home, test_args(DBT_PROJECT_DIR, run.home.dbt_target), owed)
        found = gates.evaluate_all(run.context.configuration, names)
        yield check_result(found[-1])
        require_passed(found)
        verdicts, documents = [gate.verdict for gate in found], {gate.gate: gate.document for gate in found}
        note_released_lists(run.home)
        documented, missing = collected(run.context.as_of, documents), read_missing(run.home)
        result = publish(run.context, contracts, verdicts, judged, documented, missing)
        note_accepted(run.home)
        note_published_figures(run.home)
        # before the run is remembered as whole: one that did not get there is begun again
        target = postgres_target(run.context.configuration, os.environ)
        in_postgres = publish_to_postgres(run.home.published, target) if target else None
        if run.fingerprint is not None:
            note_whole_run(run.home, run.fingerprint, result.snapshot_id)
        yield dg.MaterializeResult(
            metadata={
                "snapshot_id": result.snapshot_id,
                "is_unchanged": result.is_unchanged,
                "path": dg.MetadataValue.path(str(result.path)),
                "data_docs": dg.MetadataValue.path(str(result.path / DATA_DOCS_NAME)),
                "row_counts": dg.MetadataValue.json(result.row_counts),
                **({"postgres": dg.MetadataValue.json(asdict(in_postgres))} if in_postgres else {}),
            }
        )

    return snapshot
