"""The sweep that drops the words of internal messages when their time is over."""

from collections.abc import Sequence

import dagster as dg

from orchestration.assets.asset_types import Materialized
from orchestration.assets.ingest import raw_key
from orchestration.failures import telling
from orchestration.resources import RunResource
from otklik.intake.sources.configuration import Configuration
from otklik.privacy.retention import enforce_retention

RETENTION_KEY = dg.AssetKey(["restricted", "message_text_retention"])


def build_retention_asset(configuration: Configuration, readers: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The sweep.

    Args:
        configuration: which sources deliver messages.
        readers: assets that read the words; the sweep waits for them, so that a late delivery is read before it goes.
    """

    @dg.asset(
        key=RETENTION_KEY,
        group_name="privacy",
        kinds={"parquet"},
        owners=["team:ingestion"],
        deps=[*(raw_key(name, "message") for name in configuration.feeding("message")), *readers],
        description="Drops the words of internal messages older than `message_text_retention_days`; what was found in "
        "them stays. Nothing of them is kept.",
    )
    @telling
    def message_text_retention(run: RunResource) -> Materialized:
        days = run.context.configuration.parameters.message_text_retention_days
        summary = enforce_retention(run.home, at=run.context.received_at, days=days)
        return dg.MaterializeResult(
            metadata={
                "limit_at": dg.MetadataValue.timestamp(summary.limit_at),
                "rows_dropped": dg.MetadataValue.int(summary.rows_dropped),
                "rows_kept": dg.MetadataValue.int(summary.rows_kept),
                "quarantine_files_dropped": dg.MetadataValue.int(summary.quarantine_files_dropped),
            }
        )

    return message_text_retention
