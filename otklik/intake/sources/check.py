"""`otklik source check`: what would become of a sources file's deliveries, without touching any home.

The real ingestion runs in a temporary home with an in-memory stand-in for the vault, so what is shown is what a run
would do; the home, its vault and its earlier loads are neither read nor written. Reading the sources file is
`otklik/intake/sources/configuration.py`, guessing a mapping `otklik/intake/sources/sniffing.py`.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from rich.console import Console

from otklik.home import lake
from otklik.home.engine import connect, text_literal
from otklik.home.errors import ConfigurationError
from otklik.home.processes import vanishing_folder
from otklik.home.settings import Home
from otklik.intake.arrivals.acceptance import measure
from otklik.intake.arrivals.past import lend_past
from otklik.intake.entities import entities
from otklik.intake.entity import Entity, Realm
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.ingestion.ledger import Ledger, Load
from otklik.intake.left_out import REASONS
from otklik.intake.reference.settling import reference_problems
from otklik.intake.sources.configuration import Configuration, Source
from otklik.intake.sources.on_failure import OnFailure
from otklik.intake.sources.warnings import warnings_of
from otklik.intake.vault import normalise_account

SAMPLE_ROWS = 5
_SHOWN_ROWS = 3
_LONGEST_SHOWN = 70


@dataclass(frozen=True)
class Problem:
    """Rows refused for one reason: the field (None where the whole record could not be read), and where to look."""

    field: str | None
    reason: str
    n_rows: int
    first_origin_row: int | None


@dataclass(frozen=True)
class EntityReport:
    """What a source would deliver of one entity.

    Counts are rows, `left_out` those left out by design by their reasons; `error` is set when it cannot be mapped at
    all, and `faults` tells what of a reference table would stop a run. `failures` are what the gate would find;
    `is_left_out` says that a run would go on without it then. `warnings` stop nothing; `n_known_files` are those that
    the home of the past has loaded already.
    """

    source: str
    entity: str
    n_files: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_duplicate: int = 0
    rows_quarantined: int = 0
    rows_left_out: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    n_known_files: int = 0
    sample: tuple[dict[str, str], ...] = ()
    faults: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    is_left_out: bool = False
    error: str | None = None

    @property
    def feeds(self) -> tuple[str, str]:
        """Source and entity."""
        return self.source, self.entity


@dataclass
class StandIn:
    """Subjects for a dry run: numbered, forgotten when the process ends, and never in the vault."""

    known: dict[tuple[Realm, str, str], str] = field(default_factory=dict)

    def __call__(self, realm: Realm, namespace: str, accounts: Iterable[str]) -> dict[str, str]:
        """The stand-in of every account; the same account, however it is spelled, keeps its own."""
        given = {}
        for account in sorted(accounts):
            key = (realm, namespace, normalise_account(account))
            given[account] = self.known.setdefault(key, f"({realm.value} account {len(self.known) + 1})")
        return given


@dataclass(frozen=True)
class Foresight:
    """How a dry run knows what the raw gate would say.

    Attributes:
        as_of: the instant the run would look from.
        past: the home whose published deliveries are each source's past; it is read alone. None for no past.
        judge: gives the gate's blocking failures, as the orchestrator's `foresee_raw_gate`.
    """

    as_of: datetime
    past: Home | None
    judge: Callable[..., list[str]]


def check_sources(
    configuration: Configuration, *, received_at: datetime, foresight: Foresight | None = None
) -> list[EntityReport]:
    """Dry-run every source and entity, each against an empty lake.

    Args:
        configuration: the sources.
        received_at: the instant files count as taken in; rows of more than a day later lie in the future.
        foresight: where the gate is to be asked as well.

    Returns:
        One report per source and entity, sorted by both. Rows are counted as duplicates of other rows of the same
        deliveries; of a home's past only the gate knows.
    """
    stand_in = StandIn()
    reports = []
    with vanishing_folder("otklik-check-") as folder:
        home = Home(folder)
        for source in configuration.sources.values():
            for name in sorted(source.entities):
                reports.append(_check(home, source, entities()[name], received_at, stand_in))
        if foresight is not None:
            ceiling = configuration.parameters.max_quarantined_share
            reports = [_judged(home, configuration, one, ceiling, foresight) for one in reports]
        if any(report.error for report in reports):
            return reports
        problems = reference_problems(home, configuration)
    return [
        replace(report, faults=tuple(str(one) for one in problems if (one.source, one.entity) == report.feeds))
        for report in reports
    ]


def _check(home: Home, source: Source, entity: Entity, received_at: datetime, stand_in: StandIn) -> EntityReport:
    try:
        loads = ingest(home, source, entity.name, received_at=received_at, pseudonyms=stand_in)
    except ConfigurationError as error:
        return EntityReport(source.name, entity.name, error=str(error))
    return EntityReport(
        source=source.name,
        entity=entity.name,
        n_files=len(loads),
        rows_read=sum(load.rows_read for load in loads),
        rows_loaded=sum(load.rows_loaded for load in loads),
        rows_duplicate=sum(load.rows_duplicate for load in loads),
        rows_quarantined=sum(load.rows_quarantined for load in loads),
        rows_left_out=sum(load.rows_left_out for load in loads),
        left_out=dict(sum((Counter(load.left_out) for load in loads), Counter())),
        problems=_problems(home, source, entity, loads),
        warnings=warnings_of(entity, [lake.load_path(home, entity.name, source.name, one.load_id) for one in loads]),
        sample=_sample(home, source, entity, loads),
    )


def _judged(
    home: Home,
    configuration: Configuration,
    report: EntityReport,
    ceiling: float,
    foresight: Foresight,
) -> EntityReport:
    """A report with what the gate would say; nothing of what cannot be mapped, and of reference tables."""
    source, entity = configuration.sources[report.source], entities()[report.entity]
    if report.error is not None or entity.is_reference:
        return report
    # a load is called by its file and its mapping, so it has one name here and there
    known = Ledger(foresight.past, source.name, entity.name) if foresight.past is not None else None
    here = Ledger(home, source.name, entity.name).loads()
    n_known = sum(known is not None and known.has(load.load_id) for load in here)
    lend_past(home, entity, source.name, foresight.past)
    # accounts have other subjects here than in the home
    found = measure(home, source, entity.name, as_of=foresight.as_of, without="share_known")
    figures = [(one.figure, one.least, one.most) for one in found]
    parameters = {
        "run_key": "check",
        "as_of": foresight.as_of,
        "quarantined_share_ceiling": ceiling,
    }
    failures = foresight.judge(home, source.name, entity.name, figures, parameters, on_failure=source.on_failure)
    is_left_out = source.on_failure is OnFailure.PUBLISH_WITHOUT
    return replace(report, failures=tuple(failures), is_left_out=is_left_out, n_known_files=n_known)


def _problems(home: Home, source: Source, entity: Entity, loads: list[Load]) -> tuple[Problem, ...]:
    paths = [lake.quarantine_path(home, entity.name, source.name, load.load_id) for load in loads]
    files = [text_literal(path) for path in paths if path.exists()]
    if not files:
        return ()
    with connect() as connection:
        rows = connection.execute(
            "select field, reason, count(*), min(origin_row) "
            f"from read_parquet([{', '.join(files)}], hive_partitioning = false) "
            "group by field, reason order by count(*) desc, field, reason"
        ).fetchall()
    return tuple(Problem(*row) for row in rows)


def _sample(home: Home, source: Source, entity: Entity, loads: list[Load]) -> tuple[dict[str, str], ...]:
    """The first rows as they came, values as text, cut; words of internal messages are not among the columns."""
    files = [text_literal(lake.load_path(home, entity.name, source.name, load.load_id)) for load in loads]
    if not files:
        return ()
    not_told = {"text_hash", "row_hash", "loaded_at", *(one.name for one in entity.ids)}
    columns = [name for name in entity.stored_columns if name not in not_told]
    values = ", ".join(f"left(replace({name}::varchar, chr(10), ' '), {_LONGEST_SHOWN}) as {name}" for name in columns)
    with connect() as connection:
        rows = connection.execute(
            f"select {values} from read_parquet([{', '.join(files)}], hive_partitioning = false) "
            f"order by origin_row::bigint, row_hash limit {SAMPLE_ROWS}"
        ).fetchall()
    return tuple({name: value for name, value in zip(columns, row, strict=True) if value is not None} for row in rows)


def print_reports(reports: list[EntityReport]) -> None:
    """Print the reports for a person."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for report in reports:
        if report.error is not None:
            console.print(f"{report.source} → {report.entity}: cannot be mapped\n{report.error}\n")
            continue
        console.print(
            f"{report.source} → {report.entity}: {report.rows_read:,} rows read from {report.n_files} files: "
            f"{report.rows_loaded:,} would load, {report.rows_duplicate:,} duplicate, "
            f"{report.rows_quarantined:,} to quarantine{f', {n:,} left out' if (n := report.rows_left_out) else ''}"
        )
        for reason, n_rows in sorted(report.left_out.items(), key=lambda one: (-one[1], one[0])):
            console.print(f"  {n_rows:,} left out: {REASONS[reason]} ({reason})")
        _print_findings(console, report)


def _print_findings(console: Console, report: EntityReport) -> None:
    for problem in report.problems:
        where = f" (first at row {problem.first_origin_row})" if problem.first_origin_row is not None else ""
        console.print(f"  {problem.n_rows:,} × {problem.field or 'record'}: {problem.reason}{where}")
    if report.n_known_files:
        console.print(f"  of these files the home has loaded {report.n_known_files} already, and a run leaves them be")
    for warning in report.warnings:
        console.print(f"  mind: {warning}")
    for failure in report.failures:
        console.print(f"  {'would stay out' if report.is_left_out else 'stops a run'}: {failure}")
    for fault in report.faults:
        console.print(f"  stops a run: {fault}")
    for number, row in enumerate(report.sample[:_SHOWN_ROWS], start=1):
        console.print(f"  sample {number}")
        for name, value in row.items():
            console.print(f"    {name:<22} {value}")
    console.print()
