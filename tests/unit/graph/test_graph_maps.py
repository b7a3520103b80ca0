"""Measures of one person's map: literal counts, ordering, what is missing."""

import pandas as pd
import pytest

from graph.maps import ego_map

DEPARTMENTS = pd.Series({"s_me": "legal", "s_a": "legal", "s_b": "roads"})


def messages(*rows: tuple[str, str, str, str, str | None]) -> pd.DataFrame:
    columns = ["message_id", "sender_subject_id", "recipient_subject_id", "sent_at", "topic"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(sent_at=pd.to_datetime(frame["sent_at"], utc=True))


SAMPLE = messages(
    ("m1", "s_me", "s_a", "2026-03-02T09:00Z", "roads"),
    ("m1", "s_me", "s_b", "2026-03-02T09:00Z", "roads"),
    ("m2", "s_b", "s_me", "2026-03-02T12:00Z", "parks"),
    ("m3", "s_x", "s_me", "2026-03-18T12:00Z", None),
    ("m4", "s_a", "s_b", "2026-03-03T12:00Z", "parks"),
)


def test_contacts_are_counted_and_ordered_by_volume():
    found = ego_map(SAMPLE, DEPARTMENTS, "s_me")
    columns = ["contact_id", "is_inside", "n_sent", "n_received", "reciprocity", "n_common_contacts", "tie_kind"]
    assert found.contacts[columns].values.tolist() == [
        ["s_b", False, 1, 1, 1.0, 1, "strong"],
        ["s_a", True, 1, 0, 0.0, 1, "occasional"],
        ["s_x", False, 0, 1, 0.0, 0, "occasional"],
    ]
    assert found.contacts["response_hours_theirs"].fillna(-1).tolist() == [3.0, -1.0, -1.0]
    assert found.reciprocity == pytest.approx(1 / 3)
    assert found.inside_share == 0.25


def test_a_message_to_two_is_one_message_in_the_weeks_and_empty_weeks_are_there():
    weeks = ego_map(SAMPLE, DEPARTMENTS, "s_me").weeks
    assert weeks["week"].dt.strftime("%m-%d").tolist() == ["03-02", "03-09", "03-16"]
    assert weeks[["n_sent", "n_received"]].values.tolist() == [[1, 1], [0, 0], [0, 1]]


def test_units_topics_and_responses_are_literal():
    found = ego_map(SAMPLE, DEPARTMENTS, "s_me")
    assert found.departments.values.tolist() == [["roads", 1, 2], ["", 1, 1], ["legal", 1, 1]]
    # Of the three messages with a topic in the organisation one is about roads; of the person's two, one.
    assert found.topics.values.tolist() == [["parks", 1, 0.5, 0.75], ["roads", 1, 0.5, 1.5]]
    assert found.responses["n_theirs"].tolist() == [0, 1, 0, 0, 0, 1]
    assert found.responses["n_own"].tolist() == [0, 0, 0, 0, 0, 2]


def test_without_topics_and_units_the_map_says_nothing_about_them():
    found = ego_map(SAMPLE.assign(topic=None), pd.Series(dtype=object), "s_me")
    assert found.topics.empty
    assert found.inside_share is None
    assert not found.contacts["is_inside"].any()


def test_somebody_without_messages_has_no_map():
    with pytest.raises(ValueError, match="s_nobody has no message"):
        ego_map(SAMPLE, DEPARTMENTS, "s_nobody")
