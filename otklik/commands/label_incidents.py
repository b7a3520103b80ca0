"""What `otklik label incidents` does: a sheet, questions on a terminal, answers as labels."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import typer

from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home, Settings
from otklik.intake.ingestion.deliveries import deliveries
from otklik.intake.sources.configuration import load_configuration
from otklik.run_context import decide
from otklik.stages.incident_labelling import (
    LABEL_COLUMNS,
    draw_pairs,
    label_rows,
    read_answers,
    write_labels,
    write_sheet,
)

_KEYS = {"s": "same", "d": "different", "c": "cannot_tell"}


def draw_sheet(home: Home, path: Path, n_pairs: int) -> None:
    """Draw pairs and write the sheet.

    Raises:
        ConfigurationError: the home has not run, or a sheet with answers stands there already.
    """
    if not home.warehouse.exists():
        raise ConfigurationError(f"{home.root} has no tables yet; run `otklik run` first.")
    if path.exists() and read_answers(path):
        raise ConfigurationError(f"{path} holds answers: take them in with --answers, then move it or name another.")
    sheet = draw_pairs(home, n_pairs)
    write_sheet(path, sheet)
    typer.echo(f"{len(sheet):,} pairs in {path}. Fill in `label` with same, different or cannot_tell, then:")
    typer.echo(f"otklik label incidents --answers {path} --into labels/incident_pairs.csv")


def ask_on_terminal(path: Path) -> None:
    """Show pairs without an answer and keep what is typed; every answer is saved at once."""
    sheet = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    open_rows = sheet.index[sheet["label"] == ""]
    for number, row in enumerate(open_rows, start=1):
        typer.echo(_shown(sheet.loc[row], number, len(open_rows)))
        key = ""
        while key not in (*_KEYS, "q"):
            key = typer.prompt("same, different, cannot tell, quit [s/d/c/q]").strip().lower()[:1]
        if key == "q":
            break
        sheet.loc[row, "label"] = _KEYS[key]
        write_sheet(path, sheet)
    n_answered = int((sheet["label"] != "").sum())
    typer.echo(f"{n_answered:,} of {len(sheet):,} pairs have an answer in {path}.")


def take_in(settings: Settings, answers: Path, into: Path, *, annotator: str, clock: datetime) -> None:
    """Write answers as rows of the entity `label`, dated by the instant that the deployment looks from."""
    found = read_answers(answers)
    add_labels(settings, into, clock, lambda at: label_rows(settings.home, found, annotator=annotator, at=at))


def add_labels(
    settings: Settings, into: Path, clock: datetime, rows_at: Callable[[datetime], list[dict[str, Any]]]
) -> None:
    """Add labels to a CSV, and say how a source reads it where none does yet.

    Args:
        settings: of the deployment.
        into: the CSV.
        clock: the time at the front door.
        rows_at: the instant that the deployment looks from → rows of the entity `label`.
    """
    configuration = load_configuration(settings.source_files)
    rows = rows_at(decide(settings, configuration, clock).as_of)
    write_labels(into, rows)
    typer.echo(f"{len(rows):,} labels added to {into}; the next run takes them in.")
    read = {
        path.resolve() for name in configuration.feeding("label") for path in deliveries(configuration.sources[name])
    }
    if into.resolve() not in read:
        typer.echo("No source reads that file yet. Add to sources.yaml:\n" + _entry(into))


def _shown(row: "pd.Series[str]", number: int, of: int) -> str:
    who = "one person" if row["is_of_one_person"].lower() == "true" else "two people"
    away = f"{float(row['metres']):,.0f} m apart" if row["metres"] else "distance not known"
    lines = ["", f"── {number} of {of}: {away}, {float(row['hours_apart']):,.1f} h, {who}"]
    for side in ("a", "b"):
        lines.append(f"{side.upper()}  {row[f'posted_at_{side}'][:16]}  {row[f'address_{side}']}")
        lines.append(f"   {row[f'category_{side}']}" if row[f"category_{side}"] else "")
        lines.append(f"   {row[f'text_{side}']}")
        lines.append(f"   {row[f'map_{side}']}" if row[f"map_{side}"] else "")
    return "\n".join(line for line in lines if line.strip() or line == "")


def _entry(path: Path) -> str:
    columns = ", ".join(LABEL_COLUMNS)
    return (
        "  incident_labels:\n    title: Decisions on incidents\n"
        f"    path: {path.resolve()}\n    format: csv\n    entities:\n      label:\n"
        f"        select: select {columns}, source_row as origin_row from source\n"
    )
