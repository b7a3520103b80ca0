"""Writes the citizens' pages: what is told of the region, and of each authority, municipality and group of topics.

Made of the public surface alone. Belongs here: which pages there are and what stands on them. Does not belong here:
queries (`public_figures`), charts (`charts`, `maps`).
"""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from otklik.report import charts, maps
from otklik.report.lists import write_lists
from otklik.report.public_figures import PublicFigures
from otklik.report.rendering import KINDS, REPORT_FOLDER, Renderer
from otklik.report.surface import Row

# What else stands on a page of its kind: of which topics a town's incidents are, in which towns a topic's.
_WITHIN = {"authority": "topic_group", "municipality": "topic_group", "topic_group": "municipality"}
_HEADERS = {
    "n_ripe": "Инцидентов", "n_replied": "Отвечено", "n_on_time": "В срок", "share": "Доля в срок",
    "low": "Доля, нижняя граница", "high": "Доля, верхняя граница", "n_claimed": "Сказано, что устранено",
    "n_confirmed": "Подтверждено жителями",
}  # fmt: skip
_FIRST = {"authority": "Ответственный", "municipality": "Муниципалитет", "topic_group": "Тема"}


def write_public_report(surface: Path, database: Path, as_of: datetime) -> None:
    """Write `report/` into the folder of the public surface; equal tables give equal bytes.

    Args:
        surface: its folder.
        database: DuckDB file with its tables; opened read-only.
        as_of: the instant it describes.
    """
    folder = surface / REPORT_FOLDER
    folder.mkdir()
    renderer = Renderer(folder, as_of=as_of, kinds=KINDS, is_public=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        figures = PublicFigures(connection, as_of.astimezone(UTC).isoformat())
        leagues = {kind: figures.league(kind) for kind in KINDS}
        _overview(renderer, figures, leagues)
        for kind, name in KINDS.items():
            (folder / name).mkdir()
            write_lists(folder, name, {"name": _FIRST[kind], **_HEADERS}, leagues[kind])
            _scopes(renderer, figures, kind, leagues[kind])


def _overview(renderer: Renderer, figures: PublicFigures, leagues: dict[str, list[Row]]) -> None:
    ranked = [row for row in leagues["authority"] if row["is_ranked"]]
    renderer.write(
        "index.html", "public_overview.html.j2",
        total=figures.total(), posts=figures.posts(), told=figures.told(), leagues=leagues, n_ranked=len(ranked),
        league_chart=charts.shares(ranked), months=charts.months(figures.months("all").get("all", [])),
        places=maps.places(figures.places()), topics=figures.topics(), bursts=figures.bursts(),
        outcomes=figures.outcomes(), states=figures.states("all").get("all", []),
    )  # fmt: skip


def _scopes(renderer: Renderer, figures: PublicFigures, kind: str, league: list[Row]) -> None:
    months, states, within = figures.months(kind), figures.states(kind), figures.within(kind, _WITHIN[kind])
    about = {"municipality": "municipality_id", "topic_group": "group_code"}.get(kind)
    bursts = figures.bursts() if about else []
    ranked = [row["key"] for row in reversed(league) if row["is_ranked"]]
    for row in league:
        key = row["key"]
        renderer.write(
            f"{KINDS[kind]}/{key}.html", "public_scope.html.j2",
            row=row, place=ranked.index(key) + 1 if key in ranked else None, n_ranked=len(ranked),
            months=charts.months(months.get(key, [])), states=states.get(key, []), within=within.get(key, []),
            within_kind=_WITHIN[kind], bursts=[burst for burst in bursts if burst[str(about)] == key],
            is_place_or_topic=about is not None,
        )  # fmt: skip
