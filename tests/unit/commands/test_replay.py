"""History under another rule: working hours, pauses, and what the platform's own constants are."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from otklik.commands.replay import (
    Calendar,
    Pause,
    Rule,
    parse_term,
    replay,
)
from otklik.home.errors import ConfigurationError

# Friday 6 March 2026; Monday 9 March is a day off
WORKING_DAYS = {date(2026, 3, 6), date(2026, 3, 10), date(2026, 3, 11)}
AS_OF = datetime(2026, 3, 11, 12, tzinfo=UTC)


def attempts(*rows):
    frame = pd.DataFrame(rows, columns=["time_zone", "started_at", "replied_at", "paused_from", "paused_until"])
    for name in frame.columns[1:]:
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame


# Opened on Friday at 16:00 in Samara, answered on Tuesday at 16:00: two working hours and seven
OVER_THE_WEEKEND = ("Europe/Samara", "2026-03-06 12:00", "2026-03-10 12:00", None, None)
WAITING = ("Europe/Samara", "2026-03-10 12:00", None, None, None)
PAUSED = ("Europe/Samara", "2026-03-10 04:00", "2026-03-10 14:00", "2026-03-10 05:00", "2026-03-10 13:00")


@pytest.mark.parametrize(
    ("rule", "median"), [(Rule(24), 96.0), (Rule(9, Calendar.WORKING), 9.0), (Rule(8, Calendar.WORKING), 9.0)]
)
def test_hours_are_those_of_the_calendar(rule, median):
    found = replay(attempts(OVER_THE_WEEKEND), rule, AS_OF, WORKING_DAYS)
    assert found.median_hours == pytest.approx(median)
    assert found.n_ripe == int(found.n_ripe > 0)


def test_nothing_is_judged_within_its_term_and_silence_past_it_is_late():
    assert replay(attempts(WAITING), Rule(25), AS_OF, set()).n_ripe == 0
    answered_early = ("Europe/Samara", "2026-03-11 02:00", "2026-03-11 03:00", None, None)
    assert replay(attempts(answered_early), Rule(24), AS_OF, set()).n_ripe == 0
    late = replay(attempts(WAITING), Rule(23), AS_OF, set())
    assert (late.n_ripe, late.n_on_time) == (1, 0)


def test_pause_is_taken_out_unless_the_rule_says_none():
    assert replay(attempts(PAUSED), Rule(2), AS_OF, set()).median_hours == pytest.approx(2)
    assert replay(attempts(PAUSED), Rule(2, pause=Pause.NONE), AS_OF, set()).median_hours == pytest.approx(10)


def test_what_the_calendar_does_not_know_is_counted_and_left_out():
    span = (date(2026, 3, 1), date(2026, 3, 9))
    found = replay(attempts(OVER_THE_WEEKEND), Rule(9, Calendar.WORKING), AS_OF, WORKING_DAYS, span)
    assert (found.n_attempts, found.n_outside_calendar) == (0, 1)


def test_nothing_gives_no_share():
    assert replay(attempts(), Rule(24), AS_OF, set()).on_time_share is None


@pytest.mark.parametrize(("text", "hours"), [("8h", 8), ("3d", 72), ("90m", 1.5)])
def test_term_is_read(text, hours):
    assert parse_term(text) == hours


@pytest.mark.parametrize("text", ["8", "h", "0h", "-1h", "8 hours"])
def test_term_that_is_none_is_refused(text):
    with pytest.raises(ConfigurationError, match="8h or 3d"):
        parse_term(text)


def test_longer_term_is_never_kept_less_often():
    opened = AS_OF - timedelta(hours=400)
    frame = attempts(*[("UTC", opened, opened + timedelta(hours=hours), None, None) for hours in range(40)])
    shares = [replay(frame, Rule(term), AS_OF, set()).on_time_share for term in (1, 8, 24, 72)]
    assert shares == sorted(shares)
