"""`otklik status`: the snapshot in force, verdicts of the newest run, how fresh sources are, why tables are empty."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from otklik.commands.emptiness import why_empty
from otklik.commands.run import missing_sentences
from otklik.home.engine import connect, text_literal
from otklik.home.settings import Home
from otklik.home.versions import HOME_FORMAT, version_of
from otklik.publishing.manifests import current_manifest, row_counts
from otklik.publishing.mart_contracts import Surface
from otklik.publishing.snapshot_files import DATABASE_NAME


def print_status(home: Home) -> None:
    """Print what a person asks first when a table looks old.

    Raises:
        ConfigurationError: a newer platform wrote the home.
    """
    console = Console(highlight=False)
    version = version_of(home)
    if version is not None and version.format < HOME_FORMAT:
        console.print(f"[yellow]Home of format {version.format}[/]: the next otklik run brings it to {HOME_FORMAT}.")
    manifest = current_manifest(home.published)
    if manifest is None:
        console.print(f"{home.root}: nothing is published yet. Run: otklik run")
    else:
        console.print(f"[bold]In force[/]: {manifest['snapshot_id']}, tables as of {manifest['as_of']}")
        console.print(_freshness(home))
        for sentence in missing_sentences(manifest):
            console.print(f"[yellow]{escape(sentence)}[/]", soft_wrap=True)
        for sentence in _left_out_and_empty(home, manifest):
            console.print(escape(sentence), soft_wrap=True)
    for line in _newest_gates(home):
        console.print(line, soft_wrap=True)


def _freshness(home: Home) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("source", "entity", "newest event", "rows"):
        table.add_column(column, justify="right" if column == "rows" else "left")
    database = home.analyst / DATABASE_NAME
    with connect(database.resolve()) as connection:
        rows = connection.execute(
            "select source, entity, strftime(newest_event_at, '%Y-%m-%d %H:%M'), rows_loaded "
            "from meta_freshness order by source, entity"
        ).fetchall()
    for source, entity, newest, count in rows:
        table.add_row(source, entity, newest or "–", f"{count:,}")
    return table


def _left_out_and_empty(home: Home, manifest: dict[str, Any]) -> list[str]:
    """What deliveries held and tables do not by design, and why tables are empty."""
    counts = row_counts(manifest["surfaces"]).get(Surface.ANALYST, {})
    # a snapshot of an older platform does not count what it left out
    if "meta_left_out" not in counts:
        return []
    with connect((home.analyst / DATABASE_NAME).resolve()) as connection:
        left_out = connection.execute(
            """
            select source, entity, string_agg(format('{:,} {}', n_rows, left_out_reason), ', ' order by n_rows desc)
            from (
                select source, entity, left_out_reason, sum(n_rows)::bigint as n_rows from meta_left_out group by all
            )
            group by source, entity order by source, entity
            """
        ).fetchall()
        told = [f"Left out by design: {entity} of {source}: {reasons}." for source, entity, reasons in left_out]
        return told + why_empty(connection, counts)


def _newest_gates(home: Home) -> list[str]:
    """A line for each gate of the newest run, and one for each thing that it found."""
    files = home.lake / "gates" / "*" / "*.parquet"
    if not list((home.lake / "gates").glob("run=2*/gate=*.parquet")):
        return []
    with connect() as connection:
        rows = connection.execute(
            f"""
            with every as (from read_parquet({text_literal(files)})),
            verdicts as (from every where run_key = (select max(run_key) from every))
            select
                gate,
                count(*) as n_expectations,
                count_if(not is_passed and severity = 'blocking') as n_failed,
                coalesce(list(
                    {{
                        'style': if(severity = 'blocking', 'red', 'yellow'),
                        'text': concat_ws('.', table_name, column_name) || ': expected ' || expected
                            || ', found ' || observed || '. ' || explanation
                    }} order by severity, table_name, expected
                ) filter (not is_passed), []) as findings
            from verdicts group by gate order by gate
            """
        ).fetchall()
    lines = []
    for gate, n_expectations, n_failed, findings in rows:
        verdict = "[red]failed[/]" if n_failed else "passed"
        lines.append(f"gate {gate} {verdict} ({n_expectations} expectations)")
        lines += [f"  [{finding['style']}]{escape(finding['text'])}[/]" for finding in findings]
    return lines
