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
            when 'municipality' then coalesce(incidents.municipality_id, 'unknown')
            else incidents.source
        end
    inner join fct_incident_clock as clocks
        on incidents.incident_id = clocks.incident_id and agg.clock = clocks.clock
    where clocks.attempt_number = 1 and clocks.calendar_hours >= 0
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


def test_cells_of_a_scope_add_up_to_all_incidents(published):
    sums = published.query("select scope, sum(n_incidents) from agg_resolution group by scope order by scope")
    ((total,),) = published.query("select count(*) from fct_incident")
    assert sums == [(scope, total) for scope in ("all", "authority", "municipality", "source", "topic_group")]


@pytest.mark.parametrize(
    ("table", "counted", "facts", "n_scopes"),
    [
        ("agg_sla", "n_incidents", "select count(*) from fct_incident", 5),
        ("agg_topic", "n_posts", "select count(*) from fct_post where posted_at is not null", 4),
    ],
)
def test_days_weeks_months_and_years_add_up_to_all_facts_in_every_scope(published, table, counted, facts, n_scopes):
    sums = published.query(f"select period_kind, scope, sum({counted}) from {table} group by all order by all")
    assert len(sums) == 4 * n_scopes
    assert {n for *_, n in sums} == {published.query(facts)[0][0]}


def test_confirmed_share_is_that_of_the_incidents(published):
    ((confirmed, claimed),) = published.query(
        "select count_if(is_confirmed and claimed_fixed_at is not null), count(claimed_fixed_at) from fct_incident"
    )
    ((share, low, high),) = published.query(
        "select confirmed_share, confirmed_share_low, confirmed_share_high from agg_resolution where scope = 'all'"
    )
    assert share == pytest.approx(confirmed / claimed)
    assert 0 < low < share < high < 1
