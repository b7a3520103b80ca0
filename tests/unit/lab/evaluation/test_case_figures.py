"""The plots of a case study say what the tables say."""

import re
import xml.etree.ElementTree as ElementTree

import pandas as pd

from lab.evaluation.case_figures import MIN_INCIDENTS, clocks_figure, districts_figure

SVG = "{http://www.w3.org/2000/svg}"


def _clocks(hours_by_clock):
    rows = [(clock, hours, hours is not None) for clock, times in hours_by_clock.items() for hours in times]
    frame = pd.DataFrame(rows, columns=["clock", "hours", "is_observed"])
    return frame.fillna({"hours": 3000.0})


def test_a_clock_that_never_stops_stays_on_the_ground_and_one_that_always_does_reaches_the_top():
    drawn = ElementTree.fromstring(
        clocks_figure(_clocks({"reply": [24.0] * 9, "claimed_fix": [480.0] * 4 + [None] * 4, "confirmed_fix": [None]}))
    )
    ends = [line.get("points").split()[-1].split(",")[1] for line in drawn.iter(f"{SVG}polyline")]
    assert ends == ["44.0", "202.0", "360.0"]
    names = [text.text for text in drawn.iter(f"{SVG}text")]
    assert {"first reply", "claimed fix", "confirmed fix"} <= set(names)


def test_districts_stand_by_their_median_and_small_ones_are_left_out():
    rows = [("<slow>", 200.0 + n, True) for n in range(40)] + [("fast", 20.0 + n, True) for n in range(40)]
    rows += [("small", 1.0, True)] * (MIN_INCIDENTS - 1)
    text = districts_figure(pd.DataFrame(rows, columns=["district", "hours", "is_observed"]))
    drawn = ElementTree.fromstring(text)
    names = [one.text for one in drawn.iter(f"{SVG}text") if one.text and re.search(r"\(\d+\)$", one.text)]
    assert names == ["fast (40)", "<slow> (40)"]
    fast, slow = (float(circle.get("cx")) for circle in drawn.iter(f"{SVG}circle"))
    assert fast < slow
    assert "small" not in text


def test_the_same_tables_give_the_same_bytes():
    clocks = _clocks({"reply": [1.0, 2.0], "claimed_fix": [3.0], "confirmed_fix": [4.0]})
    assert clocks_figure(clocks) == clocks_figure(clocks.sample(frac=1, random_state=1))
