"""`otklik map SUBJECT`: one person's communication as one HTML file that needs no network and runs no script.

Belongs here: reading the warehouse, what the page tells. Does not belong here: measuring (`graph/maps.py`), geometry
(`map_figures`), templates (`map_page`). The page shows a person and pseudonymous colleagues: it is written into
the restricted part of the home, readable by its owner alone, and is never published.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from graph.maps import EgoMap, ego_map
from otklik.commands.map_figures import NETWORK_SIZE, frame_of, place_contacts, place_weeks
from otklik.commands.map_page import render_page, write_page
from otklik.home.engine import open_warehouse
from otklik.home.errors import ConfigurationError
from otklik.home.lake import read_run_settings
from otklik.home.settings import Home

MAX_TOPICS = 12

TIE_KINDS_RU = {"strong": "прочная", "diverse": "разнообразная", "occasional": "эпизодическая"}
RESPONSE_CLASSES_RU = ("до 1 ч", "1–4 ч", "4–24 ч", "1–3 суток", "3–7 суток", "нет ответа за 7 суток")


def write_map(home: Home, subject_id: str, out: Path | None = None) -> Path:
    """Writes the map of one person and returns where it is.

    Args:
        home: the deployment's folder, after a run.
        subject_id: a staff subject, such as s_0123456789abcdef.
        out: the file; by default `<home>/restricted/maps/<subject_id>.html`. Mode 0600 either way.

    Raises:
        ConfigurationError: no warehouse yet, or the warehouse knows no message of this subject.
    """
    if not home.warehouse.exists():
        raise ConfigurationError(f"{home.warehouse}: no such file. Run `otklik run` first.")
    settings = read_run_settings(home)
    messages, departments = _read(home, subject_id, settings["max_recipients"])
    measured = ego_map(messages, departments, subject_id)
    page = render(measured, as_of=str(settings["as_of"].date()), max_recipients=settings["max_recipients"])
    path = out or home.restricted / "maps" / f"{subject_id}.html"
    write_page(path, page, mode=0o600)
    return path


def render(measured: EgoMap, *, as_of: str, max_recipients: int) -> str:
    """The page.

    Args:
        measured: the numbers.
        as_of: day of the data.
        max_recipients: messages to more people were left out.
    """
    contacts = measured.contacts.to_dict("records")
    nodes = [(node, contacts[node.number - 1]) for node in place_contacts(measured.contacts)]
    corner, side = frame_of([node for node, _ in nodes])
    most_messages = int(measured.departments["n_messages"].max())
    return render_page(
        "communication_map.html.j2",
        map=measured,
        as_of=as_of,
        max_recipients=max_recipients,
        size=NETWORK_SIZE,
        corner=corner,
        side=side,
        nodes=nodes,
        n_left_out=len(contacts) - len(nodes),
        contacts=[contact | {"department": _text(contact["department"])} for contact in contacts],
        tie_kinds=TIE_KINDS_RU,
        tie_counts=measured.contacts["tie_kind"].value_counts().to_dict(),
        bars=place_weeks(measured.weeks),
        weeks=measured.weeks.to_dict("records"),
        departments=[
            department | {"share": department["n_messages"] / most_messages}
            for department in measured.departments.to_dict("records")
        ],
        topics=measured.topics.head(MAX_TOPICS).to_dict("records"),
        responses=_responses(measured),
        n_sent=int(measured.weeks["n_sent"].sum()),
        n_received=int(measured.weeks["n_received"].sum()),
    )


def _read(home: Home, subject_id: str, max_recipients: int) -> tuple[pd.DataFrame, pd.Series]:
    """Messages of the person's organisation with their topics, and everybody's department."""
    with open_warehouse(home) as connection:
        organisations = connection.execute(
            "select distinct organisation from int_staff_message "
            "where n_recipients <= $2 and (sender_subject_id = $1 or recipient_subject_id = $1)",
            [subject_id, max_recipients],
        ).fetchall()
        if not organisations:
            raise ConfigurationError(
                f"No internal message of {subject_id!r} to at most {max_recipients} people in {home.warehouse}. Needed "
                "is the id of a staff subject with messages, such as s_0123456789abcdef; citizens have no map."
            )
        messages = connection.execute(
            """
            with topic_of_message as (
                select message_id, any_value(topic_ru order by topic_ru) as topic
                from int_message_topic
                inner join int_topic using (topic_code)
                group by message_id
            )
            select messages.message_id, sender_subject_id, recipient_subject_id, sent_at, topic
            from int_staff_message as messages
            left join topic_of_message on messages.message_id = topic_of_message.message_id
            where organisation in (select unnest($1)) and n_recipients <= $2
            order by sent_at, messages.message_id, recipient_subject_id
            """,
            [[organisation for (organisation,) in organisations], max_recipients],
        ).df()
        departments = connection.execute(
            "select subject_id, department from int_staff_subject where department is not null order by subject_id"
        ).df()
    return messages, departments.set_index("subject_id")["department"]


def _responses(measured: EgoMap) -> list[dict[str, Any]]:
    frame = measured.responses
    most = max(1, int(frame[["n_own", "n_theirs"]].to_numpy().max()))
    return [
        {
            "title": title,
            "n_own": int(own),
            "n_theirs": int(theirs),
            "own_width": round(100 * int(own) / most, 1),
            "theirs_width": round(100 * int(theirs) / most, 1),
        }
        for title, own, theirs in zip(RESPONSE_CLASSES_RU, frame["n_own"], frame["n_theirs"], strict=True)
    ]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
