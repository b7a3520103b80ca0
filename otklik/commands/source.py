"""`otklik source`: describe a delivery, check a sources file, print its schema."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from otklik.commands.options import AsOfOption, settings_of
from otklik.home.errors import ConfigurationError, GateFailedError

source_app = typer.Typer(no_args_is_help=True, help="Describe and check sources.")


@source_app.command("init")
def source_init(
    file: Annotated[Path, typer.Argument(help="A delivery of any format, or a folder of them.")],
    time_zone: Annotated[
        str | None, typer.Option("--time-zone", help="Zone of times that carry none, such as Europe/Samara.")
    ] = None,
    region: Annotated[str | None, typer.Option("--region", help="Region whose places are spoken of.")] = None,
    organisation: Annotated[
        str | None, typer.Option("--organisation", help="Whose internal messages these are.")
    ] = None,
) -> None:
    """Look into a file or folder and print a sources.yaml with a mapping for it, to be checked and edited.

    What no file says of itself is asked for on a terminal, unless an option says it.
    """
    from otklik.intake.sources.proposing import Context, propose

    given = {"time_zone": time_zone, "region": region, "organisation": organisation}
    ask = _ask if sys.stdin.isatty() and sys.stderr.isatty() else None
    typer.echo(propose(file, Context(**given), ask), nl=False)


def _ask(key: str) -> str | None:
    """A person's answer; None where they leave it open. Asked on stderr: what is proposed goes to a file."""
    questions = {
        "time_zone": "Zone of times that carry none (IANA, such as Europe/Samara)",
        "region": "Region whose places are spoken of",
        "organisation": "Organisation whose internal messages these are",
    }
    answer: str = typer.prompt(questions[key], default="", show_default=False, err=True)
    return answer.strip() or None


@source_app.command("check")
def source_check(
    file: Annotated[Path, typer.Argument(help="A sources.yaml.")],
    as_of: AsOfOption = None,
    home: Annotated[
        Path | None,
        typer.Option("--home", help="Deployment whose published deliveries are the past.", envvar="OTKLIK_HOME"),
    ] = None,
) -> None:
    """Dry run: what would load, what would not and why, what the gate would say, and a sample. Writes nothing.

    Exits with 3 where a run would.
    """
    from otklik.intake.sources.check import Foresight, check_sources, print_reports
    from otklik.intake.sources.configuration import load_configuration
    from otklik.orchestrator import orchestrator
    from otklik.run_context import decide

    settings = settings_of(home, [file], as_of)
    configuration = load_configuration(settings.source_files)
    run = decide(settings, configuration, datetime.now(UTC))
    foresight = Foresight(run.as_of, settings.home, orchestrator().foresee_raw_gate)
    reports = check_sources(configuration, received_at=run.received_at, foresight=foresight)
    print_reports(reports)
    unusable = [f"{report.source}, {report.entity}" for report in reports if report.error is not None]
    if unusable:
        raise ConfigurationError(f"These cannot be mapped: {'; '.join(unusable)}.")
    n_faults = sum(len(report.faults) for report in reports)
    if n_faults:
        raise ConfigurationError(f"A run would stop: {n_faults} faults of reference tables are told above.")
    stopping = [f"{one.source}, {one.entity}" for one in reports if one.failures and not one.is_left_out]
    if stopping:
        raise GateFailedError(f"A run would stop at the gate: {'; '.join(stopping)}. What it would find stands above.")


@source_app.command("built-in")
def source_built_in(
    table: Annotated[str, typer.Argument(help="sla_term, routing_rule, municipality, calendar_day or topic.")],
) -> None:
    """Print the built-in rows of a reference table as CSV, for a deployment to begin its own from."""
    from otklik.intake.reference.rows import built_in_csv

    typer.echo(built_in_csv(table), nl=False)


@source_app.command("schema")
def source_schema() -> None:
    """Print the JSON Schema of sources.yaml, for editors."""
    import json

    from otklik.intake.sources.configuration import json_schema

    typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
