"""What of a new delivery stands out beside its source's past, and what does not."""

from datetime import UTC, datetime, timedelta

import pytest

from otklik.intake.arrivals.judging import Finding, LoadProfile, judge, silence

MONDAY = 0


def load(rows: int, weekday: int | None = MONDAY, name: str = "new", **counts: dict[str, int] | int) -> LoadProfile:
    """A load of so many rows; a figure without buckets is given as a number."""
    figures = {figure: found if isinstance(found, dict) else {"": found} for figure, found in counts.items()}
    return LoadProfile(name, rows, rows, weekday, figures)


def found(arriving: LoadProfile, past: list[LoadProfile], figure: str, *, is_register: bool = False) -> Finding | None:
    findings = judge([arriving], past, is_register=is_register)
    return next((one for one in findings if one.figure == figure), None)


# Weekdays of about 100 rows, weekends of about 10.
WEEKS = [load(rows + n % 4, day) for n in range(4) for day, rows in enumerate([100, 97, 103, 99, 101, 10, 11])]


@pytest.mark.parametrize(
    ("rows", "weekday", "is_outside"),
    [(100, 0, False), (50, 0, True), (9, 5, False), (9, 0, True), (0, 0, True), (280, 0, False), (400, 0, True)],
)
def test_a_volume_is_compared_with_those_of_the_same_day_of_the_week(rows: int, weekday: int, is_outside: bool):
    finding = found(load(rows, weekday), WEEKS, "rows")
    assert finding is not None
    assert (finding.excess > 0) is is_outside


def test_volumes_are_not_judged_before_two_weeks_of_deliveries():
    assert found(load(5), WEEKS[:13], "rows") is None
    assert found(load(5), WEEKS[:14], "rows") is not None


def test_a_share_far_from_the_past_stands_out_with_the_limit_it_passes():
    past = [load(100, empty_author=n) for n in (2, 4, 3, 5, 1)]
    finding = found(load(100, empty_author=100), past, "empty_author")
    assert finding is not None
    assert (finding.value, finding.least) == (1.0, None)
    assert finding.most == pytest.approx(0.21, abs=0.04)


def test_a_share_may_always_move_a_little():
    past = [load(1000) for _ in range(9)] + [load(1000, empty_author=1)]
    finding = found(load(1000, empty_author=140), past, "empty_author")
    assert finding is not None
    assert finding.excess < 0


def test_what_always_was_is_not_judged():
    past = [load(100, empty_lat=100) for _ in range(6)]
    assert found(load(100, empty_lat=100), past, "empty_lat") is None
    filled = found(load(100), past, "empty_lat")
    assert filled is not None
    assert filled.excess > 0


def test_a_spread_is_compared_with_that_of_all_the_past():
    past = [load(100, drift_hour={"2": 10, "3": 40, "4": 40, "5": 10}) for _ in range(6)]
    same = found(load(100, drift_hour={"2": 12, "3": 37, "4": 42, "5": 9}), past, "drift_hour")
    moved = found(load(100, drift_hour={"5": 10, "6": 40, "7": 40, "0": 10}), past, "drift_hour")
    assert same is not None
    assert moved is not None
    assert (same.value, same.most) == (0.0, 1.0)
    assert moved.value > 5


def test_few_rows_are_judged_by_their_number_alone():
    past = [load(100, empty_author=3) for _ in range(20)]
    assert [one.figure for one in judge([load(19, empty_author=19)], past, is_register=False)] == ["rows"]


def test_a_source_without_a_past_is_held_to_what_always_holds():
    (finding,) = judge([load(100, share_garbled=80)], [], is_register=False)
    assert (finding.figure, finding.value, finding.most) == ("share_garbled", 0.8, 0.3)


def test_one_state_of_a_register_is_past_enough():
    before = [load(100, None, top_department=20)]
    finding = found(load(100, None, top_department=100), before, "top_department", is_register=True)
    assert finding is not None
    assert finding.excess > 0


def test_months_before_all_that_the_source_told_are_far_back():
    past = [load(100, month={"2026-03": 60, "2026-04": 40}) for _ in range(5)]
    old = found(load(100, month={"2026-02": 50, "2025-12": 50}), past, "share_far_back")
    assert old is not None
    assert (old.value, old.most) == (0.5, 0.2)


def test_of_several_loads_the_one_that_lies_farthest_out_is_told():
    past = [load(100, empty_author=3) for _ in range(6)]
    good, bad = load(100, name="good", empty_author=3), load(100, name="bad", empty_author=60)
    (finding,) = [one for one in judge([good, bad, good], past, is_register=False) if one.figure == "empty_author"]
    assert (finding.load_id, finding.value) == ("bad", 0.6)


DAY = datetime(2026, 3, 1, tzinfo=UTC)


def test_silence_is_measured_by_the_sources_own_rhythm():
    daily = [DAY + timedelta(days=n) for n in range(10)]
    weekly = [DAY + timedelta(days=7 * n) for n in range(10)]
    assert silence(daily, daily[-1] + timedelta(days=3)) == (72.0, 48.0)
    assert silence(weekly, weekly[-1] + timedelta(days=8)) == (192.0, 336.0)


def test_without_a_rhythm_there_is_no_silence():
    assert silence([DAY, DAY, DAY + timedelta(days=1)], DAY + timedelta(days=90)) is None
