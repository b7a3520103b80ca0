"""Who writes and who answers whom: authors of posts and threads of comments. Planning of posts is `plan.py`."""

from collections import defaultdict, deque

import numpy as np

from lab.demo.plan import FEED, NEGATIVE, OTHER, QUESTION, WALL, PostPlan
from lab.demo.region import Region
from lab.demo.rhythm import DAY

WALLS = 5
"""Communities in the network: one each for the three biggest cities, two for everybody else."""
_ONE_OFF_SHARE = 0.55
_REGULAR_STRIDE = 1_000_000
_ONE_OFF_BASE, _LISTER_BASE = 100_000_000, 200_000_000
_MEMORY_DAYS = 3
"""Nobody answers a post older than this."""
_INSISTING_SHARE = 0.15
"""Share of later posts of an incident that are by somebody who wrote of it before, in the same export."""


def wall_of(municipality: int) -> int:
    """The community (0 … WALLS-1) in which a municipality's people write."""
    return municipality if municipality < 3 else 3 + municipality % 2


def page_of(region: Region, wall: int) -> tuple[str, str | None]:
    """Name of a community, and the town it says it is at home in: None for the two that many towns share."""
    if wall < 3:
        town = region.municipalities[wall].name
        return f"Подслушано {town}", town
    return ("Соседи левого берега", "Соседи правого берега")[wall - 3], None


def assign(rng: np.random.Generator, region: Region, plan: PostPlan) -> None:
    """Fills `root`, `answered`, then `author` of a plan, in place.

    More than half of the posts come from people who write once; the rest from regulars of their municipality whose
    activity falls with their rank (Zipf), so that a few write a lot.
    """
    _thread(rng, plan)
    one_off = rng.random(len(plan)) < _ONE_OFF_SHARE
    for source in np.unique(plan.source):
        for place in range(len(region.municipalities)):
            here = np.flatnonzero((plan.source == source) & (plan.municipality == place) & ~one_off)
            pool = min(_REGULAR_STRIDE - 1, max(3, len(here) // 4))
            weight = 1 / np.arange(1, pool + 1) ** 0.9
            ranks = np.searchsorted(np.cumsum(weight) / weight.sum(), rng.random(len(here)))
            plan.author[here] = place * _REGULAR_STRIDE + np.minimum(ranks, pool - 1)
    plan.author[one_off] = _ONE_OFF_BASE + np.arange(int(one_off.sum()))
    _insist(rng, plan)
    listed = plan.lister >= 0
    plan.author[listed] = _LISTER_BASE + plan.lister[listed]


def _insist(rng: np.random.Generator, plan: PostPlan) -> None:
    """Lets some write again of a matter that is not mended."""
    is_insisting, pick = rng.random(len(plan)) < _INSISTING_SHARE, rng.random(len(plan))
    wrote: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index in np.flatnonzero(plan.incident >= 0).tolist():
        authors = wrote[int(plan.source[index]), int(plan.incident[index])]
        if authors and is_insisting[index]:
            plan.author[index] = authors[int(pick[index] * len(authors))]
        authors.append(int(plan.author[index]))


def _thread(rng: np.random.Generator, plan: PostPlan) -> None:
    is_answer = rng.random(len(plan)) < np.where(plan.source == WALL, 0.62, 0.55)
    pick = rng.random(len(plan))
    deeper = rng.random(len(plan)) < 0.4
    root_of_incident: dict[tuple[int, int], int] = {}
    recent: dict[tuple[int, int], deque[int]] = defaultdict(lambda: deque(maxlen=30))
    thread: dict[int, list[int]] = defaultdict(list)
    for index in np.flatnonzero((plan.source == WALL) | (plan.source == FEED)).tolist():
        source, incident = int(plan.source[index]), int(plan.incident[index])
        door = (source, wall_of(int(plan.municipality[index])))
        root = -1
        if is_answer[index]:
            if incident >= 0:
                root = root_of_incident.get((source, incident), -1)
            elif plan.intent[index] in (QUESTION, NEGATIVE, OTHER):
                root = _recent_root(plan, recent[door], pick[index], index)
        if root < 0:
            if incident >= 0:
                root_of_incident.setdefault((source, incident), index)
            recent[door].append(index)
            continue
        answers = thread[root]
        plan.root[index] = root
        plan.answered[index] = answers[int(pick[index] * len(answers))] if answers and deeper[index] else root
        answers.append(index)
        plan.municipality[index] = plan.municipality[root]
        if incident < 0:
            _follow(plan, index, root)


def _recent_root(plan: PostPlan, roots: deque[int], draw: float, index: int) -> int:
    if not roots:
        return -1
    root = roots[int(draw * len(roots))]
    return root if plan.instant[index] - plan.instant[root] < _MEMORY_DAYS * DAY else -1


def _follow(plan: PostPlan, index: int, root: int) -> None:
    """A question under a post is about that post's matter; without a matter there it is chat."""
    for where in (plan.street, plan.house, plan.building, plan.entrance, plan.floor):
        where[index] = where[root]
    if plan.intent[index] == QUESTION:
        plan.topic[index], plan.incident[index] = plan.topic[root], plan.incident[root]
        if plan.topic[root] < 0:
            plan.intent[index] = OTHER
