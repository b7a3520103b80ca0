"""The map of a person in Chromium: legible at 5 and at 500 contacts, by eye, keyboard and screen reader."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from otklik.commands.communication_map import render
from tests.browser.invented import person
from tests.browser.reading import faint_texts, focused, overflow, overlapping


def page_of(n_contacts: int) -> str:
    return render(person(n_contacts), as_of="2026-05-11", max_recipients=25)


@pytest.mark.parametrize("n_contacts", [1, 5, 500])
def test_marks_stand_apart_and_texts_can_be_read(open_page: Callable[..., Page], n_contacts: int) -> None:
    page = open_page(page_of(n_contacts))
    assert overflow(page) <= 0
    assert overlapping(page, "svg.network .mark") == []
    assert faint_texts(page) == []
    numbers = page.locator("svg.network a text").all()
    assert len(numbers) == min(n_contacts, 24)
    assert min(box["height"] for number in numbers if (box := number.bounding_box())) >= 10


@pytest.mark.parametrize("n_contacts", [5, 500])
def test_on_a_telephone_nothing_but_tables_is_wider_than_the_screen(
    open_page: Callable[..., Page], n_contacts: int
) -> None:
    page = open_page(page_of(n_contacts), width=390, height=844)
    for figure in page.locator("figure, h1, .notice, dl").all():
        box = figure.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390


def test_the_keyboard_goes_from_the_drawing_to_the_row_of_a_contact(open_page: Callable[..., Page]) -> None:
    page = open_page(page_of(500))
    page.keyboard.press("Tab")
    assert focused(page) == "#contacts"
    reached = []
    for _ in range(24):
        page.keyboard.press("Tab")
        reached.append(focused(page))
    assert sorted(reached) == sorted(f"#c{number}" for number in range(1, 25))
    page.keyboard.press("Enter")
    row = page.locator(reached[-1].replace("#", "tr#"))
    expect(row).to_be_in_viewport()
    assert row.evaluate("row => row.matches(':target')")


def test_a_screen_reader_hears_every_section_table_and_main_contact(open_page: Callable[..., Page]) -> None:
    page = open_page(page_of(5))
    titles = [heading.inner_text() for heading in page.get_by_role("heading", level=2).all()]
    assert titles == [
        "Основные контакты",
        "Объём по неделям",
        "Внутри и вовне",
        "Сферы взаимодействия",
        "Время ответа",
        "Все контакты",
    ]
    expect(page.get_by_role("group", name="Сеть основных контактов")).to_be_visible()
    expect(page.get_by_role("img", name="Сообщения по неделям")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(r"^Контакт \d: \d+ сообщений, связь"))).to_have_count(5)
    expect(page.get_by_role("table", name=re.compile("^Контакты по числу сообщений"))).to_be_visible()
