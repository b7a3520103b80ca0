"""What Dagster hands to assets: the run's view of the world, and the gates. No asset logic here."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
from pydantic import PrivateAttr

from data_quality.gate import GateResult
from data_quality.judged_content import judged_content, kept_or_judged
from data_quality.suites import GATE_NAMES, gate_named
from data_quality.worker import GateWorker
from orchestration.dead_runs import close_dead_runs
from orchestration.failures import told
from otklik.gate_parameters import gate_parameters
from otklik.home.history import forget_old, forget_old_runs
from otklik.home.lock import holder_name
from otklik.home.settings import Home, Settings, parse_instant
from otklik.home.space import needed_bytes, telling_no_room
from otklik.intake.arrivals.acceptance import begin_acceptance
from otklik.intake.ingestion.deliveries import ContentHashes
from otklik.intake.sources.configuration import Configuration, load_configuration
from otklik.intake.sources.one_run import on_failure_for_one_run
from otklik.mending.mend import mend_home, seal
from otklik.run_context import RunContext, decide, in_one_process, inputs_fingerprint, require_room_for_run
from otklik.stages.preparation import prepare_home
from otklik.upgrade import hold_current
from otklik.warehouse.proof import instant_of

AS_OF_TAG, ON_FAILURE_TAG = "otklik/as_of", "otklik/on_failure"

REFRESH, PUBLISH = "refresh", "publish"
"""The job that does everything, and the one that publishes the warehouse as it is."""


class RunResource(dg.ConfigurableResource["RunResource"]):
    """Holds the home while the run lasts, and tells every asset what the run looks at and from when."""

    home_root: str
    source_files: list[str]

    _context: RunContext = PrivateAttr()
    _fingerprint: str | None = PrivateAttr(default=None)
    _needed_bytes: int = PrivateAttr(default=0)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["RunResource"]:
        """Take the home, bring it forward, mend it, write the run's settings where SQL reads them, let go at the end.

        Raises:
            OtklikError: a newer platform wrote the home, another run holds it, something is damaged that a run cannot
                make again, or the disk has less room than the run may need.
        """
        home = Home(Path(self.home_root))
        name = holder_name(context.run.run_id) if context.run else "a run"
        with told(), in_one_process(_executor(context)), hold_current(home, holder=name) as hold:
            if context.instance:
                close_dead_runs(context.instance, died=hold.died, alive=name, now=datetime.now(UTC))
            self._context = self._decide(home, context)
            for sentence in mend_home(home, self._context.configuration, hold):
                if context.log:
                    context.log.warning(sentence)
            hold.died.clear()
            forget_old(home, now=datetime.now(UTC))
            if context.instance:
                forget_old_runs(context.instance, home, now=datetime.now(UTC))
            self._needed_bytes = require_room_for_run(self._context)
            prepare_home(self._context)
            begin_acceptance(home)
            # before anything is taken in: what arrives while the run works is new to the next one
            is_whole = context.run is not None and context.run.job_name == REFRESH and not context.run.asset_selection
            self._fingerprint = inputs_fingerprint(self._context) if is_whole else None
            try:
                yield self
            finally:
                seal(home)

    def _decide(self, home: Home, context: dg.InitResourceContext) -> RunContext:
        # The run's own creation time, not the clock now: every step of a run must see the same instant.
        record = context.instance.get_run_record_by_id(context.run.run_id) if context.instance and context.run else None
        if record is None:
            raise dg.DagsterInvariantViolationError("The `run` resource belongs to a run of a Dagster instance.")
        asked = record.dagster_run.tags.get(AS_OF_TAG)
        if asked is None and _only_publishes(record.dagster_run):
            asked = instant_of(home)  # publishing looks from no other instant than the tables do
        files = tuple(Path(path) for path in self.source_files)
        settings = Settings(home, files, as_of=parse_instant(asked, AS_OF_TAG) if asked else None)
        answers = record.dagster_run.tags.get(ON_FAILURE_TAG, "").split()
        configuration = on_failure_for_one_run(load_configuration(files), answers)
        return decide(settings, configuration, clock=record.create_timestamp)

    @property
    def context(self) -> RunContext:
        """The run's instant, configuration and home."""
        return self._context

    @property
    def home(self) -> Home:
        """The deployment's folder."""
        return self._context.home

    @property
    def needed_bytes(self) -> int:
        """Room on the disk that the run was thought to need."""
        return self._needed_bytes

    @property
    def fingerprint(self) -> str | None:
        """Hash of what a run that does everything began from; None for a run of a part."""
        return self._fingerprint


def _executor(context: dg.InitResourceContext) -> str | None:
    plan = context.run.execution_plan_snapshot_id if context.run else None
    return context.instance.get_execution_plan_snapshot(plan).executor_name if context.instance and plan else None


def _only_publishes(run: dg.DagsterRun) -> bool:
    selected = {key.path[0] for key in run.asset_selection or ()}
    return run.job_name == PUBLISH or selected == {"published"}


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

    @property
    def home(self) -> Home:
        """The deployment's folder."""
        return Home(Path(self.home_root))

    def evaluate(self, gate_name: str, *, tables: Sequence[str] = (), **selection: str) -> GateResult:
        """The verdicts of one gate on what the home holds now, kept under `lake/gates/`.

        Verdicts of this run that were kept stand if they are of exactly what is there now; otherwise the gate looks.

        Args:
            gate_name: one of `data_quality.suites.GATE_NAMES`.
            tables: tables of the warehouse that the verdicts are to speak for, beside those that the gate reads.
            **selection: `source` and `entity` for the raw gate.
        """
        home = self.home
        with telling_no_room(home, needed_bytes(home, 0)):
            narrowed, parameters = gate_parameters(home, gate_name, selection)
            gate = gate_named(gate_name, **narrowed)
            with ContentHashes(home) as hashes:
                content = judged_content(gate, home=home, parameters=parameters, tables=tables, hash_of_file=hashes.of)
            return kept_or_judged(gate, self._worker.evaluate, home=home, parameters=parameters, content_hash=content)

    def evaluate_all(self, configuration: Configuration, tables: Sequence[str]) -> list[GateResult]:
        """The verdicts of every gate, in the order of the run; the last one, on the marts, speaks for the tables."""
        raw = [
            self.evaluate("raw", source=source.name, entity=entity)
            for source in configuration.sources.values()
            for entity in sorted(source.entities)
        ]
        between = [self.evaluate(name) for name in GATE_NAMES if name not in ("raw", "marts")]
        return [*raw, *between, self.evaluate("marts", tables=tables)]
