"""`otklik run`: leave out what need not run, show progress, report what was published."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from otklik.home.settings import Settings
from otklik.home.space import needed_bytes, telling_no_room
from otklik.home.versions import version_of
from otklik.intake.sources.configuration import load_configuration
from otklik.intake.sources.one_run import on_failure_for_one_run
from otklik.mending.mend import mend_home
from otklik.orchestrator import OnStep, orchestrator
from otklik.publishing.manifests import current_manifest, row_counts
from otklik.publishing.publication import published_for
from otklik.publishing.snapshot_files import DATABASE_NAME
from otklik.run_context import decide, require_room_for_run
from otklik.upgrade import hold_current

_EXAMPLES = (
    (
        "Which topics wait longest for a first reply?",
        "select group_code, count(*) as n_incidents, median(citizen_wait_hours) as median_hours "
        "from fct_incident group by group_code order by median_hours desc nulls last",
    ),
    (
        "Where are people most active?",
        "select name, n_incidents, incidents_per_1000 from agg_municipality_activity join dim_municipality "
        "using (municipality_id) order by n_incidents desc limit 10",
    ),
    (
        "Did every gate pass?",
        "select gate, count(*) as n_expectations, count_if(not is_passed) as n_failed from meta_gate_result "
        "group by gate order by gate",
    ),
)


def say(text: str) -> None:
    """A line for the person at the terminal."""
    Console(highlight=False).print(text, soft_wrap=True)


def run_and_report(
    settings: Settings, *, selection: str | None, is_full_refresh: bool, is_json: bool, clock: datetime
) -> None:
    """Run unless the current snapshot already stands for these inputs, and say what came of it.

    Args:
        settings: home, sources and, if asked for, the instant.
        selection: assets to run; None for everything.
        is_full_refresh: rebuild every table.
        is_json: print one JSON object.
        clock: the time at the front door.

    Raises:
        OtklikError: as the orchestrator's `run_platform`.
    """
    began = time.perf_counter()
    # first: what a newer platform wrote into the sources file may be no configuration here
    version_of(settings.home)
    configuration = on_failure_for_one_run(load_configuration(settings.source_files), settings.on_failure)
    context = decide(settings, configuration, clock)
    least = needed_bytes(settings.home, 0)
    with telling_no_room(settings.home, least), hold_current(settings.home, holder="otklik run") as hold:
        mended = mend_home(settings.home, configuration, hold)
    for sentence in (*hold.upgrade, *mended):
        Console(stderr=True, highlight=False).print(f"[yellow]otklik:[/] {escape(sentence)}", soft_wrap=True)
    summary: dict[str, Any] = {"as_of": context.as_of.isoformat(), "home": str(settings.home.root)}
    summary |= {name: told for name, told in (("upgrade", hold.upgrade), ("mended", mended)) if told}
    if selection is None and not is_full_refresh and not mended and published_for(context) is not None:
        summary |= {"status": "unchanged", "stages": []}
    else:
        with telling_no_room(settings.home, least):
            needed = require_room_for_run(context)
        is_shown = not is_json and sys.stderr.isatty()
        with telling_no_room(settings.home, needed), _progress(is_shown=is_shown) as on_step:
            report = orchestrator().run_platform(
                settings, selection=selection, is_full_refresh=is_full_refresh, on_step=on_step
            )
        summary["status"] = _status(report.snapshot)
        summary["stages"] = [asdict(stage) for stage in report.stages]
    summary["seconds"] = round(time.perf_counter() - began, 1)
    manifest = current_manifest(settings.home.published)
    summary["snapshot_id"] = manifest["snapshot_id"] if manifest else None
    if is_json:
        counts = row_counts(manifest["surfaces"]) if manifest else {}
        summary |= {"row_counts": counts.get("analyst", {}), "public_row_counts": counts.get("public", {})}
        summary["missing"] = manifest.get("missing", []) if manifest else []
        print(json.dumps(summary, ensure_ascii=False))
    else:
        _print(settings, summary, manifest)


def missing_sentences(manifest: dict[str, Any]) -> list[str]:
    """What the tables of a snapshot lack, a sentence for each source and entity."""
    return [
        f"Missing: {one['entity']} of {one['source']} "
        f"{'since ' + one['missing_since'] if one['missing_since'] else 'from the beginning'} "
        f"({one['n_deliveries']} deliveries of {one['n_rows']:,} rows kept out). {one['reason']}"
        for one in manifest.get("missing", [])
    ]


def _status(snapshot: dict[str, Any] | None) -> str:
    if snapshot is None:
        return "done"
    return "unchanged" if snapshot["is_unchanged"] else "published"


@contextmanager
def _progress(*, is_shown: bool) -> Iterator[OnStep]:
    if not is_shown:
        yield lambda name, done: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting", total=None)
        yield lambda name, done: progress.update(task, description=name.replace("__", "/"), completed=done)


def _print(settings: Settings, summary: dict[str, Any], manifest: dict[str, Any] | None) -> None:
    console = Console(highlight=False)
    current = settings.home.published / "current"
    match summary["status"]:
        case "published":
            console.print(f"[bold green]Published[/] {summary['snapshot_id']} in {summary['seconds']} s")
        case "unchanged":
            console.print(f"[bold]Nothing new[/]: {summary['snapshot_id']} stays in force ({summary['seconds']} s)")
        case _:
            console.print(f"[bold]Done[/] in {summary['seconds']} s; nothing was to be published")
    if manifest is None:
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("table")
    counts = row_counts(manifest["surfaces"])
    for surface in counts:
        table.add_column(surface, justify="right")
    for name in sorted({name for marts in counts.values() for name in marts}):
        table.add_row(name, *(f"{marts[name]:,}" if name in marts else "" for marts in counts.values()))
    console.print(table)
    passed = sum(gate["is_passed"] for gate in manifest["gates"])
    console.print(f"\n{passed} of {len(manifest['gates'])} gates passed. Tables as of {manifest['as_of']}.")
    for sentence in missing_sentences(manifest):
        console.print(f"[yellow]{escape(sentence)}[/]", soft_wrap=True)
    console.print(
        f"Where: {current}  (analyst/ for staff, public/ for everybody; in each otklik.duckdb and one Parquet file a "
        "table)\n",
        soft_wrap=True,
    )
    console.print("Try it:")
    for question, query in _EXAMPLES:
        console.print(f"[dim]# {question}[/]")
        # printed plain and unwrapped, so that it can be pasted
        connect = f"duckdb.connect('{settings.home.analyst / DATABASE_NAME}', read_only=True)"
        print(f"{sys.executable} -c \"import duckdb; {connect}.sql('{query}').show()\"")
