"""The pages: what is written, the same bytes again, names that would be markup, lists that would be formulas."""

from pathlib import Path

import duckdb
import openpyxl
import pytest

from otklik.report.lists import write_lists
from otklik.report.pages import write_report
from tests.unit.report.conftest import AS_OF, HOSTILE, TABLES


@pytest.fixture(scope="module")
def report(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    surface = tmp_path_factory.mktemp("pages")
    write_report(surface, database, AS_OF)
    return surface / "report"


def test_there_is_a_page_for_the_morning_and_one_for_each_authority_municipality_and_group(report: Path) -> None:
    assert sorted(path.relative_to(report).as_posix() for path in report.rglob("*.html")) == [
        "authorities/a1.html",
        "authorities/a2.html",
        "communication.html",
        "index.html",
        "municipalities/m1.html",
        "quality.html",
        "stories/i.html",
        "topics/roads.html",
    ]


def test_equal_tables_give_equal_bytes(report: Path, database: Path, tmp_path: Path) -> None:
    write_report(tmp_path, database, AS_OF)
    for path in report.rglob("*.*ml"):
        assert path.read_bytes() == (tmp_path / "report" / path.relative_to(report)).read_bytes()


def test_a_name_that_would_be_markup_is_text(report: Path) -> None:
    for path in report.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "<script" not in page
        assert "default-src 'none'" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in (report / "index.html").read_text(encoding="utf-8")


def test_figures_of_the_page_are_those_of_the_tables(report: Path) -> None:
    page = (report / "index.html").read_text(encoding="utf-8")
    # on time last week 1 of 6; ten open; what is ripe and on time of the one authority that is ranked
    for told in ("<dd>17\N{NO-BREAK SPACE}%</dd>", "<dd>10</dd>", "<td>50\N{NO-BREAK SPACE}%</td>", "<td>20</td>"):
        assert told in page, told


def test_a_surface_without_an_incident_has_a_morning_all_the_same(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "otklik.duckdb")) as connection:
        connection.execute(TABLES)
        of_rows = "select table_name from information_schema.tables where table_name <> 'meta_metric'"
        for (table,) in connection.execute(of_rows).fetchall():
            connection.execute(f"delete from {table}")
    write_report(tmp_path, tmp_path / "otklik.duckdb", AS_OF)
    assert sorted(path.name for path in (tmp_path / "report").rglob("*.html")) == [
        "communication.html",
        "index.html",
        "quality.html",
    ]


def test_a_cell_that_a_spreadsheet_would_run_is_text(tmp_path: Path) -> None:
    rows = [{"what": "=HYPERLINK(1)", "n": -1.25}, {"what": "@SUM(1)", "n": None}, {"what": HOSTILE, "n": 2.0}]
    write_lists(tmp_path, "list", {"what": "Что", "n": "Сколько"}, rows)
    assert (tmp_path / "list.csv").read_bytes().decode("utf-8-sig").splitlines() == [
        "Что;Сколько",
        "'=HYPERLINK(1);-1.2",
        "'@SUM(1);",
        '"<script>alert(1)</script>""&";2.0',
    ]
    sheet = openpyxl.load_workbook(tmp_path / "list.xlsx").active
    assert [cell.value for cell in sheet["A"]] == ["Что", "'=HYPERLINK(1)", "'@SUM(1)", HOSTILE]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
