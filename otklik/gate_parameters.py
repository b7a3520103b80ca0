"""What the gates are told of the run in progress: its instant, the versions in force, what was published before."""

from collections.abc import Mapping
from typing import Any

from nlp.pipeline import model_version
from otklik.home.lake import read_run_settings
from otklik.home.settings import Home
from otklik.intake.arrivals.acceptance import read_limits
from otklik.publishing.mart_contracts import suppressions
from otklik.publishing.publication import previous_row_counts
from otklik.run_context import read_on_failure
from otklik.stages.annotation import gazetteer
from otklik.stages.training import current_training
from otklik.warehouse.dbt_project import dbt_manifest


def gate_parameters(home: Home, gate_name: str, selection: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What decides which expectations a gate has, and the values of their parameters.

    Args:
        home: the deployment's folder, whose run settings are written.
        gate_name: one of `data_quality.suites.GATE_NAMES`.
        selection: `source` and `entity` for the raw gate.

    Returns:
        Arguments of `data_quality.suites.gate_named` beside the name, and the parameters.
    """
    settings = read_run_settings(home)
    parameters = {"run_key": settings["run_key"], "as_of": settings["as_of"]}
    narrowed: dict[str, Any] = dict(selection)
    match gate_name:
        case "raw":
            parameters["quarantined_share_ceiling"] = settings["max_quarantined_share"]
            narrowed["figures"] = read_limits(home, selection["source"], selection["entity"])
            narrowed["on_failure"] = read_on_failure(home, selection["source"])
        case "annotations":
            parameters["model_version"] = model_version(gazetteer(home))
        case "routes":
            training = current_training(home)
            parameters["route_version"] = training.model_version if training else None
            parameters["trained_until"] = training.trained_until if training else None
        case "marts":
            parameters["min_group_size"] = settings["min_group_size"]
            narrowed["previous_row_counts"] = previous_row_counts(home)
            narrowed["suppressions"] = suppressions(dbt_manifest(home))
    return narrowed, parameters
