"""Map of municipalities: their outlines where the deployment gives them, circles by size, names; no tile from anywhere.

Positions are those of the Mercator projection, laid out here in pixels, so that it is known which names have room:
a name that would cover another or a circle is left out, and stands in the table beside the map.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from otklik.report.charts import INK, MAIN, SOFT, drawn
from otklik.report.surface import Row

_WIDTH, _MOST_HEIGHT, _MARGIN = 860.0, 560.0, 44.0
_LEAST_RADIUS, _MOST_RADIUS, _MOST_COVERED = 3.0, 26.0, 0.12
_FONT, _LETTER = 13, 8.8
_LATITUDES = 85.0
# Corners of an outline nearer to each other are one on the screen.
_LEAST_STEP = 0.8

Point = tuple[float, float]


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
        rows: name, lat, lon, n, outline; lat and lon in degrees, outline a GeoJSON geometry as text or None. Without a
            centre the circle stands in the middle of the outline; without either there is none.
    """
    outlines = {str(row["name"]): _rings(json.loads(row["outline"])) for row in rows if row["outline"]}
    located = [(row, centre) for row in rows if (centre := _centre(row, outlines.get(str(row["name"]), [])))]
    if not located:
        return ""
    located.sort(key=lambda one: (-one[0]["n"], one[0]["name"]))
    order = [row for row, _ in located]
    frame = _Frame(
        [centre for _, centre in located] + [point for rings in outlines.values() for ring in rings for point in ring]
    )
    points, height = [frame.at(centre) for _, centre in located], frame.height
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
    shapes = [_shape([[frame.at(point) for point in ring] for ring in rings]) for rings in outlines.values()]
    land: list[Row] = [
        {
            "data": {"values": shapes},
            "projection": {"type": "identity", "scale": 1, "translate": [0, 0]},
            "mark": {"type": "geoshape", "fill": SOFT, "fillOpacity": 0.25, "stroke": SOFT, "strokeWidth": 1},
        }
    ]
    layer: list[Row] = [
        *(land if shapes else []),
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


class _Frame:
    """From degrees to pixels within a frame that keeps the shape of the land.

    Args:
        points: (longitude, latitude) of everything that must be within it; at least one.
    """

    def __init__(self, points: Sequence[Point]) -> None:
        wide = [longitude for longitude, _ in points]
        # across the line of 180 degrees, Chukotka lies behind Kamchatka and not before Kaliningrad
        self._is_across = max(wide) - min(wide) > 180
        east, north = zip(*map(self._flat, points), strict=True)
        width, self._top = max(east) - min(east), max(north)
        high = self._top - min(north)
        across = (_WIDTH - 2 * _MARGIN) / width if width else math.inf
        scale = min(across, (_MOST_HEIGHT - 2 * _MARGIN) / high if high else math.inf)
        self._scale = 1.0 if scale == math.inf else scale
        self._left = min(east) - (_WIDTH - self._scale * width) / 2 / self._scale
        self.height = self._scale * high + 2 * _MARGIN

    def at(self, point: Point) -> Point:
        """Pixels from the left and from the top."""
        east, north = self._flat(point)
        return self._scale * (east - self._left), _MARGIN + self._scale * (self._top - north)

    def _flat(self, point: Point) -> Point:
        longitude, latitude = point
        return math.radians(longitude + 360 * (self._is_across and longitude < 0)), _mercator(latitude)


def _rings(geometry: Row) -> list[list[Point]]:
    """Every ring of a Polygon or MultiPolygon."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [[(point[0], point[1]) for point in ring] for polygon in polygons for ring in polygon if ring]


def _centre(row: Row, rings: Sequence[Sequence[Point]]) -> Point | None:
    if row["lat"] is not None and row["lon"] is not None:
        return row["lon"], row["lat"]
    if not rings:
        return None
    east, north = zip(*(point for ring in rings for point in ring), strict=True)
    return (min(east) + max(east)) / 2, (min(north) + max(north)) / 2


def _shape(rings: Sequence[Sequence[Point]]) -> Row:
    lines = [[[round(x, 1), round(y, 1)] for x, y in _thinned(ring)] for ring in rings]
    return {"type": "Feature", "geometry": {"type": "MultiPolygon", "coordinates": [[line] for line in lines]}}


def _thinned(ring: Sequence[Point]) -> Iterator[Point]:
    """The corners that can be told apart on the screen; the ring stays closed."""
    last: Point | None = None
    for place, point in enumerate(ring):
        if last is None or math.dist(last, point) >= _LEAST_STEP or place == len(ring) - 1:
            yield point
            last = point


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
