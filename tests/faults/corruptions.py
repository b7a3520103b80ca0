"""Ways in which a day's file goes wrong, and what must notice each: a figure of the raw gate, or the quarantine."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from tests.faults.daily_region import Rows

Row = dict[str, Any]
CASE, EVENT, MAIL, STAFF, LABEL = (
    ("portal", "post"),
    ("portal", "case_event"),
    ("mail", "message"),
    ("directory", "person"),
    ("decisions", "label"),
)


@dataclass(frozen=True)
class Corruption:
    """One way.

    Attributes:
        name: a sentence.
        feed: source and entity.
        change: makes the day's rows wrong; where it gives bytes, they are the file.
        figure: column of the gate's expectation that must fail; empty where rows go to quarantine instead.
        reason: what the quarantine says of the rows; empty where none goes there.
        share: least share of the file's rows that must be in quarantine.
    """

    name: str
    feed: tuple[str, str]
    change: Callable[[Rows], Rows | bytes]
    figure: str = ""
    reason: str = ""
    share: float = 0.9


def each(**changes: Callable[[Row], Any]) -> Callable[[Rows], Rows]:
    """Columns of every row computed anew. `a__b` is the column `b` within `a`; `_` stands for a blank."""

    def change(rows: Rows) -> Rows:
        changed = copy.deepcopy(rows)
        for row, old in zip(changed, rows, strict=True):
            for name, compute in changes.items():
                *path, last = name.split("__")
                target = row
                for part in path:
                    target = target[part]
                target[last] = compute(old)
        return changed

    return change


def without(column: str) -> Callable[[Rows], Rows]:
    return lambda rows: [{name: value for name, value in row.items() if name != column} for row in rows]


def _renamed(old: str, new: str) -> Callable[[Rows], Rows]:
    return lambda rows: [{new if name == old else name: value for name, value in row.items()} for row in rows]


def named(column: str, compute: Callable[[Row], Any]) -> Callable[[Rows], Rows]:
    """A column whose name is no Python name."""
    return lambda rows: [row | {column: compute(row)} for row in rows]


def events(change: Callable[[Row, Row], Row]) -> Callable[[Rows], Rows]:
    """Every event of every case computed anew from the case and itself."""
    return lambda rows: [row | {"events": [change(row, event) for event in row["events"]]} for row in rows]


def later(time: str, hours: float) -> str:
    return (datetime.fromisoformat(time.replace("Z", "+00:00")) + timedelta(hours=hours)).isoformat()


def _again_under_new_ids(rows: Rows) -> Rows:
    return rows + [row | {"id": row["id"] + 50_000_000} for row in rows]


def _lines(rows: Rows) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _decide_twice(rows: Rows) -> Rows:
    other = {"complaint": "thanks", "question": "complaint", "review": "complaint", "thanks": "complaint"}
    return [
        one
        for row in rows
        for one in (row, row | {"value": other[row["value"]], "labelled_at": later(row["labelled_at"], 0.1)})
    ]


def _decide_twice_at_once(rows: Rows) -> Rows:
    return [one for row in rows for one in (row, row | {"value": "negative"})]


def _garbled(encoding: str) -> Callable[[Row], str]:
    return lambda row: row["description"].encode().decode(encoding, errors="replace")


_WORDS = "the quick brown fox jumps over the lazy dog and waits for the bus that never comes here"

CORRUPTIONS = [
    # --- a portal's posts
    Corruption("a dropped column", CASE, without("reporter"), "empty_author"),
    Corruption("an author under another key", CASE, _renamed("reporter", "author"), "empty_author"),
    Corruption("all authors null", CASE, each(reporter=lambda _: None), "empty_author"),
    Corruption("all texts empty", CASE, each(description=lambda _: ""), "empty_text"),
    Corruption("a zone shifted by nine hours", CASE, each(created=lambda r: later(r["created"], -9)), "drift_hour"),
    Corruption("times of day lost", CASE, each(created=lambda r: r["created"][:10] + "T00:00:00"), "top_posted_at"),
    Corruption("a file with everything twice under new ids", CASE, _again_under_new_ids, "share_repeated"),
    Corruption(
        "author and text swapped",
        CASE,
        each(reporter=lambda r: r["description"], description=lambda r: r["reporter"]),
        "share_not_cyrillic",
    ),
    Corruption(
        "latitude and longitude swapped",
        CASE,
        each(address__lat=lambda r: r["address"]["lon"], address__lon=lambda r: r["address"]["lat"]),
        "drift_point",
    ),
    Corruption("all places at zero", CASE, each(address__lat=lambda _: 0.0, address__lon=lambda _: 0.0), "top_point"),
    Corruption("coordinates lost", CASE, each(address__lat=lambda _: None, address__lon=lambda _: None), "empty_lat"),
    Corruption("one place for all", CASE, each(address__text=lambda _: "Привольск"), "top_place_text"),
    Corruption(
        "one municipality for all", CASE, each(address__municipality=lambda _: "Привольск"), "top_declared_municipality"
    ),
    Corruption("one text for all", CASE, each(description=lambda _: "Обращение гражданина"), "top_text"),
    Corruption("one author for all", CASE, each(reporter=lambda _: "user-000000001"), "top_author"),
    Corruption("accounts spelt otherwise", CASE, each(reporter=lambda r: "vk:" + r["reporter"]), "share_known_author"),
    Corruption("UTF-8 read as Windows-1251", CASE, each(description=_garbled("cp1251")), "share_garbled"),
    Corruption("UTF-8 read as Latin-1", CASE, each(description=_garbled("cp1252")), "share_garbled"),
    Corruption(
        "question marks for letters",
        CASE,
        each(description=lambda r: "".join("?" if "А" <= c <= "я" else c for c in r["description"])),
        "share_garbled",
    ),
    Corruption(
        "texts cut at sixteen characters", CASE, each(description=lambda r: r["description"][:16]), "drift_length"
    ),
    Corruption(
        "texts of another language",
        CASE,
        each(description=lambda r: _WORDS[: len(r["description"])]),
        "share_not_cyrillic",
    ),
    Corruption("HTML left in texts", CASE, each(description=lambda r: f"<p>{r['description']}</p>"), "share_markup"),
    Corruption(
        "codes instead of topics",
        CASE,
        each(rubric__theme=lambda r: str(crc32(r["rubric"]["theme"].encode()) % 997)),
        "drift_declared_topic",
    ),
    Corruption(
        "unknown names of groups",
        CASE,
        each(rubric__group=lambda r: "X" + r["rubric"]["group"][::-1]),
        "drift_declared_group",
    ),
    Corruption("executor lost", CASE, each(executor=lambda _: None), "empty_declared_authority"),
    Corruption(
        "another region's municipalities",
        CASE,
        each(address__municipality=lambda r: "Город " + r["address"]["municipality"][::-1]),
        "drift_declared_municipality",
    ),
    Corruption("dates of 1970", CASE, each(created=lambda r: "1970-01-01" + r["created"][10:]), "share_far_back"),
    Corruption("dates of the year before", CASE, each(created=lambda r: "2025" + r["created"][4:]), "share_far_back"),
    Corruption(
        "dates of the year 2062", CASE, each(created=lambda r: "2062" + r["created"][4:]), reason="lies in the future"
    ),
    Corruption(
        "dates of 1812",
        CASE,
        each(created=lambda r: "1812" + r["created"][4:]),
        reason="lies outside the years 1900 to 9999",
    ),
    Corruption("dates that are none", CASE, each(created=lambda _: "вчера"), reason="not a date and time"),
    Corruption("ids lost", CASE, each(id=lambda _: None), reason="required, and empty"),
    Corruption(
        "one id and time for all",
        CASE,
        each(id=lambda _: 7, created=lambda _: "2026-09-17T10:00:00"),
        reason="another row of this file has the same id and other content",
    ),
    Corruption(
        "ten times the volume",
        CASE,
        lambda rows: [
            row | {"id": row["id"] + n * 10**8, "description": f"{row['description']} {n}"}
            for n in range(10)
            for row in rows
        ],
        "rows",
    ),
    Corruption("a tenth of the volume", CASE, lambda rows: rows[: len(rows) // 10], "rows"),
    Corruption("an empty file", CASE, lambda _: b"", "rows"),
    Corruption("a file that is no JSON", CASE, lambda _: b"\x00\xff\x00\xff" * 100, reason=" "),
    Corruption(
        "every second line cut",
        CASE,
        lambda rows: b"\n".join(
            line[: len(line) // 2] if n % 2 else line for n, line in enumerate(_lines(rows).splitlines())
        ),
        reason=" ",
        share=0.4,
    ),
    # --- events of cases
    Corruption(
        "clocks that run backwards",
        EVENT,
        events(
            lambda case, event: (
                event | {"at": event["at"] if event["type"] == "CREATED" else later(case["created"], -5)}
            )
        ),
        "share_backwards",
    ),
    Corruption(
        "deadlines before the events that set them",
        EVENT,
        events(lambda _, event: event | {"deadline": event["deadline"] and later(event["at"], -48)}),
        "share_backwards",
    ),
    Corruption(
        "unknown kinds of events",
        EVENT,
        events(lambda _, event: event | {"type": "STATE_" + event["type"]}),
        reason="required, and empty",
    ),
    Corruption(
        "one kind for all events", EVENT, events(lambda _, event: event | {"type": "ANSWERED"}), "top_event_kind"
    ),
    Corruption(
        "one instant for all events",
        EVENT,
        events(lambda _, event: event | {"at": "2026-09-18T12:00:00"}),
        "top_event_at",
    ),
    Corruption(
        "one authority for all events", EVENT, events(lambda _, event: event | {"by": "Правительство"}), "top_authority"
    ),
    Corruption("deadlines lost", EVENT, events(lambda _, event: event | {"deadline": None}), "empty_due_at"),
    Corruption(
        "events of the next month",
        EVENT,
        events(lambda _, event: event | {"at": later(event["at"], 24 * 30)}),
        reason="lies in the future",
    ),
    # --- internal mail
    Corruption("messages without recipients", MAIL, each(RecipientAddress=lambda _: ""), reason="required, and empty"),
    Corruption("messages without a sender", MAIL, each(SenderAddress=lambda _: ""), reason="required, and empty"),
    Corruption("half of the volume", MAIL, lambda rows: rows[::2], "rows"),
    Corruption(
        "twice the volume",
        MAIL,
        lambda rows: rows + [row | {"MessageId": "again-" + row["MessageId"]} for row in rows],
        "share_repeated",
    ),
    Corruption("one sender for all", MAIL, each(SenderAddress=lambda _: "robot@gov.privolsk.example"), "top_sender"),
    Corruption(
        "everybody to everybody",
        MAIL,
        lambda rows: each(RecipientAddress=lambda _: ";".join(sorted({row["SenderAddress"] for row in rows})))(rows),
        "drift_recipients",
    ),
    Corruption(
        "one recipient for all", MAIL, each(RecipientAddress=lambda _: "archive@gov.privolsk.example"), "top_recipients"
    ),
    Corruption(
        "logins instead of addresses",
        MAIL,
        each(SenderAddress=lambda r: "GOV\\" + r["SenderAddress"].split("@")[0].upper()),
        "share_known_sender",
    ),
    Corruption(
        "ids rounded by a spreadsheet",
        MAIL,
        lambda rows: [row | {"MessageId": f"1.5{n:03}E+18"} for n, row in enumerate(rows)],
        "drift_source_message_id",
    ),
    Corruption("replies without what they answer", MAIL, named("In-Reply-To", lambda _: ""), "empty_in_reply_to"),
    Corruption(
        "one subject and body for all",
        MAIL,
        each(MessageSubject=lambda _: "", Body=lambda _: "см. вложение"),
        "top_text",
    ),
    Corruption(
        "a zone shifted by nine hours in mail", MAIL, each(Timestamp=lambda r: later(r["Timestamp"], -9)), "drift_hour"
    ),
    Corruption("a dropped column of mail", MAIL, without("SenderAddress"), reason="SenderAddress"),
    Corruption(
        "another delimiter",
        MAIL,
        lambda rows: (
            "\n".join(
                ";".join(f'"{v}"' for v in line)
                for line in [list(rows[0]), *[[str(v).replace('"', "'") for v in row.values()] for row in rows]]
            )
        ).encode(),
        reason=" ",
    ),
    # --- the staff directory
    Corruption("everybody in one department", STAFF, each(Подразделение=lambda _: "Аппарат"), "top_department"),
    Corruption("departments lost", STAFF, each(Подразделение=lambda _: ""), "empty_department"),
    Corruption("three quarters of the directory gone", STAFF, lambda rows: rows[::4], "rows"),
    Corruption(
        "one account for everybody",
        STAFF,
        lambda rows: [row | {"Логин": "user", "Эл. почта": "", "Доп. почта": ""} for row in rows],
        "top_accounts",
    ),
    Corruption(
        "nobody with an account",
        STAFF,
        lambda rows: [row | {"Логин": "", "Эл. почта": "", "Доп. почта": ""} for row in rows],
        reason="required, and empty",
    ),
    Corruption(
        "consent of everybody", STAFF, named("Согласие на публикацию", lambda _: ""), "empty_is_score_consented"
    ),
    Corruption(
        "everybody left before they came", STAFF, named("Действует по", lambda _: "01.01.1990"), "share_backwards"
    ),
    # --- labels
    Corruption("labels that contradict each other", LABEL, _decide_twice, "share_contradicting"),
    Corruption(
        "labels that contradict each other at once",
        LABEL,
        _decide_twice_at_once,
        reason="another row of this file has the same id and other content",
        share=0.4,
    ),
    Corruption("unknown labels", LABEL, each(value=lambda _: "жалоба"), reason="no such intent; accepted are"),
    Corruption(
        "unknown kinds of labels", LABEL, each(label_kind=lambda _: "mood"), reason="unknown value; accepted are"
    ),
    Corruption("one label for all", LABEL, each(value=lambda _: "thanks"), "drift_value"),
]
