"""Leaks in internal messages, and masked words of posts and replies."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration.assets.asset_types import AssetMarks, Materialized
from orchestration.assets.ingest import raw_key
from orchestration.failures import telling
from orchestration.resources import RunResource
from otklik.intake.sources.configuration import Configuration
from otklik.intake.sources.own_patterns import own_patterns
from otklik.stages.leak_scanning import (
    LEAK_FINDING,
    LEAK_SCAN,
    REDACTED_ENTITIES,
    TEXT_REDACTION,
    LeakSummary,
    redact_published,
    scan_messages,
)

_COMMON: AssetMarks = {"group_name": "text", "kinds": {"re2", "parquet"}, "owners": ["team:text"]}

LEAK_SCAN_KEY = dg.AssetKey(["enriched", LEAK_SCAN])


def build_leak_assets(configuration: Configuration) -> list[dg.AssetsDefinition]:
    """Scans of whatever the configured sources deliver."""
    messages = [raw_key(name, "message") for name in configuration.feeding("message")]
    words = [raw_key(name, entity) for entity in REDACTED_ENTITIES for name in configuration.feeding(entity)]

    @dg.multi_asset(
        name="message_scan",
        specs=[
            dg.AssetSpec(
                LEAK_SCAN_KEY,
                deps=messages,
                description="Verdict on the words of an internal message: clean, leak or review. One row per text.",
                **_COMMON,
            ),
            dg.AssetSpec(
                ["enriched", LEAK_FINDING],
                deps=messages,
                description="Identifiers and credentials in internal messages, masked. One row per finding.",
                **_COMMON,
            ),
        ],
    )
    @telling
    def message_scan(run: RunResource) -> Iterator[Materialized]:
        metadata = _metadata(scan_messages(run.home, own_patterns(run.context.configuration.leak_patterns)))
        yield dg.MaterializeResult(asset_key=LEAK_SCAN_KEY, metadata=metadata)
        yield dg.MaterializeResult(asset_key=["enriched", LEAK_FINDING], metadata=metadata)

    @dg.asset(
        key=["enriched", TEXT_REDACTION],
        deps=words,
        description="Words of posts, replies and instructions with identifiers masked. One row per text.",
        **_COMMON,
    )
    @telling
    def text_redaction(run: RunResource) -> Materialized:
        summary = redact_published(run.home, own_patterns(run.context.configuration.leak_patterns))
        return dg.MaterializeResult(metadata=_metadata(summary))

    return [message_scan, text_redaction]


def _metadata(summary: LeakSummary) -> dict[str, Any]:
    return {
        "new_texts": summary.n_new,
        "texts": summary.n_total,
        "found_in_new": summary.n_found,
        "model_version": summary.model_version,
    }
