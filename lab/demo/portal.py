"""The portal's export: one JSON a case with the events of its life, in the portal's own words.

A case is one post. Social networks are `social.py`; what officials say is `replies.py`.
"""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from lab.demo import replies
from lab.demo.output import Defects, RowFile, Schedule
from lab.demo.phrasebook import Topic
from lab.demo.plan import COMPLAINT, PORTAL, PostPlan
from lab.demo.region import Region
from lab.demo.rhythm import DAY, Calendar, local
from lab.demo.truth import PostTruth
from lab.demo.writer import PostWriter

HOUR = 3600
REPLY_HOURS = 24
_FIRST_ID = 4_000_001
_POINTED_SHARE, _ASTRAY_SHARE = 0.7, 0.03


def write_portal(
    out: Path,
    plan: PostPlan,
    region: Region,
    calendar: Calendar,
    writer: PostWriter,
    truth: PostTruth,
    defects: Defects,
) -> int:
    """Writes portal/cases.jsonl.gz; returns the number of posts in it (planted bad rows not counted)."""
    indices = np.flatnonzero(plan.source == PORTAL).tolist()
    rng = writer.rng
    schedule = Schedule(len(indices), ("broken", "future", "duplicate"))
    with RowFile(out / "portal" / "cases.jsonl.gz") as file:
        for position, index in enumerate(indices, start=1):
            case = _case(rng, _FIRST_ID + index, index, plan, region, calendar, writer, truth)
            file.write_json(case)
            match schedule.due(position):
                case "broken":
                    defects.add(
                        file,
                        file.write_line('{"id":' + str(case["id"]) + ',"created":"' + case["created"]),
                        "broken JSON",
                    )
                case "future":
                    when = local(calendar.end + 400 * DAY).replace(tzinfo=None).isoformat()
                    odd = case | {"id": _FIRST_ID + len(plan) + position, "created": when, "events": []}
                    defects.add(file, file.write_json(odd), "date in the future")
                case "duplicate":
                    defects.add(file, file.write_json(case), "exact duplicate of the row before")
    return len(indices)


def _case(
    rng: random.Random,
    number: int,
    index: int,
    plan: PostPlan,
    region: Region,
    calendar: Calendar,
    writer: PostWriter,
    truth: PostTruth,
) -> dict[str, Any]:
    written = writer.write(index, formal=True)
    truth.record("portal", str(number), index, written, is_located=True)
    topic = writer.stated_topic(index)
    here = region.municipalities[plan.municipality[index]]
    site = (int(plan.street[index]), int(plan.house[index]), int(plan.building[index]))
    created = int(plan.instant[index])
    lat, lon = here.site(*site) if rng.random() < _POINTED_SHARE else (None, None)
    if lat and rng.random() < _ASTRAY_SHARE:  # an address nobody found on the map stands in the middle of the town
        lat, lon = here.lat, here.lon
    menu = topic if rng.random() < 0.9 else rng.choice(writer.topics)  # people pick from the menu loosely
    address = here.address(*site)
    events = _life(rng, region, int(plan.municipality[index]), topic, plan.intent[index] == COMPLAINT, created, address)
    events = [event for event in events if event["_at"] < calendar.end]
    for event in events:
        event["at"] = _wall_clock(event.pop("_at"))
        if event["deadline"]:
            event["deadline"] = _wall_clock(event["deadline"])
    return {
        "id": number,
        "created": _wall_clock(created),
        "reporter": f"user-{int(plan.author[index]):09d}",
        "rubric": {"group": menu.group, "theme": menu.name},
        "address": {"municipality": here.name, "text": address, "lat": lat, "lon": lon},
        "description": written.text,
        "executor": region.authority(topic.owner, int(plan.municipality[index])) if rng.random() < 0.8 else None,
        "supporters": int(rng.paretovariate(1.5)) - 1,
        "events": events,
    }


def _wall_clock(instant: int) -> str:
    return local(instant).replace(tzinfo=None).isoformat()


class _Life:
    """Events of one case; time only moves forward."""

    def __init__(self, rng: random.Random, at: int) -> None:
        self.rng, self.at = rng, at
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, hours: float, actor: str | None, text: str | None = None, due: int | None = None) -> None:
        """Adds an event `hours` after the one before it."""
        self.at += max(1, int(hours * HOUR)) if self.events else 0
        text = text or replies.remark(self.rng, kind)
        self.events.append({"type": kind, "_at": self.at, "by": actor, "text": text, "deadline": due})


def _life(
    rng: random.Random, region: Region, municipality: int, topic: Topic, is_complaint: bool, created: int, address: str
) -> list[dict[str, Any]]:
    authority = region.authority(topic.owner, municipality)
    slowness = 0.5 + (len(authority) * 0.618 % 1) * 1.6  # authorities differ, and stay the way they are
    life = _Life(rng, created)
    life.add("CREATED", 0, None)
    due = created + REPLY_HOURS * HOUR
    if rng.random() < 0.1:
        life.add("IN_PROGRESS", rng.uniform(0.2, 6), region.authorities["government"], due=due)
        due = life.at + REPLY_HOURS * HOUR
        life.add("MOVED", rng.uniform(0.5, 20), authority, due=due)
    else:
        life.add("IN_PROGRESS", rng.uniform(0.1, 5), authority, due=due)
    if rng.random() < 0.08:
        life.add("NEED_INFO", rng.uniform(0.5, 8), authority)
        if rng.random() < 0.2:
            return life.events
        life.add("INFO_GIVEN", rng.uniform(1, 40), None)
    if rng.random() < 0.05:
        return life.events
    if rng.random() < 0.1:
        life.add("INTERIM", rng.uniform(2, 20), authority, due=life.at + 5 * DAY)
    _answer(rng, life, topic, authority, address, slowness)
    if is_complaint:
        _fix(rng, life, topic, authority, address, slowness)
    elif rng.random() < 0.7:
        life.add("ARCHIVED", rng.uniform(24, 200), None)
    return life.events


def _answer(rng: random.Random, life: _Life, topic: Topic, authority: str, address: str, slowness: float) -> None:
    delay = rng.lognormvariate(2.2, 0.8) * slowness
    day = (local(life.at) + timedelta(days=rng.randint(3, 20))).strftime("%d.%m.%Y")
    is_formal = rng.random() < 0.15 + 0.25 * (slowness > 1.2)
    life.add("ANSWERED", delay, authority, replies.answer(rng, topic, address, day, is_formal=is_formal))


def _fix(rng: random.Random, life: _Life, topic: Topic, authority: str, address: str, slowness: float) -> None:
    for _attempt in range(3):
        if rng.random() > 0.72:
            return
        life.add("DONE", rng.lognormvariate(4.4, 0.9) * slowness, authority, replies.done(rng, topic, address))
        verdict = rng.random()
        if verdict < 0.45:
            life.add("APPROVED", rng.uniform(1, 72), None)
            life.add("ARCHIVED", 1, None)
            return
        if verdict > 0.63:
            life.add("ARCHIVED", 14 * 24, None)
            return
        life.add("REJECTED", rng.uniform(1, 72), None)
        life.add("REOPENED", 0.1, None)
        _answer(rng, life, topic, authority, address, slowness)
