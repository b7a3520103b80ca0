"""One address is one site, and so are points within fifty metres of its first one; nothing else is."""

import pandas as pd
import pytest

from incidents.sites import find_sites

NORTH = 1 / 111_195
"""A metre of latitude, degrees."""


def sites(*rows):
    frame = pd.DataFrame(rows, columns=["thread_number", "address", "lat", "lon"])
    found = find_sites(frame.astype({"lat": "float64", "lon": "float64"}))
    return [None if pd.isna(site) else int(site) for site in found]


def test_an_address_is_one_site_wherever_its_points_are():
    assert sites((1, "r|m|sad|5|", 59.9, 30.3), (2, "r|m|sad|7|", 59.9, 30.3), (3, "r|m|sad|5|", 59.8, 30.3)) == [
        1,
        2,
        1,
    ]


def test_a_point_without_an_address_is_at_the_nearest_site_within_fifty_metres():
    found = sites((1, None, 59.9, 30.3), (2, None, 59.9 + 80 * NORTH, 30.3), (3, None, 59.9 + 45 * NORTH, 30.3))
    assert found == [1, 2, 2]


@pytest.mark.parametrize(("metres", "expected"), [(49, [1, 1]), (51, [1, 2])])
def test_a_site_ends_fifty_metres_from_its_first_point(metres, expected):
    assert sites((1, None, 59.9, 30.3), (2, None, 59.9 + metres * NORTH, 30.3)) == expected


def test_metres_are_metres_to_the_east_too():
    assert sites((1, None, 60.0, 30.3), (2, None, 60.0, 30.3 + 90 * NORTH)) == [1, 1]
    assert sites((1, None, 60.0, 30.3), (2, None, 60.0, 30.3 + 110 * NORTH)) == [1, 2]


def test_a_thread_that_tells_no_place_is_at_no_site():
    assert sites((1, None, None, None), (2, "r|m|sad|5|", None, None)) == [None, 2]


def test_what_comes_later_moves_no_thread_before_it():
    rows = [(1, None, 59.9, 30.3), (2, None, 59.9 + 60 * NORTH, 30.3), (3, "a", 59.9 + 30 * NORTH, 30.3)]
    assert sites(*rows)[:2] == sites(*rows[:2])
