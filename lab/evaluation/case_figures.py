"""The two plots of a case study, as SVG: how the clocks stop, and which districts differ. Aggregates only.

`python -m lab.evaluation.case_figures --home HOME --as-of INSTANT --out FOLDER` reads the published tables of
a home. Markup is Jinja's, as of the maps (docs/decisions/0014-drawing.md); every mark has words beside it.
"""

import argparse
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd

from incidents.kaplan_meier import SurvivalCurve, kaplan_meier, waiting_times
from otklik.home.engine import connect
from otklik.home.settings import Home
from otklik.publishing.snapshot_files import DATABASE_NAME

MIN_INCIDENTS = 30
"""A district with fewer is not drawn."""
_WIDTH, _LEFT, _RIGHT = 800, 210, 84
_DAYS = 90
_CLOCKS = {"reply": ("first reply", "#1b5e9e"), "claimed_fix": ("claimed fix", "#8a4b08"),
           "confirmed_fix": ("confirmed fix", "#1e6b34")}  # fmt: skip
_HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{ width }} {{ height }}" role="img"
 aria-label="{{ title }}" font-family="sans-serif" font-size="13" fill="#222">
<title>{{ title }}</title>
<rect width="{{ width }}" height="{{ height }}" fill="#fff"/>
<text x="16" y="24" font-size="15" font-weight="bold">{{ title }}</text>
{% for tick in x_ticks -%}
<line x1="{{ tick.x }}" x2="{{ tick.x }}" y1="{{ top }}" y2="{{ bottom }}" stroke="#ddd"/>
<text x="{{ tick.x }}" y="{{ bottom + 18 }}" text-anchor="middle">{{ tick.label }}</text>
{% endfor -%}
<text x="{{ (left + right) / 2 }}" y="{{ bottom + 38 }}" text-anchor="middle">{{ x_title }}</text>
"""
_CURVES = (
    _HEAD
    + """{% for tick in y_ticks -%}
<line x1="{{ left }}" x2="{{ right }}" y1="{{ tick.y }}" y2="{{ tick.y }}" stroke="#ddd"/>
<text x="{{ left - 8 }}" y="{{ tick.y + 4 }}" text-anchor="end">{{ tick.label }}</text>
{% endfor -%}
{% for curve in curves -%}
<polygon points="{{ curve.band }}" fill="{{ curve.colour }}" opacity="0.2"/>
<polyline points="{{ curve.line }}" fill="none" stroke="{{ curve.colour }}" stroke-width="2"/>
<text x="{{ right + 6 }}" y="{{ curve.y }}" fill="{{ curve.colour }}">{{ curve.name }}</text>
{% endfor -%}
</svg>
"""
)
_INTERVALS = (
    _HEAD
    + """<text x="{{ right + 12 }}" y="{{ top - 6 }}">p90, h</text>
{% for row in rows -%}
<text x="{{ left - 8 }}" y="{{ row.y + 4 }}" text-anchor="end">{{ row.name }} ({{ row.n }})</text>
<line x1="{{ row.low }}" x2="{{ row.high }}" y1="{{ row.y }}" y2="{{ row.y }}" stroke="#1b5e9e" stroke-width="4"/>
<circle cx="{{ row.median }}" cy="{{ row.y }}" r="5" fill="#1b5e9e"/>
<text x="{{ right + 12 }}" y="{{ row.y + 4 }}">{{ row.p90 }}</text>
{% endfor -%}
</svg>
"""
)


def clocks_figure(clocks: pd.DataFrame) -> str:
    """Share of incidents whose clock has stopped, by days since the opening, with 95 % bands (Kaplan–Meier).

    Args:
        clocks: first attempts: clock, hours (≥ 0), is_observed.
    """
    height, top, bottom, right = 420, 44, 360, _WIDTH - 110
    left = 60

    def x(day: float) -> float:
        return round(left + (right - left) * day / _DAYS, 1)

    def y(share: float) -> float:
        return round(bottom - (bottom - top) * share, 1)

    curves = []
    for name, (label, colour) in _CLOCKS.items():
        rows = clocks[clocks["clock"] == name]
        curve = kaplan_meier(rows["hours"].to_numpy(), rows["is_observed"].to_numpy())
        days = np.arange(0, _DAYS + 0.25, 0.5)
        stopped, low, high = (1 - _at(curve, values, days * 24) for values in (curve.survival, curve.high, curve.low))
        line = " ".join(f"{x(day)},{y(share)}" for day, share in zip(days, stopped, strict=True))
        band = [*zip(days, low, strict=True), *reversed(list(zip(days, high, strict=True)))]
        points = " ".join(f"{x(day)},{y(share)}" for day, share in band)
        curves.append({"name": label, "colour": colour, "line": line, "band": points, "y": y(stopped[-1]) + 4})
    return _drawn(
        _CURVES, height=height, top=top, bottom=bottom, left=left, right=right, curves=curves,
        title="Share of cases whose clock has stopped", x_title="days since the case was opened",
        x_ticks=[{"x": x(day), "label": day} for day in range(0, _DAYS + 1, 10)],
        y_ticks=[{"y": y(share / 100), "label": f"{share} %"} for share in range(0, 101, 20)],
    )  # fmt: skip


def districts_figure(incidents: pd.DataFrame) -> str:
    """Median hours to the first reply by district with its 95 % interval, shortest first, and the 90 % quantile.

    Args:
        incidents: district, hours (≥ 0), is_observed. Districts under MIN_INCIDENTS are left out.
    """
    times = waiting_times(incidents, ["district"])
    times = times[(times["n"] >= MIN_INCIDENTS) & times["median_hours_high"].notna()]
    times = times.sort_values(["median_hours", "district"])
    step, top = 24, 60
    bottom, right = top + step * len(times) + 4, _WIDTH - _RIGHT
    scale = float(-(-times["median_hours_high"].max() // 50) * 50)

    def x(hours: float) -> float:
        return round(_LEFT + (right - _LEFT) * hours / scale, 1)

    rows = [
        {
            "name": row["district"], "n": row["n"], "y": top + step * index + step / 2,
            "low": x(row["median_hours_low"]), "high": x(row["median_hours_high"]), "median": x(row["median_hours"]),
            "p90": "–" if pd.isna(row["p90_hours"]) else round(row["p90_hours"]),
        }
        for index, row in enumerate(times.to_dict("records"))
    ]  # fmt: skip
    return _drawn(
        _INTERVALS, height=bottom + 50, top=top, bottom=bottom, left=_LEFT, right=right, rows=rows,
        title="Hours to the first reply by district: median and 95 % interval", x_title="hours, open cases censored",
        x_ticks=[{"x": x(hours), "label": hours} for hours in range(0, int(scale) + 1, 50)],
    )  # fmt: skip


def _at(curve: SurvivalCurve, values: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """A step function at given hours; everybody waits before the first step."""
    return np.concatenate([[1.0], np.nan_to_num(values, nan=1.0)])[np.searchsorted(curve.hours, hours, side="right")]


def _drawn(template: str, **values: Any) -> str:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(template).render(width=_WIDTH, **values)


def write_figures(home: Path, as_of: datetime, out: Path) -> list[Path]:
    """Write clocks.svg and districts.svg from the published tables of a home; their paths."""
    with connect(Home(home).analyst / DATABASE_NAME) as connection:
        clocks = connection.execute(
            "select clock, calendar_hours + paused_hours as hours, is_stopped as is_observed from fct_incident_clock "
            "where attempt_number = 1 and calendar_hours + paused_hours >= 0 order by all"
        ).df()
        incidents = connection.execute(
            "select district, coalesce(citizen_wait_hours, epoch_us($1 - opened_at) / 3.6e9) as hours, "
            "citizen_wait_hours is not null as is_observed from fct_incident where district is not null order by all",
            [as_of],
        ).df()
    out.mkdir(parents=True, exist_ok=True)
    figures = {"clocks.svg": clocks_figure(clocks), "districts.svg": districts_figure(incidents)}
    for name, figure in figures.items():
        (out / name).write_text(figure, encoding="utf-8")
    return [out / name for name in figures]


def main() -> None:
    """Draw the figures of a home."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="home whose published tables are read")
    parser.add_argument("--as-of", type=datetime.fromisoformat, required=True, help="instant of the snapshot")
    parser.add_argument("--out", type=Path, required=True, help="folder for the SVG files")
    arguments = parser.parse_args()
    write_figures(arguments.home, arguments.as_of, arguments.out)


if __name__ == "__main__":
    main()
