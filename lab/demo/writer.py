"""Turns a planned post into words, with one stream of chance per export so that exports do not disturb each other.

Sentences are composed in `texts.py`; rows of a file are shaped by the module that writes it.
"""

import random
from functools import lru_cache

from lab.demo.phrasebook import Topic
from lab.demo.plan import PostPlan
from lab.demo.region import Region
from lab.demo.texts import Matter, Written, write_answer, write_copy, write_post


class PostWriter:
    """Writes the posts of a plan for one export."""

    def __init__(self, seed: int, name: str, plan: PostPlan, region: Region, topics: tuple[Topic, ...]) -> None:
        self.rng = random.Random(f"{seed}/{name}")  # noqa: S311 - chance for invented words, not for secrets
        self.topics = topics
        self._seed, self._plan, self._region = seed, plan, region
        self._original = lru_cache(maxsize=4096)(self._write_original)

    def topic(self, index: int) -> Topic | None:
        """Topic of post `index`, None when it has none."""
        topic = int(self._plan.topic[index])
        return self.topics[topic] if topic >= 0 else None

    def stated_topic(self, index: int) -> Topic:
        """Topic of post `index`, which has one: only posts that rage or chat do without."""
        return self.topics[int(self._plan.topic[index])]

    def write(self, index: int, *, formal: bool) -> Written:
        """The words of post `index`; members of a cluster copy one text, whichever file they are in."""
        plan = self._plan
        cluster = int(plan.cluster[index])
        if cluster >= 0:
            return write_copy(self.rng, self._original(cluster, self._matter(index)))
        if plan.root[index] >= 0:
            return write_answer(self.rng, self._region, self._matter(index))
        return write_post(self.rng, self._region, self._matter(index), formal=formal)

    def _write_original(self, cluster: int, matter: Matter) -> Written:
        rng = random.Random(f"{self._seed}/copy/{cluster}")  # noqa: S311 - chance for invented words, not for secrets
        written = write_post(rng, self._region, matter, formal=True)
        # A text that is spread by copying says where; a very short one would lose its shingles to any edit.
        while len(written.places) == 0 or len(written.text) < 90:
            written = write_post(rng, self._region, matter, formal=True)
        return written

    def _matter(self, index: int) -> Matter:
        plan = self._plan
        return Matter(
            intent=int(plan.intent[index]),
            topic=self.topic(index),
            municipality=int(plan.municipality[index]),
            street=int(plan.street[index]),
            house=int(plan.house[index]),
            entrance=int(plan.entrance[index]),
            floor=int(plan.floor[index]),
            incident=int(plan.incident[index]),
        )
