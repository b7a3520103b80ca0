"""Quality and communication: figures counted by hand, what is hidden stays hidden."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from otklik.report.communication_figures import CommunicationFigures, isolated
from otklik.report.networks import organisation
from otklik.report.pages import write_report
from otklik.report.quality_figures import QualityFigures
from tests.unit.report.conftest import AS_OF, HOSTILE


@pytest.fixture
def connection(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(database), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def report(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    surface = tmp_path_factory.mktemp("staff")
    write_report(surface, database, AS_OF)
    return surface / "report"


def test_rows_of_all_deliveries_of_a_source_are_accounted_for(connection: duckdb.DuckDBPyConnection) -> None:
    (row,) = QualityFigures(connection, AS_OF.isoformat()).conservation()
    assert (row["n_loads"], row["n_read"], row["n_loaded"], row["n_duplicate"], row["n_quarantined"]) == (
        2,
        46,
        40,
        2,
        4,
    )
    assert row["n_lost"] == 0


def test_what_is_hidden_is_counted_by_table_and_reason(connection: duckdb.DuckDBPyConnection) -> None:
    hidden = QualityFigures(connection, AS_OF.isoformat()).hidden()
    assert [(row["table_name"], row["reason_ru"], row["n"], row["n_rows"]) for row in hidden] == [
        ("agg_communication_level", "слишком мало людей", 2, 6),
        ("dim_interest_group", "слишком мало людей", 1, 2),
    ]


def test_an_index_of_drift_that_failed_is_a_warning_in_its_own_words(report: Path) -> None:
    page = (report / "quality.html").read_text(encoding="utf-8")
    assert "0.31" in page
    assert "topic_psi" in page
    assert "&lt;script&gt;" in page
    assert "28.09.2026 00:00" in page, "since when a source lacks what it owes"


def test_a_unit_that_writes_only_to_itself_is_isolated(connection: duckdb.DuckDBPyConnection) -> None:
    figures = CommunicationFigures(connection, AS_OF.isoformat())
    assert isolated(figures.units()["Край"], figures.pairs()["Край"]) == ["Одиночки"]


def test_a_hidden_direction_is_said_to_be_hidden_and_no_person_is_on_the_page(report: Path) -> None:
    page = (report / "communication.html").read_text(encoding="utf-8")
    assert page.count("скрыто</span>") >= 2
    assert not re.search(r"\b[cs]_[0-9a-f]{16}\b", page)
    for told in ("слилась", "<strong>17</strong>", "×2,5"):
        assert told in page


def test_names_stand_beside_the_units_and_a_hidden_number_draws_a_dashed_arc() -> None:
    svg = organisation(
        {"Дороги": 9, HOSTILE: None, "Одиночки": 7}, {("Дороги", HOSTILE): None, ("Дороги", "Одиночки"): 5}
    )
    assert svg.count("stroke-dasharray") == 1
    assert svg.count("<text") == 3
    assert "&lt;script&gt;" in svg


def test_of_sixty_units_the_forty_busiest_are_drawn() -> None:
    units = {f"Отдел {i}": 5 for i in range(60)}
    messages = {(f"Отдел {i}", f"Отдел {i + 1}"): i + 1 for i in range(59)}
    svg = organisation(units, messages)
    assert svg.count("<text") == 40
    assert "Отдел 59" in svg
    assert ">Отдел 3<" not in svg
