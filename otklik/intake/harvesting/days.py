"""What a day is: the pieces that an API's history is fetched in. Plain dates; Dagster's side is `assets/harvest.py`."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Window:
    """A day in the source's zone: from its first instant up to, and without, the next day's."""

    day: date
    start: datetime
    end: datetime


def window_of(day: date, zone: ZoneInfo) -> Window:
    """The instants of a day. A day on which clocks change has 23 or 25 hours."""
    return Window(
        day, datetime.combine(day, time(), tzinfo=zone), datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
    )
