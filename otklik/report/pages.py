"""Writes the pages of a surface: the morning, and one page each for authorities, municipalities and groups of topics.

Belongs here: which pages there are and what stands on them. Does not belong here: queries (`figures`), charts
(`charts`), files of lists (`lists`). A page needs no network and runs no script; a name or a text can be anything.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from otklik.report import charts
from otklik.report.figures import WHOLE, Figures, Row
from otklik.report.lists import write_lists

REPORT_FOLDER = "report"
KINDS = {"authority": "authorities", "municipality": "municipalities", "topic_group": "topics"}
CLOCKS = {
    "reply": ("до первого ответа", "to the first reply"),
    "claimed_fix": ("до сообщения об устранении", "to the claim of a fix"),
    "confirmed_fix": ("до подтверждения жителем", "to the citizen's confirmation"),
}
ORIGINS = {
    "acted": "действовал последним", "declared": "указан источником", "rule": "по правилу",
    "above": "вышестоящий", "none": "не определён",
}  # fmt: skip
LISTED = 200
"""Rows of the list behind the overdue replies."""
ON_TIME_HEADERS = {
    "name": "Ответственный", "n_ripe": "Срок наступил", "n_on_time": "В срок", "share": "Доля",
    "low": "Доля, нижняя граница", "high": "Доля, верхняя граница",
}  # fmt: skip
LATE_HEADERS = {
    "incident_id": "Инцидент", "authority": "Ответственный", "origin": "Почему он", "topic": "Тема",
    "municipality": "Муниципалитет", "state_ru": "Состояние", "started_at": "Открыт (UTC)", "due_at": "Срок (UTC)",
    "hours_late": "Просрочка, ч", "escalate_to": "Кому сообщить",
}  # fmt: skip


def write_report(surface: Path, database: Path, as_of: datetime) -> None:
    """Write `report/` into the folder of the analysts' surface; equal tables give equal bytes.

    Args:
        surface: its folder.
        database: DuckDB file with its tables; opened read-only.
        as_of: the instant it describes.
    """
    folder = surface / REPORT_FOLDER
    folder.mkdir()
    environment = _environment()
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        figures = Figures(connection, as_of.astimezone(UTC).isoformat())
        pages = _Pages(folder, environment, figures, as_of)
        pages.morning()
        for kind, name in KINDS.items():
            (folder / name).mkdir()
            pages.scopes(kind)


class _Pages:
    def __init__(self, folder: Path, environment: jinja2.Environment, figures: Figures, as_of: datetime) -> None:
        self._folder, self._environment, self._figures = folder, environment, figures
        self._shared = {"as_of": as_of, "clocks": CLOCKS, "kinds": KINDS, "origins": ORIGINS}
        self._league = {kind: figures.on_time(kind) for kind in KINDS}

    def morning(self) -> None:
        """`index.html`."""
        figures, whole = self._figures, WHOLE.kind
        late = _late(figures.late(whole, LISTED).get(WHOLE.key, []))
        write_lists(self._folder, "late", LATE_HEADERS, late)
        write_lists(self._folder, "on_time", ON_TIME_HEADERS, self._league["authority"])
        ranked = [row for row in self._league["authority"] if row["is_ranked"]]
        days = figures.days(whole).get(WHOLE.key, [])
        self._write(
            Path("index.html"), "morning.html.j2",
            headline=figures.headline(whole)[WHOLE.key], league=self._league["authority"], n_ranked=len(ranked),
            league_chart=charts.shares(ranked), late_by_authority=figures.late_by_authority(), late=late[:20],
            bursts=figures.bursts(), places=figures.places(), flow=charts.flow(days), backlog=charts.backlog(days),
            waits=figures.waits(whole).get(WHOLE.key, []), outcomes=figures.outcomes(whole).get(WHOLE.key),
            topics=figures.topics(whole).get(WHOLE.key, []), sources=figures.sources(), gates=figures.gates(),
            scopes={kind: figures.scopes(kind) for kind in KINDS}, home="",
        )  # fmt: skip

    def scopes(self, kind: str) -> None:
        """A page for each authority, municipality or group of topics."""
        figures, league = self._figures, {row["key"]: row for row in self._league[kind]}
        ranked = [row["key"] for row in reversed(self._league[kind]) if row["is_ranked"]]
        headline, days, waits = figures.headline(kind), figures.days(kind), figures.waits(kind)
        outcomes, topics, late = figures.outcomes(kind), figures.topics(kind), figures.late(kind, 50)
        for scope in figures.scopes(kind):
            key = scope.key
            self._write(
                Path(KINDS[kind]) / f"{key}.html", "scope.html.j2",
                scope=scope, headline=headline[key], league=league[key], n_ranked=len(ranked),
                place=ranked.index(key) + 1 if key in ranked else None, flow=charts.flow(days.get(key, [])),
                waits=waits.get(key, []), outcomes=outcomes.get(key), topics=topics.get(key, []),
                late=_late(late.get(key, [])), home="../",
            )  # fmt: skip

    def _write(self, path: Path, template: str, **values: Any) -> None:
        page = self._environment.get_template(template).render(**self._shared, **values)
        (self._folder / path).write_text(page, encoding="utf-8")


def _late(rows: list[Row]) -> list[Row]:
    """Rows of late replies, with why somebody is responsible in words."""
    return [row | {"origin": ORIGINS[row["authority_origin"]]} for row in rows]


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str]] = {
        "count": _count, "percent": _percent, "hours": _hours, "change": _change, "points": _points,
        "day": lambda value: f"{value:%d.%m.%Y}", "moment": lambda value: f"{value:%d.%m.%Y %H:%M}",
        "hours_to": lambda low, high: _span(low, high, _hours),
        "percent_to": lambda low, high: _span(low, high, _percent),
        "decimal": lambda value: f"{value:.2f}".replace(".", ","),
    }  # fmt: skip
    environment.filters |= filters
    return environment


def _count(n: int | None) -> str:
    return "–" if n is None else f"{n:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


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
