"""The pages in Chromium: two widths, two schemes, two languages, many authorities, a name that is markup."""

import itertools
from collections.abc import Callable

import duckdb
import pytest
from playwright.sync_api import Page, expect

from otklik.report.pages import write_report
from otklik.report.public_pages import write_public_report
from tests.browser.reading import faint_texts, overflow
from tests.unit.report.conftest import AS_OF, HOSTILE, PUBLIC_TABLES, TABLES

PAGES = ("index", "communication", "quality", "authorities/x7", "stories/i", "public/index", "public/municipalities/m1")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
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
    public = folder / "public"
    public.mkdir()
    with duckdb.connect(str(public / "otklik.duckdb")) as connection:
        connection.execute(PUBLIC_TABLES)
        connection.execute(f"update dim_municipality set name = '{HOSTILE}' || repeat('длинноеслово', 9)")
    write_public_report(public, public / "otklik.duckdb", AS_OF)
    of_staff = {name: folder / "report" for name in PAGES if not name.startswith("public/")}
    of_citizens = {name: public / "report" for name in PAGES if name.startswith("public/")}
    return {
        name: (root / f"{name.removeprefix('public/')}.html").read_text(encoding="utf-8")
        for name, root in (of_staff | of_citizens).items()
    }


@pytest.fixture
def morning(pages: dict[str, str]) -> str:
    return pages["index"]


@pytest.mark.parametrize("name", PAGES)
def test_texts_can_be_read_and_nothing_is_wider_than_the_window(
    open_page: Callable[..., Page], pages: dict[str, str], name: str
) -> None:
    page = open_page(pages[name])
    page.evaluate("document.querySelectorAll('details').forEach(found => { found.open = true; })")
    for width, scheme in itertools.product((390, 1440), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert overflow(page) <= 0, width
        assert faint_texts(page) == [], scheme
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    assert overflow(page) <= 0, "paper"


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
    row = page.locator("details:not([open]) tbody tr").first.bounding_box()
    assert row is not None
    assert row["height"] > 10


def test_a_link_shows_the_one_story_that_it_names(open_page: Callable[..., Page], pages: dict[str, str]) -> None:
    page = open_page(pages["stories/i"])
    expect(page.locator("article:visible")).to_have_count(0)
    expect(page.locator("p.none")).to_be_visible()
    page.evaluate("location.hash = 'i38'")
    expect(page.locator("article:visible")).to_have_count(1)
    expect(page.locator("article:visible blockquote").last).to_have_text(HOSTILE)
    expect(page.locator("p.none")).to_be_hidden()
