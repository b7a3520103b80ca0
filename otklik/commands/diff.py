"""`otklik diff A B`: what changed between two snapshots and why, for a terminal or as JSON."""

import json
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from otklik.home.settings import Home
from otklik.publishing.comparison import compare, snapshot_folder
from otklik.publishing.comparison_causes import CAUSES, FIGURES


def print_difference(home: Home, before: str, after: str, *, is_json: bool) -> None:
    """Compare two snapshots that a home keeps, by id or `current`, and print what differs.

    Raises:
        ConfigurationError: one is not kept, or they cannot be compared.
    """
    told = compare(snapshot_folder(home.published, before), snapshot_folder(home.published, after))
    if is_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False)
    console.print(f"[bold]{told['before']['snapshot_id']}[/] → [bold]{told['after']['snapshot_id']}[/]")
    console.print(_figures(told))
    console.print(_causes(told) if told["causes"] else "No incident counts otherwise.")
    for cause in told["causes"]:
        console.print(f"{cause}: {CAUSES[cause]}", soft_wrap=True)
    for sentence in told["method"]:
        console.print(f"computed otherwise: {sentence}", markup=False, soft_wrap=True)
    for name, rows in told["tables"].items():
        console.print(f"{name}: {rows['before']:,} → {rows['after']:,} rows")


def _figures(told: dict[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("figure", "before", "after", "change"):
        table.add_column(column, justify="left" if column == "figure" else "right")
    for name, values in told["figures"].items():
        before, after = values["before"], values["after"]
        shown, changed = ("{:.1%}", "{:+.1%}") if name.endswith("_share") else ("{:,}", "{:+,}")
        is_known = before is not None and after is not None
        table.add_row(
            name,
            "–" if before is None else shown.format(before),
            "–" if after is None else shown.format(after),
            changed.format(after - before) if is_known else "–",
        )
    return table


def _causes(told: dict[str, Any]) -> Table:
    """Why, cause by cause; a column adds up to the change of its figure."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("why", no_wrap=True)
    for column in ("changed", *FIGURES):
        table.add_column(column.removeprefix("n_"), justify="right", no_wrap=True)
    for cause, counts in told["causes"].items():
        changes = (f"{counts[name]:+,}" if counts[name] else "" for name in FIGURES)
        table.add_row(cause, f"{counts['n_incidents_changed']:,}", *changes)
    return table
