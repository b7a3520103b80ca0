"""The main path, on one page: sources → raw lake → annotations → dbt → graph → dbt → published snapshot.

A gate stands after each arrow (`data_quality/`); a blocking one that fails stops everything behind it.
"""

import os
from collections.abc import Mapping
from typing import Any

import dagster as dg

from orchestration.assets.annotations import MESSAGE_LABEL_KEY, build_annotation_assets, build_annotation_checks
from orchestration.assets.harvest import build_inbox_assets, build_inbox_jobs, build_inbox_schedules
from orchestration.assets.influence import GRAPH_ASSETS, build_graph_checks
from orchestration.assets.ingest import build_raw_assets, build_raw_checks
from orchestration.assets.joining import incident_members, joining_weights
from orchestration.assets.leaks import LEAK_SCAN_KEY, build_leak_assets
from orchestration.assets.publication import build_snapshot_asset
from orchestration.assets.reference import build_reference_asset
from orchestration.assets.retention import build_retention_asset
from orchestration.assets.statistics import STATISTICS_ASSETS
from orchestration.assets.training import build_training_asset
from orchestration.code_references import with_code_references
from orchestration.dbt_bridge import build_dbt_assets
from orchestration.jobs import build_jobs
from orchestration.resources import GatesResource, RunResource
from orchestration.schedules import build_schedules
from orchestration.sensors import build_sensors
from otklik.home.settings import Settings
from otklik.intake.sources.configuration import load_configuration
from otklik.warehouse.dbt_project import dbt_manifest, mart_names


def build_defs(settings: Settings, *, loggers: Mapping[str, dg.LoggerDefinition] | None = None) -> dg.Definitions:
    """Everything Dagster needs to know, made afresh for one home and its sources.

    Raises:
        ConfigurationError: a sources file is missing or not valid.
    """
    configuration = load_configuration(settings.source_files)
    manifest = dbt_manifest(settings.home)
    marts = [dg.AssetKey(["marts", name]) for name in mart_names(manifest)]
    jobs = build_jobs()
    inbox_jobs = build_inbox_jobs(configuration)
    home = str(settings.home.root)
    resources: dict[str, Any] = {
        "run": RunResource(home_root=home, source_files=[str(path) for path in settings.source_files]),
        "gates": GatesResource(home_root=home),
    }
    assets = [
        *build_inbox_assets(configuration),
        *build_raw_assets(configuration),
        build_reference_asset(configuration),
        *build_annotation_assets(configuration),
        *build_leak_assets(configuration),
        *build_dbt_assets(manifest, configuration),
        joining_weights,
        incident_members,
        *GRAPH_ASSETS,
        *STATISTICS_ASSETS,
        build_snapshot_asset(manifest, marts),
        build_retention_asset(configuration, [MESSAGE_LABEL_KEY, LEAK_SCAN_KEY]),
        build_training_asset(configuration),
    ]
    return dg.Definitions(
        assets=with_code_references(assets),
        asset_checks=[
            *build_raw_checks(configuration),
            *build_annotation_checks(),
            *build_graph_checks(),
        ],
        jobs=[*jobs.values(), *inbox_jobs],
        schedules=[*build_schedules(jobs["refresh"], configuration.time_zone), *build_inbox_schedules(inbox_jobs)],
        sensors=build_sensors(jobs["refresh"], configuration, settings.home),
        resources=resources,
        executor=dg.in_process_executor,
        loggers=loggers,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The code location that `workspace.yaml` names; settings come from the environment."""
    return build_defs(Settings.from_environment(os.environ))
