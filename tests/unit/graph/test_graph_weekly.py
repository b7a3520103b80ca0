"""Tie weights per week: literal values of definition 14, conservation, order."""

import pandas as pd
import pytest

from graph.build import EdgeFrameError
from graph.weekly import sum_weeks, weekly_edges


def messages(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["source_subject_id", "target_subject_id", "sent_at", "n_recipients"])
    return frame.assign(network="staff", organisation="city", sent_at=pd.to_datetime(frame["sent_at"], utc=True))


SAMPLE = messages(
    ("s_a", "s_b", "2026-03-01T23:00Z", 1),
    ("s_a", "s_b", "2026-03-02T00:00Z", 2),
    ("s_b", "s_a", "2026-03-12T00:00Z", 1),
    ("s_a", "s_c", "2026-03-11T00:00Z", 26),
)


def test_weeks_begin_on_monday_and_weights_halve_with_age():
    found = weekly_edges(SAMPLE, half_life_days=10, max_recipients=25)
    assert found[["source_subject_id", "week", "n_messages"]].values.tolist() == [
        ["s_a", 2930, 1],
        ["s_a", 2931, 1],
        ["s_b", 2932, 1],
    ]
    assert found["weight"].tolist() == pytest.approx([0.5 ** (241 / 240), 0.25, 1.0])


def test_sum_of_weeks_is_the_whole_period():
    edges = sum_weeks(weekly_edges(SAMPLE, half_life_days=10, max_recipients=25))
    assert edges["n_messages"].tolist() == [2, 1]
    assert edges["weight"].tolist() == pytest.approx([0.5 ** (241 / 240) + 0.25, 1.0])


def test_row_order_changes_no_bit():
    shuffled = SAMPLE.sample(frac=1, random_state=1)
    first, second = (weekly_edges(frame, half_life_days=7, max_recipients=25) for frame in (SAMPLE, shuffled))
    pd.testing.assert_frame_equal(first, second, check_exact=True)


def test_a_missing_column_is_named():
    with pytest.raises(EdgeFrameError, match="sent_at"):
        weekly_edges(SAMPLE.drop(columns="sent_at"), half_life_days=7, max_recipients=25)
