"""Exports of internal communication: mail tracking logs by month, a chat archive, and the truth about them."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab.demo import chatter
from lab.demo.correspondence import CHAT, MessagePlan
from lab.demo.organisation import Organisation
from lab.demo.output import Defects, RowFile, Schedule
from lab.demo.phrasebook import Topic
from lab.demo.rhythm import DAY, Calendar, local

MAIL_HEADER = (
    "Timestamp", "SenderAddress", "RecipientAddress", "MessageId", "MessageSubject", "TotalBytes", "In-Reply-To",
    "Body",
)  # fmt: skip
_CLEAN_PER_LEAK = 3


def write_messages(
    out: Path,
    seed: int,
    plan: MessagePlan,
    organisation: Organisation,
    topics: tuple[Topic, ...],
    calendar: Calendar,
    defects: Defects,
) -> tuple[int, int]:
    """Writes mail/tracking_<year-month>.csv, mail/chat.jsonl and truth/{messages,leaks}.csv.

    Returns:
        Numbers of mails and of chat messages (planted bad rows not counted).
    """
    writer = _MessageWriter(seed, plan, organisation, topics)
    mails = int((plan.channel != CHAT).sum())
    schedule = Schedule(mails, ("unknown date", "future", "duplicate"))
    truth = out / "truth"
    month, tracking = "", None
    with (
        RowFile(out / "mail" / "chat.jsonl") as chat,
        RowFile(truth / "messages.csv", ("sent_at", "sender", "recipients")) as log,
        RowFile(truth / "leaks.csv", ("text", "kinds")) as leaks,
    ):
        written = 0
        for index in range(len(plan)):
            text, kinds = writer.body(index)
            if kinds or leaks.rows < writer.leaks_seen * (1 + _CLEAN_PER_LEAK):
                leaks.write_csv((text, json.dumps(kinds)))
            recipients = plan.recipients_of(index)
            log.write_csv(writer.log_row(index, recipients))
            if plan.channel[index] == CHAT:
                chat.write_json(writer.chat_row(index, recipients, text))
                continue
            now = local(int(plan.instant[index])).strftime("%Y-%m")
            if tracking is None or now != month:
                if tracking is not None:
                    tracking.__exit__(None, None, None)
                month, tracking = now, RowFile(out / "mail" / f"tracking_{now}.csv", MAIL_HEADER)
            row = writer.mail_row(index, recipients, text)
            tracking.write_csv(row)
            written += 1
            _plant(tracking, row, schedule.due(written), calendar, written, defects)
        if tracking is not None:
            tracking.__exit__(None, None, None)
        elif not mails:
            RowFile(out / "mail" / f"tracking_{local(calendar.end - DAY):%Y-%m}.csv", MAIL_HEADER).__exit__(
                None, None, None
            )
    return mails, len(plan) - mails


def _plant(
    file: RowFile, row: tuple[Any, ...], kind: str | None, calendar: Calendar, number: int, defects: Defects
) -> None:
    bad_id = f"<bad-{number}@broken.example>"
    match kind:
        case "unknown date":
            defects.add(file, file.write_csv(("0000-00-00T00:00:00Z", *row[1:3], bad_id, *row[4:])), "unknown date")
        case "future":
            when = _stamp(calendar.end + 400 * DAY)
            defects.add(file, file.write_csv((when, *row[1:3], bad_id, *row[4:])), "date in the future")
        case "duplicate":
            defects.add(file, file.write_csv(row), "exact duplicate of the row before")


def _stamp(instant: int, milliseconds: int = 0) -> str:
    return f"{datetime.fromtimestamp(instant, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"


class _MessageWriter:
    """Rows of the exports. What a thread is about is drawn once, from its own seed, and kept by all its messages."""

    def __init__(self, seed: int, plan: MessagePlan, organisation: Organisation, topics: tuple[Topic, ...]) -> None:
        self._seed, self._plan, self._people = seed, plan, organisation.people
        self._rng = random.Random(f"{seed}/messages")  # noqa: S311 - chance for invented words, not for secrets
        by_code = {topic.code: topic for topic in topics}
        self._topics = [tuple(by_code[code] for code in department.topics) for department in organisation.departments]
        self._domain = organisation.people[0].mail.partition("@")[2]
        self.leaks_seen = 0

    def body(self, index: int) -> tuple[str, tuple[str, ...]]:
        """The words of a message and the leaks in them."""
        text, kinds = chatter.body(self._rng, self._matter(index), is_answer=self._plan.answered[index] >= 0)
        self.leaks_seen += bool(kinds)
        return text, kinds

    def mail_row(self, index: int, recipients: list[int], text: str) -> tuple[Any, ...]:
        """A row under MAIL_HEADER."""
        sender = self._people[int(self._plan.sender[index])]
        # Some people have two addresses and use both: only the directory knows that they are one.
        address = sender.second_mail if sender.second_mail and self._rng.random() < 0.3 else sender.mail
        subject = chatter.subject(self._rng, self._matter(index)[0])
        answered = int(self._plan.answered[index])
        return (
            _stamp(int(self._plan.instant[index]), index % 1000),
            address,
            ";".join(self._people[person].mail for person in recipients),
            self._mail_id(index),
            subject,
            1200 + 2 * len(text) + int(self._rng.paretovariate(0.8) * 300) % 4_000_000,
            self._mail_id(answered) if answered >= 0 else "",
            text,
        )

    def chat_row(self, index: int, recipients: list[int], text: str) -> dict[str, Any]:
        """A line of the chat archive."""
        answered = int(self._plan.answered[index])
        return {
            "id": f"c-{index + 1}",
            "thread": f"c-{int(self._plan.thread[index]) + 1}",
            "ts": int(self._plan.instant[index]) * 1000 + index % 1000,
            "user": self._people[int(self._plan.sender[index])].login,
            "to": [self._people[person].login for person in recipients],
            "reply_to": f"c-{answered + 1}" if answered >= 0 else None,
            "text": text,
        }

    def log_row(self, index: int, recipients: list[int]) -> tuple[str, str, str]:
        """A row of truth/messages.csv: everybody under the main address."""
        return (
            f"{datetime.fromtimestamp(int(self._plan.instant[index]), UTC):%Y-%m-%dT%H:%M:%SZ}",
            self._people[int(self._plan.sender[index])].mail,
            ";".join(self._people[person].mail for person in recipients),
        )

    def _matter(self, index: int) -> tuple[str, str]:
        thread = int(self._plan.thread[index])
        rng = random.Random(self._seed * 1_000_003 + thread)  # noqa: S311 - chance for invented words, not for secrets
        opener = self._people[int(self._plan.sender[thread])]
        return chatter.matter(rng, self._topics[opener.group])

    def _mail_id(self, index: int) -> str:
        return f"<{index + 1:09d}.{(index + 1) * 2_654_435_761 % 2**32:08x}@{self._domain}>"
