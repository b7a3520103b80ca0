"""The communication of one person, measured: contacts, spheres, volume over time, answers.

Belongs here: the numbers of a communication map. Does not belong here: drawing it, reading the warehouse, and who may
see it (`otklik/commands/communication_map.py`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from graph.levels import response_times
from graph.ties import tie_kinds

# Upper bounds in hours, right-open; the last class of answers is everything up to the limit of `response_times`.
RESPONSE_CLASSES = (1.0, 4.0, 24.0, 72.0, 168.0)


@dataclass(frozen=True)
class EgoMap:
    """What is known of one person's communication; frames are ordered for reading.

    Attributes:
        subject_id: the person.
        department: the person's department, or None.
        contacts: contact_id, department (or None), is_inside (the same; False where unknown), n_sent, n_received,
            reciprocity (the smaller of the two over the larger, 0 to 1), tie_kind, n_common_contacts,
            response_hours_own and response_hours_theirs (median; null without an answer), last_at; most messages
            first, then by id.
        weeks: week (Monday, datetime64), n_sent, n_received; every week from the first to the last message.
        departments: department ('' = unknown), n_contacts, n_messages; most messages first.
        topics: topic, n_messages, share, lift (against the organisation); highest share first. Empty where messages
            have no topic.
        responses: hours_below (upper bound of the class, inf = no answer in time), n_own, n_theirs (turns).
    """

    subject_id: str
    department: str | None
    contacts: pd.DataFrame
    weeks: pd.DataFrame
    departments: pd.DataFrame
    topics: pd.DataFrame
    responses: pd.DataFrame

    @property
    def reciprocity(self) -> float:
        """Share of the contacts with whom messages went both ways."""
        return float((self.contacts["reciprocity"] > 0).mean())

    @property
    def inside_share(self) -> float | None:
        """Share of the messages with people of the same department; None if the person's department is unknown."""
        if self.department is None:
            return None
        n = self.contacts["n_sent"] + self.contacts["n_received"]
        return float(n[self.contacts["is_inside"]].sum() / n.sum())


def ego_map(messages: pd.DataFrame, departments: pd.Series, subject_id: str) -> EgoMap:
    """Measures the communication of one person within their organisation.

    Args:
        messages: all messages of the organisation, one row per message and recipient: message_id, sender_subject_id,
            recipient_subject_id, sent_at (TIMESTAMPTZ), topic (null = none known). Everybody's are needed: contacts
            in common and the lift of topics compare with the others.
        departments: subject_id → department; people may be missing.
        subject_id: the person.

    Raises:
        ValueError: the person has no message with anybody else.

    Examples:
        >>> sent = pd.to_datetime(["2026-03-02T09:00Z", "2026-03-02T11:00Z", "2026-03-03T09:00Z"])
        >>> messages = pd.DataFrame({"message_id": ["m1", "m2", "m3"], "sender_subject_id": ["s_a", "s_b", "s_a"],
        ...     "recipient_subject_id": ["s_b", "s_a", "s_c"], "sent_at": sent, "topic": None})
        >>> found = ego_map(messages, pd.Series({"s_a": "legal", "s_b": "legal"}), "s_a")
        >>> found.contacts[["contact_id", "is_inside", "n_sent", "n_received"]].values.tolist()
        [['s_b', True, 1, 1], ['s_c', False, 1, 0]]
        >>> found.reciprocity, round(found.inside_share, 2)
        (0.5, 0.67)
    """
    messages = messages[messages["sender_subject_id"] != messages["recipient_subject_id"]]
    is_sent, is_received = messages["sender_subject_id"] == subject_id, messages["recipient_subject_id"] == subject_id
    own = messages[is_sent | is_received]
    if own.empty:
        raise ValueError(f"{subject_id} has no message with anybody else among {len(messages)}.")
    own = own.assign(
        is_sent=own["sender_subject_id"] == subject_id,
        contact_id=own["recipient_subject_id"].where(own["sender_subject_id"] == subject_id, own["sender_subject_id"]),
    )
    turns = response_times(own)
    department = departments.get(subject_id)
    contacts = _contacts(own, turns, departments, department, _kinds(messages, subject_id), subject_id)
    return EgoMap(
        subject_id=subject_id,
        department=department,
        contacts=contacts,
        weeks=_weeks(own),
        departments=_departments(contacts),
        topics=_topics(messages, own),
        responses=_responses(turns, subject_id),
    )


def _contacts(
    own: pd.DataFrame,
    turns: pd.DataFrame,
    departments: pd.Series,
    department: str | None,
    kinds: pd.DataFrame,
    subject_id: str,
) -> pd.DataFrame:
    by_contact = own.groupby("contact_id", sort=True)
    contacts = by_contact.agg(n_sent=("is_sent", "sum"), n=("is_sent", "size"), last_at=("sent_at", "max"))
    contacts["n_received"] = contacts.pop("n") - contacts["n_sent"]
    contacts = contacts.join(kinds)
    contacts["department"] = departments.reindex(contacts.index)
    contacts["is_inside"] = contacts["department"].eq(department) if department is not None else False
    counts = contacts[["n_sent", "n_received"]]
    contacts["reciprocity"] = counts.min(axis=1) / counts.max(axis=1)
    own_answers = turns[turns["responder_id"] == subject_id].groupby("asker_id")["response_hours"].median()
    their_answers = turns[turns["asker_id"] == subject_id].groupby("responder_id")["response_hours"].median()
    contacts["response_hours_own"] = own_answers.reindex(contacts.index)
    contacts["response_hours_theirs"] = their_answers.reindex(contacts.index)
    contacts["n_messages"] = contacts["n_sent"] + contacts["n_received"]
    contacts = contacts.rename_axis("contact_id").reset_index()
    return contacts.sort_values(["n_messages", "contact_id"], ascending=[False, True], ignore_index=True)


def _kinds(messages: pd.DataFrame, subject_id: str) -> pd.DataFrame:
    """Kind of each of the person's ties, judged against the whole organisation."""
    days = (messages["sent_at"] - pd.Timestamp(0, tz="UTC")).dt.days
    weekly = pd.DataFrame(
        {
            "network": "staff",
            "organisation": "",
            "source_subject_id": messages["sender_subject_id"],
            "target_subject_id": messages["recipient_subject_id"],
            "week": (days + 3) // 7,
            "n_messages": 1,
        }
    )
    kinds = tie_kinds(weekly)
    first, second = kinds["first_subject_id"], kinds["second_subject_id"]
    kinds = kinds.assign(contact_id=second.where(first == subject_id, first))
    kinds = kinds[(first == subject_id) | (second == subject_id)]
    return kinds.set_index("contact_id")[["tie_kind", "n_common_contacts"]]


def _weeks(own: pd.DataFrame) -> pd.DataFrame:
    once = own.drop_duplicates(["message_id", "is_sent"])
    day = once["sent_at"].dt.tz_convert("UTC").dt.tz_localize(None).dt.normalize()
    monday = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
    counts = pd.DataFrame({"week": monday, "n_sent": once["is_sent"], "n_received": ~once["is_sent"]})
    counts = counts.groupby("week")[["n_sent", "n_received"]].sum().astype("int64")
    every = pd.date_range(counts.index.min(), counts.index.max(), freq="7D", name="week")
    return counts.reindex(every, fill_value=0).reset_index()


def _departments(contacts: pd.DataFrame) -> pd.DataFrame:
    grouped = contacts.assign(department=contacts["department"].fillna("")).groupby("department", as_index=False)
    departments = grouped.agg(n_contacts=("contact_id", "size"), n_messages=("n_messages", "sum"))
    return departments.sort_values(["n_messages", "department"], ascending=[False, True], ignore_index=True)


def _topics(messages: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    base = messages.drop_duplicates("message_id")["topic"].value_counts(normalize=True)
    counts = own.drop_duplicates("message_id")["topic"].value_counts()
    topics = pd.DataFrame({"n_messages": counts, "share": counts / max(1, counts.sum())})
    topics["lift"] = topics["share"] / base.reindex(topics.index)
    topics = topics.rename_axis("topic").reset_index()
    return topics.sort_values(["share", "topic"], ascending=[False, True], ignore_index=True)


def _responses(turns: pd.DataFrame, subject_id: str) -> pd.DataFrame:
    bounds = np.array([*RESPONSE_CLASSES, np.inf])
    # A null sorts behind every bound, hence into the last class: no answer in time.
    place = np.searchsorted(RESPONSE_CLASSES[:-1], turns["response_hours"].fillna(0).to_numpy(), side="right")
    place = np.where(turns["response_hours"].isna(), len(RESPONSE_CLASSES), place)
    is_own = (turns["responder_id"] == subject_id).to_numpy()
    return pd.DataFrame(
        {
            "hours_below": bounds,
            "n_own": np.bincount(place[is_own], minlength=len(bounds)),
            "n_theirs": np.bincount(place[~is_own], minlength=len(bounds)),
        }
    )
