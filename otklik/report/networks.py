"""The map of an organisation: units one below the other with their names, arcs between those that write to each other.

Units that write to each other much stand near each other, so that thick arcs are short. Names stand beside the units
and are read without turning the head; forty of them still are.
"""

import math
from collections.abc import Mapping, Sequence

import networkx as nx

from otklik.report.charts import INK, MAIN, SECOND, drawn
from otklik.report.surface import Row

MOST_UNITS = 40
"""More are no picture any more; all are in the table."""

_ROW, _NAMES, _REACH = 26.0, 330.0, 330.0
_THIN, _THICK = 1.0, 11.0
_LEAST_RADIUS, _MOST_RADIUS = 4.0, 12.0
_STEPS = 16


def organisation(people: Mapping[str, int | None], messages: Mapping[tuple[str, str], int | None]) -> str:
    """Arcs between units, wide by messages in both directions; dashed where there are some, but how many is hidden.

    Args:
        people: unit → people; None where it is hidden, which draws the smallest circle.
        messages: (who writes, who is written to) → messages; None where it is hidden.
    """
    volumes = _both_ways(messages)
    order = _in_order(_busiest(list(people), volumes)[:MOST_UNITS], volumes)
    if not order:
        return ""
    at = {unit: _ROW * (place + 0.5) for place, unit in enumerate(order)}
    drawn_pairs = {pair: n for pair, n in volumes.items() if set(pair) <= set(at)}
    most = max(drawn_pairs.values(), default=0)
    largest = max((n for n in people.values() if n is not None), default=1)
    data: list[Row] = []
    for number, ((one, other), n) in enumerate(sorted(drawn_pairs.items(), key=lambda item: (item[1], item[0]))):
        width = _THIN + (_THICK - _THIN) * n / most if n else _THIN
        data += [
            {
                "arc": number,
                "step": step,
                "x": x,
                "y": y,
                "width": round(width, 1),
                "opacity": round(0.2 + 0.6 * n / most, 2) if n else 0.7,
                "is_hidden": n == 0,
            }
            for step, (x, y) in enumerate(_arc(at[one], at[other], _ROW * (len(order) - 1)))
        ]
    for unit in order:
        n_people = people[unit]
        radius = _LEAST_RADIUS if n_people is None else max(_LEAST_RADIUS, _MOST_RADIUS * math.sqrt(n_people / largest))
        data.append({"unit": unit, "x": _NAMES, "y": at[unit], "size": round(math.pi * radius**2, 1)})
    return drawn(data, _layers(len(order)), width=round(_NAMES + _REACH), height=round(_ROW * len(order)))


def _layers(n_units: int) -> list[Row]:
    plain = {"type": "quantitative", "axis": None}
    x = plain | {"field": "x", "scale": {"domain": [0, _NAMES + _REACH], "nice": False}}
    y = plain | {"field": "y", "scale": {"domain": [_ROW * n_units, 0], "nice": False}}
    arcs: Row = {
        "x": x,
        "y": y,
        "detail": {"field": "arc", "type": "nominal"},
        "order": {"field": "step", "type": "quantitative"},
        "strokeWidth": {"field": "width", "type": "quantitative", "scale": None},
        "opacity": {"field": "opacity", "type": "quantitative", "scale": None},
    }
    line = {"type": "line", "interpolate": "linear", "color": SECOND, "strokeCap": "round"}
    return [
        {"transform": [{"filter": "datum.is_hidden === false"}], "mark": line, "encoding": arcs},
        {
            "transform": [{"filter": "datum.is_hidden === true"}],
            "mark": line | {"strokeDash": [2, 4]},
            "encoding": arcs,
        },
        {
            "transform": [{"filter": "isValid(datum.unit)"}],
            "mark": {"type": "point", "filled": True, "color": MAIN, "opacity": 1},
            "encoding": {"x": x, "y": y, "size": {"field": "size", "type": "quantitative", "scale": None}},
        },
        {
            "transform": [{"filter": "isValid(datum.unit)"}],
            "mark": {"type": "text", "align": "right", "baseline": "middle", "dx": -18, "fontSize": 13, "color": INK,
                     "limit": _NAMES - 24},
            "encoding": {"x": x, "y": y, "text": {"field": "unit", "type": "nominal"}},
        },
    ]  # fmt: skip


def _arc(one: float, other: float, farthest: float) -> list[tuple[float, float]]:
    """Points of half an ellipse to the right of the names, the wider the farther its ends are apart."""
    middle, half = (one + other) / 2, (other - one) / 2
    reach = 2 * _MOST_RADIUS + (_REACH - 2 * _MOST_RADIUS - _THICK) * 2 * abs(half) / farthest
    turns = [math.pi * step / _STEPS for step in range(_STEPS + 1)]
    return [(round(_NAMES + reach * math.sin(t), 1), round(middle - half * math.cos(t), 1)) for t in turns]


def _both_ways(messages: Mapping[tuple[str, str], int | None]) -> dict[tuple[str, str], int]:
    """Messages of every pair of different units in both directions; 0 where both are hidden."""
    volumes: dict[tuple[str, str], int] = {}
    for (source, target), n in messages.items():
        if source != target:
            pair = (min(source, target), max(source, target))
            volumes[pair] = volumes.get(pair, 0) + (n or 0)
    return volumes


def _busiest(units: Sequence[str], volumes: Mapping[tuple[str, str], int]) -> list[str]:
    total = dict.fromkeys(units, 0)
    for pair, n in volumes.items():
        for unit in set(pair) & set(total):
            total[unit] += n
    return sorted(units, key=lambda unit: (-total[unit], unit))


def _in_order(units: Sequence[str], volumes: Mapping[tuple[str, str], int]) -> list[str]:
    """`networkx.spectral_ordering` of the units by their messages."""
    if len(units) < 3:
        return sorted(units)
    graph = nx.Graph()
    graph.add_nodes_from(sorted(units))
    graph.add_weighted_edges_from(
        (one, other, n) for (one, other), n in sorted(volumes.items()) if n and {one, other} <= set(units)
    )
    ordered = [str(unit) for unit in nx.spectral_ordering(graph, weight="weight", seed=0)]
    # An ordering and its reverse are equally good.
    return min(ordered, ordered[::-1])
