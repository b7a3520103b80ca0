"""What the text model says of posts and of internal messages."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration.asset_checks import gate_check
from orchestration.assets.asset_types import AssetMarks, Materialized
from orchestration.assets.ingest import raw_key
from orchestration.assets.reference import reference_key
from orchestration.assets.training import TOPIC_MODEL_KEY
from orchestration.failures import telling
from orchestration.resources import RunResource
from otklik.intake.sources.configuration import Configuration
from otklik.stages.annotation import (
    MESSAGE_LABEL,
    POST_LABEL,
    POST_PLACE,
    AnnotationSummary,
    annotate_messages,
    annotate_posts,
)
from otklik.stages.near_duplicates import NEAR_DUPLICATE, find_near_duplicates
from otklik.stages.routing import POST_ROUTE, route_posts

_COMMON: AssetMarks = {"group_name": "text", "kinds": {"spacy", "parquet"}, "owners": ["team:text"]}
_WITHOUT_SPACY: AssetMarks = {**_COMMON, "kinds": {"numpy", "parquet"}}


MESSAGE_LABEL_KEY = dg.AssetKey(["enriched", MESSAGE_LABEL])


def build_annotation_assets(configuration: Configuration) -> list[dg.AssetsDefinition]:
    """Annotations of whatever the configured sources deliver."""
    posts = [raw_key(name, "post") for name in configuration.feeding("post")]
    gazetteer = reference_key("municipality")
    messages = [raw_key(name, "message") for name in configuration.feeding("message")]

    @dg.multi_asset(
        name="post_annotation",
        specs=[
            dg.AssetSpec(
                ["enriched", POST_LABEL],
                deps=[*posts, gazetteer],
                description="Intent and topic of every text, each with a probability. One row per text.",
                **_COMMON,
            ),
            dg.AssetSpec(
                ["enriched", POST_PLACE],
                deps=[*posts, gazetteer],
                description="Places named in a text. One row per place found.",
                **_COMMON,
            ),
        ],
    )
    @telling
    def post_annotation(run: RunResource) -> Iterator[Materialized]:
        metadata = _metadata(annotate_posts(run.home))
        yield dg.MaterializeResult(asset_key=["enriched", POST_LABEL], metadata=metadata)
        yield dg.MaterializeResult(asset_key=["enriched", POST_PLACE], metadata=metadata)

    @dg.asset(
        key=MESSAGE_LABEL_KEY,
        deps=messages,
        description="Intent and topic of every internal message's words, which stay restricted. One row per text.",
        **_COMMON,
    )
    @telling
    def message_annotation(run: RunResource) -> Materialized:
        return dg.MaterializeResult(metadata=_metadata(annotate_messages(run.home)))

    @dg.asset(
        key=["enriched", NEAR_DUPLICATE],
        deps=posts,
        description="Texts of posts that are near-duplicates (definition 3). One row per pair of texts.",
        **_WITHOUT_SPACY,
    )
    @telling
    def near_duplicate(run: RunResource) -> Materialized:
        summary = find_near_duplicates(run.home)
        return dg.MaterializeResult(
            metadata={
                "new_texts": summary.n_new,
                "texts": summary.n_total,
                "new_pairs": summary.n_new_pairs,
                "pairs": summary.n_pairs,
            }
        )

    @dg.asset(
        key=["enriched", POST_ROUTE],
        deps=[*posts, TOPIC_MODEL_KEY],
        description="Authority, group and topic of every text by the model trained last; empty without one.",
        **_WITHOUT_SPACY,
    )
    @telling
    def post_route(run: RunResource) -> Materialized:
        summary = route_posts(run.home)
        return dg.MaterializeResult(
            metadata={
                "new_texts": summary.n_new,
                "texts": summary.n_total,
                "model_version": summary.model_version or "none trained",
            }
        )

    return [post_annotation, message_annotation, near_duplicate, post_route]


def _metadata(summary: AnnotationSummary) -> dict[str, Any]:
    return {"new_texts": summary.n_new, "texts": summary.n_total, "model_version": summary.model_version}


def build_annotation_checks() -> list[dg.AssetChecksDefinition]:
    """The blocking gates on annotations and on what the trained model says."""
    return [
        gate_check(
            "annotations",
            asset_key=dg.AssetKey(["enriched", POST_LABEL]),
            additional_deps=[["enriched", POST_PLACE], MESSAGE_LABEL_KEY],
        ),
        gate_check("routes", asset_key=dg.AssetKey(["enriched", POST_ROUTE])),
    ]
