"""The morning page in Chromium: two widths, two schemes, two languages, many authorities, a name that is markup."""

import itertools
from collections.abc import Callable

import duckdb
import pytest
from playwright.sync_api import Page, expect

from otklik.report.pages import write_report
from tests.browser.reading import faint_texts, overflow
from tests.unit.report.conftest import AS_OF, HOSTILE, TABLES


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    with duckdb.connect(str(folder / "otklik.duckdb")) as connection:
        connection.execute(TABLES)
        connection.execute(
            "insert into dim_authority select 'x' || n, "
            "'Администрация ' || n || '-го муниципального округа' from range(50) as t(n)"
        )
        connection.execute(
            "insert into fct_incident by name select 'x' || n || incident_id as incident_id, "
            "incidents.* exclude (incident_id) replace ('x' || n as authority_id) "
            "from fct_incident as incidents, range(50) as t(n)"
        )
    write_report(folder, folder / "otklik.duckdb", AS_OF)
    return (folder / "report" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_can_be_read_and_nothing_is_wider_than_the_window(
    open_page: Callable[..., Page], morning: str, width: int, scheme: str
) -> None:
    page = open_page(morning, width=width)
    page.emulate_media(color_scheme=scheme)
    assert overflow(page) <= 0
    assert faint_texts(page) == []


def test_names_of_fifty_authorities_stand_apart_in_the_chart(open_page: Callable[..., Page], morning: str) -> None:
    page = open_page(morning, width=1440)
    labels = page.locator("figure svg text", has_text="муниципального округа")
    boxes = sorted((box["y"], box["height"]) for label in labels.all() if (box := label.bounding_box()))
    assert len(boxes) == 50
    for (y, height), (below, _) in itertools.pairwise(boxes):
        assert y + height <= below + 1


def test_the_switch_shows_one_language_at_a_time(open_page: Callable[..., Page], morning: str) -> None:
    page = open_page(morning)
    expect(page.get_by_role("heading", level=1)).to_have_text("Утро", use_inner_text=True)
    page.get_by_label("English").check(force=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("The morning", use_inner_text=True)


def test_a_name_that_is_markup_is_shown_as_it_is(open_page: Callable[..., Page], morning: str) -> None:
    page = open_page(morning)
    expect(page.locator(".bursts li")).to_contain_text(HOSTILE)


def test_on_paper_the_table_behind_the_chart_is_there(open_page: Callable[..., Page], morning: str) -> None:
    page = open_page(morning, width=794)
    page.emulate_media(media="print")
    assert overflow(page) <= 0
    expect(page.locator("nav")).to_be_hidden()
