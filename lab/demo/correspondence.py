"""Who of the staff writes to whom and when, as arrays: threads, leaders to whom many turn, chatty pairs, mail lists.

Files are `mail.py`; words are `chatter.py`.
"""

from dataclasses import dataclass

import numpy as np

from lab.demo.organisation import Organisation
from lab.demo.rhythm import Calendar

MAIL, CHAT = range(2)
FEW, GROUP, EVERYBODY = range(3)
_REPLY_SHARE = 0.28
_SECOND_REPLY_SHARE = 0.10
_INSIDE_SHARE = 0.74
_LEADER_PULL = 3.0
_EXTRA = 3


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """Messages in order of time; -1 stands for none.

    `reach` says whether a message goes to the people in `recipients`, to the sender's group or to a mail list that
    begins at `list_start` (everybody in a shuffled ring) and has `list_size` names. `answered` and `thread` are
    indices of messages.
    """

    instant: np.ndarray
    sender: np.ndarray
    recipients: np.ndarray
    reach: np.ndarray
    list_start: np.ndarray
    list_size: np.ndarray
    channel: np.ndarray
    answered: np.ndarray
    thread: np.ndarray
    ring: np.ndarray
    members: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        return len(self.instant)

    def recipients_of(self, index: int) -> list[int]:
        """People a message goes to, never its sender, in a fixed order."""
        sender = int(self.sender[index])
        match int(self.reach[index]):
            case 0:
                found = [person for person in self.recipients[index].tolist() if person >= 0]
            case 1:
                found = next(group for group in self.members if sender in group).tolist()
            case _:
                ring = self.ring
                positions = (int(self.list_start[index]) + np.arange(int(self.list_size[index]))) % len(ring)
                found = ring[positions].tolist()
        return [person for person in dict.fromkeys(found) if person != sender]


def plan_messages(rng: np.random.Generator, organisation: Organisation, calendar: Calendar, count: int) -> MessagePlan:
    """Plans exactly `count` messages: openings, answers to them, answers to answers; sorted by time."""
    people = organisation.people
    group = np.array([person.group for person in people])
    members = tuple(np.flatnonzero(group == value) for value in np.unique(group))
    second = int(count * _SECOND_REPLY_SHARE)
    first = int(count * _REPLY_SHARE)
    opening = count - first - second
    columns = _openings(rng, organisation, members, calendar, opening)
    # Only letters to a few are answered: an answer to a list would make its hub look sought after.
    columns = _answers(rng, columns, np.flatnonzero(columns["reach"] == FEW), min(first, opening), calendar)
    missing = count - len(columns["instant"])
    columns = _answers(rng, columns, np.flatnonzero(columns["answered"] >= 0), missing, calendar)
    columns = _topped_up(rng, organisation, members, calendar, columns, count)
    order = np.argsort(columns["instant"], kind="stable")
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    columns = {name: values[order] for name, values in columns.items()}
    for name in ("answered", "thread"):
        columns[name] = np.where(columns[name] >= 0, rank[columns[name]], -1)
    return MessagePlan(**columns, ring=rng.permutation(len(people)), members=members)


def _openings(
    rng: np.random.Generator,
    organisation: Organisation,
    members: tuple[np.ndarray, ...],
    calendar: Calendar,
    count: int,
) -> dict[str, np.ndarray]:
    people = organisation.people
    hub = np.array([person.is_hub for person in people])
    leader = np.array([person.is_leader for person in people])
    activity = rng.lognormal(0, 0.8, size=len(people)) * np.where(hub, 0.5, 1)
    pull = rng.lognormal(0, 0.5, size=len(people)) * np.where(leader, _LEADER_PULL, 1) * np.where(hub, 0.2, 1)
    sender = rng.choice(len(people), size=count, p=activity / activity.sum())
    reach = rng.choice(3, size=count, p=(0.9, 0.08, 0.02))
    sender = np.where(reach == EVERYBODY, rng.choice(np.flatnonzero(hub), size=count), sender)
    recipients = np.full((count, 1 + _EXTRA), -1)
    width = rng.choice(1 + _EXTRA, size=count, p=(0.76, 0.12, 0.07, 0.05)) + 1
    for column in range(1 + _EXTRA):
        here = np.flatnonzero(width > column)
        recipients[here, column] = _addressees(rng, sender[here], members, pull)
    _chatty_pairs(rng, sender, recipients, reach, np.flatnonzero(~hub & ~leader))
    return {
        "instant": calendar.staff_times(rng, count),
        "sender": sender,
        "recipients": recipients,
        "reach": reach,
        "list_start": rng.integers(0, len(people), size=count),
        "list_size": np.minimum(rng.integers(30, 120, size=count), len(people)),
        "channel": np.where((reach == FEW) & (rng.random(count) < 0.35), CHAT, MAIL),
        "answered": np.full(count, -1),
        "thread": np.arange(count),
    }


def _addressees(
    rng: np.random.Generator, sender: np.ndarray, members: tuple[np.ndarray, ...], pull: np.ndarray
) -> np.ndarray:
    """One addressee per sender: mostly of the own group, by pull; never the sender."""
    everybody = np.arange(len(pull))
    group_of = np.empty(len(pull), dtype=np.int64)
    for number, group in enumerate(members):
        group_of[group] = number
    inside = rng.random(len(sender)) < _INSIDE_SHARE
    chosen = np.empty(len(sender), dtype=np.int64)
    for pool, here in [
        (everybody, np.flatnonzero(~inside)),
        *((group, np.flatnonzero(inside & (group_of[sender] == number))) for number, group in enumerate(members)),
    ]:
        cumulative = np.cumsum(pull[pool]) / pull[pool].sum()
        position = np.minimum(np.searchsorted(cumulative, rng.random(len(here))), len(pool) - 1)
        position = np.where(pool[position] == sender[here], (position + 1) % len(pool), position)
        chosen[here] = pool[position]
    # Alone in a group: write to anybody.
    return np.where(chosen == sender, (sender + 1) % len(pull), chosen)


def _chatty_pairs(
    rng: np.random.Generator, sender: np.ndarray, recipients: np.ndarray, reach: np.ndarray, ordinary: np.ndarray
) -> None:
    """A few pairs who write to each other all day: loud, and nobody else turns to them."""
    pairs = max(1, len(ordinary) // 60)
    chosen = rng.permutation(ordinary)[: 2 * pairs].reshape(-1, 2)
    here = np.flatnonzero((rng.random(len(sender)) < 0.05) & (reach == FEW))
    pair = chosen[rng.integers(0, len(chosen), size=len(here))]
    flipped = rng.random(len(here)) < 0.5
    sender[here] = np.where(flipped, pair[:, 0], pair[:, 1])
    recipients[here] = -1
    recipients[here, 0] = np.where(flipped, pair[:, 1], pair[:, 0])


def _answers(
    rng: np.random.Generator, columns: dict[str, np.ndarray], candidates: np.ndarray, count: int, calendar: Calendar
) -> dict[str, np.ndarray]:
    """Adds up to `count` answers, one a candidate at most: the first addressee answers the sender."""
    parent = np.sort(rng.permutation(candidates)[:count])
    delay = np.maximum(30, rng.lognormal(8.0, 1.4, size=len(parent))).astype(np.int64)
    asked = columns["instant"][parent]
    recipients = np.full((len(parent), 1 + _EXTRA), -1)
    recipients[:, 0] = columns["sender"][parent]
    added = {
        "instant": np.where(asked + delay < calendar.end, asked + delay, asked + (calendar.end - asked) // 2),
        "sender": columns["recipients"][parent, 0],
        "recipients": recipients,
        "reach": np.full(len(parent), FEW),
        "list_start": np.zeros(len(parent), dtype=np.int64),
        "list_size": np.zeros(len(parent), dtype=np.int64),
        "channel": columns["channel"][parent],
        "answered": parent,
        "thread": columns["thread"][parent],
    }
    return {name: np.concatenate([values, added[name]]) for name, values in columns.items()}


def _topped_up(
    rng: np.random.Generator,
    organisation: Organisation,
    members: tuple[np.ndarray, ...],
    calendar: Calendar,
    columns: dict[str, np.ndarray],
    count: int,
) -> dict[str, np.ndarray]:
    """Openings in place of answers for which nothing was left to answer (tiny demos only)."""
    missing = count - len(columns["instant"])
    if missing <= 0:
        return columns
    extra = _openings(rng, organisation, members, calendar, missing)
    extra["thread"] = extra["thread"] + len(columns["instant"])
    return {name: np.concatenate([values, extra[name]]) for name, values in columns.items()}
