"""The topic model, trained on the user's own labels. Not part of a daily run: materialise it when labels change."""

import dagster as dg

from orchestration.assets.asset_types import Materialized
from orchestration.assets.ingest import raw_key
from orchestration.failures import telling
from orchestration.resources import RunResource
from otklik.intake.sources.configuration import Configuration
from otklik.stages.training import train

TOPIC_MODEL_KEY = dg.AssetKey(["models", "topic"])


def build_training_asset(configuration: Configuration) -> dg.AssetsDefinition:
    """The asset that trains on whatever labelled posts, and people's labels, the configured sources deliver."""

    @dg.asset(
        key=TOPIC_MODEL_KEY,
        deps=[raw_key(name, entity) for entity in ("post", "label") for name in configuration.feeding(entity)],
        group_name="training",
        kinds={"numpy"},
        owners=["team:text"],
        description="Model of authority, group and topic, with its scores on held-out texts. Never published.",
    )
    @telling
    def topic_model(run: RunResource) -> Materialized:
        summary = train(run.home)
        return dg.MaterializeResult(
            metadata={
                "model_version": summary.model_version,
                "texts": summary.n_texts,
                "route_score": summary.route_score,
                "is_new": summary.is_new,
                **{f"{name}_f1_macro": value for name, value in summary.f1_macro.items()},
                **{f"{name}_ece": value for name, value in summary.ece.items()},
                **{f"{name}_agreement": value for name, value in summary.agreement.items()},
                **{f"{name}_corrected": value for name, value in summary.n_corrected.items()},
                **{f"{name}_disputed": value for name, value in summary.n_disputed.items()},
            }
        )

    return topic_model
