"""`otklik`: the platform's front door. A face of the same Dagster assets, not a second pipeline.

Only what every command needs is imported at the top; a command imports the rest when it is called, so `--help` and
"nothing new" answer at once.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from otklik.commands import ending
from otklik.commands.audit import audit_app
from otklik.commands.label import label_app
from otklik.commands.options import (
    AsOfOption,
    HomeOption,
    OnFailureOption,
    SourcesOption,
    current_home,
    published_home,
    settings_of,
)
from otklik.commands.rotate import rotate_app
from otklik.commands.source import source_app
from otklik.home.errors import ConfigurationError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    help="Otklik (отклик, a response): citizens' posts and internal communication, turned into incidents with "
    "reply clocks and a communication graph, gated, published.",
    epilog="Exit codes: 0 done; 2 bad usage or configuration; 3 a blocking gate failed, nothing was published; "
    "4 another run holds the home; 1 anything else.",
)
app.add_typer(source_app, name="source")
app.add_typer(label_app, name="label")
app.add_typer(rotate_app, name="rotate")
app.add_typer(audit_app, name="audit")


@app.command()
def run(
    home: HomeOption = None,
    sources: SourcesOption = None,
    as_of: AsOfOption = None,
    select: Annotated[
        str | None, typer.Option(help="Only these assets, in Dagster's syntax, such as 'group:raw' or 'key:marts/*'.")
    ] = None,
    full_refresh: Annotated[bool, typer.Option("--full-refresh", help="Rebuild every table from the lake.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
    on_failure: OnFailureOption = None,
) -> None:
    """Take in what is new, gate by gate, and publish a snapshot."""
    from otklik.commands.run import run_and_report

    settings = replace(settings_of(home, sources, as_of), on_failure=tuple(on_failure or ()))
    run_and_report(settings, selection=select, is_full_refresh=full_refresh, is_json=as_json, clock=datetime.now(UTC))


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder to write; made if missing.")],
    posts: Annotated[int, typer.Option(min=1, help="Citizens' posts.")] = 5_000,
    messages: Annotated[int, typer.Option(min=1, help="Internal messages.")] = 8_000,
    days: Annotated[int, typer.Option(min=1, help="Days covered.")] = 90,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    end: Annotated[str, typer.Option(metavar="INSTANT", help="End of the days covered.")] = "2026-09-30T00:00:00+03:00",
) -> None:
    """Write an invented region: exports in foreign shapes, sources.yaml, and the planted truth."""
    from otklik.commands.demo import write_demo

    write_demo(out, posts=posts, messages=messages, days=days, seed=seed, end=end)


@app.command()
def evaluate(
    task: Annotated[
        str, typer.Argument(help="intents, topics, sentiment, places, duplicates, leaks, leaders, groups or joining.")
    ],
    truth: Annotated[Path, typer.Option("--truth", "--pairs", help="CSV with the truth; for joining, read pairs.")],
    train: Annotated[Path | None, typer.Option(help="CSV to train on first: topics, sentiment.")] = None,
    seen: Annotated[Path | None, typer.Option(help="CSV of rows looked at before: the gap is printed.")] = None,
    messages: Annotated[Path | None, typer.Option(help="CSV of messages: leaders, groups.")] = None,
    edges: Annotated[Path | None, typer.Option(help="CSV of edges: groups.")] = None,
    home: Annotated[Path | None, typer.Option(help="Home that published what is scored: joining.")] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="File for the scores as JSON.")] = None,
) -> None:
    """Score the platform's own functions against a file of truth."""
    from otklik.commands.evaluate import evaluate_and_print

    evaluate_and_print(task, json_out, truth=truth, train=train, messages=messages, edges=edges, home=home, seen=seen)


@app.command("explain-text")
def explain_text(
    text: Annotated[str, typer.Argument(help="What somebody wrote, in quotes; - reads it from standard input.")],
    home: Annotated[
        Path | None, typer.Option("--home", help="Use the names of places and the trained model of this deployment.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Show intent, topic, places, sentiment and leaks of one text, and the words that carried each label."""
    from otklik.commands.explain import explain_and_print

    explain_and_print(text, current_home(home) if home else None, is_json=as_json)


@app.command()
def status(
    home: HomeOption = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Show who is late instead, and who is told next.")] = False,
) -> None:
    """Show the snapshot in force, the gates of the last run and how fresh every source is."""
    from otklik.commands.overdue import overdue_lines
    from otklik.commands.status import print_status

    if overdue:
        typer.echo("\n".join(overdue_lines(published_home(home))))
    else:
        print_status(settings_of(home, None).home)


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="Id of the earlier snapshot.")],
    after: Annotated[str, typer.Argument(help="Id of the later one; the one in force by default.")] = "current",
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Show what changed between two snapshots, and why: late data, edits, labels, merges, method."""
    from otklik.commands.diff import print_difference

    print_difference(published_home(home), before, after, is_json=as_json)


@app.command()
def doctor(home: HomeOption = None, sources: SourcesOption = None) -> None:
    """Look whether settings, sources, disk, lock, secrets and versions are fit for the next run, with advice.

    Changes nothing. Exits with 1 if something is broken.
    """
    from otklik.commands.doctor import examine, print_findings

    if not print_findings(examine(settings_of(home, sources))):
        raise typer.Exit(1)


@app.command()
def alert(home: HomeOption = None, sources: SourcesOption = None) -> None:
    """Tell the targets in `alerts` of the sources file who is late, each level once; and of the week, if asked to."""
    from otklik.alerting.telling import tell_all
    from otklik.intake.sources.configuration import load_configuration

    target = current_home(home)
    options = load_configuration(settings_of(home, sources).source_files).alerts
    if options is None:
        raise ConfigurationError("No sources file has `alerts`; docs/sources.md says what may stand there.")
    for told in tell_all(target, options):
        typer.echo(told)


@app.command()
def replay(
    sla: Annotated[str, typer.Option(help="Term of the reply, such as 8h or 3d.")] = "24h",
    calendar: Annotated[str, typer.Option(help="Hours that count: calendar or working.")] = "calendar",
    pause: Annotated[str, typer.Option(help="While the citizen is asked for more: capped or none.")] = "capped",
    home: HomeOption = None,
) -> None:
    """Show how on time history would have been under another rule. Touches no table."""
    import json

    from otklik.commands.replay import report

    typer.echo(json.dumps(report(current_home(home), sla, calendar, pause), ensure_ascii=False, indent=2))


@app.command()
def report(
    home: HomeOption = None,
    is_open: Annotated[bool, typer.Option("--open", help="Show it in the browser of this machine.")] = False,
) -> None:
    """Tell where the pages of the snapshot in force are: the morning; authorities, municipalities, topics."""
    from otklik.commands.report import find_report

    page = find_report(published_home(home))
    typer.echo(page)
    if is_open:
        typer.launch(page.as_uri())


@app.command("map")
def draw_map(
    subject: Annotated[
        str | None, typer.Argument(help="A staff subject id, such as s_0123456789abcdef.", show_default=False)
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option(help="Instead of a person: an organisation by its departments, from the published tables."),
    ] = None,
    home: HomeOption = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File to write; by default below the home, a person's map in its restricted part."),
    ] = None,
) -> None:
    """Draw communication as one HTML file that needs no network: a person's for authorised eyes, or an organisation's.

    The map of an organisation shows departments and never a person.
    """
    if (subject is None) == (organisation is None):
        raise typer.BadParameter("name either a SUBJECT or an --organisation.")
    from otklik.commands.communication_map import write_map
    from otklik.commands.organisation_map import write_organisation_map

    if organisation is not None:
        typer.echo(write_organisation_map(published_home(home), organisation, out))
    elif subject is not None:
        typer.echo(write_map(current_home(home), subject, out))


@app.command()
def ui(
    home: HomeOption = None,
    sources: SourcesOption = None,
    port: Annotated[int, typer.Option(help="Port on loopback.")] = 3000,
) -> None:
    """Open Dagster's UI on loopback. It has no login: put a proxy with one in front before others reach it."""
    from otklik.orchestrator import orchestrator

    published_home(home)
    orchestrator().open_ui(settings_of(home, sources), port=port)


@app.command()
def monitor(
    home: HomeOption = None,
    port: Annotated[int | None, typer.Option(help="Serve /metrics and /healthz on this port of loopback.")] = None,
) -> None:
    """Print runs, gates, freshness and room as Prometheus reads them; or serve them, with a health endpoint."""
    from otklik.commands.monitor import tell

    tell(published_home(home), port)


@app.command()
def publish(
    home: HomeOption = None,
    sources: SourcesOption = None,
    as_of: AsOfOption = None,
    target: Annotated[
        str, typer.Option(help="files: the warehouse as it is, if its gates pass; postgres: the snapshot in force.")
    ] = "files",
) -> None:
    """Publish once more: the warehouse as it is, or the snapshot in force to PostgreSQL."""
    from otklik.commands.publish import publish_again

    publish_again(settings_of(home, sources, as_of), target, clock=datetime.now(UTC))


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="File to write, on another disk than the home.")],
    home: HomeOption = None,
) -> None:
    """Write everything a deployment owns into one file: vault and key too, so it is for its owner alone."""
    from otklik.home.backup import back_up
    from otklik.home.space import in_mb

    made = back_up(settings_of(home, None).home, target.absolute(), clock=datetime.now(UTC))
    typer.echo(
        f"{target}: {made.n_files:,} files, {in_mb(made.n_bytes)}. It holds the vault and its key: guard it as you "
        f"guard them. Back again: otklik restore {target} --home DIR"
    )


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="What `otklik backup` wrote.")],
    home: HomeOption = None,
) -> None:
    """Make a home out of a backup, in a folder that is not there yet; every file is compared with its hash."""
    from otklik.home import backup as backups

    target = settings_of(home, None).home
    made = backups.restore(source.absolute(), target)
    typer.echo(
        f"{target.root}: {made.n_files:,} files as of {made.made_at}. Look at it: otklik doctor; then: otklik run"
    )


@app.command()
def erase(
    subject: Annotated[str, typer.Argument(help="A subject id, such as c_0123456789abcdef.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the receipt, so name nobody in it.")],
    home: HomeOption = None,
    sources: SourcesOption = None,
) -> None:
    """Erase a person from the vault, the lake, published snapshots and PostgreSQL, and print the receipt."""
    from otklik.commands.publish import erase_everywhere

    erase_everywhere(settings_of(home, sources), subject, reason=reason, at=datetime.now(UTC))


@app.command()
def reveal(
    subject: Annotated[str, typer.Argument(help="One subject id, such as s_0123456789abcdef.")],
    reason: Annotated[str, typer.Option(help="One of the deployment's `naming_reasons`; a wrong one lists them.")],
    note: Annotated[str, typer.Option(help="Where to find more, such as a case number; name nobody in it.")] = "",
    home: HomeOption = None,
    sources: SourcesOption = None,
) -> None:
    """Name one subject: print its accounts. Who asked, when and why is written down first."""
    from otklik.commands.reveal import reveal_and_print

    reveal_and_print(settings_of(home, sources), subject, reason=reason, note=note, at=datetime.now(UTC))


def main() -> None:
    """Entry point."""
    with ending.told():
        app()
