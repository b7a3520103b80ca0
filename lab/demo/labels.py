"""What an hour of reading gave the region: answers about pairs of posts, as `otklik label incidents` asks for them.

Belongs here: which planted incidents lend their posts to labels, which pairs are read, and what a reader answers. What
a deployment does with the answers is `otklik/stages/incident_joining.py`.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lab.demo.output import RowFile
from lab.demo.phrasebook import Topic
from lab.demo.plan import COMPLAINT, QUESTION, PostPlan
from lab.demo.region import Region
from lab.demo.rhythm import DAY, Calendar, local

LABEL_HEADER = ("Источник", "Обращение", "Источник второго", "Второе обращение", "Ответ", "Кто", "Когда")
N_PAIRS = 300
LENDING = 3
"""One planted incident in so many is read; the others alone may say how well incidents are found."""
_WINDOW, _NEIGHBOURS = 14 * DAY, 20
_LEAST_OF_STRATUM = 4
_ANSWERS = {"same": "одно", "different": "разное", "cannot_tell": "не понять"}


class _Pair(NamedTuple):
    """Numbers of two posts of the plan, the earlier one first."""

    earlier: int
    later: int


def lends(incident: np.ndarray) -> np.ndarray:
    """Whether planted incidents, by number, lend their posts to labels; of -1, no incident: no."""
    is_lent: np.ndarray = (incident >= 0) & (incident % LENDING == 0)
    return is_lent


def write_labels(
    out: Path,
    rng: np.random.Generator,
    plan: PostPlan,
    region: Region,
    topics: tuple[Topic, ...],
    calendar: Calendar,
    written: Mapping[int, tuple[str, str]],
    is_told: np.ndarray,
) -> int:
    """Writes labels/incident_pairs.csv: pairs that share a place, a writer or a text; returns how many.

    Pairs are drawn by place, subject and writer, from each stratum in proportion to the root of its size. The reader
    sees what the posts say: of a thread that tells no place nobody can say which matter it means.

    Args:
        out: folder of the demo.
        rng: source of chance.
        plan: what was planted.
        region: whose it is.
        topics: its topics.
        calendar: the answers are an hour old when it ends.
        written: number of a post → its source and its id there.
        is_told: bool by post; whether a thread that begins with it says where.
    """
    read_at = calendar.end - 3600
    strata: dict[tuple[bool, bool, bool], list[_Pair]] = defaultdict(list)
    for pair in sorted(_candidates(plan, region, topics, read_at)):
        strata[_stratum(plan, topics, pair)].append(pair)
    drawn = sorted(_drawn(rng, strata))
    when = local(read_at).isoformat()
    with RowFile(out / "labels" / "incident_pairs.csv", LABEL_HEADER, delimiter=";") as file:
        for pair in drawn:
            answer = _ANSWERS[_answer(plan, is_told, pair)]
            file.write_csv((*written[pair.earlier], *written[pair.later], answer, "оператор-1", when))
    return len(drawn)


def _candidates(plan: PostPlan, region: Region, topics: tuple[Topic, ...], before: int) -> set[_Pair]:
    """Pairs of posts that begin a thread, ask or complain, and share a site, a street's name, a writer or a text."""
    is_free = (plan.incident < 0) & (np.arange(len(plan)) % LENDING == 0)
    is_read = (lends(plan.incident) | is_free) & (plan.root < 0) & (plan.instant < before) & (plan.topic >= 0)
    is_read &= np.isin(plan.intent, (COMPLAINT, QUESTION))
    blocks: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for index in np.flatnonzero(is_read).tolist():
        here, street = region.municipalities[plan.municipality[index]], int(plan.street[index])
        topic = topics[plan.topic[index]]
        blocks["place", topic.site, here.municipality_id, street].append(index)
        blocks["name", topic.site, here.streets[street].nominative].append(index)
        blocks["writer", int(plan.source[index]), int(plan.author[index]), topic.group_code].append(index)
        if plan.cluster[index] >= 0:
            blocks["text", int(plan.cluster[index])].append(index)
    return {pair for block in blocks.values() for pair in _neighbours(plan, block)}


def _neighbours(plan: PostPlan, block: list[int]) -> Iterator[_Pair]:
    for position, later in enumerate(block):
        for earlier in block[max(0, position - _NEIGHBOURS) : position]:
            if plan.instant[later] - plan.instant[earlier] <= _WINDOW:
                yield _Pair(earlier, later)


def _stratum(plan: PostPlan, topics: tuple[Topic, ...], pair: _Pair) -> tuple[bool, bool, bool]:
    """Whether a pair is of one house, of one topic, of one writer."""
    one, other = pair
    is_one_site = all(array[one] == array[other] for array in (plan.municipality, plan.street, plan.house))
    is_one_writer = plan.author[one] == plan.author[other] and plan.source[one] == plan.source[other]
    return is_one_site, bool(plan.topic[one] == plan.topic[other]), bool(is_one_writer)


def _drawn(rng: np.random.Generator, strata: Mapping[tuple[bool, bool, bool], list[_Pair]]) -> Iterator[_Pair]:
    roots = {name: len(pairs) ** 0.5 for name, pairs in strata.items()}
    for name in sorted(strata):
        pairs = strata[name]
        wanted = max(_LEAST_OF_STRATUM, round(N_PAIRS * roots[name] / sum(roots.values())))
        for index in rng.permutation(len(pairs))[:wanted].tolist():
            yield pairs[index]


def _answer(plan: PostPlan, is_told: np.ndarray, pair: _Pair) -> str:
    one, other = pair
    is_copied = plan.cluster[one] >= 0 and plan.cluster[one] == plan.cluster[other]
    if not is_copied and not (is_told[one] and is_told[other]):
        return "cannot_tell"
    return "same" if plan.incident[one] >= 0 and plan.incident[one] == plan.incident[other] else "different"
