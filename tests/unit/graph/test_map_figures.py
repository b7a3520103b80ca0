"""Geometry of the map of an organisation."""

import math
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otklik.commands.map_figures import link_departments, order_departments, place_departments

CHAIN = {("a", "b"): 90, ("b", "c"): 80, ("c", "d"): 70, ("a", "d"): 1}


@pytest.mark.parametrize("departments", list(permutations("abcd")))
def test_units_that_write_much_stand_side_by_side_whatever_order_they_come_in(departments):
    assert order_departments(list(departments), CHAIN) == ["a", "b", "c", "d"]


def test_units_without_messages_are_kept():
    assert sorted(order_departments(["lonely", "b", "a"], {("a", "b"): 3})) == ["a", "b", "lonely"]


@given(st.lists(st.one_of(st.none(), st.integers(1, 10_000)), min_size=1, max_size=40))
def test_marks_never_touch_and_stay_in_the_frame(people):
    marks = place_departments({f"u{i}": n for i, n in enumerate(people)})
    assert len(marks) == len(people)
    for i, mark in enumerate(marks):
        assert max(abs(mark.x), abs(mark.y)) + mark.radius <= 310
        for other in marks[:i]:
            assert math.hypot(mark.x - other.x, mark.y - other.y) > mark.radius + other.radius


def test_area_tells_people_and_a_hidden_number_gets_the_smallest_mark():
    marks = place_departments({"large": 100, "quarter": 25, "hidden": None})
    assert [mark.radius for mark in marks] == [30.0, 15.0, 9.0]


def test_width_tells_messages_and_hidden_ones_have_none():
    marks = place_departments({"a": 5, "b": 5, "c": 5})
    links = link_departments(marks, {("a", "b"): 100, ("b", "c"): 50, ("a", "c"): 0, ("a", "a"): 999})
    assert [(link.departments, link.width) for link in links] == [
        (("a", "c"), 0.0),
        (("b", "c"), 6.5),
        (("a", "b"), 12.0),
    ]
