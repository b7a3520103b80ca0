"""Scores for people and for programs: tables on the terminal or in a page, a JSON file.

A score and its interval stand in one row; parts that hold the same scores (classes, kinds, labels) are rows of one
table. What the scores mean is said by the task that made them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_INTERVAL = "_interval"
_NONE = "–"


class ScoreTable(NamedTuple):
    """A table of scores as text.

    Attributes:
        title: what its rows are parts of, such as `per_class`; empty for the scores of the whole.
        header: names of its columns; the first one is the name of a row and empty in the header.
        rows: cells, as many as the header has.
    """

    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]


def write_json(path: Path, scores: dict[str, Any]) -> None:
    """Write scores as JSON, keys in the order given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(scores, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def print_scores(task: str, scores: dict[str, Any]) -> None:
    """Print scores as tables on the terminal."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(f"evaluate {task}", style="bold")
    for found in score_tables(scores):
        table = Table(title=found.title or None, box=None, pad_edge=False, title_justify="left", title_style="bold")
        for place, name in enumerate(found.header):
            table.add_column(name, justify="right" if place else "left", overflow="fold")
        for row in found.rows:
            table.add_row(*row)
        console.print()
        console.print(table)


def markdown(tables: list[ScoreTable]) -> str:
    """The tables in Markdown, titles as bold lines."""
    return "\n\n".join("\n".join(_markdown_lines(table)) for table in tables)


def _markdown_lines(table: ScoreTable) -> Iterator[str]:
    if table.title:
        yield f"**{table.title}**\n"
    yield f"| {' | '.join(table.header)} |"
    yield f"|---|{'---:|' * (len(table.header) - 1)}"
    yield from (f"| {' | '.join(row)} |" for row in table.rows)


def score_tables(scores: dict[str, Any], title: str = "") -> list[ScoreTable]:
    """Scores as tables: those of the whole first, then parts that hold the same scores, one table each.

    Args:
        scores: what a task returned; nested at will.
        title: what they are scores of.
    """
    parts = {name: value for name, value in scores.items() if isinstance(value, dict)}
    deep = {name: value for name, value in parts.items() if _is_table(value)}
    flat = {name: _flat(value) for name, value in parts.items() if name not in deep}
    alike = _alike(flat)
    together = {name for names in alike for name in names}
    whole = {name: value for name, value in scores.items() if not isinstance(value, dict)}
    for name in flat:
        if name not in together:
            whole |= {f"{name}.{key}": value for key, value in flat[name].items()}
    tables = [_whole(whole, title)] if whole else []
    tables += [_parts({name: flat[name] for name in names}, title) for names in alike]
    for name, value in deep.items():
        tables += score_tables(value, f"{title}.{name}" if title else name)
    return tables


def _is_table(value: dict[str, Any]) -> bool:
    return len(value) > 1 and all(isinstance(part, dict) for part in value.values())


def _flat(scores: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in scores.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat


def _alike(parts: dict[str, dict[str, Any]]) -> list[list[str]]:
    """Names of parts with the same scores, two and more together."""
    by_scores: dict[frozenset[str], list[str]] = {}
    for name, part in parts.items():
        by_scores.setdefault(frozenset(name for name, _, _ in _pairs(part)), []).append(name)
    return [names for names in by_scores.values() if len(names) > 1]


def _pairs(scores: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """(name, value, interval or None): `f1_interval` belongs to `f1`, `a_0.8_interval` to `a.0.8`."""
    spelled = {name.replace(".", "_"): name for name in scores if not name.endswith(_INTERVAL)}
    base = {name: spelled.get(name.removesuffix(_INTERVAL).replace(".", "_")) for name in scores}
    intervals = {base[name]: value for name, value in scores.items() if name.endswith(_INTERVAL)}
    return [
        (name, value, intervals.get(name))
        for name, value in scores.items()
        if not name.endswith(_INTERVAL) or base[name] is None
    ]


def _whole(scores: dict[str, Any], title: str) -> ScoreTable:
    header: tuple[str, ...] = ("", "value", "95 % interval")
    rows: list[tuple[str, ...]] = [
        (name, _text(value), _text(interval, "")) for name, value, interval in _pairs(scores)
    ]
    if not any(row[2] for row in rows):
        header, rows = header[:2], [row[:2] for row in rows]
    return ScoreTable(title, header, rows)


def _parts(parts: dict[str, dict[str, Any]], title: str) -> ScoreTable:
    names = [name for name, _, _ in _pairs(next(iter(parts.values())))]
    rows = []
    for part, scores in parts.items():
        cells = {name: (value, interval) for name, value, interval in _pairs(scores)}
        rows.append((part, *(f"{_text(cells[name][0])} {_text(cells[name][1], '')}".rstrip() for name in names)))
    return ScoreTable(title, ("", *names), rows)


def _text(value: Any, missing: str = _NONE) -> str:
    if value is None:
        return missing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3f}"
    if isinstance(value, list):
        return f"[{', '.join(_text(item) for item in value)}]"
    return f"{value:,}" if isinstance(value, int) else str(value)
