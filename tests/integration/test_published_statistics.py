"""Published rates and waiting times against estimates from the published rows."""

import pandas as pd
import pytest

from incidents.kaplan_meier import waiting_times

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


def test_waiting_times_in_sql_are_those_of_python(published):
    rows = _frame(published, CELLS).rename(columns={"calendar_hours": "hours", "has_stopped": "is_observed"})
    cell = ["scope", "cell_id", "clock"]
    expected = waiting_times(rows, cell).set_index(cell)
    names = {"n_incidents": "n", "n_stopped": "n_observed"} | {
        name: name for name in ("median_hours", "median_hours_low", "median_hours_high", "p90_hours")
    }
    found = rows.drop_duplicates(cell).set_index(cell)[list(names)].rename(columns=names)
    assert len(found) > 20
    pd.testing.assert_frame_equal(found.sort_index(), expected[list(names.values())], check_dtype=False)


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
