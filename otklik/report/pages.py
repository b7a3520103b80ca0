"""Writes the staff's pages: the morning, and one page each for authorities, municipalities and groups of topics.

Belongs here: which pages there are and what stands on them. Does not belong here: queries (`figures`), charts
(`charts`), files of lists (`lists`). A page needs no network and runs no script; a name or a text can be anything.
"""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from otklik.report import charts, maps
from otklik.report.figures import WHOLE, Figures
from otklik.report.lists import write_lists
from otklik.report.rendering import KINDS, REPORT_FOLDER, Renderer
from otklik.report.staff_pages import write_communication, write_quality
from otklik.report.stories import addresses, write_stories
from otklik.report.surface import Row

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
SHOWN = {"authority": 50, "municipality": 20, "topic_group": 20}
"""Overdue replies on a page of its kind; each of them has a story."""
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
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        instant = as_of.astimezone(UTC).isoformat()
        figures = Figures(connection, instant)
        pages = _Pages(folder, figures, as_of)
        pages.morning()
        for kind, name in KINDS.items():
            (folder / name).mkdir()
            pages.scopes(kind)
        write_stories(pages.renderer, connection, instant, pages.stories)
        write_quality(pages.renderer, connection, instant)
        write_communication(pages.renderer, connection, instant)


class _Pages:
    def __init__(self, folder: Path, figures: Figures, as_of: datetime) -> None:
        self._folder, self._figures = folder, figures
        self._late = {kind: figures.late(kind, n) for kind, n in {**SHOWN, WHOLE.kind: LISTED}.items()}
        listed = {row["incident_id"] for late in self._late.values() for rows in late.values() for row in rows}
        self.stories = addresses(listed)
        self.renderer = Renderer(folder, as_of=as_of, clocks=CLOCKS, kinds=KINDS, is_public=False, stories=self.stories)
        self._league = {kind: figures.on_time(kind) for kind in KINDS}

    def morning(self) -> None:
        """`index.html`."""
        figures, whole = self._figures, WHOLE.kind
        late = _late(self._late[whole].get(WHOLE.key, []))
        write_lists(self._folder, "late", LATE_HEADERS, late)
        write_lists(self._folder, "on_time", ON_TIME_HEADERS, self._league["authority"])
        ranked = [row for row in self._league["authority"] if row["is_ranked"]]
        days = figures.days(whole).get(WHOLE.key, [])
        self.renderer.write(
            "index.html", "morning.html.j2",
            headline=figures.headline(whole)[WHOLE.key], league=self._league["authority"], n_ranked=len(ranked),
            league_chart=charts.shares(ranked), late_by_authority=figures.late_by_authority(), late=late[:20],
            bursts=figures.bursts(), places=figures.places(), flow=charts.flow(days), backlog=charts.backlog(days),
            waits=figures.waits(whole).get(WHOLE.key, []), outcomes=figures.outcomes(whole).get(WHOLE.key),
            topics=figures.topics(whole).get(WHOLE.key, []), sources=figures.sources(), gates=figures.gates(),
            map=maps.places(figures.located()),
            scopes={kind: figures.scopes(kind) for kind in KINDS},
        )  # fmt: skip

    def scopes(self, kind: str) -> None:
        """A page for each authority, municipality or group of topics."""
        figures, league = self._figures, {row["key"]: row for row in self._league[kind]}
        ranked = [row["key"] for row in reversed(self._league[kind]) if row["is_ranked"]]
        headline, days, waits = figures.headline(kind), figures.days(kind), figures.waits(kind)
        outcomes, topics, late = figures.outcomes(kind), figures.topics(kind), self._late[kind]
        for scope in figures.scopes(kind):
            key = scope.key
            self.renderer.write(
                f"{KINDS[kind]}/{key}.html", "scope.html.j2",
                scope=scope, headline=headline[key], league=league[key], n_ranked=len(ranked),
                place=ranked.index(key) + 1 if key in ranked else None, flow=charts.flow(days.get(key, [])),
                waits=waits.get(key, []), outcomes=outcomes.get(key), topics=topics.get(key, []),
                late=_late(late.get(key, [])),
            )  # fmt: skip


def _late(rows: list[Row]) -> list[Row]:
    """Rows of late replies, with why somebody is responsible in words."""
    return [row | {"origin": ORIGINS[row["authority_origin"]]} for row in rows]
