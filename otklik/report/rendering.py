"""Templates of the pages and how values are said in them: counts, shares, hours, intervals, differences.

A value is text, whatever it holds: a name or a word of a citizen can be no markup.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2

REPORT_FOLDER = "report"
"""Name of the folder beside the tables of a surface."""
KINDS = {"authority": "authorities", "municipality": "municipalities", "topic_group": "topics"}
"""What has a page of its own, and the folder of these pages."""


class Renderer:
    """Writes pages into one folder.

    Args:
        folder: of the report, exists.
        shared: what every template may use.
    """

    def __init__(self, folder: Path, **shared: Any) -> None:
        self.folder = folder
        self._environment = _environment()
        self._shared = shared

    def write(self, path: str, template: str, **values: Any) -> None:
        """The page of a template; a value that the template needs and does not get is an error.

        Args:
            path: of the page within the folder; the folder above it is there.
            template: name of the file in `templates/`.
            values: what the template tells; the way back to the first page follows from `path`.
        """
        home = "../" * path.count("/")
        page = self._environment.get_template(template).render(**self._shared, home=home, path=path, **values)
        (self.folder / path).write_text(page, encoding="utf-8")


def letter_part(template: str, **values: Any) -> str:
    """A part of a letter, of a template whose last ending says whether it is markup: `.html.j2`, or `.txt.j2`."""
    return _environment().get_template(template).render(**values)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str]] = {
        "count": _count, "percent": _percent, "hours": _hours, "change": _change, "points": _points,
        "day": lambda value: f"{value:%d.%m.%Y}", "moment": lambda value: f"{value:%d.%m.%Y %H:%M}",
        "hours_to": lambda low, high: _span(low, high, _hours),
        "percent_to": lambda low, high: _span(low, high, _percent),
        "decimal": _decimal,
        "number": _number, "month": lambda value: f"{value:%m.%Y}", "signed_decimal": _signed_decimal,
    }  # fmt: skip
    environment.filters |= filters
    return environment


def _count(n: int | None) -> str:
    return "–" if n is None else f"{n:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace(".", ",")


def _signed_decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:+.2f}".replace(".", ",").replace("-", "\N{MINUS SIGN}")


def _number(value: float | None) -> str:
    """A value of a series, to a tenth."""
    if value is None:
        return "–"
    shown = f"{value:,.1f}".removesuffix(".0")
    return shown.replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{round(100 * value)}\N{NO-BREAK SPACE}%"


def _hours(value: float | None) -> str:
    """Hours as a person says them; a dash where the curve has not fallen that far."""
    if value is None:
        return "–"
    return (
        f"{value:.1f}\N{NO-BREAK SPACE}ч".replace(".", ",")
        if value < 48
        else f"{round(value / 24)}\N{NO-BREAK SPACE}сут"
    )


def _span(low: float | None, high: float | None, told: Callable[[float | None], str]) -> str:
    """An interval; where it has no upper bound, from where on."""
    if low is None:
        return "–"
    return f"{told(low)} – {told(high)}" if high is not None else f"> {told(low)}"


def _change(now: int | None, before: int | None) -> str:
    """The difference of two counts, with its sign."""
    return "" if now is None or before is None else _signed(now - before)


def _points(now: float | None, before: float | None) -> str:
    """The difference of two shares in percentage points, with its sign."""
    return "" if now is None or before is None else _signed(round(100 * now) - round(100 * before))


def _signed(n: int) -> str:
    if n == 0:
        return "±0"
    return f"{n:+,d}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace("-", "\N{MINUS SIGN}")
