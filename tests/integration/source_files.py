"""The invented region's own files in pandas, and what becomes of each incident by them: none of the platform's code.

What models infer is taken as given: which posts are one incident. All the rest (openings, replies, pauses, terms,
states) is read from the files and counted anew here, by definitions 4, 5, 5a and 7.
"""

import csv
import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

ZONE = "Europe/Samara"
HOUR = pd.Timedelta(hours=1)
TERM = pd.Timedelta(hours=24)
LONGEST_PAUSE = pd.Timedelta(hours=120)
KINDS = {
    "CREATED": "received", "IN_PROGRESS": "accepted", "MOVED": "rerouted", "NEED_INFO": "clarification_requested",
    "INFO_GIVEN": "clarified", "INTERIM": "interim_reply", "ANSWERED": "reply", "DONE": "claimed_fixed",
    "APPROVED": "confirmed", "REJECTED": "refuted", "ARCHIVED": "closed", "REOPENED": "reopened",
}  # fmt: skip
"""The portal's words for events, in the order in which those of one instant count."""
ORDER = {kind: number for number, kind in enumerate(KINDS.values())}
ASKED = "clarification_requested"
REPLIES = ("interim_reply", "reply")
# After an event of these kinds the next step is the authority's; a rerouting changes nothing.
AWAITING = {"received", "accepted", "clarified", "interim_reply", "refuted", "reopened"}


Event = Any
"""A row of `Files.events` as a named tuple, with the incident it is of."""


@dataclass(frozen=True)
class Files:
    """What the deliveries say; instants in UTC.

    Attributes:
        posts: source, id, at, author, channel, parent; is_placed where beside the words a point, an address or a
            municipality is stated.
        events: of cases: source, id, kind, at, by.
    """

    posts: pd.DataFrame
    events: pd.DataFrame


def read_files(folder: Path, as_of: pd.Timestamp) -> Files:
    """All posts and events of the deliveries in a region's folder, canaries among them, planted bad rows left out."""
    posts, events = [], []
    for read in (_portal, _walls, _feed, _canaries):
        for post, of_post in read(folder):
            posts.append(post)
            events += [{"source": post["source"], "id": post["id"]} | event for event in of_post]
    known = pd.DataFrame(posts).drop_duplicates(["source", "id"])
    return Files(known[known["at"] <= as_of], pd.DataFrame(events).drop_duplicates())


def _local(text: str) -> pd.Timestamp:
    return pd.Timestamp(text, tz=ZONE).tz_convert("UTC")


_Case = tuple[dict[str, Any], list[dict[str, Any]]]


def _portal(folder: Path) -> Iterator[_Case]:
    with gzip.open(folder / "portal" / "cases.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in _json_lines(file):
            post = {"source": "portal", "id": str(row["id"]), "at": _local(row["created"]), "author": row["reporter"]}
            told = [{"kind": KINDS[one["type"]], "at": _local(one["at"]), "by": one["by"]} for one in row["events"]]
            is_placed = any(row["address"].values())
            yield post | {"channel": "portal", "parent": None, "is_placed": is_placed}, told


def _walls(folder: Path) -> Iterator[_Case]:
    for path in sorted((folder / "social").glob("wall_*.jsonl")):
        for row in _json_lines(path.read_text(encoding="utf-8").splitlines()):
            names = {-group["id"]: group["name"] for group in row["groups"]}
            key = f"wall{row['owner_id']}_{row['id']}"
            opened, told = pd.Timestamp(row["date"], unit="s", tz="UTC"), []
            common = {"source": "wall", "channel": "vk"}
            for one in row["comments"]["list"]:
                at = pd.Timestamp(one["date"], unit="s", tz="UTC")
                if one["from_id"] > 0:
                    answered = f"{key}_r{one['reply_to_comment']}" if one["reply_to_comment"] else key
                    said = {"id": f"{key}_r{one['id']}", "at": at, "author": str(one["from_id"]), "parent": answered}
                    yield common | said | {"is_placed": False}, []
                else:
                    told.append({"kind": "received", "at": opened, "by": None})
                    told.append({"kind": "reply", "at": at, "by": names[one["from_id"]]})
            post = {"id": key, "at": opened, "author": str(row["from_id"]), "is_placed": row["geo"] is not None}
            yield common | post, told


def _feed(folder: Path) -> Iterator[_Case]:
    channels = {"Одноклассники": "ok", "Телеграм": "telegram"}
    for row in _csv(folder / "social" / "monitoring.csv", ";"):
        at = pd.to_datetime(row["Дата"], format="%d.%m.%Y %H:%M", errors="coerce").tz_localize(ZONE).tz_convert("UTC")
        post = {"source": "feed", "id": row["№"], "at": at, "author": f"{row['Сеть']}:{row['Автор']}"}
        yield post | {"channel": channels[row["Сеть"]], "parent": row["Ответ на"] or None, "is_placed": False}, []


def _canaries(folder: Path) -> Iterator[_Case]:
    for row in _csv(folder / "canary" / "posts.csv", ","):
        at = _local(row["written"])
        post = {"source": "canary_posts", "id": row["id"], "at": at, "author": row["author"], "channel": "portal"}
        post["is_placed"] = any(row[name] for name in ("place_text", "declared_municipality", "declared_district"))
        replied = at + pd.Timedelta(hours=2)
        yield post, [{"kind": "reply", "at": replied, "by": row["event_authority"]}]


def _json_lines(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.rstrip().endswith("}"):  # a broken row ends in the middle
            yield json.loads(line)


def _csv(path: Path, delimiter: str) -> Iterator[dict[str, str]]:
    if not path.exists():  # canaries are not planted everywhere
        return
    with path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file, delimiter=delimiter)


def recounted(files: Files, members: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Every incident as its files tell it.

    Args:
        files: of the region.
        members: incident_id, source, id of every post that is in an incident; is_opening of the one it is named after.
        as_of: the instant to look from.

    Returns:
        By incident_id: channel of its first post; opened_at, first_reply_at, claimed_at, confirmed_at, settled_at,
        due_at of the reply, overdue_since; wait_hours; without the pause net_hours to the reply, and elapsed_hours to
        it or to as_of; is_ripe, is_on_time, is_awaiting, is_overdue, is_confirmed; n_reopenings; last_actor.
    """
    posts = members.merge(files.posts, on=["source", "id"])
    posts = posts[posts["at"] < as_of].sort_values(["at", "is_opening"], ascending=[True, False], kind="stable")
    openings = posts.groupby("incident_id").first()
    opened = openings["at"]
    events = events_of(files, members)
    events = events[events["at"] < as_of]
    told: dict[str, list[Event]] = {one: [] for one in opened.index}
    for event in events.itertuples():
        told[event.incident_id].append(event)
    rows = {one: _incident(told[one], at, as_of) for one, at in opened.items()}
    return pd.DataFrame.from_dict(rows, orient="index").join(openings["channel"])


def events_of(files: Files, members: pd.DataFrame) -> pd.DataFrame:
    """Events of the posts that are in an incident, in the order in which they count."""
    events = files.events.merge(members, on=["source", "id"])
    events["order"] = events["kind"].map(ORDER)
    return events.sort_values(["incident_id", "at", "order"], kind="stable")


def _incident(events: list[Event], opened: pd.Timestamp, as_of: pd.Timestamp) -> dict[str, Any]:
    since = [event for event in events if event.at >= opened]
    replies = [event.at for event in since if event.kind in REPLIES]
    reopened = [number for number, event in enumerate(events) if event.kind == "reopened" and event.at >= opened]
    first = _clock(events[: reopened[0]] if reopened else events, opened, replies, opened, as_of)
    last = first
    if reopened:
        in_last = events[reopened[-1] :]
        last = _clock(in_last, in_last[0].at, [one.at for one in in_last if one.kind in REPLIES], opened, as_of)
    states = [event.kind for event in events if event.kind != "rerouted"]
    is_awaiting = not states or states[-1] in AWAITING
    verdicts = [kind for kind in states if kind in ("confirmed", "refuted", "reopened")]
    actors = [event.by for event in events if isinstance(event.by, str)]
    begun = {kind: [one.at for one in since if one.kind == kind] for kind in ("claimed_fixed", "confirmed", "closed")}
    return {
        "opened_at": opened,
        "first_reply_at": _first(replies),
        "claimed_at": _first(begun["claimed_fixed"]),
        "confirmed_at": _first(begun["confirmed"]),
        "settled_at": _first(begun["confirmed"] + begun["closed"]),
        "due_at": first["due_at"],
        "overdue_since": last["due_at"],
        "wait_hours": (_first(replies) - opened) / HOUR,
        "net_hours": first["hours"] if replies else float("nan"),
        "elapsed_hours": first["hours"],
        "is_ripe": first["due_at"] <= as_of,
        "is_on_time": first["due_at"] <= as_of and bool(_first(replies) <= first["due_at"]),
        "is_awaiting": is_awaiting,
        "is_overdue": is_awaiting and not last["is_stopped"] and last["due_at"] < as_of,
        "is_confirmed": verdicts[-1:] == ["confirmed"],
        "n_reopenings": sum(event.kind == "reopened" for event in events),
        "last_actor": actors[-1] if actors else None,
    }


def _first(instants: list[pd.Timestamp]) -> pd.Timestamp:
    return min(instants, default=pd.NaT)


def _clock(
    events: list[Event], started: pd.Timestamp, replies: list[pd.Timestamp], opened: pd.Timestamp, as_of: pd.Timestamp
) -> dict[str, Any]:
    """The clock of the reply in one attempt: when it was due, and hours since the opening but for the pause."""
    until = min(replies, default=as_of)
    asked = [span for case in {event.id for event in events} for span in _pauses(case, events, as_of)]
    paused, is_moved = pd.Timedelta(0), False
    if asked:
        begin, end = (min(max(min(edges), started), until) for edges in zip(*asked, strict=True))
        paused, is_moved = end - begin, begin - started < TERM
    due = started + TERM + (paused if is_moved else pd.Timedelta(0))
    return {"is_stopped": bool(replies), "due_at": due, "hours": (until - opened - paused) / HOUR}


def _pauses(case: str, events: list[Event], as_of: pd.Timestamp) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    """From when to when each request for more, of one case, made it wait for the citizen."""
    of_case = [event for event in events if event.id == case]
    for number, event in enumerate(of_case):
        if event.kind == ASKED and (number == 0 or of_case[number - 1].kind != ASKED):
            answered = [later.at for later in of_case[number + 1 :] if later.kind != ASKED]
            yield event.at, min([*answered, as_of][0], event.at + LONGEST_PAUSE)


def repeats_of(files: Files, reports: pd.DataFrame) -> pd.DataFrame:
    """Reports that repeat one of the 90 days before: of the same incident, or of the same matter at the same site.

    Args:
        files: of the region.
        reports: post_id, incident_id, source, id and site (empty where none is known) of every thread.

    Returns:
        By post_id: incident_id_before, at, at_before, is_same_person. Of several earlier ones the latest of the same
        person counts, else the latest.
    """
    known = reports.merge(files.posts[["source", "id", "at", "author"]], on=["source", "id"])
    known["author"] = known["source"] + ":" + known["author"]
    by_incident = known.assign(matter="i|" + known["incident_id"])
    by_site = known[known["site"].notna()].assign(matter="s|" + known["site"].fillna(""))
    pairs = pd.concat([by_incident, by_site])
    pairs = pairs.merge(pairs, on="matter", suffixes=("", "_before"))
    is_earlier = (pairs["at_before"] < pairs["at"]) | (
        (pairs["at_before"] == pairs["at"]) & (pairs["post_id_before"] < pairs["post_id"])
    )
    pairs = pairs[is_earlier & (pairs["at"] - pairs["at_before"] <= pd.Timedelta(days=90))]
    pairs["is_same_person"] = pairs["author"] == pairs["author_before"]
    best = pairs.sort_values(
        ["post_id", "is_same_person", "at_before", "post_id_before"], ascending=[True, False, False, True]
    )
    return best.groupby("post_id")[["incident_id_before", "at", "at_before", "is_same_person"]].first()
