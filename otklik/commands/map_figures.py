"""Geometry of the maps' figures: numbers in, coordinates out.

Belongs here: where circles, lines and bars stand. Does not belong here: measuring (`graph/maps.py`), words and markup
(`templates/`).
"""

import math
from dataclasses import dataclass

import networkx as nx
import pandas as pd

NETWORK_SIZE = 680
# Contacts with a number and a line: more could not be told apart.
INNER_RINGS = ((8, 105.0), (16, 190.0))
OUTER_RADII = (235.0, 255.0, 275.0, 295.0, 315.0)
DOT_SPACING = 13.0

DEPARTMENT_CIRCLE, DEPARTMENT_RADII, LINK_WIDTHS = 270.0, (9.0, 30.0), (1.0, 12.0)

WEEK_CHART_WIDTH, WEEK_CHART_HALF_HEIGHT = 920.0, 70.0


@dataclass(frozen=True)
class Node:
    """A contact in the drawing.

    Attributes:
        number: row of the contact in the table, from 1.
        x: pixels from the left.
        y: pixels from the top.
        is_main: drawn with number and line.
        line_width: pixels.
    """

    number: int
    x: float
    y: float
    is_main: bool
    line_width: float


@dataclass(frozen=True)
class Bar:
    """A week in the volume chart: x and width, heights up (sent) and down (received), pixels."""

    x: float
    width: float
    up: float
    down: float


def place_contacts(contacts: pd.DataFrame) -> list[Node]:
    """Rings around the person: the main contacts near, the others as dots outside, people of a department side by side.

    Args:
        contacts: most messages first: n_messages, is_inside, department.

    Returns:
        One node a contact, in the same order; contacts beyond the outermost ring are left out.
    """
    capacity = [size for size, _ in INNER_RINGS] + [int(2 * math.pi * r / DOT_SPACING) for r in OUTER_RADII]
    radii = [radius for _, radius in INNER_RINGS] + list(OUTER_RADII)
    order = contacts.assign(department=contacts["department"].fillna(""), number=range(1, len(contacts) + 1))
    most = max(1, int(contacts["n_messages"].max()))
    nodes: list[Node] = []
    start = 0
    for ring, (size, radius) in enumerate(zip(capacity, radii, strict=True)):
        members = order.iloc[start : start + size]
        start += size
        if members.empty:
            break
        by_department = members.sort_values(["is_inside", "department", "number"], ascending=[False, True, True])
        # The numbered rings have fixed places, so that no line to the second runs through a mark of the first.
        n_places = size if ring < len(INNER_RINGS) and ring else len(members)
        angles = _angles([int(number) for number in by_department["number"]], n_places, ring)
        for number, volume in zip(members["number"], members["n_messages"], strict=True):
            x, y = angles[int(number)]
            nodes.append(
                Node(
                    number=int(number),
                    x=round(NETWORK_SIZE / 2 + radius * x, 1),
                    y=round(NETWORK_SIZE / 2 + radius * y, 1),
                    is_main=ring < len(INNER_RINGS),
                    line_width=round(1 + 5 * math.sqrt(int(volume) / most), 1),
                )
            )
    return nodes


def frame_of(nodes: list[Node]) -> tuple[float, float]:
    """Upper left corner and side of the square that the drawing needs."""
    centre = NETWORK_SIZE / 2
    reach = max(math.hypot(node.x - centre, node.y - centre) for node in nodes) + 24
    return round(centre - reach, 1), round(2 * reach, 1)


def _angles(numbers: list[int], n_places: int, ring: int) -> dict[int, tuple[float, float]]:
    """Unit vectors: the numbers spread over evenly spaced places, the first one at the top, rings turned a little."""
    if n_places == 1:
        # A layout of one node puts it into the centre.
        return {numbers[0]: (0.0, -1.0)}
    layout = nx.shell_layout(nx.empty_graph(n_places), rotate=0.0, scale=1.0)
    turn = math.pi / 16 * ring - math.pi / 2
    cos, sin = math.cos(turn), math.sin(turn)
    result = {}
    for position, number in enumerate(numbers):
        x, y = layout[position * n_places // len(numbers)]
        result[number] = (float(x * cos - y * sin), float(x * sin + y * cos))
    return result


def place_weeks(weeks: pd.DataFrame) -> list[Bar]:
    """Bars of the volume chart, sent above the axis and received below.

    Args:
        weeks: n_sent, n_received, in order of time.
    """
    most = max(1, int(weeks[["n_sent", "n_received"]].to_numpy().max()))
    step = WEEK_CHART_WIDTH / max(len(weeks), 12)
    return [
        Bar(
            x=round(position * step, 2),
            width=round(step * 0.8, 2),
            up=round(WEEK_CHART_HALF_HEIGHT * int(sent) / most, 1),
            down=round(WEEK_CHART_HALF_HEIGHT * int(received) / most, 1),
        )
        for position, (sent, received) in enumerate(zip(weeks["n_sent"], weeks["n_received"], strict=True))
    ]


@dataclass(frozen=True)
class DepartmentMark:
    """A department in the drawing of an organisation: centre and radius in pixels."""

    department: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Link:
    """A line between two departments: ends, width in pixels, opacity; width 0 = messages, but how many is hidden."""

    departments: tuple[str, str]
    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    opacity: float


def order_departments(departments: list[str], volumes: dict[tuple[str, str], int]) -> list[str]:
    """Departments that write to each other much stand side by side: `networkx.spectral_ordering`, whatever the order.

    Args:
        departments: names.
        volumes: messages of a pair of departments, in both directions together.
    """
    graph = nx.Graph()
    graph.add_nodes_from(sorted(departments))
    drawn = (
        (pair, n) for pair, n in sorted(volumes.items()) if pair[0] != pair[1] and n and set(pair) <= set(departments)
    )
    graph.add_weighted_edges_from((one, other, n) for (one, other), n in drawn)
    ordered = list(nx.spectral_ordering(graph, weight="weight", seed=0))
    # An ordering and its reverse are equally good.
    return min(ordered, ordered[::-1])


def place_departments(people: dict[str, int | None]) -> list[DepartmentMark]:
    """A circle of departments in the order given, areas by number of people; the smallest mark where it is hidden.

    Args:
        people: department → people, in order.
    """
    positions = nx.circular_layout(nx.empty_graph(len(people)), scale=DEPARTMENT_CIRCLE)
    spacing = 2 * DEPARTMENT_CIRCLE * math.sin(math.pi / max(2, len(people)))
    least, most = DEPARTMENT_RADII[0], max(DEPARTMENT_RADII[0], min(DEPARTMENT_RADII[1], 0.46 * spacing))
    largest = max((n for n in people.values() if n is not None), default=1)
    marks = []
    for place, (department, n_people) in enumerate(people.items()):
        x, y = positions[place] if len(people) > 1 else (0.0, 0.0)
        radius = least if n_people is None else max(least, most * math.sqrt(n_people / largest))
        marks.append(DepartmentMark(department, round(float(x), 1), round(float(y), 1), round(radius, 1)))
    return marks


def link_departments(marks: list[DepartmentMark], volumes: dict[tuple[str, str], int]) -> list[Link]:
    """Lines between departments with messages, thin ones first, so that the thick ones lie on top.

    Args:
        marks: see `place_departments`.
        volumes: see `order_departments`; 0 = hidden.
    """
    place = {mark.department: mark for mark in marks}
    drawn = {pair: n for pair, n in volumes.items() if pair[0] != pair[1] and set(pair) <= set(place)}
    most = max(drawn.values(), default=0)
    thin, thick = LINK_WIDTHS
    links = []
    for (one, other), n in sorted(drawn.items(), key=lambda item: (item[1], item[0])):
        share = n / most if n else 0.0
        width = round(thin + (thick - thin) * share, 1) if n else 0.0
        ends = (place[one].x, place[one].y, place[other].x, place[other].y)
        links.append(Link((one, other), *ends, width=width, opacity=round(0.35 + 0.45 * math.sqrt(share), 2)))
    return links
