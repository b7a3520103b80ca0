"""The main path of a demo: plan everything from the seed, then write every file once."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from lab.demo.correspondence import plan_messages
from lab.demo.decisions import write_instructions, write_outcomes
from lab.demo.labels import write_labels
from lab.demo.mail import write_messages
from lab.demo.organisation import found, write_directory, write_staff_truth
from lab.demo.output import Defects
from lab.demo.people import assign
from lab.demo.phrasebook import load_topics
from lab.demo.plan import plan_posts
from lab.demo.portal import write_portal
from lab.demo.reference import write_reference, write_sources
from lab.demo.region import load_region
from lab.demo.rhythm import Calendar, local
from lab.demo.social import write_feed, write_walls
from lab.demo.truth import PostTruth, write_bursts
from lab.demo.writer import PostWriter

MIN_DAYS = 14


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was written. Planted bad rows are in `defects` and in no other count."""

    out: Path
    portal_posts: int
    wall_posts: int
    feed_posts: int
    mails: int
    chats: int
    staff: int
    incidents: int
    bursts: int
    defects: int

    @property
    def posts(self) -> int:
        """Posts of citizens in all sources."""
        return self.portal_posts + self.wall_posts + self.feed_posts

    @property
    def messages(self) -> int:
        """Messages of staff in all sources."""
        return self.mails + self.chats


def generate(out: Path, *, posts: int, messages: int, days: int, seed: int, end: datetime) -> DemoSummary:
    """Writes an invented region under `out`: exports, sources.yaml and truth/. The same arguments give the same bytes.

    A post is a portal case, a wall post, a citizen's comment or a row of the monitoring CSV; an official's comment and
    a citizen's word inside a case are events, not posts. A message is a row of a tracking log or a line of the chat.
    Planted bad rows (truth/defects.csv) come on top of both.

    Args:
        out: an empty or missing folder.
        posts: exact number of posts.
        messages: exact number of internal messages.
        days: local days covered, ending with `end`.
        seed: start of every stream of chance.
        end: first instant not covered; becomes `as_of` of sources.yaml.

    Raises:
        ValueError: a number is out of range or `end` has no time zone.
        FileExistsError: `out` holds something already.
    """
    _check(out, posts, messages, days, seed, end)
    region, topics, calendar = load_region(), load_topics(), Calendar(end, days)
    for_posts, for_staff, for_mail, for_decisions, for_labels = (
        np.random.default_rng([seed, stream]) for stream in range(5)
    )
    defects = Defects(out)

    plan = plan_posts(for_posts, region, topics, calendar, posts)
    assign(for_posts, region, plan)
    with PostTruth(out, plan, region, topics) as truth:
        portal_posts = write_portal(
            out, plan, region, calendar, PostWriter(seed, "portal", plan, region, topics), truth, defects
        )
        wall_posts = write_walls(
            out, plan, region, calendar, PostWriter(seed, "wall", plan, region, topics), truth, defects
        )
        feed_posts = write_feed(
            out, plan, region, calendar, PostWriter(seed, "feed", plan, region, topics), truth, defects
        )
    write_bursts(out, plan, region, topics, calendar)
    write_labels(out, for_labels, plan, region, topics, calendar, truth.written, truth.is_told)

    organisation = found(for_staff, region.mail_domain, messages)
    write_directory(out, for_staff, organisation, local(calendar.first_midnight).date(), days)
    write_staff_truth(out, organisation)
    correspondence = plan_messages(for_mail, organisation, calendar, messages)
    mails, chats = write_messages(out, seed, correspondence, organisation, topics, calendar, defects)

    write_instructions(out, for_decisions, region, topics, calendar, posts)
    write_outcomes(out, for_decisions, region, calendar)
    write_reference(out, region, end)
    write_sources(out, region, end)
    defects.write()
    return DemoSummary(
        out=out,
        portal_posts=portal_posts,
        wall_posts=wall_posts,
        feed_posts=feed_posts,
        mails=mails,
        chats=chats,
        staff=len(organisation.people),
        incidents=len(np.unique(plan.incident[plan.incident >= 0])),
        bursts=len(plan.bursts),
        defects=len(defects.found),
    )


def _check(out: Path, posts: int, messages: int, days: int, seed: int, end: datetime) -> None:
    for name, value, least in (
        ("posts", posts, 0),
        ("messages", messages, 0),
        ("days", days, MIN_DAYS),
        ("seed", seed, 0),
    ):
        if value < least:
            raise ValueError(f"{name} is {value}; accepted: {least} or more.")
    if end.tzinfo is None:
        raise ValueError(f"end is {end.isoformat()} without a time zone; add one, for example +03:00.")
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"{out} is not empty; give a new folder, so that no older export is mixed in.")
