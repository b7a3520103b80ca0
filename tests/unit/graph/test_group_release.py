"""Definition 24 over time: two lists of people differ by nobody or by at least k of them."""

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.group_release import hold_small_changes


def members(name: str, people: str, kind: str = "department", **columns: object) -> pd.DataFrame:
    rows = pd.DataFrame({"list_kind": kind, "list_id": name, "subject_id": list(people)})
    return rows.assign(**{"valid_from": pd.NaT, "valid_to": pd.NaT} | columns)


NOTHING = members("g", "", release=1)


def released(groups: pd.DataFrame, lists: pd.DataFrame, k: int = 3) -> dict[str, tuple[str, bool, bool]]:
    found = hold_small_changes(groups, lists, k=k).groupby("list_id")
    return {
        str(group): ("".join(rows["subject_id"]), bool(rows["is_held"].all()), bool(rows["is_withheld"].all()))
        for group, rows in found
    }


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        pytest.param("abcde", None, ("abcde", False, False), id="first list"),
        pytest.param("abcde", "abcde", ("abcde", False, False), id="the same list"),
        pytest.param("abcdef", "abcde", ("abcde", True, False), id="one came"),
        pytest.param("abcdf", "abcde", ("abcde", True, False), id="one came, one went: two people"),
        pytest.param("abfgh", "abcde", ("abfgh", False, False), id="six people"),
        pytest.param("abcdefgh", "abcde", ("abcdefgh", False, False), id="exactly k came"),
    ],
)
def test_a_list_stays_until_enough_people_have_come_or_gone(now, before, expected):
    lists = NOTHING if before is None else members("g", before, release=1)
    assert released(members("g", now), lists) == {"g": expected}


def test_small_steps_add_up_against_what_was_released_not_against_what_was_found():
    lists = members("g", "abcde", release=1)
    for now in ("abcdef", "abcdefg"):
        assert released(members("g", now), lists)["g"][0] == "abcde"
    assert released(members("g", "abcdefgh"), lists)["g"][0] == "abcdefgh"


def test_an_older_list_counts_as_much_as_the_last_one():
    lists = pd.concat([members("g", "abcde", release=1), members("g", "abcdexyz", release=2)])
    assert released(members("g", "abcdef"), lists) == {"g": ("abcdexyz", True, False)}


def test_somebody_whose_days_are_corrected_has_come_and_gone_and_the_days_told_before_stay():
    before = members("office", "abcde", "department_of_the_day", release=1)
    now = before.assign(valid_to=[pd.Timestamp("2026-09-20"), *[pd.NaT] * 4]).drop(columns="release")
    held = hold_small_changes(now, before, k=3)
    assert (held["is_held"].all(), held["valid_to"].isna().all()) == (True, True)
    moved = before.assign(valid_from=[pd.Timestamp("2026-09-20")] * 3 + [pd.NaT] * 2).drop(columns="release")
    free = hold_small_changes(moved, before, k=3)
    assert (free["is_held"].any(), free["valid_from"].notna().sum()) == (False, 3)


def test_two_new_lists_of_one_run_are_compared_and_the_department_goes_first():
    lists = pd.concat([members("group", "abcdef", "interest_group"), members("office", "abcde")])
    assert released(lists, NOTHING) == {"office": ("abcde", False, False), "group": ("abcdef", False, True)}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("interest_group", ("abcdef", False, True)),
        ("active_citizens", ("abcdef", False, True)),
        # of messages by their day alone, and of nothing that is told of the people of today
        ("department_of_the_day", ("abcdef", False, False)),
    ],
)
def test_a_list_is_compared_with_those_whose_figures_are_of_its_kind(kind, expected):
    assert released(members("other", "abcdef", kind), members("office", "abcde", release=1)) == {"other": expected}


def test_a_group_under_a_new_name_that_is_nearly_an_old_one_is_withheld():
    assert released(members("new", "abcdef"), members("old", "abcde", release=1)) == {"new": ("abcdef", False, True)}


@given(st.lists(st.sets(st.sampled_from("abcdefghij"), min_size=3), min_size=1, max_size=8), st.integers(2, 4))
def test_no_history_ever_shows_a_few_people(history, k):
    lists = NOTHING
    for release, people in enumerate(history, start=1):
        found = hold_small_changes(members("g", "".join(sorted(people))), lists, k=k)
        shown = found[~found["is_withheld"]].drop(columns=["is_held", "is_withheld"])
        if len(shown) >= k:
            lists = pd.concat([lists, shown.assign(release=release)])
    shown = [frozenset(rows["subject_id"]) for _, rows in lists.groupby("release")]
    differences = {len(one ^ other) for one, other in itertools.combinations(shown, 2)}
    assert all(n == 0 or n >= k for n in differences)


def test_k_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        hold_small_changes(NOTHING, NOTHING, k=0)
