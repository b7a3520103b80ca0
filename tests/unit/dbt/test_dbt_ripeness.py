"""What was judged stays judged, and nothing is judged too early, whatever happened to an incident (definition 5)."""

import os
from datetime import UTC, datetime, timedelta

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.dbt.rendered import sql_of

N_CASES = int(os.environ.get("OTKLIK_PROPERTY_CASES", "25"))
OPENED = datetime(2026, 3, 2, 6, tzinfo=UTC)
KINDS = ("clarification_requested", "clarified", "interim_reply", "reply", "claimed_fixed", "confirmed", "reopened")
MODELS = ("int_incident_attempt", "int_working_moment", "int_incident_clock")

# Quarters of an hour since the opening; weeks, so that pauses reach their cap and working terms cross weekends.
HISTORIES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 20 * 24 * 4)), max_size=6)
TERMS = st.tuples(st.sampled_from((1, 8, 24, 72)), st.sampled_from(("calendar", "working")))
INSTANTS = st.tuples(st.integers(0, 25 * 24 * 4), st.integers(1, 25 * 24 * 4))


def quarter_hours(number: int) -> timedelta:
    return timedelta(minutes=15 * number)


def clocks(history: list[tuple[str, int]], term: tuple[int, str], as_of: datetime) -> dict[tuple[str, int], tuple]:
    """Clock and attempt → due_at, is_ripe, is_on_time, as the SQL of the models says at an instant."""
    events = sorted((OPENED + quarter_hours(offset), kind) for kind, offset in history)
    events = [("received", OPENED), *((kind, at) for at, kind in events if at <= as_of)]
    hours, calendar = term
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("create table settings as select ?::timestamptz as as_of, 24 as default_sla_hours", [as_of])
        connection.execute("create table source as select 'vk' as source, 'Europe/Samara' as time_zone")
        connection.execute(
            "create table int_incident_event (incident_id text, case_post_id text, sequence_number int, "
            "event_kind text, event_at timestamptz, opened_at timestamptz, is_before_opening boolean)"
        )
        for number, (kind, at) in enumerate(events):
            row = ["i", "p", number, kind, at, OPENED, False]
            connection.execute("insert into int_incident_event values (?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute(
            "create table int_incident_matter as select 'i' as incident_id, 'vk' as source, 'roads' as topic_code, "
            "'roads' as group_code"
        )
        connection.execute("create table int_incident_route as select 'i' as incident_id, null::text as authority_id")
        connection.execute(
            "create table int_authority_period (authority_id text, level text, valid_from date, valid_to date)"
        )
        connection.execute(
            "create table int_sla_term as select clock, clock as sla_term_code, null::text as topic_code, "
            "null::text as group_code, null::text as authority_level, ?::bigint as term_hours, ? as calendar, "
            "date '2026-01-01' as valid_from, null::date as valid_to "
            "from (values ('reply'), ('claimed_fix'), ('confirmed_fix')) as v (clock)",
            [hours, calendar],
        )
        connection.execute(
            "create table int_working_day as select day, is_working, "
            "sum(is_working::int) over (order by day)::bigint as n_working_days_so_far, "
            "9 * (sum(is_working::int) over (order by day) - is_working::int) as hours_before "
            "from (select day::date as day, isodow(day) < 6 as is_working "
            "from generate_series(date '2026-02-01', date '2026-12-31', interval 1 day) as r (day))"
        )
        for model in MODELS:
            connection.execute(f"create table {model} as {sql_of(model)}")
        rows = connection.execute(
            "select clock, attempt_number, due_at, is_ripe, is_on_time from int_incident_clock"
        ).fetchall()
    return {(clock, attempt): tuple(verdict) for clock, attempt, *verdict in rows}


@settings(deadline=None, max_examples=N_CASES, derandomize=True)
@given(HISTORIES, TERMS, INSTANTS)
def test_time_alone_changes_no_verdict_of_what_was_ripe(history, term, instants):
    then = OPENED + quarter_hours(instants[0])
    # What happens later is not known yet at either instant: only time passes.
    known = [(kind, offset) for kind, offset in history if OPENED + quarter_hours(offset) <= then]
    before, after = (clocks(known, term, at) for at in (then, then + quarter_hours(instants[1])))

    ripe = {key: verdict for key, verdict in before.items() if verdict[1]}
    assert ripe == {key: after[key] for key in ripe}


@settings(deadline=None, max_examples=N_CASES, derandomize=True)
@given(HISTORIES, TERMS, INSTANTS)
def test_nothing_is_judged_before_its_term_has_passed(history, term, instants):
    as_of = OPENED + quarter_hours(instants[0])
    for due_at, is_ripe, is_on_time in clocks(history, term, as_of).values():
        assert is_ripe == (due_at is not None and due_at <= as_of)
        assert (is_on_time is not None) == is_ripe


def test_an_answer_in_its_term_is_judged_when_the_term_is_over():
    answered = [("reply", 4)]
    reply = ("reply", 1)

    within, after = (clocks(answered, (24, "calendar"), OPENED + timedelta(hours=h))[reply] for h in (23, 24))

    assert within[1:] == (False, None)
    assert after[1:] == (True, True)
