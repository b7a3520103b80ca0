"""What if: how on time history would have been under another rule, without touching the warehouse or any table.

Reads `int_incident_attempt` read-only and judges the first reply of every attempt anew. The rules themselves, as the
runs apply them, are seeds and settings of `dbt_project/`.
"""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from incidents.kaplan_meier import kaplan_meier
from incidents.shares import wilson_interval
from otklik.home.engine import open_warehouse
from otklik.home.errors import ConfigurationError
from otklik.home.lake import read_run_settings
from otklik.home.settings import Home

WORKING_DAY_START_HOUR, WORKING_DAY_HOURS = 9, 9
"""As `working_day_start_hour` and `working_day_hours` of dbt_project.yml; a test holds them equal."""

_Choice = TypeVar("_Choice", bound=StrEnum)

_ATTEMPTS = """
    select
        coalesce(source.time_zone, 'UTC') as time_zone, attempts.started_at, attempts.replied_at,
        attempts.paused_from, attempts.paused_until
    from int_incident_attempt as attempts
    inner join int_incident as incidents using (incident_id)
    left join read_parquet('lake/run/source.parquet') as source using (source)
    order by attempts.incident_id, attempts.attempt_number
"""


class Calendar(StrEnum):
    """Which hours count."""

    CALENDAR = "calendar"
    WORKING = "working"


class Pause(StrEnum):
    """Whether the clock stands still while the citizen is asked for more."""

    CAPPED = "capped"
    NONE = "none"


@dataclass(frozen=True)
class Rule:
    """A rule for the reply: so many hours of such a calendar."""

    term_hours: float
    calendar: Calendar = Calendar.CALENDAR
    pause: Pause = Pause.CAPPED


@dataclass(frozen=True)
class Replay:
    """What came out: attempts, how many are ripe and on time (definition 5), hours waited by the rule's calendar."""

    n_attempts: int
    n_ripe: int
    n_on_time: int
    on_time_share: float | None
    on_time_share_low: float | None
    on_time_share_high: float | None
    median_hours: float | None
    p90_hours: float | None
    n_outside_calendar: int


def parse_term(text: str) -> float:
    """Hours of `8h`, `3d` or `90m`.

    Raises:
        ConfigurationError: it is none of these.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([mhd])", text.strip())
    if not found or float(found[1]) <= 0:
        raise ConfigurationError(
            f"--sla: found {text!r}; accepted is a number above 0 with m, h or d, such as 8h or 3d."
        )
    return float(found[1]) * {"m": 1 / 60, "h": 1.0, "d": 24.0}[found[2]]


def replay_home(home: Home, rule: Rule, as_of: datetime) -> Replay:
    """Replay the attempts in a home's warehouse, which is opened read-only.

    Raises:
        ConfigurationError: nothing was run in this home yet.
    """
    if not home.warehouse.exists():
        raise ConfigurationError(f"{home.warehouse} is not there; run `otklik run --home {home.root}` first.")
    with open_warehouse(home) as connection:
        attempts = connection.execute(_ATTEMPTS).df()
        days = connection.execute("select day, is_working from calendar_day order by day").fetchall()
    return replay(attempts, rule, as_of, {day for day, is_working in days if is_working}, span=_span(days))


def replay(
    attempts: pd.DataFrame, rule: Rule, as_of: datetime, working_days: set[date], span: tuple[date, date] | None = None
) -> Replay:
    """Judge the first reply of every attempt by a rule.

    Args:
        attempts: time_zone (str), started_at, replied_at, paused_from, paused_until (timestamps, UTC; null for none).
        rule: the rule.
        as_of: the instant history is looked at from.
        working_days: days that offices work on; read only by the working calendar.
        span: first and last day the calendar knows; attempts outside are counted and left out.

    Returns:
        Shares of the ripe attempts with their Wilson interval: an attempt counts once its term has passed.
    """
    clock = _WorkingClock(working_days) if rule.calendar is Calendar.WORKING else None
    hours, ages, is_stopped, n_outside = [], [], [], 0
    for row in attempts.to_dict("records"):
        until = row["replied_at"] if not pd.isna(row["replied_at"]) else as_of
        zone = ZoneInfo(row["time_zone"])
        if clock and span and not _is_within(span, _local(row["started_at"], zone), _local(until, zone)):
            n_outside += 1
            continue
        hours.append(_net(row, until, rule, clock, zone))
        ages.append(_net(row, as_of, rule, clock, zone))
        is_stopped.append(not pd.isna(row["replied_at"]))
    return _summary(np.array(hours), np.array(ages), np.array(is_stopped, dtype=bool), rule, n_outside)


def _net(
    row: Mapping[Hashable, Any], until: datetime, rule: Rule, clock: "_WorkingClock | None", zone: ZoneInfo
) -> float:
    """Hours from the start of an attempt to an instant, by the rule's calendar and without its pause."""
    spent = _spent(row["started_at"], until, clock, zone)
    if rule.pause is Pause.CAPPED and not pd.isna(row["paused_from"]):
        pause_end = min(row["paused_until"], until)
        if pause_end > row["paused_from"]:
            spent -= _spent(row["paused_from"], pause_end, clock, zone)
    return max(0.0, spent)


def _is_within(span: tuple[date, date], since: datetime, until: datetime) -> bool:
    return span[0] <= since.date() and until.date() <= span[1]


class _WorkingClock:
    """Working hours since the first working day."""

    def __init__(self, working_days: set[date]) -> None:
        self._days = sorted(working_days)
        self._number = {day: index for index, day in enumerate(self._days)}

    def at(self, moment: datetime) -> float:
        """Working hours before a local moment."""
        number = self._number.get(moment.date())
        if number is None:
            before = int(np.searchsorted(np.array(self._days, dtype="datetime64[D]"), np.datetime64(moment.date())))
            return before * float(WORKING_DAY_HOURS)
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        since = (moment - midnight) / timedelta(hours=1) - WORKING_DAY_START_HOUR
        return number * float(WORKING_DAY_HOURS) + min(float(WORKING_DAY_HOURS), max(0.0, since))


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return pd.Timestamp(moment).tz_convert(zone).tz_localize(None).to_pydatetime()


def _spent(since: datetime, until: datetime, clock: _WorkingClock | None, zone: ZoneInfo) -> float:
    if clock:
        return clock.at(_local(until, zone)) - clock.at(_local(since, zone))
    return (until - since) / timedelta(hours=1)


def _span(days: list[tuple[date, bool]]) -> tuple[date, date] | None:
    return (days[0][0], days[-1][0]) if days else None


def _summary(hours: np.ndarray, ages: np.ndarray, is_stopped: np.ndarray, rule: Rule, n_outside: int) -> Replay:
    is_ripe = ages >= rule.term_hours
    is_on_time = is_ripe & is_stopped & (hours <= rule.term_hours)
    n, k = int(is_ripe.sum()), int(is_on_time.sum())
    curve = kaplan_meier(hours, is_stopped)
    low, high = wilson_interval(k, n) or (None, None)
    return Replay(
        n_attempts=len(hours),
        n_ripe=n,
        n_on_time=k,
        on_time_share=k / n if n else None,
        on_time_share_low=low,
        on_time_share_high=high,
        median_hours=curve.quantile(0.5),
        p90_hours=curve.quantile(0.9),
        n_outside_calendar=n_outside,
    )


def _one_of(choices: type[_Choice], text: str, option: str) -> _Choice:
    try:
        return choices(text)
    except ValueError:
        raise ConfigurationError(f"{option}: found {text!r}; accepted: {', '.join(choices)}.") from None


def report(home: Home, term: str, calendar: str, pause: str) -> dict[str, object]:
    """The rule in force beside another, as plain values: what the command prints.

    Raises:
        ConfigurationError: the rule is not one, or nothing was run in this home yet.
    """
    if not (home.lake / "run" / "settings.parquet").exists():
        raise ConfigurationError(f"{home.root} holds no run; run `otklik run --home {home.root}` first.")
    settings = read_run_settings(home)
    rules = {
        "in_force": Rule(float(settings["default_sla_hours"])),
        "what_if": Rule(parse_term(term), _one_of(Calendar, calendar, "--calendar"), _one_of(Pause, pause, "--pause")),
    }
    return {
        name: {"rule": vars(rule), "result": vars(replay_home(home, rule, settings["as_of"]))}
        for name, rule in rules.items()
    }
