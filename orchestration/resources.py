"""What Dagster hands to assets: the run's view of the world, and the gates. No asset logic here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from data_quality.gate import GateResult
from data_quality.suites import gate_named
from data_quality.worker import GateWorker
from nlp.pipeline import model_version
from otklik.home import lake
from otklik.home.engine import connect
from otklik.home.lock import hold_home
from otklik.home.settings import Home, Settings, parse_instant
from otklik.home.versions import bring_forward
from otklik.intake.sources.configuration import load_configuration
from otklik.publishing.mart_contracts import META_PREFIX, suppressions
from otklik.publishing.snapshots import current_manifest
from otklik.run_context import RunContext, decide, read_run_settings
from otklik.stages.annotation import gazetteer
from otklik.stages.preparation import prepare_home
from otklik.stages.training import current_training
from otklik.warehouse.dbt_project import dbt_manifest

AS_OF_TAG = "otklik/as_of"


class RunResource(dg.ConfigurableResource["RunResource"]):
    """Holds the home while the run lasts, and tells every asset what the run looks at and from when."""

    home_root: str
    source_files: list[str]

    _context: RunContext = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["RunResource"]:
        """Take the home, bring it forward, write the run's settings where SQL reads them, and let go at the end.

        Raises:
            ConfigurationError: a newer platform wrote the home.
            HomeLockedError: another run holds the home.
        """
        home = Home(Path(self.home_root))
        with hold_home(home, holder=f"run {context.run.run_id}" if context.run else "a run"):
            bring_forward(home)
            self._context = self._decide(home, context)
            prepare_home(self._context)
            yield self

    def _decide(self, home: Home, context: dg.InitResourceContext) -> RunContext:
        # The run's own creation time, not the clock now: every step of a run must see the same instant.
        record = context.instance.get_run_record_by_id(context.run.run_id) if context.instance and context.run else None
        if record is None:
            raise dg.DagsterInvariantViolationError("The `run` resource belongs to a run of a Dagster instance.")
        tag = record.dagster_run.tags.get(AS_OF_TAG)
        files = tuple(Path(path) for path in self.source_files)
        settings = Settings(home, files, as_of=parse_instant(tag, AS_OF_TAG) if tag else None)
        return decide(settings, load_configuration(files), clock=record.create_timestamp)

    @property
    def context(self) -> RunContext:
        """The run's instant, configuration and home."""
        return self._context

    @property
    def home(self) -> Home:
        """The deployment's folder."""
        return self._context.home


class GatesResource(dg.ConfigurableResource["GatesResource"]):
    """Evaluates gates in a process of their own and keeps their verdicts in the lake."""

    home_root: str

    _worker: GateWorker = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["GatesResource"]:
        """Start the gates' process; it loads Great Expectations beside the run's first steps."""
        del context  # Dagster's signature
        with GateWorker() as worker:
            self._worker = worker
            yield self

    def evaluate(self, gate_name: str, **selection: str) -> GateResult:
        """Evaluate one gate on what the home holds now, and write its verdicts under `lake/gates/`.

        Args:
            gate_name: one of `data_quality.suites.GATE_NAMES`.
            **selection: `source` and `entity` for the raw gate.
        """
        home = Home(Path(self.home_root))
        settings = read_run_settings(home)
        parameters = {"run_key": settings["run_key"], "as_of": settings["as_of"]}
        narrowed: dict[str, Any] = dict(selection)
        match gate_name:
            case "raw":
                parameters["quarantined_share_ceiling"] = settings["max_quarantined_share"]
                parameters["received_at"] = settings["received_at"]
            case "annotations":
                parameters["model_version"] = model_version(gazetteer(home))
            case "routes":
                training = current_training(home)
                parameters["route_version"] = training.model_version if training else None
                parameters["trained_until"] = training.trained_until if training else None
            case "marts":
                parameters["min_group_size"] = settings["min_group_size"]
                narrowed["previous_row_counts"] = _previous_row_counts(home)
                narrowed["suppressions"] = suppressions(dbt_manifest(home))
        gate = gate_named(gate_name, **narrowed)
        result = self._worker.evaluate(
            gate,
            database=home.warehouse if gate.relations else None,
            search_path=home.root,
            parameters=parameters,
        )
        lake.write_table(home.lake / "gates" / f"run={settings['run_key']}" / result.file_name, result.table)
        return result


def _previous_row_counts(home: Home) -> dict[str, int]:
    """Rows of the marts in the last snapshot, but for operational ones, which change with every run.

    A mart that is no more is left out: publishing asks for those it needs.
    """
    manifest = current_manifest(home.published)
    if manifest is None:
        return {}
    with connect(home.warehouse) as connection:
        there = {name for (name,) in connection.execute("select table_name from information_schema.tables").fetchall()}
    return {
        name: entry["row_count"]
        for name, entry in manifest["marts"].items()
        if name in there and not name.startswith(META_PREFIX)
    }
