"""What heads of the invented region decide and what comes of it: instructions, and outcome series with comparators.

Words of replies are `replies.py`; names and people are `region.py`.
"""

from datetime import timedelta
from pathlib import Path

import numpy as np

from lab.demo.output import RowFile
from lab.demo.phrasebook import Topic
from lab.demo.region import Region
from lab.demo.rhythm import DAY, Calendar, local

INSTRUCTION_HEADER = ("Номер", "Дата", "Исполнитель", "Поручение", "Срок", "Итог", "Дата итога", "Подтверждение")
OUTCOME_HEADER = ("Показатель", "Место", "Период", "Значение", "Для сравнения", "С чем сравнивается", "Единица")

POSTS_PER_INSTRUCTION = 40
_DONE_SHARE, _POSITIVE_SHARE, _EVIDENCE_SHARE = 0.75, 0.7, 0.85


def write_instructions(
    out: Path, rng: np.random.Generator, region: Region, topics: tuple[Topic, ...], calendar: Calendar, posts: int
) -> int:
    """Writes decisions/instructions.csv; returns the number of instructions."""
    count = max(12, posts // POSTS_PER_INSTRUCTION)
    days = np.sort(rng.integers(0, calendar.days, size=count))
    with RowFile(out / "decisions" / "instructions.csv", INSTRUCTION_HEADER, delimiter=";") as file:
        for number, day in enumerate(days.tolist(), start=1):
            topic = topics[int(rng.integers(len(topics)))]
            place = int(rng.integers(len(region.municipalities)))
            given = calendar.first_midnight + day * DAY + 10 * 3600
            due = given + int(rng.integers(3, 31)) * DAY
            closed = given + int(rng.integers(1, 40)) * DAY
            is_closed = rng.random() < _DONE_SHARE and closed < calendar.end
            is_positive = rng.random() < _POSITIVE_SHARE
            has_evidence = rng.random() < _EVIDENCE_SHARE
            row = (
                f"П-{number}",
                _day(given),
                region.authority(topic.owner, place),
                f"{topic.name}: {region.municipalities[place].name}",
                _day(due),
                ("исполнено" if is_positive else "не исполнено") if is_closed else "",
                _day(closed) if is_closed else "",
                f"https://gov.privolsk.example/orders/{number}" if is_closed and has_evidence else "",
            )
            file.write_csv(row)
    return count


def write_outcomes(out: Path, rng: np.random.Generator, region: Region, calendar: Calendar) -> int:
    """Writes decisions/outcomes.csv; returns the number of values. The last of them has no comparator."""
    year = (local(calendar.end) - timedelta(days=1)).year
    rows: list[tuple[object, ...]] = []
    index = [int(value) for value in rng.normal(192, 12, size=len(region.municipalities))]
    mean = round(sum(index) / len(index))
    for place, value in zip(region.municipalities, index, strict=True):
        rows.append(("urban_environment_index", place.name, year, value, mean, "среднее по краю", "баллы"))
        votes, before = (int(place.population * share) for share in rng.uniform(0.02, 0.08, size=2))
        rows.append(("votes", place.name, year, votes, before, "год назад", "голоса"))
    rows.append(("active_citizens", region.municipalities[0].name, year, 54, "", "", "человек"))
    with RowFile(out / "decisions" / "outcomes.csv", OUTCOME_HEADER, delimiter=";") as file:
        for row in rows:
            file.write_csv(row)
    return len(rows)


def _day(instant: int) -> str:
    return local(instant).strftime("%d.%m.%Y")
