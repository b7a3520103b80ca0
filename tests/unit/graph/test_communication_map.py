"""`otklik map`: one file without network or script, legible at 5 and at 500 contacts, closed to others."""

import itertools
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from otklik.commands.communication_map import render, write_map
from otklik.commands.map_figures import NETWORK_SIZE, Node, frame_of, place_contacts
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from tests.browser.invented import person


class Page(HTMLParser):
    """Ids, links and tags; fails on a tag that is closed out of order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids, self.links, self.tags, self._open = set(), [], [], []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.ids |= {value for name, value in attrs if name == "id"}
        self.links += [value for name, value in attrs if name == "href"]
        if tag not in {"meta", "br"}:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag


@pytest.mark.parametrize("n_contacts", [1, 5, 500])
def test_page_is_whole_without_network_or_script(n_contacts):
    text = render(person(n_contacts), as_of="2026-05-11", max_recipients=25)
    page = Page(text)
    assert not re.search(r"https?://|url\(|@import|<script|<link|<img|\son\w+=", text)
    assert {link[1:] for link in page.links} <= page.ids
    assert sum(re.fullmatch(r"c\d+", name) is not None for name in page.ids) == n_contacts
    assert "default-src 'none'" in text
    assert "<b>" not in text


def test_every_drawing_has_words_and_every_main_contact_is_reached_by_keyboard():
    page = Page(render(person(500), as_of="2026-05-11", max_recipients=25))
    drawings = [attrs for tag, attrs in page.tags if tag == "svg" and "aria-hidden" not in attrs]
    assert len(drawings) == 2
    for attrs in drawings:
        assert set(attrs["aria-labelledby"].split()) <= page.ids
    labels = [
        attrs["aria-label"]
        for tag, attrs in page.tags
        if tag == "a" and attrs["href"].startswith("#c") and "aria-label" in attrs
    ]
    assert len(labels) == len(set(labels)) == 24
    assert sum(tag == "caption" for tag, _ in page.tags) == 5
    assert ("html", {"lang": "ru"}) in page.tags


def segment_distance(node: Node, end: Node) -> float:
    """From the centre of `node` to the line between the person and `end`."""
    x, y = node.x - NETWORK_SIZE / 2, node.y - NETWORK_SIZE / 2
    dx, dy = end.x - NETWORK_SIZE / 2, end.y - NETWORK_SIZE / 2
    along = max(0.0, min(1.0, (x * dx + y * dy) / (dx * dx + dy * dy)))
    return math.hypot(x - along * dx, y - along * dy)


@pytest.mark.parametrize("n_contacts", [1, 2, 5, 8, 9, 13, 18, 24, 100, 500])
def test_no_mark_covers_another_and_no_line_runs_through_a_mark(n_contacts):
    contacts = pd.DataFrame({"n_messages": range(n_contacts, 0, -1), "is_inside": False, "department": None})
    nodes = place_contacts(contacts)
    assert [node.number for node in nodes] == list(range(1, n_contacts + 1))
    corner, side = frame_of(nodes)
    for node in nodes:
        assert corner <= node.x <= corner + side
        assert corner <= node.y <= corner + side
    for one, other in itertools.combinations(nodes, 2):
        apart = math.hypot(one.x - other.x, one.y - other.y)
        assert apart >= (36 if one.is_main and other.is_main else 10)
        if one.is_main and other.is_main:
            assert segment_distance(one, other) >= 17


def test_people_of_a_unit_stand_side_by_side():
    contacts = pd.DataFrame({"n_messages": 1, "is_inside": [True, False] * 4, "department": ["legal", "roads"] * 4})
    centre = NETWORK_SIZE / 2
    around = sorted(place_contacts(contacts), key=lambda node: math.atan2(node.y - centre, node.x - centre))
    inside = [node.number % 2 == 1 for node in around]
    assert sum(one != other for one, other in zip(inside, inside[1:] + inside[:1], strict=True)) == 2


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with four messages: one of them with a topic, one to a list."""
    (tmp_path / "lake" / "run").mkdir(parents=True)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute(
            f"""
            set TimeZone = 'UTC';
            create table int_staff_message as
                select md5('mail|' || id) as message_id, 'city' as organisation, sender as sender_subject_id,
                    recipient as recipient_subject_id, sent_at::timestamptz as sent_at, n as n_recipients
                from (values ('1', 's_a', 's_b', '2026-03-02 09:00', 1), ('2', 's_b', 's_a', '2026-03-02 11:00', 1),
                    ('3', 's_c', 's_a', '2026-03-04 11:00', 1), ('4', 's_list', 's_a', '2026-03-04 11:00', 40))
                    as message(id, sender, recipient, sent_at, n);
            create table int_staff_subject as
                select * from (values ('s_a', 'Кадры'), ('s_b', 'Кадры'), ('s_c', null))
                    as person(subject_id, department);
            create table int_topic as select 'road_repair' as topic_code, 'Ремонт дорог' as topic_ru;
            create table int_message_topic as select md5('mail|1') as message_id, 'road_repair' as topic_code;
            copy (select timestamptz '2026-03-05 00:00:00+00' as as_of, 25 as max_recipients)
                to '{tmp_path}/lake/run/settings.parquet' (format parquet);
            """
        )
    return Home(tmp_path)


def test_map_is_written_from_the_warehouse_for_the_owner_alone(home):
    path = write_map(home, "s_a")
    assert path == home.restricted / "maps" / "s_a.html"
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text(encoding="utf-8")
    assert "Ремонт дорог" in text
    assert "Данные на 2026-03-05" in text
    assert "s_list" not in text, "a mass mailing is no contact"
    assert write_map(home, "s_a").read_text(encoding="utf-8") == text


def test_a_subject_without_messages_and_a_home_without_a_run_are_refused(home, tmp_path):
    with pytest.raises(ConfigurationError, match="No internal message of 'c_x'"):
        write_map(home, "c_x")
    with pytest.raises(ConfigurationError, match="Run `otklik run` first"):
        write_map(Home(tmp_path / "empty"), "s_a")
