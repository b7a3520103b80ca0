"""Raw loads: one asset for each source and each entity it feeds."""

import dagster as dg

from data_quality.gate import GateResult
from orchestration.asset_checks import gate_check
from orchestration.assets.asset_types import EVERY_DAY, Materialized
from orchestration.assets.harvest import inbox_key
from orchestration.failures import telling
from orchestration.resources import GatesResource, RunResource
from otklik.home.columns import DUCKDB_TYPES, meaning
from otklik.intake.arrivals.acceptance import take_in, withhold
from otklik.intake.entities import entities
from otklik.intake.entity import Entity
from otklik.intake.ingestion.ledger import Load, lost_rows
from otklik.intake.sources.configuration import Configuration, Source
from otklik.intake.sources.on_failure import OnFailure

# A file share may hiccup. What ends with a sentence, such as a wrong mapping, will not mend itself: not tried again.
_RETRY = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)


def raw_key(source: str, entity: str) -> dg.AssetKey:
    """Key of the asset that loads an entity from a source."""
    return dg.AssetKey(["raw", source, entity])


def build_raw_assets(configuration: Configuration) -> list[dg.AssetsDefinition]:
    """An asset per source and entity, in the order of their keys."""
    return [
        _raw_asset(source, entities()[name])
        for source in configuration.sources.values()
        for name in sorted(source.entities)
    ]


def build_raw_checks(configuration: Configuration) -> list[dg.AssetChecksDefinition]:
    """The blocking gate of every raw asset."""
    return [
        gate_check(
            "raw", asset_key=raw_key(source.name, name), tell=lost_rows, settle=_settle, source=source.name, entity=name
        )
        for source in configuration.sources.values()
        for name in sorted(source.entities)
    ]


def _raw_asset(source: Source, entity: Entity) -> dg.AssetsDefinition:
    @dg.asset(
        key=raw_key(source.name, entity.name),
        deps=[inbox_key(source.name)] if source.api is not None else [],
        group_name="raw",
        kinds={source.format.value, "parquet"},
        owners=["team:ingestion"],
        tags={"otklik/entity": entity.name, "otklik/source": source.name},
        description=f"{source.title}. {entity.description}",
        metadata={"dagster/column_schema": _column_schema(entity), "path": source.path},
        retry_policy=_RETRY,
        freshness_policy=EVERY_DAY,
    )
    @telling
    def load(run: RunResource) -> Materialized:
        loads = take_in(
            run.home,
            run.context.configuration.sources[source.name],
            entity.name,
            received_at=run.context.received_at,
            as_of=run.context.as_of,
        )
        return dg.MaterializeResult(metadata=_metadata(loads))

    return load


def _settle(run: RunResource, gates: GatesResource, result: GateResult, *, source: str, entity: str) -> GateResult:
    """What failed its gate stays out of the lake; what is there without it passes, where the run goes on without."""
    if entities()[entity].is_reference:
        return result
    entry = run.context.configuration.sources[source]
    withhold(run.home, entry, entity, " ".join(result.blocking_failures), as_of=run.context.as_of)
    goes_on = entry.on_failure is OnFailure.PUBLISH_WITHOUT
    return gates.evaluate("raw", source=source, entity=entity) if goes_on else result


def _column_schema(entity: Entity) -> dg.TableSchema:
    return dg.TableSchema(
        [
            dg.TableColumn(name=column.name, type=DUCKDB_TYPES[column.type], description=meaning(column))
            for column in entity.stored_schema
        ]
    )


def _metadata(loads: list[Load]) -> dict[str, dg.MetadataValue]:
    counts = {
        name: dg.MetadataValue.int(sum(getattr(load, name) for load in loads))
        for name in ("rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined", "rows_erased", "rows_left_out")
    }
    ids = dg.MetadataValue.json([load.load_id for load in loads])
    return counts | {"new_loads": dg.MetadataValue.int(len(loads)), "load_ids": ids}
