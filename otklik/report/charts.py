"""Charts of the pages: Vega-Lite descriptions, drawn as SVG without a browser, a network or a script.

Colours are the variables of the page's style sheet, so a chart is as legible in the dark and on paper as the words
beside it. Every chart stands beside a table or a sentence with the same figures, and is hidden from a screen reader,
which reads those.
"""

import re
from collections.abc import Sequence

import vl_convert

from otklik.report.surface import Row

# Drawn in colours that no chart needs, which are exchanged for those of the page.
INK, SOFT, MAIN, SECOND, THIRD = "#010101", "#020202", "#030303", "#040404", "#050505"
_OF_THE_PAGE = {INK: "ink", SOFT: "rule", MAIN: "main", SECOND: "second", THIRD: "third"}
_HEAD = r'<svg xmlns="http://www.w3.org/2000/svg" aria-hidden="true" focusable="false" viewBox="\1"'
_ROW_PIXELS = 24
_NUMBERS = {"decimal": ",", "thousands": "\N{NO-BREAK SPACE}", "grouping": [3], "currency": ["", ""]}
_DAYS = {"field": "day", "type": "temporal", "axis": {"title": None, "format": "%d.%m", "tickCount": 8, "grid": False}}
_COUNTS = {"type": "quantitative", "axis": {"title": None, "tickCount": 5, "format": ",d"}}


def shares(rows: Sequence[Row]) -> str:
    """Shares with their intervals, a point and a line for each row, in the order of `rows`.

    Args:
        rows: name, share, low, high, each from 0 to 1.
    """
    data = [{column: row[column] for column in ("name", "share", "low", "high")} for row in rows]
    axis: Row = {"title": None, "format": "%", "tickCount": 5}
    x = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": axis}
    y = {
        "field": "name",
        "type": "nominal",
        "sort": [row["name"] for row in data],
        "axis": {"title": None, "labelLimit": 340, "domain": False, "ticks": False},
    }
    layer: list[Row] = [
        {
            "mark": {"type": "rule", "strokeWidth": 2, "color": MAIN},
            "encoding": {"x": x | {"field": "low"}, "x2": {"field": "high"}, "y": y},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "color": MAIN, "opacity": 1},
            "encoding": {"x": x | {"field": "share"}, "y": y},
        },
    ]
    return drawn(data, layer, width=420, height=_ROW_PIXELS * max(1, len(data)))


def flow(days: Sequence[Row]) -> str:
    """Cumulative flow: what was received, answered and confirmed since the first day; the gaps are what waits.

    Args:
        days: day, received, answered, confirmed, one row a day, in order.
    """
    totals = {"received": 0, "answered": 0, "confirmed": 0}
    data = []
    for row in days:
        for name in totals:
            totals[name] += row[name]
            data.append({"day": row["day"].isoformat(), "what": name, "n": totals[name]})
    kinds = {"field": "what", "type": "nominal", "legend": None}
    encoding = {
        "x": _DAYS,
        "y": _COUNTS | {"field": "n"},
        "color": kinds | {"scale": {"domain": list(totals), "range": [SECOND, MAIN, THIRD]}},
        "strokeDash": kinds | {"scale": {"domain": list(totals), "range": [[1, 0], [6, 3], [2, 3]]}},
    }
    return drawn(data, [{"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": encoding}], width=560, height=220)


def backlog(days: Sequence[Row]) -> str:
    """What is open at the end of each day, and of it what is overdue.

    Args:
        days: day, open, overdue, one row a day, in order.
    """
    data = [{"day": row["day"].isoformat(), "open": row["open"], "overdue": row["overdue"]} for row in days]
    layer = [
        {
            "mark": {"type": "area", "color": colour, "opacity": opacity},
            "encoding": {"x": _DAYS, "y": _COUNTS | {"field": what}},
        }
        for what, colour, opacity in (("open", SECOND, 0.35), ("overdue", MAIN, 0.8))
    ]
    return drawn(data, layer, width=560, height=180)


def months(rows: Sequence[Row]) -> str:
    """Incidents of each month as bars, and within them those answered in time.

    Args:
        rows: month, n, n_on_time, one row a month, in order.
    """
    data = [{"month": f"{row['month']:%m.%Y}", "n": row["n"], "n_on_time": row["n_on_time"]} for row in rows]
    x = {
        "field": "month",
        "type": "ordinal",
        "sort": [row["month"] for row in data],
        "axis": {"title": None, "labelAngle": 0, "labelOverlap": True},
    }
    layer = [
        {
            # a single month would be a wall
            "mark": {
                "type": "bar",
                "color": colour,
                "opacity": opacity,
                "width": {"band": 0.8} if len(data) > 8 else 48,
            },
            "encoding": {"x": x, "y": _COUNTS | {"field": what}},
        }
        for what, colour, opacity in (("n", SECOND, 0.35), ("n_on_time", THIRD, 0.9))
    ]
    return drawn(data, layer, width=560, height=180)


def drawn(data: list[Row], layer: list[Row], *, width: int, height: int) -> str:
    """The SVG of layered marks over rows, in the colours of the page.

    Args:
        data: rows of plain values.
        layer: Vega-Lite layers.
        width: of the plot, pixels; the page scales it.
        height: of the plot, pixels.
    """
    labels = {"labelColor": INK, "gridColor": SOFT, "domainColor": SOFT, "tickColor": SOFT, "labelFontSize": 13}
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": data},
        "layer": layer,
        "width": width,
        "height": height,
        "config": {"background": None, "font": "DejaVu Sans", "view": {"stroke": None}, "axis": labels},
    }
    svg = vl_convert.vegalite_to_svg(spec, format_locale=_NUMBERS)
    for colour, variable in _OF_THE_PAGE.items():
        svg = svg.replace(f'"{colour}"', f'"var(--{variable})"')
    return re.sub(r'<svg [^>]*?viewBox="([^"]+)"', _HEAD, svg, count=1)
