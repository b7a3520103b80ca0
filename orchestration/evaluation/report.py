"""Scores for people and for programs: a table on the terminal, a JSON file."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


def write_json(path: Path, scores: dict[str, Any]) -> None:
    """Write scores as JSON, keys in the order given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(scores, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def print_scores(task: str, scores: dict[str, Any]) -> None:
    """Print scores as one table; nested ones under their path, such as `per_class.complaint.f1`."""
    table = Table(title=f"evaluate {task}", box=None, pad_edge=False, title_justify="left")
    table.add_column("score")
    table.add_column("value", justify="right")
    for name, value in _flat(scores):
        table.add_row(name, f"{value:.3f}" if isinstance(value, float) else str(value))
    Console(highlight=False).print(table)


def _flat(scores: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in scores.items():
        name = f"{prefix}{key}"
        rows += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, value)]
    return rows
