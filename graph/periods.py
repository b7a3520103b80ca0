"""The periods that scores are computed for: the whole record, calendar months, the last ninety days.

Belongs here: which days a period holds. Does not belong here: what is measured in it.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

ALL, MONTH, ROLLING = "all", "month", "rolling_90d"
PERIOD_KINDS = (ALL, MONTH, ROLLING)
ROLLING_DAYS = 90


@dataclass(frozen=True)
class Period:
    """A stretch of local days, both ends included.

    Attributes:
        kind: one of `PERIOD_KINDS`.
        start: first day.
        end: last day.
    """

    kind: str
    start: date
    end: date


def months_of(first: date, last: date) -> Iterator[Period]:
    """Every calendar month from the one of `first` to the one of `last`.

    Examples:
        >>> [str(month.end) for month in months_of(date(2025, 12, 31), date(2026, 2, 1))]
        ['2025-12-31', '2026-01-31', '2026-02-28']
    """
    for number in range(month_number(first), month_number(last) + 1):
        year, month = number // 12, number % 12 + 1
        yield Period(MONTH, date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def periods_of(first: date, last: date) -> list[Period]:
    """The periods of a record of messages.

    The last ninety days end on the day of the newest message, not today: then a day without a message changes no
    score. The last month may not be over.

    Args:
        first: day of the oldest message.
        last: day of the newest message.

    Examples:
        >>> [(one.kind, str(one.start), str(one.end)) for one in periods_of(date(2026, 3, 5), date(2026, 3, 9))]
        [('all', '2026-03-05', '2026-03-09'), ('rolling_90d', '2025-12-10', '2026-03-09'), ('month', '2026-03-01', '2026-03-31')]
    """  # noqa: E501
    rolling = Period(ROLLING, last - timedelta(days=ROLLING_DAYS - 1), last)
    return [Period(ALL, first, last), rolling, *months_of(first, last)]


def month_number(day: date) -> int:
    """Months since the beginning of year 0: consecutive months have consecutive numbers.

    Examples:
        >>> month_number(date(2026, 1, 31)) - month_number(date(2025, 12, 1))
        1
    """
    return 12 * day.year + day.month - 1
