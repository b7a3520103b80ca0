"""Map of municipalities: circles by size where they are, with names beside them; no tile from anywhere.

Positions are those of the Mercator projection, laid out here in pixels, so that it is known which names have room:
a name that would cover another or a circle is left out, and stands in the table beside the map.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from otklik.report.charts import INK, MAIN, drawn
from otklik.report.surface import Row

_WIDTH, _MOST_HEIGHT, _MARGIN = 860.0, 560.0, 44.0
_LEAST_RADIUS, _MOST_RADIUS, _MOST_COVERED = 3.0, 26.0, 0.12
_FONT, _LETTER = 13, 8.8
_LATITUDES = 85.0


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


def places(rows: Sequence[Row]) -> str:
    """Circles whose area is the number of a place, the largest below; "" where there is nothing to draw.

    Args:
        rows: name, lat, lon, n; lat and lon in degrees.
    """
    if not rows:
        return ""
    order = sorted(rows, key=lambda row: (-row["n"], row["name"]))
    points, height = _laid_out(order)
    most = _most_radius(len(order))
    radii = [max(_LEAST_RADIUS, most * math.sqrt(row["n"] / order[0]["n"])) for row in order]
    boxes = _names([str(row["name"]) for row in order], points, radii, height)
    data: list[Row] = [
        {"x": round(x, 1), "y": round(y, 1), "size": round(math.pi * radius**2, 1), "name": ""}
        for (x, y), radius in zip(points, radii, strict=True)
    ]
    data += [
        {"x": round(box.left, 1), "y": round((box.top + box.bottom) / 2, 1), "size": 0, "name": order[i]["name"]}
        for i, box in boxes.items()
    ]
    across = {"type": "quantitative", "axis": None}
    x = across | {"field": "x", "scale": {"domain": [0, _WIDTH], "nice": False, "zero": False}}
    y = across | {"field": "y", "scale": {"domain": [height, 0], "nice": False, "zero": False}}
    layer: list[Row] = [
        {
            "transform": [{"filter": "datum.size > 0"}],
            "mark": {"type": "point", "filled": True, "color": MAIN, "opacity": 0.55, "strokeWidth": 1},
            "encoding": {"x": x, "y": y, "size": {"field": "size", "type": "quantitative", "scale": None}},
        },
        {
            "transform": [{"filter": "datum.size == 0"}],
            "mark": {"type": "text", "align": "left", "baseline": "middle", "fontSize": _FONT, "color": INK},
            "encoding": {"x": x, "y": y, "text": {"field": "name", "type": "nominal"}},
        },
    ]
    return drawn(data, layer, width=round(_WIDTH), height=round(height))


def _laid_out(rows: Sequence[Row]) -> tuple[list[tuple[float, float]], float]:
    """Pixels of every place within a frame that keeps the shape of the land, and the frame's height."""
    east = [math.radians(row["lon"]) for row in rows]
    north = [_mercator(row["lat"]) for row in rows]
    # across the line of 180 degrees, Chukotka lies behind Kamchatka and not before Kaliningrad
    if max(east) - min(east) > math.pi:
        east = [value + 2 * math.pi if value < 0 else value for value in east]
    wide, high = max(east) - min(east), max(north) - min(north)
    inner = _WIDTH - 2 * _MARGIN
    scale = min(inner / wide if wide else math.inf, (_MOST_HEIGHT - 2 * _MARGIN) / high if high else math.inf)
    if scale == math.inf:
        return [(_WIDTH / 2, _MARGIN)] * len(rows), 2 * _MARGIN
    left = (_WIDTH - scale * wide) / 2
    points = [
        (left + scale * (x - min(east)), _MARGIN + scale * (max(north) - y)) for x, y in zip(east, north, strict=True)
    ]
    return points, scale * high + 2 * _MARGIN


def _mercator(latitude: float) -> float:
    bounded = max(-_LATITUDES, min(_LATITUDES, latitude))
    return math.log(math.tan(math.pi / 4 + math.radians(bounded) / 2))


def _most_radius(n: int) -> float:
    """Many circles are small ones: together they cover no more than a part of the map."""
    return min(_MOST_RADIUS, max(8.0, math.sqrt(_MOST_COVERED * _WIDTH * 400 / n)))


def _names(
    names: Sequence[str], points: Sequence[tuple[float, float]], radii: Sequence[float], height: float
) -> dict[int, _Box]:
    """Where the names have room, by place: beside, above or below their circle; the largest places choose first."""
    taken = [_Box(x - r, y - r, x + r, y + r) for (x, y), r in zip(points, radii, strict=True)]
    found: dict[int, _Box] = {}
    for i, (name, (x, y), r) in enumerate(zip(names, points, radii, strict=True)):
        wide, half = _LETTER * len(name), _FONT / 2 + 2
        choices = (
            _Box(x + r + 3, y - half, x + r + 3 + wide, y + half),
            _Box(x - r - 3 - wide, y - half, x - r - 3, y + half),
            _Box(x - wide / 2, y - r - 2 * half - 1, x + wide / 2, y - r - 1),
            _Box(x - wide / 2, y + r + 1, x + wide / 2, y + r + 2 * half + 1),
        )
        for box in choices:
            is_inside = box.left >= 0 and box.right <= _WIDTH and box.top >= 0 and box.bottom <= height
            if is_inside and not any(box.meets(other) for other in taken):
                found[i] = box
                taken.append(box)
                break
    return found
