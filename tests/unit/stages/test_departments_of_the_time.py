"""Whoever moves leaves their messages with the department they were written in."""

import pandas as pd

from graph.levels import department_levels, department_openness
from otklik.stages.participation import at_the_time

PERIODS = pd.DataFrame(
    [
        ("s_a", "legal", "2026-01-01", "2026-03-05"),
        ("s_a", "roads", "2026-03-05", None),
        ("s_b", "roads", "1900-01-01", None),
        ("s_c", "legal", "1900-01-01", "2026-03-01"),
    ],
    columns=["subject_id", "department", "valid_from", "valid_to"],
)


def messages(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["sender_subject_id", "recipient_subject_id", "sent_date"])
    return frame.assign(
        sent_date=pd.to_datetime(frame["sent_date"]), sent_at=pd.to_datetime(frame["sent_date"], utc=True)
    )


def test_a_message_counts_for_the_department_of_its_day():
    seated, departments = at_the_time(
        messages(("s_a", "s_b", "2026-03-04"), ("s_a", "s_b", "2026-03-05"), ("s_a", "s_b", "2026-03-06")), PERIODS
    )
    levels = department_levels(seated, departments).set_index(["source_unit", "target_unit"])["n_messages"]
    assert levels.to_dict() == {("legal", "roads"): 1, ("roads", "roads"): 2}


def test_whoever_had_left_has_no_department():
    seated, departments = at_the_time(messages(("s_c", "s_b", "2026-03-01")), PERIODS)
    assert department_levels(seated, departments).empty
    assert seated["sender_subject_id"].tolist() == ["s_c"]


def test_a_mover_is_one_person_of_each_department():
    seated, departments = at_the_time(
        messages(("s_a", "s_b", "2026-03-04"), ("s_a", "s_b", "2026-03-06"), ("s_b", "s_a", "2026-03-07")), PERIODS
    )
    openness = department_openness(seated, departments).set_index("department")["n_people"]
    assert openness.to_dict() == {"legal": 1, "roads": 2}
