"""No cell of the public surface tells of few people, whatever is added, subtracted, or compared with an earlier one."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.public_cells import INCIDENT_LEVELS, METHOD_VERSION, Level, public_cells

K = 5
NONE = pd.DataFrame(columns=["fact_id"])
SHOWN = ["region", "municipality_id", "group_code", "topic_code", "authority_id"]
CELL = ["cell_id", "period_kind", "period_start", "period_end", *SHOWN]


def world(rows, today):
    """Facts and people of `(fact, day, municipality, topic, persons)`; a topic's group is its first letter."""
    facts = pd.DataFrame(
        [
            {
                "fact_id": fact,
                "day": day,
                "today": today,
                "region": "Край",
                "municipality_id": place,
                "group_code": topic[:1] if topic else None,
                "topic_code": topic,
                "authority_id": f"a-{place}" if place else None,
            }
            for fact, day, place, topic, _ in rows
        ],
        columns=["fact_id", "day", "today", *SHOWN],
    )
    people = pd.DataFrame(
        [{"fact_id": fact, "person": person} for fact, *_, persons in rows for person in sorted(set(persons))],
        columns=["fact_id", "person"],
    )
    return facts, people


def told(rows, today, released=NONE):
    facts, people = world(rows, today)
    return public_cells(facts, people, released, levels=INCIDENT_LEVELS, k=K)


def facts_of(rows, day, place, topic, persons, start=0):
    return [(f"{place}{topic}{day}{i + start}", day, place, topic, [person]) for i, person in enumerate(persons)]


def kinds(cells):
    return cells.groupby(["period_kind", "municipality_id", "topic_code"], dropna=False).size().to_dict()


def test_five_people_on_one_day_are_told_by_the_day():
    rows = facts_of([], date(2026, 3, 3), "m1", "ra", "pqrst")
    cells = told(rows, date(2026, 4, 1))
    assert cells["period_kind"].tolist() == ["day"] * 5
    assert cells["period_start"].tolist() == cells["period_end"].tolist() == [date(2026, 3, 3)] * 5
    assert cells["topic_code"].tolist() == ["ra"] * 5
    assert cells["cell_id"].nunique() == 1


def test_days_of_too_few_people_are_told_by_the_week_and_the_week_ends_with_the_month():
    rows = [
        *facts_of([], date(2026, 3, 30), "m1", "ra", "pq"),
        *facts_of([], date(2026, 3, 31), "m1", "ra", "rst"),
    ]
    cells = told(rows, date(2026, 5, 1))
    assert set(cells["period_kind"]) == {"week"}
    assert set(cells["period_start"]) == {date(2026, 3, 30)}
    assert set(cells["period_end"]) == {date(2026, 3, 31)}


def test_topics_of_too_few_people_are_told_by_their_group_and_towns_by_their_region():
    day, other = date(2026, 3, 3), date(2026, 3, 20)
    group = [*facts_of([], day, "m1", "ra", "pq"), *facts_of([], other, "m1", "rb", "rst")]
    region = [*facts_of([], day, "m2", "ra", "uv"), *facts_of([], other, "m3", "rb", "wxy")]
    cells = told([*group, *region], date(2026, 4, 1)).set_index("fact_id")
    first, second = cells.loc[[row[0] for row in group]], cells.loc[[row[0] for row in region]]
    assert set(first["municipality_id"]) == {"m1"}
    assert set(first["group_code"]) == {"r"}
    assert first["topic_code"].isna().all()
    assert set(second["region"]) == {"Край"}
    assert set(second["group_code"]) == {"r"}
    assert second["municipality_id"].isna().all()


def test_one_person_with_more_than_half_is_rolled_up():
    rows = facts_of([], date(2026, 3, 3), "m1", "ra", ["p"] * 5 + list("qrst"))
    assert told(rows, date(2026, 4, 1)).empty
    others = facts_of([], date(2026, 3, 3), "m2", "lb", list("uvwxyz"))
    cells = told([*rows, *others], date(2026, 4, 1))
    assert len(cells) == 15
    assert set(cells["period_kind"]) == {"all"}


def test_one_left_over_is_told_together_with_the_smallest_cell():
    many = facts_of([], date(2026, 3, 3), "m1", "ra", "pqrstu")
    fewer = facts_of([], date(2026, 3, 4), "m1", "ra", "pqrst")
    alone = facts_of([], date(2026, 3, 3), "m9", "zz", "x")
    cells = told([*many, *fewer, *alone], date(2026, 4, 1))
    assert len(cells) == 12
    assert cells.groupby("period_kind").size().to_dict() == {"day": 6, "all": 6}


def test_four_people_are_told_nothing_of():
    assert told(facts_of([], date(2026, 3, 3), "m1", "ra", "pqrs"), date(2026, 4, 1)).empty


def test_a_week_is_told_once_it_is_over_and_what_it_is_too_small_for_once_the_month_is():
    week = facts_of([], date(2026, 3, 3), "m1", "ra", "pqrst")
    small = [*facts_of([], date(2026, 3, 4), "m2", "rb", "uv"), *facts_of([], date(2026, 3, 20), "m2", "rc", "wxy")]
    rows = [*week, *small]
    assert told(rows, date(2026, 3, 8)).empty
    assert len(told(rows, date(2026, 3, 9))) == 5
    assert len(told(rows, date(2026, 3, 31))) == 5
    assert len(told(rows, date(2026, 4, 1))) == 10


def test_a_late_fact_does_not_join_a_cell_that_was_told():
    before = told(facts_of([], date(2026, 3, 3), "m1", "ra", "pqrst"), date(2026, 4, 1))
    late = facts_of([], date(2026, 3, 3), "m1", "ra", "x", start=90)
    rows = [*facts_of([], date(2026, 3, 3), "m1", "ra", "pqrst"), *late]
    after = told(rows, date(2026, 4, 2), before)
    pd.testing.assert_frame_equal(after, before)
    with_four_more = [*rows, *facts_of([], date(2026, 3, 3), "m1", "ra", "yzvw", start=91)]
    grown = told(with_four_more, date(2026, 4, 3), after)
    assert len(grown) == 10


def test_a_cell_that_lost_a_person_and_is_too_small_now_is_told_no_more():
    rows = facts_of([], date(2026, 3, 3), "m1", "ra", "pqrst")
    before = told(rows, date(2026, 4, 1))
    after = told(rows[1:], date(2026, 4, 2), before)
    assert after["fact_id"].tolist() == [rows[0][0]]


def test_rows_of_another_method_are_passed_over():
    rows = facts_of([], date(2026, 3, 3), "m1", "ra", "pqrst")
    before = told(rows, date(2026, 4, 1)).assign(method_version="0", period_kind="month")
    after = told(rows, date(2026, 4, 1), before)
    assert set(after["period_kind"]) == {"day"}
    assert set(after["method_version"]) == {METHOD_VERSION}


def test_a_minimum_of_nobody_is_refused():
    with pytest.raises(ValueError, match="k is 0"):
        public_cells(*world([], date(2026, 1, 1)), NONE, levels=[Level("all")], k=0)


@st.composite
def histories(draw):
    """A world that grows over three runs: some facts come later, some go."""
    n = draw(st.integers(0, 60))
    rows = [
        (
            f"f{i:03d}",
            date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 75))),
            draw(st.sampled_from(["m1", "m2", "m3", None])),
            draw(st.sampled_from(["ra", "rb", "lc", None])),
            draw(st.lists(st.sampled_from("abcdefghijkl"), max_size=3)),
        )
        for i in range(n)
    ]
    come = [draw(st.integers(0, 2)) for _ in rows]
    return [[row for row, run in zip(rows, come, strict=True) if run <= now] for now in range(3)]


@settings(max_examples=25, deadline=None)
@given(histories())
def test_whoever_adds_subtracts_and_compares_snapshots_isolates_nobody(runs):
    released, earlier = NONE, None
    for number, rows in enumerate(runs):
        today = date(2026, 2, 20) + timedelta(days=40 * number)
        released = told(rows, today, released)
        persons = {fact: set(people) for fact, *_, people in rows}
        here = released[released["fact_id"].isin(persons)]
        assert here["fact_id"].is_unique
        sets = {cell: frozenset(group["fact_id"]) for cell, group in here.groupby("cell_id")}
        for members in sets.values():
            assert_large_enough(members, persons)
        if earlier is not None:
            # nothing was taken away, so what is new in a cell is a cell's worth of people
            for cell, members in sets.items():
                before = earlier.get(cell, frozenset())
                assert before <= members
                if members - before:
                    assert_large_enough(members - before, persons)
        earlier = sets


def assert_large_enough(members, persons):
    behind = [person for fact in members for person in persons[fact]]
    assert len(set(behind)) >= K
    assert 2 * max(behind.count(person) for person in set(behind)) <= len(members)
