"""Level of communication: literal response times, reciprocity, E-I index; kinds of ties."""

import numpy as np
import pandas as pd
import pytest

from graph.levels import department_levels, department_openness, response_times
from graph.ties import tie_kinds

DEPARTMENTS = pd.Series({"a1": "A", "a2": "A", "b1": "B", "b2": "B"})


def messages(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """Sender, recipient, hours after a Monday morning."""
    frame = pd.DataFrame(rows, columns=["sender_subject_id", "recipient_subject_id", "hours"])
    return frame.assign(sent_at=pd.Timestamp("2026-03-02T09:00Z") + pd.to_timedelta(frame.pop("hours"), unit="h"))


def test_the_clock_runs_from_the_first_message_of_a_turn_to_the_answer():
    found = response_times(messages(("a1", "b1", 0), ("a1", "b1", 5), ("b1", "a1", 7), ("a1", "b1", 8)))
    assert found["responder_id"].tolist() == ["b1", "a1", "b1"]
    assert found["response_hours"].fillna(-1).tolist() == [7, 1, -1]


def test_an_answer_after_the_limit_or_by_somebody_else_is_none():
    found = response_times(messages(("a1", "b1", 0), ("b1", "a1", 200), ("a1", "b2", 1), ("b1", "b2", 2)))
    assert found["response_hours"].isna().all()


def test_row_order_changes_no_response_time():
    frame = messages(("a1", "b1", 0), ("b1", "a1", 3), ("a2", "b1", 1), ("b1", "a2", 9), ("a1", "b1", 12))
    shuffled = frame.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(response_times(frame), response_times(shuffled))


def test_levels_between_units_are_literal():
    found = department_levels(messages(("a1", "b1", 0), ("a1", "b2", 1), ("b1", "a1", 4), ("a1", "a2", 5)), DEPARTMENTS)
    row = found.set_index(["source_unit", "target_unit"]).loc[("A", "B")]
    assert row[["n_messages", "n_senders", "n_recipients", "n_ties", "n_turns"]].tolist() == [2, 1, 2, 2, 2]
    assert row[["reciprocity", "answered_share", "response_hours_median"]].tolist() == [0.5, 0.5, 4.0]
    inside = found.set_index(["source_unit", "target_unit"]).loc[("A", "A")]
    assert inside["reciprocity"] == 0
    assert np.isnan(inside["response_hours_median"])


def test_people_without_a_unit_are_left_out():
    found = department_levels(messages(("a1", "x", 0), ("a1", "a2", 1)), DEPARTMENTS)
    assert found[["source_unit", "target_unit", "n_messages"]].values.tolist() == [["A", "A", 1]]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([("a1", "a2", 0)], {"A": -1.0}, id="only inside"),
        pytest.param([("a1", "b1", 0)], {"A": 1.0, "B": 1.0}, id="only outside"),
        pytest.param([("a1", "a2", 0), ("a2", "a1", 1), ("a1", "b1", 2)], {"A": 0.0, "B": 1.0}, id="pairs count once"),
    ],
)
def test_ei_index_is_literal(rows, expected):
    found = department_openness(messages(*rows), DEPARTMENTS)
    assert found.set_index("department")["ei_index"].to_dict() == expected


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="sent_at"):
        response_times(messages(("a1", "b1", 0)).drop(columns="sent_at"))


def weeks(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["source_subject_id", "target_subject_id", "week", "n_messages"])
    return frame.assign(network="staff", organisation="city", weight=1.0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([("a", "b", 1, 2)], "diverse", id="two in a week, nobody in common"),
        pytest.param([("a", "b", 1, 1), ("b", "a", 4, 1)], "diverse", id="two within four weeks"),
        pytest.param([("a", "b", 1, 1), ("b", "a", 5, 1)], "occasional", id="the fifth week is too late"),
        pytest.param([("a", "b", 1, 2), ("a", "c", 1, 1), ("c", "b", 1, 1)], "strong", id="a contact in common"),
    ],
)
def test_kind_of_a_tie_is_literal(rows, expected):
    found = tie_kinds(weeks(*rows))
    assert found.loc[0, ["first_subject_id", "second_subject_id", "tie_kind"]].tolist() == ["a", "b", expected]
