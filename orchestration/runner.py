"""Runs the platform's assets from the command line: the same definitions, in this process, with a short report.

Imports Dagster and everything behind it, so the command line loads it, as the entry point `otklik.orchestrator`, only
when there is something to run.
"""

import logging
import resource
import time
from collections.abc import Sequence
from typing import Any

import dagster as dg

from data_quality.prediction import foresee_raw_gate
from orchestration.assets.publication import SNAPSHOT_KEY
from orchestration.definitions import build_defs
from orchestration.instance import open_instance, open_ui
from orchestration.resources import AS_OF_TAG, ON_FAILURE_TAG, REFRESH
from otklik.home.errors import ConfigurationError, GateFailedError, OtklikError, known_error
from otklik.home.settings import Settings
from otklik.orchestrator import OnStep, RunReport, Stage
from otklik.warehouse.steps import DBT_STEPS

__all__ = ["foresee_raw_gate", "open_ui", "run_platform"]


class _StageLog(logging.Handler):
    """Follows Dagster's events of one run."""

    def __init__(self, on_step: OnStep) -> None:
        super().__init__(logging.DEBUG)
        self._on_step = on_step
        self._started: dict[str, float] = {}
        self.stages: list[Stage] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note a step's beginning or end."""
        event = getattr(record, "dagster_event", None) or getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is None or event.step_key is None:
            return
        if event.is_step_start:
            self._started[event.step_key] = time.perf_counter()
            self._on_step(event.step_key, len(self.stages))
        elif event.is_step_success or event.is_step_failure:
            began = self._started.get(event.step_key, time.perf_counter())
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            self.stages.append(Stage(event.step_key, time.perf_counter() - began, peak))
            self._on_step(event.step_key, len(self.stages))


def run_platform(
    settings: Settings, *, selection: str | None, is_full_refresh: bool, on_step: OnStep = lambda name, done: None
) -> RunReport:
    """Materialise the platform's assets in this process.

    Args:
        settings: home, sources and, if asked for, the instant.
        selection: assets in Dagster's selection syntax; None for everything.
        is_full_refresh: rebuild incremental models from nothing.
        on_step: told of every step.

    Raises:
        GateFailedError: a blocking gate failed.
        HomeLockedError: another run holds the home.
        OtklikError: any other failure that has a message for a person.
    """
    log = _StageLog(on_step)
    definitions = build_defs(settings, loggers={"stages": _logger(log)})
    chosen = None
    if selection is not None:
        chosen = sorted(dg.AssetSelection.from_string(selection).resolve(definitions.resolve_asset_graph()))
        if not chosen:
            raise ConfigurationError(f"--select {selection!r} names no asset; `otklik ui` lists them.")
    job = definitions.resolve_job_def(REFRESH)
    tags = {AS_OF_TAG: settings.as_of.isoformat()} if settings.as_of else {}
    if settings.on_failure:
        tags[ON_FAILURE_TAG] = " ".join(settings.on_failure)
    with open_instance(settings.home) as instance:
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            tags=tags,
            asset_selection=chosen,
            run_config={"loggers": {"stages": {}}, "ops": _options(job, chosen, is_full_refresh=is_full_refresh)},
        )
        if not result.success:
            raise _error(result.all_events)
        return RunReport(_snapshot(result.all_events), log.stages)


def _options(job: dg.JobDefinition, chosen: list[dg.AssetKey] | None, *, is_full_refresh: bool) -> dict[str, Any]:
    """Configuration of the dbt steps that are part of the run."""
    subset = job if chosen is None else job.get_subset(asset_selection=set(chosen))
    present = {node.name for node in subset.nodes}
    return {step: {"config": {"full_refresh": is_full_refresh}} for step in DBT_STEPS if step in present}


def _logger(handler: logging.Handler) -> dg.LoggerDefinition:
    def stages(_: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("otklik.stages", logging.DEBUG)  # not registered: each run has its own
        logger.addHandler(handler)
        return logger

    return dg.LoggerDefinition(stages, description="Follows the steps of a run for the command line.")


def _snapshot(events: Sequence[dg.DagsterEvent]) -> dict[str, Any] | None:
    made = [event for event in events if event.is_step_materialization and event.asset_key == SNAPSHOT_KEY]
    return {name: value.value for name, value in made[0].materialization.metadata.items()} if made else None


def _error(events: Sequence[dg.DagsterEvent]) -> OtklikError:
    """The error a person should read: failed gates before anything else, then the first step that broke."""
    failed_gates = [
        evaluation.description or f"Gate {evaluation.check_name} failed."
        for event in events
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION
        and not (evaluation := event.asset_check_evaluation_data).passed
        and evaluation.blocking
    ]
    if failed_gates:
        return GateFailedError("\n".join(failed_gates))
    failures = (dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.PIPELINE_FAILURE)
    for event in events:
        error = getattr(event.event_specific_data, "error", None)
        if event.event_type in failures and error is not None:
            return known_error(error)
    return OtklikError("The run failed; `otklik ui` shows its log.")
