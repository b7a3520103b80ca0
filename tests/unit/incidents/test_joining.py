"""Threads join incidents that fit them, people have the last word, and what comes later moves nothing before it."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.joining import APART, DIFFERENT, SAME, Decision, join_threads

COLUMNS = ["thread_number", "other_thread_number", "points", "is_link"]


def pairs(*rows):
    return pd.DataFrame(
        [(later, earlier, float(points), points >= 0) for later, earlier, points in rows], columns=COLUMNS
    ).astype({"thread_number": "int64", "other_thread_number": "int64", "is_link": bool})


def incidents(*rows, decisions=()):
    found = join_threads(pairs(*rows), decisions)
    return dict(zip(found["thread_number"], found["matter_number"], strict=True))


def links(*rows, decisions=()):
    found = join_threads(pairs(*rows), decisions).dropna(subset="linked_number")
    return dict(zip(found["thread_number"], found["linked_number"], strict=True))


def test_a_thread_joins_the_earlier_one_it_scores_highest_with():
    rows = ((3, 1, 1), (3, 2, 2))
    assert incidents(*rows) == {2: 2, 3: 2}
    assert links(*rows) == {3: 2}


def test_of_equal_points_the_earliest_thread_is_joined():
    assert links((3, 2, 2), (3, 1, 2)) == {3: 1}


def test_an_incident_is_joined_through_any_of_its_threads_and_named_by_the_first():
    assert incidents((2, 1, 1), (3, 2, 1)) == {1: 1, 2: 1, 3: 1}


def test_a_thread_that_does_not_fit_the_rest_of_an_incident_joins_the_next_best():
    rows = ((2, 1, 5), (4, 2, 3), (4, 1, -6), (4, 3, 1))
    assert incidents(*rows) == {1: 1, 2: 1, 3: 3, 4: 3}


def test_pairs_that_do_not_link_join_nobody():
    assert incidents((2, 1, -1)) == {}
    assert join_threads(pairs()).columns.tolist() == ["thread_number", "matter_number", "linked_number", "is_by_label"]


def test_same_joins_two_incidents_and_says_that_a_person_did():
    found = join_threads(pairs((2, 1, 1), (4, 3, 1)), [Decision(4, 2, SAME)]).set_index("thread_number")
    assert found["matter_number"].to_dict() == {1: 1, 2: 1, 3: 1, 4: 1}
    assert found["is_by_label"].to_dict() == {1: False, 2: False, 3: False, 4: True}


def test_different_parts_what_evidence_would_join_and_what_it_would_join_through_others():
    assert incidents((2, 1, 9), decisions=[Decision(1, 2, DIFFERENT)]) == {}
    assert incidents((2, 1, 9), (3, 2, 9), (3, 1, 1), decisions=[Decision(3, 1, DIFFERENT)]) == {1: 1, 2: 1}


def test_apart_keeps_a_thread_alone_and_others_out_of_it():
    rows = ((2, 1, 9), (3, 2, 9))
    assert incidents(*rows, decisions=[Decision(2, None, APART)]) == {}


def test_a_decision_for_an_apart_thread_puts_it_where_it_says():
    decisions = [Decision(2, 5, SAME), Decision(2, None, APART)]
    assert incidents((3, 1, 2), decisions=decisions) == {1: 1, 2: 2, 3: 1, 5: 2}


def test_the_newest_of_contradicting_decisions_counts():
    assert incidents(decisions=[Decision(1, 2, SAME), Decision(1, 2, DIFFERENT)]) == {1: 1, 2: 1}
    assert incidents(decisions=[Decision(1, 2, DIFFERENT), Decision(1, 2, SAME)]) == {}
    through_a_third = [Decision(1, 3, DIFFERENT), Decision(1, 2, SAME), Decision(2, 3, SAME)]
    assert incidents(decisions=through_a_third) == {1: 1, 2: 1}


scored = st.lists(
    st.tuples(st.integers(2, 12), st.integers(1, 11), st.integers(-4, 4)).filter(lambda row: row[1] < row[0]),
    max_size=40,
    unique_by=lambda row: row[:2],
)


@given(scored, st.integers(1, 12))
@settings(deadline=None)
def test_what_comes_later_moves_nothing_before_it(rows, last):
    before = incidents(*(row for row in rows if row[0] <= last))
    after = incidents(*rows)
    assert {thread: after.get(thread, thread) for thread in range(1, last + 1)} == {
        thread: before.get(thread, thread) for thread in range(1, last + 1)
    }


@given(scored, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_rows_is_nothing(rows, order):
    shuffled = order.sample(rows, len(rows))
    assert incidents(*shuffled) == incidents(*rows)


@given(scored, st.integers(1, 12), st.integers(1, 12))
@settings(deadline=None)
def test_no_incident_holds_two_threads_that_a_person_parted(rows, one, other):
    if one == other:
        return
    found = incidents(*rows, decisions=[Decision(one, other, DIFFERENT)])
    assert found.get(one, one) != found.get(other, other)


def test_taking_a_decision_back_undoes_it():
    rows = ((2, 1, 3), (3, 2, 1), (3, 1, -5))
    assert incidents(*rows, decisions=[Decision(3, 1, SAME)]) == {1: 1, 2: 1, 3: 1}
    assert incidents(*rows) == {1: 1, 2: 1}
