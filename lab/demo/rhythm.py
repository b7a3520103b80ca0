"""When invented people write: days of the week, hours of the day, delays. What they write is elsewhere."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

ZONE = ZoneInfo("Europe/Samara")
"""The region's clock. It has had no daylight saving since 2011, so a day always has 86,400 seconds here."""

DAY = 86_400

_CITIZEN_WEEK = np.array([1.20, 1.12, 1.08, 1.05, 1.00, 0.80, 0.75])
_STAFF_WEEK = np.array([1.15, 1.10, 1.05, 1.05, 0.95, 0.06, 0.03])
_CITIZEN_HOURS = np.array(
    [
        0.5,
        0.3,
        0.2,
        0.1,
        0.1,
        0.2,
        0.8,
        2.0,
        3.4,
        4.2,
        4.4,
        4.2,
        4.0,
        3.7,
        3.5,
        3.5,
        3.7,
        4.1,
        4.8,
        5.2,
        5.0,
        4.0,
        2.4,
        1.1,
    ]
)
_STAFF_HOURS = np.array(
    [
        0.02,
        0.01,
        0.01,
        0.01,
        0.01,
        0.02,
        0.1,
        0.6,
        3.0,
        6.0,
        7.0,
        6.5,
        4.0,
        4.5,
        6.0,
        6.2,
        5.5,
        3.5,
        1.2,
        0.5,
        0.3,
        0.2,
        0.1,
        0.05,
    ]
)


class Calendar:
    """The period of a demo: `days` local days that end at `end` (exclusive).

    Instants are unix seconds (int64).
    """

    def __init__(self, end: datetime, days: int) -> None:
        self.end = int(end.timestamp())
        self.days = days
        local = end.astimezone(ZONE)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        if midnight < local:
            midnight += timedelta(days=1)
        self.first_midnight = int((midnight - timedelta(days=days)).timestamp())
        self.first_weekday = (midnight - timedelta(days=days)).weekday()

    def citizen_times(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """`count` unsorted instants at which citizens write."""
        return self._times(rng, count, _CITIZEN_WEEK, _CITIZEN_HOURS, growth=0.3)

    def staff_times(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """`count` unsorted instants at which staff write."""
        return self._times(rng, count, _STAFF_WEEK, _STAFF_HOURS, growth=0.0)

    def day_of(self, instants: np.ndarray) -> np.ndarray:
        """Day number (0 = first day) of each instant."""
        return (instants - self.first_midnight) // DAY

    def at_citizen_hour(self, rng: np.random.Generator, day: np.ndarray) -> np.ndarray:
        """An instant on each given day at an hour at which citizens write; never at or after the end."""
        return self._clip(self.first_midnight + day * DAY + _seconds_of_day(rng, len(day), _CITIZEN_HOURS))

    def _times(
        self, rng: np.random.Generator, count: int, week: np.ndarray, hours: np.ndarray, growth: float
    ) -> np.ndarray:
        weight = week[(self.first_weekday + np.arange(self.days)) % 7] * np.linspace(1, 1 + growth, self.days)
        day = rng.choice(self.days, size=count, p=weight / weight.sum())
        return self._clip(self.first_midnight + day * DAY + _seconds_of_day(rng, count, hours))

    def _clip(self, instants: np.ndarray) -> np.ndarray:
        # The last local day may be cut by `end`: what would fall behind it moves one day back.
        return np.where(instants >= self.end, instants - DAY, instants)


def _seconds_of_day(rng: np.random.Generator, count: int, hours: np.ndarray) -> np.ndarray:
    return rng.choice(24, size=count, p=hours / hours.sum()) * 3600 + rng.integers(0, 3600, size=count)


def local(instant: int) -> datetime:
    """The region's wall clock at a unix instant."""
    return datetime.fromtimestamp(instant, ZONE)
