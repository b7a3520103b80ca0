"""What was planted among citizens' posts, as files in `truth/`. Truth about staff is written by `mail.py`.

Truth of texts is a sample of at most `SAMPLE` rows for big demos; incidents are always complete.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from lab.demo.labels import lends
from lab.demo.output import RowFile
from lab.demo.phrasebook import Topic
from lab.demo.plan import PostPlan
from lab.demo.region import Region
from lab.demo.rhythm import Calendar, local
from lab.demo.texts import Written
from nlp.lexicon import INTENTS

SAMPLE = 20_000
_FILES = {
    "incidents": ("source", "source_post_id", "incident_id", "is_told", "is_labelled"),
    "intents": ("text", "intent"),
    "topics": ("text", "authority", "group", "topic"),
    "places": ("text", "places"),
    "duplicates": ("id", "text", "cluster"),
}


class _Candidate(NamedTuple):
    """A row of duplicates.csv, if nobody else says the same."""

    source_post_id: str
    text: str
    label: str
    gist: str


class _Member(NamedTuple):
    """A row of incidents.csv but for what its thread tells."""

    source: str
    source_post_id: str
    number: int


class PostTruth:
    """Collects truth while posts are written; a context manager over the files.

    A post of an incident is *told* if its thread says where: in the words of any of its posts of that incident, by a
    stated address or by a point of the map. Who reads a thread that is not told cannot know which of a town's
    like matters it means. A post is *labelled* if its incident lends its posts to the region's labels.

    Attributes:
        is_told: by number of the post a thread began with, whether the thread is told; whole once all are recorded.
        written: number of a post → its source and its id there.
    """

    def __init__(self, root: Path, plan: PostPlan, region: Region, topics: Sequence[Topic]) -> None:
        self._plan, self._region, self._topics = plan, region, topics
        self._files = {name: RowFile(root / "truth" / f"{name}.csv", header) for name, header in _FILES.items()}
        self._step = max(1, len(plan) // SAMPLE)
        copied = plan.incident[plan.cluster >= 0]
        # Incidents with planted copies lend no single text: its words could be close to the copies.
        self._lenders: set[int] = set(np.unique(copied).tolist())
        self._candidates: list[_Candidate] = []
        self._members: list[_Member] = []
        self._opening = np.where(plan.root >= 0, plan.root, np.arange(len(plan)))
        self.is_told = np.zeros(len(plan), dtype=bool)
        self.written: dict[int, tuple[str, str]] = {}
        self._is_labelled = lends(plan.incident)

    def record(self, source: str, source_post_id: str, index: int, written: Written, *, is_located: bool) -> None:
        """Notes the truth about post `index` of the plan; `is_located`: its export states an address or a point."""
        plan = self._plan
        self.written[index] = (source, source_post_id)
        incident, intent = int(plan.incident[index]), INTENTS[plan.intent[index]]
        if incident >= 0:
            self._members.append(_Member(source, source_post_id, index))
            opening = self._opening[index]
            self.is_told[opening] |= (written.names_site or is_located) and plan.incident[opening] == incident
        self._duplicate(source_post_id, index, incident, written)
        if index % self._step:
            return
        self._files["intents"].write_csv((written.text, intent))
        self._files["places"].write_csv((written.text, json.dumps(written.places, ensure_ascii=False)))
        topic = self._topics[plan.topic[index]] if plan.topic[index] >= 0 else None
        # Whose a municipal matter is cannot be told from words that name no place.
        if topic and written.states_topic and (topic.owner != "municipality" or written.places):
            authority = self._region.authority(topic.owner, int(plan.municipality[index]))
            self._files["topics"].write_csv((written.text, authority, topic.group_code, topic.code))

    def _duplicate(self, source_post_id: str, index: int, incident: int, written: Written) -> None:
        cluster = int(self._plan.cluster[index])
        if len(self._candidates) >= SAMPLE or (cluster < 0 and (incident < 0 or incident in self._lenders)):
            return
        self._lenders.add(incident)
        label = f"copies-{cluster:05d}" if cluster >= 0 else f"single-{index:07d}"
        self._candidates.append(_Candidate(source_post_id, written.text, label, written.gist))

    def _write_incidents(self) -> None:
        for member in self._members:
            is_told = "true" if self.is_told[self._opening[member.number]] else "false"
            incident = f"i{int(self._plan.incident[member.number]):07d}"
            is_labelled = "true" if self._is_labelled[member.number] else "false"
            self._files["incidents"].write_csv((member.source, member.source_post_id, incident, is_told, is_labelled))

    def _write_duplicates(self) -> None:
        """Writes the candidates but for those whose gist is another's already.

        Of two texts that say the same of the same place, though nobody copied, it is not known whether they are
        duplicates; copies go before single texts.
        """
        owner: dict[str, str] = {}
        for candidate in sorted(self._candidates, key=lambda candidate: candidate.label[0] != "c"):
            owner.setdefault(candidate.gist, candidate.label)
        for candidate in self._candidates:
            if owner[candidate.gist] == candidate.label:
                self._files["duplicates"].write_csv(candidate[:3])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write_incidents()
        self._write_duplicates()
        for file in self._files.values():
            file.__exit__(kind, error, trace)


def write_bursts(root: Path, plan: PostPlan, region: Region, topics: Sequence[Topic], calendar: Calendar) -> None:
    """Writes truth/bursts.csv: topic code, municipality, first and last local day (both inclusive)."""
    with RowFile(root / "truth" / "bursts.csv", ("topic", "place", "from", "to")) as out:
        for burst in plan.bursts:
            place = region.municipalities[burst.municipality].name
            days = (_date(calendar, burst.first_day), _date(calendar, burst.last_day))
            out.write_csv((topics[burst.topic].code, place, *days))


def _date(calendar: Calendar, day: int) -> date:
    return local(calendar.first_midnight).date() + timedelta(days=day)
