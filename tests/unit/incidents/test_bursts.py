"""Bursts: the automaton against every possible sequence, a planted burst."""

import itertools
import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from incidents.bursts import BURST_SCHEMA, burst, burst_states

START = date(2026, 6, 1)


def cost(states, relevant, total, scaling, gamma):
    """Cost of one sequence, with the binomial law of SciPy."""
    base = relevant.sum() / total.sum()
    rates = [base, min(0.9999, scaling * base)]
    spent, before = 0.0, 0
    for state, r, d in zip(states, relevant, total, strict=True):
        spent += gamma * math.log(len(relevant)) * max(0, state - before) - binom.logpmf(r, d, rates[state])
        before = state
    return spent


@pytest.mark.parametrize("seed", range(12))
def test_states_are_the_cheapest_of_all_sequences(seed):
    rng = np.random.default_rng(seed)
    total = rng.integers(5, 30, size=8)
    relevant = rng.binomial(total, np.where(np.arange(8) // 3 == 1, 0.5, 0.1))
    if not relevant.sum():
        relevant[0] = 1
    cheapest = min(cost(s, relevant, total, 2.0, 1.0) for s in itertools.product((0, 1), repeat=8))
    assert cost(burst_states(relevant, total), relevant, total, 2.0, 1.0) == pytest.approx(cheapest)


def test_steady_counts_hold_no_burst():
    assert burst_states(np.full(30, 3), np.full(30, 60)).sum() == 0


def test_nothing_and_everything_hold_no_burst():
    assert burst_states(np.zeros(5), np.full(5, 9)).tolist() == [0] * 5
    assert burst_states(np.full(5, 9), np.full(5, 9)).tolist() == [0] * 5
    assert burst_states(np.array([]), np.array([])).tolist() == []


def region(seed, planted=()):
    """Daily counts of 6 topics in 5 places over 60 days, about one post a week a cell, and planted bursts."""
    rng = np.random.default_rng(seed)
    rows = []
    for topic, place in itertools.product("abcdef", "12345"):
        counts = rng.poisson(0.15, size=60)
        for first, last, posts in (one[2:] for one in planted if one[:2] == (topic, place)):
            counts[first : last + 1] += posts
        rows += [(topic, place, START + timedelta(day), int(n)) for day, n in enumerate(counts) if n]
    return pd.DataFrame(rows, columns=["topic_code", "municipality_id", "date", "n_posts"])


def test_planted_bursts_are_found_on_their_days():
    planted = [("a", "1", 20, 23, 6), ("d", "4", 40, 44, 5)]
    found = burst(region(1, planted))
    assert list(found.columns) == BURST_SCHEMA.names
    for topic, place, first, last, _posts in planted:
        row = found[(found["topic_code"] == topic) & (found["municipality_id"] == place)]
        assert len(row) == 1
        assert abs((row["first_date"].iloc[0] - START).days - first) <= 1
        assert abs((row["last_date"].iloc[0] - START).days - last) <= 1


def test_chance_alone_raises_few_alarms():
    # 20 quiet regions of 6 topics over two months: 240 topic-months
    assert sum(len(burst(region(seed))) for seed in range(20)) <= 24


def test_no_counts_give_an_empty_typed_frame():
    found = burst(region(1).iloc[:0])
    assert found.empty
    assert found.dtypes.astype(str).to_dict()["n_posts"] == "int64"


def test_order_of_rows_does_not_matter():
    counts = region(3, [("b", "2", 10, 12, 8)])
    pd.testing.assert_frame_equal(burst(counts), burst(counts.sample(frac=1, random_state=1)))
