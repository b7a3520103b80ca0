"""Published rates and waiting times against independent estimates from the published rows."""

import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

CELLS = """
    select agg.*, clocks.calendar_hours, clocks.is_stopped as has_stopped
    from agg_waiting_time as agg
    inner join fct_incident as incidents
        on agg.cell_id = case agg.scope
            when 'all' then 'all'
            when 'authority' then coalesce(incidents.authority_id, 'unknown')
            when 'topic_group' then coalesce(incidents.group_code, 'unknown')
            else coalesce(incidents.municipality_id, 'unknown')
        end
    inner join fct_incident_clock as clocks
        on incidents.incident_id = clocks.incident_id and agg.clock = clocks.clock
    where not agg.is_suppressed and clocks.attempt_number = 1 and clocks.calendar_hours >= 0
"""


def _frame(published, sql):
    rows = published.query(sql)
    return pd.DataFrame(rows, columns=[name for name, *_ in published.query(f"describe {sql}")])


def _first_hours(curve, share_left):
    # lifelines multiplies through logarithms, so that a curve may miss the share by a rounding error
    reached = curve[curve.round(9) <= share_left]
    return reached.index[0] if len(reached) else float("inf")


def test_waiting_times_are_those_of_lifelines(published):
    frame = _frame(published, CELLS)
    compared = 0
    for (scope, cell, clock), rows in frame.groupby(["scope", "cell_id", "clock"]):
        fitter = KaplanMeierFitter().fit(rows["calendar_hours"], rows["has_stopped"])
        told = rows.iloc[0]
        curve = fitter.survival_function_["KM_estimate"]
        bounds = [
            _first_hours(fitter.confidence_interval_[f"KM_estimate_{end}_0.95"], 0.5) for end in ("lower", "upper")
        ]
        expected = [_first_hours(curve, 0.5), _first_hours(curve, 0.1), *bounds]
        found = [told["median_hours"], told["p90_hours"], told["median_hours_low"], told["median_hours_high"]]
        found = [float("inf") if pd.isna(hours) else hours for hours in found]
        assert found == pytest.approx(expected), (scope, cell, clock)
        assert (told["n_incidents"], told["n_stopped"]) == (len(rows), rows["has_stopped"].sum())
        compared += 1
    assert compared > 20


def test_cells_of_a_scope_add_up_to_all_incidents_or_hide_at_least_two(published):
    sums = _frame(
        published,
        "select scope, sum(n_incidents) as n, count_if(is_suppressed) as n_hidden from agg_resolution group by scope",
    ).set_index("scope")
    total = sums.loc["all", "n"]
    assert total == published.query("select count(*) from fct_incident")[0][0]
    for _, row in sums.drop(index="all").iterrows():
        assert row["n"] == total if row["n_hidden"] == 0 else row["n_hidden"] >= 2 and row["n"] < total


def test_confirmed_share_is_that_of_the_incidents(published):
    ((confirmed, claimed),) = published.query(
        "select count_if(is_confirmed and claimed_fixed_at is not null), count(claimed_fixed_at) from fct_incident"
    )
    ((share, low, high),) = published.query(
        "select confirmed_share, confirmed_share_low, confirmed_share_high from agg_resolution where scope = 'all'"
    )
    assert share == pytest.approx(confirmed / claimed)
    assert 0 < low < share < high < 1
