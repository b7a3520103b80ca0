"""Kaplan–Meier against lifelines, and its limits."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.kaplan_meier import kaplan_meier, waiting_times

HOURS = np.array([1, 2, 2, 3, 5, 8, 8, 13, 21, 34, 40, 55], dtype=float)
STOPPED = np.array([1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 0], dtype=bool)
# lifelines 0.30.3: KaplanMeierFitter().fit(HOURS, STOPPED), survival_function_ and confidence_interval_
SURVIVAL = [0.916667, 0.833333, 0.740741, 0.648148, 0.462963, 0.347222, 0.231481]
LOW = [0.538977, 0.481715, 0.390676, 0.309662, 0.171945, 0.093795, 0.038685]
HIGH = [0.987826, 0.955509, 0.908624, 0.851798, 0.714010, 0.623262, 0.517710]


def test_curve_equals_the_one_of_lifelines():
    curve = kaplan_meier(HOURS, STOPPED)
    assert curve.hours.tolist() == [1, 2, 3, 5, 8, 21, 34]
    assert curve.survival == pytest.approx(SURVIVAL, abs=1e-6)
    assert curve.low == pytest.approx(LOW, abs=1e-6)
    assert curve.high == pytest.approx(HIGH, abs=1e-6)


def test_quantiles_are_the_first_hour_at_or_below_and_none_when_never_reached():
    curve = kaplan_meier(HOURS, STOPPED)
    assert curve.quantile(0.5) == 8
    assert curve.quantile_interval(0.5) == (2, None)
    assert curve.quantile(0.9) is None


def test_median_of_complete_data_is_the_usual_one():
    assert kaplan_meier(np.array([1.0, 2, 3]), np.ones(3, dtype=bool)).quantile(0.5) == 2


def test_leaving_out_open_incidents_would_flatter():
    closed = HOURS[STOPPED]
    assert np.median(closed) < kaplan_meier(HOURS, STOPPED).quantile(0.5)


@given(st.lists(st.tuples(st.floats(0, 1000), st.booleans()), max_size=40))
def test_curve_falls_from_one_to_zero_at_most(rows):
    curve = kaplan_meier(np.array([row[0] for row in rows]), np.array([row[1] for row in rows], dtype=bool))
    assert (np.diff(curve.survival) <= 0).all()
    assert ((curve.survival >= -1e-12) & (curve.survival < 1)).all()
    assert ((curve.low <= curve.survival + 1e-9) & (curve.survival <= curve.high + 1e-9)).all()


def test_negative_hours_are_refused():
    with pytest.raises(ValueError, match="negative"):
        kaplan_meier(np.array([-1.0]), np.array([True]))


def test_waiting_times_by_group_tell_what_is_censored():
    clocks = pd.DataFrame(
        {"district": ["a", "a", "b", None], "hours": [1.0, 3.0, 2.0, 9.0], "is_observed": [1, 1, 0, 1]}
    )
    clocks["is_observed"] = clocks["is_observed"].astype(bool)
    found = waiting_times(clocks, ["district"])
    assert found[["district", "n", "n_observed"]].values.tolist() == [["a", 2, 2], ["b", 1, 0]]
    assert found["median_hours"].tolist()[0] == 1.0
    assert np.isnan(found["median_hours"].tolist()[1])
