"""The week in one letter: the headline of the morning, who owes most, what grew, what is missing.

The same figures as on the morning page, from the same queries, as HTML and as plain text. No word of a post, no person
and no single incident is in it: a letter goes further than a surface.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from otklik.home.engine import connect
from otklik.report.figures import WHOLE, Figures
from otklik.report.quality_figures import QualityFigures
from otklik.report.rendering import letter_part

_MOST = 5


@dataclass(frozen=True)
class Digest:
    """A letter about one week.

    Attributes:
        week: ISO week of the instant it is told from, such as "2026-W40".
        subject: of the letter.
        text: in words, one fact a line.
        html: the same as a page that needs no picture and no network.
    """

    week: str
    subject: str
    text: str
    html: str


def weekly_digest(database: Path, as_of: datetime) -> Digest:
    """The digest of the seven days up to an instant.

    Args:
        database: DuckDB file of the analysts' surface; opened read-only.
        as_of: the instant the snapshot describes.
    """
    instant = as_of.astimezone(UTC)
    with connect(database) as connection:
        connection.execute("set timezone = 'UTC'")
        figures = Figures(connection, instant.isoformat())
        sources = QualityFigures(connection, instant.isoformat()).sources()
        values = {
            "as_of": instant,
            "headline": figures.headline(WHOLE.kind)[WHOLE.key],
            "late": figures.late_by_authority()[:_MOST],
            "bursts": figures.bursts()[:_MOST],
            "missing": [row for row in sources if row["is_missing"]],
        }
    year, week, _ = instant.isocalendar()
    return Digest(
        week=f"{year}-W{week:02}",
        subject=f"Отклик: неделя до {instant:%d.%m.%Y}",
        text=letter_part("digest.txt.j2", **values),
        html=letter_part("digest.html.j2", **values),
    )
