"""What happens in the invented region: incidents, bursts and who posts where and when, as arrays without words.

Planning by arrays keeps a million posts cheap and fixes the truth before any file is written. Threads and authors are
`people.py`; words are `texts.py`; files are `portal.py` and `social.py`.
"""

from dataclasses import dataclass, field

import numpy as np

from lab.demo.lists import LISTED_SHARE, indoors, plan_lists
from lab.demo.phrasebook import Topic
from lab.demo.region import BUILDINGS_EVERY, MAX_BUILDING, MAX_HOUSE, Region
from lab.demo.rhythm import Calendar, local

COMPLAINT, QUESTION, REVIEW, THANKS, NEGATIVE, OTHER = range(6)
PORTAL, WALL, FEED = range(3)

INCIDENT_SHARE = 0.68
"""Share of posts that are about an incident; the rest thank, judge, rage or chat."""
MAX_SPREAD_DAYS = 9
"""An incident's last post comes at most so many days after its first: inside the window of 14 days that joins them."""
_QUIET_DAYS = 25
"""The same topic on the same street does not come back sooner, so that two planted incidents stay two."""
_FREE_INTENTS = {QUESTION: 0.16, REVIEW: 0.16, THANKS: 0.22, NEGATIVE: 0.17, OTHER: 0.29}


@dataclass(frozen=True, slots=True)
class Burst:
    """A planted burst: days are numbers in the calendar, both inclusive."""

    topic: int
    municipality: int
    first_day: int
    last_day: int


@dataclass(slots=True)
class PostPlan:
    """Posts in order of time; -1 stands for none. Arrays have one element a post.

    `root` is the wall post a comment hangs under, `answered` the post or comment it answers, both as indices.
    `building`, `entrance` and `floor` are 0 for none; `lister` is who lists the matters of a house.
    """

    instant: np.ndarray
    intent: np.ndarray
    topic: np.ndarray
    municipality: np.ndarray
    street: np.ndarray
    house: np.ndarray
    building: np.ndarray
    entrance: np.ndarray
    floor: np.ndarray
    incident: np.ndarray
    lister: np.ndarray
    cluster: np.ndarray
    source: np.ndarray
    author: np.ndarray
    root: np.ndarray
    answered: np.ndarray
    bursts: list[Burst] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.instant)


def plan_posts(
    rng: np.random.Generator, region: Region, topics: tuple[Topic, ...], calendar: Calendar, posts: int
) -> PostPlan:
    """Plans exactly `posts` posts: incidents and bursts first, then everything else; sorted by time.

    Threads and authors are still empty (-1): `people.assign` fills them.
    """
    bursts = _plan_bursts(rng, topics, calendar, posts)
    about, listed = round(posts * INCIDENT_SHARE), round(posts * LISTED_SHARE)
    incidents = _plan_incidents(rng, region, topics, calendar, bursts, about - listed)
    columns = _posts_of_incidents(rng, calendar, incidents)
    lists = plan_lists(rng, region, topics, calendar, crowd(region), listed, len(incidents["size"]))
    columns = _joined(_joined(columns, lists), _free_posts(rng, region, topics, calendar, posts - about))
    order = np.argsort(columns["instant"], kind="stable")
    columns = {name: values[order] for name, values in columns.items()}
    plan = PostPlan(
        **columns,
        cluster=np.full(posts, -1),
        source=np.where(columns["lister"] >= 0, PORTAL, _sources(rng, columns["intent"])),
        author=np.full(posts, -1),
        root=np.full(posts, -1),
        answered=np.full(posts, -1),
        bursts=bursts,
    )
    _plant_copies(rng, plan)
    return plan


def crowd(region: Region) -> np.ndarray:
    """Share of posts by municipality. Uneven beyond population: some places report less than they suffer."""
    eagerness = 0.6 + 0.8 * ((np.arange(len(region.municipalities)) * 0.618) % 1)
    weight = np.array([here.population for here in region.municipalities]) ** 0.85 * eagerness
    shares: np.ndarray = weight / weight.sum()
    return shares


def _plan_bursts(rng: np.random.Generator, topics: tuple[Topic, ...], calendar: Calendar, posts: int) -> list[Burst]:
    if posts < 300:
        return []
    count = int(np.clip(calendar.days // 25, 1, 8))
    in_season = [index for index, topic in enumerate(topics) if len(topic.months) == 12]
    chosen = rng.choice(in_season, size=count, replace=False)
    # One burst a slice of the calendar, none in its first tenth: a burst needs a base rate before it.
    edges = np.linspace(calendar.days * 0.1, calendar.days - 8, count + 1)
    bursts = []
    for index, topic in enumerate(chosen):
        first = int(rng.integers(int(edges[index]), max(int(edges[index]) + 1, int(edges[index + 1]))))
        last = min(first + int(rng.integers(2, 7)), calendar.days - 1)
        bursts.append(Burst(int(topic), int(rng.integers(0, 8)), first, last))
    return bursts


def _plan_incidents(
    rng: np.random.Generator,
    region: Region,
    topics: tuple[Topic, ...],
    calendar: Calendar,
    bursts: list[Burst],
    posts: int,
) -> dict[str, np.ndarray]:
    """One element an incident: day, topic, municipality, street, house, size, spread (days)."""
    parts = [_burst_incidents(rng, burst, max(20, posts // 80)) for burst in bursts]
    rest = posts - sum(int(part["size"].sum()) for part in parts)
    size = _sizes(rng, rest)
    count = len(size)
    day = calendar.day_of(calendar.citizen_times(rng, count))
    parts.append(
        {
            "day": day,
            "topic": _topics_by_season(rng, topics, calendar, day),
            "municipality": rng.choice(len(region.municipalities), size=count, p=crowd(region)),
            "size": size,
            "spread": np.full(count, MAX_SPREAD_DAYS),
        }
    )
    incidents = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    streets = np.array([len(here.streets) for here in region.municipalities])[incidents["municipality"]]
    incidents["street"], incidents["house"] = _sites(rng, incidents, streets)
    incidents["building"] = _buildings(rng, incidents["house"])
    incidents["entrance"], incidents["floor"] = indoors(rng, topics, incidents["topic"])
    return incidents


def _buildings(rng: np.random.Generator, house: np.ndarray) -> np.ndarray:
    return np.where(house % BUILDINGS_EVERY == 0, rng.integers(1, MAX_BUILDING + 1, size=len(house)), 0)


def _burst_incidents(rng: np.random.Generator, burst: Burst, posts: int) -> dict[str, np.ndarray]:
    size = np.full(-(-posts // 12), 12)
    count = len(size)
    day = rng.integers(burst.first_day, burst.last_day + 1, size=count)
    return {
        "day": day,
        "topic": np.full(count, burst.topic),
        "municipality": np.full(count, burst.municipality),
        "size": size,
        "spread": burst.last_day - day,
    }


def _sizes(rng: np.random.Generator, posts: int) -> np.ndarray:
    """Heavy-tailed incident sizes that add up to `posts`: most are reported once, a few by dozens."""
    size = np.minimum(np.floor(rng.pareto(1.6, size=posts) + 1), 30).astype(np.int64)
    size = size[: int(np.searchsorted(np.cumsum(size), posts)) + 1]
    if len(size):
        size[-1] -= size.sum() - posts
    return size


def _topics_by_season(
    rng: np.random.Generator, topics: tuple[Topic, ...], calendar: Calendar, day: np.ndarray
) -> np.ndarray:
    month = np.array(
        [local(calendar.first_midnight + number * 86_400 + 43_200).month for number in range(calendar.days)]
    )
    chosen = np.empty(len(day), dtype=np.int64)
    for value in np.unique(month):
        weight = np.array([topic.weight * (1 if value in topic.months else 0.02) for topic in topics])
        here = month[day] == value
        chosen[here] = rng.choice(len(topics), size=int(here.sum()), p=weight / weight.sum())
    return chosen


def _sites(
    rng: np.random.Generator, incidents: dict[str, np.ndarray], streets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Street and house per incident; the same topic does not return to a street within a quiet period if it can."""
    taken: set[tuple[int, int, int, int]] = set()
    street = (rng.random(len(streets)) * streets).astype(np.int64)
    house = rng.integers(1, MAX_HOUSE + 1, size=len(streets))
    for index in range(len(streets)):
        topic, place = int(incidents["topic"][index]), int(incidents["municipality"][index])
        bucket = int(incidents["day"][index]) // _QUIET_DAYS
        for step in range(min(8, int(streets[index]))):
            tried = (int(street[index]) + step) % int(streets[index])
            if not any((topic, place, tried, bucket + near) in taken for near in (-1, 0, 1)):
                street[index] = tried
                break
        taken.add((topic, place, int(street[index]), bucket))
    return street, house


def _posts_of_incidents(
    rng: np.random.Generator, calendar: Calendar, incidents: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    size = incidents["size"]
    of = np.repeat(np.arange(len(size)), size)
    first = np.zeros(len(of), dtype=bool)
    first[np.cumsum(size) - size] = True
    late = np.minimum(np.floor(rng.exponential(1.3, size=len(of))).astype(np.int64), incidents["spread"][of])
    day = np.minimum(incidents["day"][of] + np.where(first, 0, late), calendar.days - 1)
    return {
        "instant": calendar.at_citizen_hour(rng, day),
        "intent": np.where(rng.random(len(of)) < 0.84, COMPLAINT, QUESTION),
        **{name: incidents[name][of] for name in ("topic", "municipality", "street", "house")},
        **{name: incidents[name][of] for name in ("building", "entrance", "floor")},
        "incident": of,
        "lister": np.full(len(of), -1),
    }


def _free_posts(
    rng: np.random.Generator, region: Region, topics: tuple[Topic, ...], calendar: Calendar, count: int
) -> dict[str, np.ndarray]:
    intent = rng.choice(list(_FREE_INTENTS), size=count, p=list(_FREE_INTENTS.values()))
    instant = calendar.citizen_times(rng, count)
    place = rng.choice(len(region.municipalities), size=count, p=crowd(region))
    streets = np.array([len(here.streets) for here in region.municipalities])[place]
    topic = _topics_by_season(rng, topics, calendar, calendar.day_of(instant))
    house = rng.integers(1, MAX_HOUSE + 1, size=count)
    entrance, floor = indoors(rng, topics, topic)
    return {
        "instant": instant,
        "intent": intent,
        "topic": np.where(np.isin(intent, (NEGATIVE, OTHER)), -1, topic),
        "municipality": place,
        "street": (rng.random(count) * streets).astype(np.int64),
        "house": house,
        "building": _buildings(rng, house),
        "entrance": entrance,
        "floor": floor,
        "incident": np.full(count, -1),
        "lister": np.full(count, -1),
    }


def _joined(left: dict[str, np.ndarray], right: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([left[name], right[name]]) for name in left}


def _sources(rng: np.random.Generator, intent: np.ndarray) -> np.ndarray:
    """Complaints go to the portal first of all; rage and chat only to the networks."""
    to_portal = np.array([0.42, 0.35, 0.02, 0.12, 0.0, 0.0])[intent]
    draw = rng.random(len(intent))
    return np.where(draw < to_portal, PORTAL, np.where(rng.random(len(intent)) < 0.3, FEED, WALL))


def _plant_copies(rng: np.random.Generator, plan: PostPlan) -> None:
    """Gives posts of some incidents one text to copy (`cluster`): a neighbour's call to write to all doors at once."""
    about = np.flatnonzero(plan.incident >= 0)
    if not len(about):
        return
    about = about[np.argsort(plan.incident[about], kind="stable")]
    starts = np.flatnonzero(np.r_[True, np.diff(plan.incident[about]) != 0])
    groups = [group for group in np.split(about, starts[1:]) if len(group) >= 3]
    wanted = min(len(groups), max(1, len(plan) // 250))
    for cluster, index in enumerate(rng.permutation(len(groups))[:wanted]):
        members = groups[index][: int(rng.integers(3, 9))]
        plan.cluster[members] = cluster
        plan.intent[members] = COMPLAINT
