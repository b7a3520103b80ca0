"""The published tables are one star: keys lead somewhere, codes have labels, and wide views need no join."""

import pytest

VIEWS = {"v_incident": "fct_incident", "v_overdue": "escalation", "v_post": "fct_post", "v_reply": "fct_reply"}


def test_every_declared_key_is_found_where_it_leads(published):
    declared = published.query("select * from meta_relationship")
    assert len(declared) > 50
    broken = {
        f"{table}.{column}": n
        for table, column, parent, key in declared
        for ((n,),) in [
            published.query(
                f"select count(*) from {table} as child anti join {parent} as parent on child.{column} = parent.{key} "
                f"where child.{column} is not null"
            )
        ]
        if n
    }
    assert broken == {}


@pytest.mark.parametrize(("view", "fact"), VIEWS.items())
def test_a_wide_view_has_the_rows_of_its_fact_and_its_columns(published, view, fact):
    ((n_view, n_fact),) = published.query(f"select (select count(*) from {view}), (select count(*) from {fact})")
    assert n_view == n_fact > 0
    columns = {name for name, *_ in published.query(f"describe {view}")}
    assert {name for name, *_ in published.query(f"describe {fact}")} < columns


def test_a_wide_view_tells_in_russian_what_codes_mean(published):
    rows = published.query(
        "select distinct state, state_ru, authority_origin, authority_origin_ru from v_incident "
        "where state = 'replied' and authority_origin = 'acted'"
    )
    assert rows == [("replied", "Дан ответ", "acted", "занимался последним")]


def test_no_code_of_a_wide_view_is_without_its_label(published):
    ((states, topics, origins, channels),) = published.query(
        "select count(state) - count(state_ru), count(topic_code) - count(topic_ru), "
        "count(authority_origin) - count(authority_origin_ru), count(channel) - count(channel_ru) from v_incident"
    )
    assert (states, topics, origins, channels) == (0, 0, 0, 0)


def test_days_are_those_of_the_zone_of_the_source(published):
    ((n, n_other),) = published.query(
        "select count(*), count(*) filter (where opened_date <> cast(timezone(time_zone, opened_at) as date)) "
        "from fct_incident"
    )
    assert n > 0
    assert n_other == 0


def test_the_calendar_knows_holidays_and_what_a_week_is(published):
    rows = published.query(
        "select date_ru, month_ru, week_ru, day_of_week_ru, is_working_day, is_holiday from dim_date "
        "where calendar_date in ('2026-06-12', '2026-06-13') order by calendar_date"
    )
    assert rows == [
        ("12.06.2026", "июнь 2026", "08.06.2026 – 14.06.2026", "пятница", False, True),
        ("13.06.2026", "июнь 2026", "08.06.2026 – 14.06.2026", "суббота", False, False),
    ]
