"""Reference tables: what the deployment says of its place, checked as a whole before anything reads it."""

from collections.abc import Iterator

import dagster as dg

from orchestration.assets.asset_types import Materialized
from orchestration.assets.ingest import raw_key
from orchestration.failures import telling
from orchestration.resources import RunResource
from otklik.home.errors import ConfigurationError
from otklik.intake.reference.settling import settle_reference
from otklik.intake.reference_entities import REFERENCE_ENTITIES
from otklik.intake.sources.configuration import Configuration


def reference_key(entity: str) -> dg.AssetKey:
    """Key of the asset that holds a reference table."""
    return dg.AssetKey(["reference", entity])


def build_reference_asset(configuration: Configuration) -> dg.AssetsDefinition:
    """The reference tables, each of the raw loads that feed it; one asset, since a table's rows name another's."""

    @dg.multi_asset(
        name="reference",
        specs=[
            dg.AssetSpec(
                reference_key(entity.name),
                deps=[raw_key(name, entity.name) for name in configuration.feeding(entity.name)],
                group_name="reference",
                kinds={"parquet"},
                owners=["team:ingestion"],
                description=entity.description,
            )
            for entity in REFERENCE_ENTITIES
        ],
    )
    @telling
    def reference(run: RunResource) -> Iterator[Materialized]:
        try:
            n_rows = settle_reference(run.home, run.context.configuration)
        except ConfigurationError as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        for name, count in n_rows.items():
            yield dg.MaterializeResult(asset_key=reference_key(name), metadata={"dagster/row_count": count})

    return reference
