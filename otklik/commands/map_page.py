"""Pages of maps: one HTML file that needs no network and runs no script.

Belongs here: turning a template into a page, writing it. Does not belong here: what a page tells
(`communication_map`, `organisation_map`), geometry (`map_figures`).
"""

import math
import os
from pathlib import Path
from typing import Any

import jinja2

from otklik.home.files import move_into_place


def render_page(template: str, **values: Any) -> str:
    """The page of a template in `templates/`; a value that the template needs and does not get is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["hours"] = _hours
    environment.filters["percent"] = _percent
    environment.filters["decimal"] = _decimal
    environment.filters["count"] = lambda n: f"{n:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return environment.get_template(template).render(values)


def write_page(path: Path, page: str, *, mode: int) -> None:
    """Writes the page whole or not at all, with `mode` from its first byte on."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(page)
    move_into_place(temporary, path)


def _hours(value: float | None) -> str:
    """Hours as a person says them; a dash where there is none."""
    if value is None or math.isnan(value):
        return "–"
    if value < 1:
        return f"{round(60 * value)} мин"
    return f"{value:.1f} ч".replace(".", ",") if value < 48 else f"{value / 24:.1f} сут".replace(".", ",")


def _percent(share: float | None) -> str:
    return "–" if share is None or math.isnan(share) else f"{round(100 * share)} %"


def _decimal(value: float | None) -> str:
    if value is None or math.isnan(value):
        return "–"
    return f"{value:.2f}".replace(".", ",").replace("-", "\N{MINUS SIGN}")
