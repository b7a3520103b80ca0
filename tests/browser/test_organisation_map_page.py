"""The map of an organisation in Chromium: 4 and 43 departments, by eye, keyboard and screen reader."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from otklik.commands.organisation_map import MAX_DRAWN_DEPARTMENTS, render
from tests.browser.invented import organisation
from tests.browser.reading import faint_texts, focused, overflow, overlapping


def page_of(n_units: int) -> str:
    return render("Правительство Выдуманного края", **organisation(n_units), as_of="2026-05-11")


@pytest.mark.parametrize("n_units", [1, 4, 43])
def test_marks_stand_apart_and_texts_can_be_read(open_page: Callable[..., Page], n_units: int) -> None:
    page = open_page(page_of(n_units))
    assert overflow(page) <= 0
    assert overlapping(page, "svg.network .mark") == []
    assert faint_texts(page) == []
    expect(page.locator("svg.network .mark")).to_have_count(min(n_units, MAX_DRAWN_DEPARTMENTS))


def test_matrix_and_drawing_number_the_units_alike(open_page: Callable[..., Page]) -> None:
    page = open_page(page_of(43))
    columns = page.locator("table.matrix thead th").all()[1:]
    assert [column.inner_text() for column in columns] == [str(i) for i in range(1, MAX_DRAWN_DEPARTMENTS + 1)]
    for column in columns:
        name = column.get_attribute("aria-label")
        link = page.get_by_role("link", name=f"{column.inner_text()}: {name}", exact=True)
        row = page.locator(f"tr{link.get_attribute('href')}")
        assert row.locator("td").first.inner_text() == name


def test_the_keyboard_goes_from_the_drawing_to_the_row_of_a_unit(open_page: Callable[..., Page]) -> None:
    page = open_page(page_of(43))
    for _ in range(2):
        page.keyboard.press("Tab")
    target = focused(page)
    assert re.fullmatch(r"#u\d+", target)
    page.keyboard.press("Enter")
    expect(page.locator(f"tr{target}")).to_be_in_viewport()


def test_a_hidden_number_is_said_to_be_hidden_and_is_nowhere_on_the_page(open_page: Callable[..., Page]) -> None:
    levels = organisation(4)
    hidden = levels["pairs"]["suppression_reason"].notna()
    page = open_page(render("Край", **levels, as_of="2026-05-11"))
    expect(page.locator("table.matrix td.hidden")).to_have_count(int(hidden.sum()))
    shown = page.locator("table.matrix td:not(.hidden)").all_inner_texts()
    numbers = sorted(int(re.sub(r"\D", "", text)) for text in shown if text)
    assert numbers == sorted(levels["pairs"].loc[~hidden, "n_messages"].astype(int))
