"""The citizens' pages: sums of whole cells, what is not told, names that would be markup, a surface that is empty."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from otklik.report.public_figures import PublicFigures
from otklik.report.public_pages import write_public_report
from tests.unit.report.conftest import AS_OF, HOSTILE, PUBLIC_TABLES


@pytest.fixture
def figures(public_database: Path) -> Iterator[PublicFigures]:
    with duckdb.connect(str(public_database), read_only=True) as connection:
        yield PublicFigures(connection, AS_OF.isoformat())


@pytest.fixture(scope="module")
def report(public_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    surface = tmp_path_factory.mktemp("citizens")
    write_public_report(surface, public_database, AS_OF)
    return surface / "report"


def test_a_town_is_told_of_the_cells_that_name_it_and_of_no_other(figures: PublicFigures) -> None:
    (town,) = figures.league("municipality")
    assert (town["name"], town["n_ripe"], town["n_on_time"], town["n_confirmed"]) == ("Ясноград", 8, 4, 1)
    (authority,) = figures.league("authority")
    assert (authority["name"], authority["n_ripe"], authority["share"]) == ("Комитет дорог", 5, pytest.approx(0.6))
    assert not authority["is_ranked"], "five incidents are no place in a league"


def test_it_is_counted_how_finely_the_incidents_are_told(figures: PublicFigures) -> None:
    assert figures.told() == {
        "n": 10, "n_cells": 3, "n_day": 0, "n_month": 8, "n_municipality": 8, "n_group": 8, "n_authority": 5,
    }  # fmt: skip


def test_a_trend_is_no_finer_than_a_month_and_leaves_out_what_is_coarser(figures: PublicFigures) -> None:
    months = [(row["month"].isoformat(), row["n"], row["n_on_time"]) for row in figures.months("all")["all"]]
    assert months == [("2026-08-01", 5, 3), ("2026-09-01", 3, 1)]


def test_a_state_that_too_few_people_share_is_told_as_not_told(figures: PublicFigures) -> None:
    assert [(row["state_ru"], row["n"]) for row in figures.states("municipality")["m1"]] == [("закрыто", 5), (None, 3)]


def test_what_has_a_cell_has_a_page_and_lists(report: Path) -> None:
    assert sorted(path.relative_to(report).as_posix() for path in report.rglob("*.*")) == [
        "authorities.csv", "authorities.xlsx", "authorities/a1.html", "index.html",
        "municipalities.csv", "municipalities.xlsx", "municipalities/m1.html",
        "topics.csv", "topics.xlsx", "topics/roads.html",
    ]  # fmt: skip


def test_figures_of_the_overview_are_those_of_the_total(report: Path) -> None:
    page = (report / "index.html").read_text(encoding="utf-8")
    tiles = re.findall(r"<dd>([^<]*)</dd>", page)
    assert tiles == ["40\N{NO-BREAK SPACE}%", "10", "6", "3", "1"]
    assert "для жителей" in page
    assert "189,5" in page


def test_no_time_of_a_matter_is_told_with_an_hour(report: Path) -> None:
    for path in report.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        moments = re.findall(r"\d\d:\d\d", page)
        assert moments == ["00:00"], "only the instant of the snapshot itself"


def test_a_name_that_would_be_markup_is_text(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "otklik.duckdb")) as connection:
        connection.execute(PUBLIC_TABLES)
        connection.execute("update agg_sla set municipality_id = 'm2', authority_id = 'a2' where cell_id = 'c2'")
    write_public_report(tmp_path, tmp_path / "otklik.duckdb", AS_OF)
    for path in (tmp_path / "report").rglob("*.html"):
        assert "<script" not in path.read_text(encoding="utf-8")
    page = (tmp_path / "report" / "municipalities" / "m2.html").read_text(encoding="utf-8")
    assert (
        f"<h1>{HOSTILE.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace(chr(34), '&#34;')}"
        in page
    )


def test_a_surface_of_which_nothing_can_be_told_says_so(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "otklik.duckdb")) as connection:
        connection.execute(PUBLIC_TABLES)
        for (table,) in connection.execute("select table_name from information_schema.tables").fetchall():
            connection.execute(f"delete from {table}")
    write_public_report(tmp_path, tmp_path / "otklik.duckdb", AS_OF)
    assert "Пока рассказать нечего" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
