"""People who list what is broken in a house: many matters at one site, one by one, often in one sitting.

Belongs here: which houses, who lists, which entrance and floor. Other incidents are `plan.py`; words are `texts.py`.
"""

import numpy as np

from lab.demo.phrasebook import Topic
from lab.demo.region import BUILDINGS_EVERY, MAX_BUILDING, MAX_HOUSE, Region
from lab.demo.rhythm import Calendar

LISTED_SHARE = 0.06
"""Share of posts that belong to such lists."""
INDOORS = ("housing_entrances", "housing_lifts")
"""Topics of matters that have an entrance; those of the first one have a floor too."""
MAX_ENTRANCE, MAX_FLOOR = 6, 12
_MATTERS = (4, 16)
_IN_ONE_SITTING, _ENTRANCE_SHARE, _SECONDED_SHARE = 0.6, 0.8, 0.2
_LATER_DAYS = 5.0


def indoors(rng: np.random.Generator, topics: tuple[Topic, ...], topic: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Entrance and floor of matters by their topic; 0 where it has none."""
    codes = np.array([one.code for one in topics])[topic]
    entrance = np.where(np.isin(codes, INDOORS), rng.integers(1, MAX_ENTRANCE + 1, size=len(topic)), 0)
    floor = np.where(codes == INDOORS[0], rng.integers(1, MAX_FLOOR + 1, size=len(topic)), 0)
    return entrance, floor


def plan_lists(
    rng: np.random.Generator,
    region: Region,
    topics: tuple[Topic, ...],
    calendar: Calendar,
    crowd: np.ndarray,
    posts: int,
    first_incident: int,
) -> dict[str, np.ndarray]:
    """Plans exactly `posts` posts of lists; columns as of other incidents, and `lister`: who lists, -1 for a neighbour.

    Of one house no two matters are of one topic, entrance and floor; every fifth is written of by a neighbour too.
    """
    codes = [topic.code for topic in topics]
    rows: list[tuple[int, ...]] = []
    lister, incident = 0, first_incident
    while len(rows) < posts:
        place = int(rng.choice(len(region.municipalities), p=crowd))
        street = int(rng.integers(len(region.municipalities[place].streets)))
        house = BUILDINGS_EVERY * int(rng.integers(1, MAX_HOUSE // BUILDINGS_EVERY + 1))
        site = (place, street, house, int(rng.integers(1, MAX_BUILDING + 1)))
        began = int(calendar.day_of(calendar.citizen_times(rng, 1))[0])
        spots = rng.choice(MAX_ENTRANCE * MAX_FLOOR, size=int(rng.integers(*_MATTERS)), replace=False)
        for spot in spots.tolist():
            is_lift = rng.random() > _ENTRANCE_SHARE
            inside = (1 + spot % MAX_ENTRANCE, 0 if is_lift else 1 + spot // MAX_ENTRANCE)
            later = 0 if rng.random() < _IN_ONE_SITTING else 1 + int(rng.exponential(_LATER_DAYS))
            day = min(began + later, calendar.days - 1)
            topic = codes.index(INDOORS[1] if is_lift else INDOORS[0])
            rows.append((day, topic, *site, *inside, incident, lister))
            if rng.random() < _SECONDED_SHARE:
                rows.append((min(day + int(rng.integers(3)), calendar.days - 1), topic, *site, *inside, incident, -1))
            incident += 1
        lister += 1
    names = ("day", "topic", "municipality", "street", "house", "building", "entrance", "floor", "incident", "lister")
    table = np.array(rows[:posts], dtype=np.int64).reshape(-1, len(names))
    columns = {name: table[:, number] for number, name in enumerate(names)}
    instant = calendar.at_citizen_hour(rng, columns.pop("day"))
    return columns | {"instant": instant, "intent": np.zeros(len(table), dtype=np.int64)}
