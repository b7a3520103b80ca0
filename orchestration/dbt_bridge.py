"""How dbt's models become Dagster assets, and the two steps that build them.

dbt itself is `otklik/warehouse/`; the events it emits are turned into Dagster events by dagster-dbt.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from orchestration.code_references import code_reference
from orchestration.failures import telling
from orchestration.resources import RunResource
from otklik.home.settings import DBT_PROJECT_DIR
from otklik.intake.sources.configuration import Configuration
from otklik.intake.sources.feeding import feeding_keys
from otklik.warehouse.dbt_args import build_args
from otklik.warehouse.dbt_project import domain_of, follow_dbt, layer_of
from otklik.warehouse.steps import DBT_STEPS, checks_of_step, selection_of_step


class OtklikTranslator(DagsterDbtTranslator):
    """Names, groups and owners of dbt models as assets; a source of the raw lake becomes the assets that feed it."""

    def __init__(self, configuration: Configuration) -> None:
        super().__init__()
        self._configuration = configuration

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        """The default spec with our key, group, owner, and raw dependencies spread over the configured sources."""
        node = {**manifest["nodes"], **manifest["sources"]}[unique_id]
        spec = super().get_asset_spec(manifest, unique_id, project)
        deps = [dg.AssetDep(key) for dep in spec.deps for key in feeding_keys(self._configuration, dep.asset_key.path)]
        domain = domain_of(node)
        metadata = {**spec.metadata, **code_reference(DBT_PROJECT_DIR / node["original_file_path"])}
        return spec.replace_attributes(deps=deps, group_name=domain, owners=[f"team:{domain}"], metadata=metadata)

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: Any
    ) -> dg.AssetCheckSpec | None:
        """Tests of marts are Dagster checks. The others run as well and stop the run when they fail.

        Each check costs a run about a tenth of a second of bookkeeping, and two hundred hide the ones people look for.
        """
        if asset_spec.key.path[0] != "marts":
            return None
        return super().get_asset_check_spec(asset_spec, manifest, unique_id, project)

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`<layer>/<model>`; a source carries its key in `meta.dagster.asset_key`."""
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey([layer_of(dbt_resource_props), dbt_resource_props["name"]])


class DbtConfig(dg.Config):
    """Run options of a dbt step."""

    full_refresh: bool = False


def build_dbt_assets(manifest: Mapping[str, Any], configuration: Configuration) -> list[dg.AssetsDefinition]:
    """All models as one asset definition a step, around the Python stages between them."""
    translator = OtklikTranslator(configuration)
    return [_dbt_step(name, manifest, translator) for name in DBT_STEPS]


def _dbt_step(name: str, manifest: Mapping[str, Any], translator: OtklikTranslator) -> dg.AssetsDefinition:
    from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

    select, exclude = selection_of_step(name)

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=translator,
        name=name,
        select=select,
        exclude=exclude,
    )
    @telling
    def step(context: dg.AssetExecutionContext, config: DbtConfig, run: RunResource) -> Iterator[Any]:
        """Build the selected models and test them."""
        models = [key.path[-1] for key in context.selected_asset_keys]
        args = build_args(DBT_PROJECT_DIR, run.home.dbt_target, is_full_refresh=config.full_refresh)
        for event in follow_dbt(run.home, args, [*models, *checks_of_step(manifest, name, models)]):
            message = DbtCoreCliEventMessage(raw_event=event, event_history_metadata={})
            for outcome in message.to_default_asset_events(
                manifest=manifest, dagster_dbt_translator=translator, context=context, target_path=run.home.dbt_target
            ):
                # a passed test that is no check would be an observation: one more event that says nothing
                if not isinstance(outcome, dg.AssetObservation):
                    yield outcome

    return step
