"""Mattermost's bulk export: JSON lines (version, teams, channels, users, then posts); the file, .gz, zip or folder.

The export gives posts no ids: an id is made of where, who and when. A message is for the people it mentions and the
author it answers; one that addresses nobody is for all members of its channel, as far as the `user` lines tell. Bots
are no people.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from otklik.intake.readers.accounts import addressed
from otklik.intake.readers.archive import is_archive
from otklik.intake.readers.json_items import lines_of
from otklik.intake.readers.json_window import BrokenJsonError, parse
from otklik.intake.readers.message_rows import MESSAGE_SELECT
from otklik.intake.readers.message_rows import SCHEMA as SCHEMA
from otklik.intake.readers.packed import opened
from otklik.intake.readers.tabular import BrokenRecord, open_binary, readable

MAPPINGS = {"message": MESSAGE_SELECT}
TAKES_FOLDERS = True

_KINDS = frozenset(("version", "info", "role", "scheme", "team", "channel", "user", "bot", "emoji", "direct_channel"))
_MENTION = re.compile(r"(?<![\w.@-])@([a-z0-9][a-z0-9._-]{1,63})")
_FOR_ALL = frozenset(("all", "channel", "here"))
_LAST_MILLISECOND = 253_402_300_799_000
_REMEMBERED_POSTS = 1_000
# the address the product makes up for an account of a bot
_OF_BOTS = "@localhost"
# marks that integrations leave in `props` of what they post in a person's name
_BY_PROGRAMS = ("from_bot", "from_webhook", "from_plugin", "from_oauth_app")


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """Every post and every answer to one, in order; what a bot or the system (joined, left) wrote is left out.

    Raises:
        UnreadableDeliveryError: a zip without a .jsonl file.
    """
    people = _People()
    number = 0
    for line in _lines(path):
        number += 1
        if isinstance(line, BrokenRecord):
            yield replace(line, origin_row=number)
            continue
        try:
            yield from ({"origin_row": number, **row} for row in _rows(parse(line), people))
        except BrokenJsonError as error:
            yield BrokenRecord(number, str(error), readable(line))


def _lines(path: Path) -> Iterator[bytes | BrokenRecord]:
    with _open(path) as stream:
        for line in lines_of(stream):
            if isinstance(line, BrokenRecord) or line.strip():
                yield line


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    if not (path.is_dir() or is_archive(path)):
        with open_binary(path) as stream:
            yield stream
        return
    with opened(path) as archive:
        name = archive.find(lambda name: name.lower().endswith(".jsonl"), "file import.jsonl")[0]
        with archive.open(name) as stream:
            yield stream


class _People:
    """Who is who, and who is in which channel, from the lines before the posts."""

    def __init__(self) -> None:
        self._emails: dict[str, str] = {}
        self._members: dict[tuple[str, str], list[str]] = {}
        self._recent: dict[str, int] = {}
        self.bots: set[str] = set()

    def add(self, user: dict[str, Any]) -> None:
        """Take a `user` line."""
        name, email = user.get("username"), user.get("email")
        if not isinstance(name, str):
            return
        if isinstance(email, str) and email.strip():
            self._emails[name] = email.strip().lower()
            if self._emails[name].endswith(_OF_BOTS):
                self.bots.add(name)
        for team in _dicts(user.get("teams")):
            for channel in _dicts(team.get("channels")):
                self._members.setdefault((str(team.get("name")), str(channel.get("name"))), []).append(name)

    def nth(self, identifier: str) -> int:
        """How many posts before this one, of those not long ago, had the same place, author and millisecond."""
        self._recent[identifier] = self._recent.pop(identifier, -1) + 1
        if len(self._recent) > _REMEMBERED_POSTS:
            del self._recent[next(iter(self._recent))]
        return self._recent[identifier]

    def members(self, team: str, channel: str) -> list[str]:
        """User names of a channel."""
        return self._members.get((team, channel), [])

    def is_known(self, name: str) -> bool:
        """Whether there is such a user."""
        return name in self._emails

    def account(self, name: str) -> str:
        """The mail address the export states for a user, else the user's name."""
        return self._emails.get(name, name)


def _dicts(values: Any) -> list[dict[str, Any]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _rows(line: Any, people: _People) -> Iterator[dict[str, Any]]:
    kind = line.get("type") if isinstance(line, dict) else None
    content = line.get(kind) if isinstance(kind, str) else None
    if kind in ("post", "direct_post") and isinstance(content, dict):
        yield from _thread(content, people)
    elif kind == "user" and isinstance(content, dict):
        people.add(content)
    elif kind == "bot" and isinstance(content, dict):
        people.bots.add(str(content.get("username")))
    elif kind not in _KINDS:
        raise BrokenJsonError("broken record: not a line of a Mattermost export (no known `type`)")


def _thread(post: dict[str, Any], people: _People) -> Iterator[dict[str, Any]]:
    members = post.get("channel_members")
    if isinstance(members, list):
        names = sorted(name for name in members if isinstance(name, str))
        place = ",".join(names)
    else:
        team, channel = str(post.get("team")), str(post.get("channel"))
        names, place = people.members(team, channel), f"{team}/{channel}"
    root = _id(place, post, people)
    yield _row(post, root, root, None, names, people)
    for answer in _dicts(post.get("replies")):
        yield _row(answer, _id(place, answer, people), root, post.get("user"), names, people)


def _why_left_out(post: dict[str, Any], people: _People) -> str | None:
    """Why a post is none that a person wrote; None where it is one."""
    kind, props = str(post.get("type") or ""), post.get("props")
    if kind.startswith("system_"):
        return "system_note"
    # "true" as text in most versions
    is_program = isinstance(props, dict) and any(str(props.get(mark)).lower() == "true" for mark in _BY_PROGRAMS)
    return "bot" if is_program or kind.startswith("custom_") or post.get("user") in people.bots else None


def _id(place: str, post: dict[str, Any], people: _People) -> str:
    said = "\x1f".join((place, str(post.get("user")), str(post.get("create_at"))))
    identifier = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    nth = people.nth(identifier)
    return f"{identifier}.{nth}" if nth else identifier


def _row(
    post: dict[str, Any], identifier: str, root: str, answered: Any, members: list[str], people: _People
) -> dict[str, Any]:
    sender, text = post.get("user"), post.get("message")
    text = text if isinstance(text, str) else ""
    mentioned = [name.rstrip(".-_") for name in _MENTION.findall(text) if name not in _FOR_ALL]
    named = [name for name in mentioned if people.is_known(name)]
    if isinstance(answered, str):
        named.insert(0, answered)
    named, _ = addressed(named, sender, bots=people.bots)
    readers, nobody = (named, None) if named else addressed(members, sender, bots=people.bots)
    return {
        "source_message_id": identifier,
        "sent_at": _instant(post.get("create_at")),
        "sender": people.account(sender) if isinstance(sender, str) else None,
        "recipients": [people.account(name) for name in readers],
        "thread_id": root,
        "in_reply_to": root if identifier != root else None,
        "kind": "chat",
        "size": len(text.encode("utf-8", "surrogatepass")),
        "subject": None,
        "body": text or None,
        # of a channel without members nothing is known: the contract says so
        "left_out": _why_left_out(post, people) or (nobody if members else None),
    }


def _instant(milliseconds: Any) -> str | None:
    if milliseconds is None:
        return None
    if isinstance(milliseconds, int) and 0 <= milliseconds <= _LAST_MILLISECOND:
        seconds, rest = divmod(milliseconds, 1_000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1_000).isoformat()
    return str(milliseconds)[:100]
