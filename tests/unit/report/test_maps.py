"""The map of municipalities: names that have room, places across the date line, 300 of them."""

import re
from typing import Any

from otklik.report import maps


def places(rows: list[dict[str, Any]]) -> str:
    return maps.places([{"outline": None} | row for row in rows])


def names_of(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]+)</text>", svg)


def test_the_larger_of_two_places_that_crowd_each_other_keeps_its_name() -> None:
    svg = places(
        [
            {"name": "Малый", "lat": 55.0, "lon": 50.0, "n": 1},
            {"name": "Большой", "lat": 55.0, "lon": 50.0, "n": 9},
            {"name": "Дальний", "lat": 57.0, "lon": 54.0, "n": 2},
        ]
    )
    assert set(names_of(svg)) >= {"Большой", "Дальний"}


def test_one_place_and_none_are_drawn() -> None:
    assert places([]) == ""
    assert names_of(places([{"name": "Один", "lat": 55.0, "lon": 50.0, "n": 1}])) == ["Один"]


def test_places_on_both_sides_of_the_date_line_stand_beside_each_other() -> None:
    rows = [{"name": n, "lat": 65.0, "lon": lon, "n": 1} for n, lon in [("A", 178.0), ("B", -178.0), ("C", 170.0)]]
    svg = places(rows)
    assert sorted(names_of(svg)) == ["A", "B", "C"]


def test_of_three_hundred_places_no_two_names_cover_each_other() -> None:
    rows = [
        {
            "name": f"Муниципальный округ {i}",
            "lat": 52 + (i * 37 % 100) / 20,
            "lon": 45 + (i * 61 % 100) / 15,
            "n": 300 - i,
        }
        for i in range(300)
    ]
    svg = places(rows)
    boxes = [
        (float(x), float(y), 8.8 * len(name))
        for x, y, name in re.findall(r'translate\(([\d.]+),([\d.]+)\)"[^>]*>([^<]+)</text>', svg)
    ]
    assert 10 < len(boxes) < 300
    for i, (x, y, wide) in enumerate(boxes):
        for other_x, other_y, other_wide in boxes[i + 1 :]:
            assert abs(y - other_y) >= 13 or x + wide <= other_x or other_x + other_wide <= x


def test_an_outline_is_drawn_under_its_circle_and_says_where_a_place_without_a_centre_is() -> None:
    square = '{"type": "Polygon", "coordinates": [[[50, 55], [52, 55], [52, 56], [50, 56], [50, 55]]]}'
    lonely = {"name": "Квадрат", "lat": None, "lon": None, "n": 3, "outline": square}
    nowhere = {"name": "Нигде", "lat": None, "lon": None, "n": 9}
    svg = places([lonely, nowhere])
    assert names_of(svg) == ["Квадрат"]
    (outline,) = re.findall(r'<path[^>]*d="(M[^"]*L[^"]*Z)"[^>]*var\(--rule\)', svg)
    corners = [tuple(map(float, corner.split(","))) for corner in outline[1:-1].split("L")]
    (circle,) = re.findall(r'translate\(([\d.]+),([\d.]+)\)"[^>]*fill="var\(--main\)"', svg)
    middle = (min(x for x, _ in corners) + max(x for x, _ in corners)) / 2
    assert abs(float(circle[0]) - middle) < 1
    assert svg.index("var(--rule)") < svg.index("var(--main)")


def test_corners_that_cannot_be_told_apart_are_one() -> None:
    ring = [[50 + i / 100_000, 55] for i in range(10_000)] + [[52, 56], [50, 55]]
    far = {"name": "Даль", "lat": 60.0, "lon": 70.0, "n": 1}
    outline = f'{{"type": "Polygon", "coordinates": [{ring}]}}'
    svg = places([{"name": "Изрезанный", "lat": None, "lon": None, "n": 1, "outline": outline}, far])
    assert len(svg) < 6_000
