"""Rates of small places are pulled to the middle, and their ranks are wide."""

import numpy as np
import pandas as pd
import pytest

from incidents.places import MIN_RANKED_INCIDENTS, rank_places
from incidents.rank_intervals import fit_gamma_prior, rank_activity
from incidents.reporting_rate import reporting_rate


def places(*rows):
    return pd.DataFrame(rows, columns=["place", "n_events", "population"])


def test_posterior_mean_is_the_formula():
    frame = places(("a", 30, 10_000), ("b", 300, 50_000), ("c", 10, 20_000))
    alpha, beta = fit_gamma_prior(np.array([30.0, 300, 10]), np.array([10.0, 50, 20]))
    rate = rank_activity(frame).set_index("place")["rate"]
    assert rate["a"] == pytest.approx((30 + alpha) / (10 + beta))


def test_clear_order_has_narrow_ranks_and_a_small_place_a_wide_one():
    found = rank_activity(
        places(("big", 5000, 500_000), ("middle", 1000, 300_000), ("low", 300, 300_000), ("tiny", 1, 300))
    ).set_index("place")
    assert found.loc["big", "rank"] < found.loc["middle", "rank"] < found.loc["low", "rank"]
    assert found.loc["big", "rank_high"] - found.loc["big", "rank_low"] <= 1
    assert found.loc["tiny", "rank_high"] - found.loc["tiny", "rank_low"] >= 2


def test_no_rank_under_the_minimum_and_none_without_population():
    found = rank_activity(places(("a", 50, 10_000), ("b", 2, 10_000), ("c", 9, None)), min_count=5)
    assert found["place"].tolist() == ["a", "b"]
    assert found["rank"].tolist()[0] == 1
    assert found["rank"].isna().tolist() == [False, True]


def test_same_seed_same_ranks_whatever_the_order_of_rows():
    frame = places(("a", 5, 900), ("b", 7, 1000), ("c", 2, 800))
    pd.testing.assert_frame_equal(rank_activity(frame), rank_activity(frame.iloc[::-1]))


def test_rank_interval_covers_the_true_rank():
    rng = np.random.default_rng(5)
    covered, total = 0, 0
    for seed in range(20):
        true = rng.gamma(4, 0.5, size=15)
        population = rng.integers(2_000, 60_000, size=15)
        events = rng.poisson(true * population / 1000)
        found = rank_activity(
            pd.DataFrame({"place": [f"{i:02d}" for i in range(15)], "n_events": events, "population": population}),
            n_draws=1000,
            seed=seed,
        )
        rank = (-true).argsort().argsort() + 1
        covered += int(((found["rank_low"] <= rank) & (rank <= found["rank_high"])).sum())
        total += 15
    assert covered / total >= 0.93


def test_reporting_rate_has_its_literal_values():
    # 12 further reports in 60 days; exact Poisson interval of 12 is 6.2006 to 20.9616
    rate = reporting_rate(np.array([5, 7]), np.array([20.0, 40.0]), horizon_days=10)
    assert rate.per_day == pytest.approx(0.2)
    assert (rate.per_day_low * 60, rate.per_day_high * 60) == pytest.approx((6.2006, 20.9616), abs=1e-4)
    assert rate.reported_share == pytest.approx(1 - np.exp(-2))
    count, low, high = rate.corrected_count(100)
    assert count == pytest.approx(100 / (1 - np.exp(-2)))
    # the more is reported, the less is missing
    assert 100 <= low < count < high


def test_nobody_reporting_twice_corrects_nothing():
    assert reporting_rate(np.array([0]), np.array([5.0]), horizon_days=10).corrected_count(3)[0] is None


def test_no_exposure_is_refused():
    with pytest.raises(ValueError, match="exposure"):
        reporting_rate(np.array([1]), np.array([0.0]), horizon_days=10)


def test_places_are_ranked_within_their_region_and_the_small_ones_are_not():
    rows = [
        ("east", "a", 300, 10_000, 40, 400.0, 14),
        ("east", "b", 100, 10_000, 0, 400.0, 14),
        ("east", "c", MIN_RANKED_INCIDENTS - 1, 10_000, 1, 0.0, 14),
        ("east", "d", 500, None, 1, 100.0, 14),
        ("west", "e", 40, 10_000, 1, 100.0, 14),
    ]
    columns = ["region", "municipality_id", "n_incidents", "population"]
    frame = rank_places(
        pd.DataFrame(rows, columns=[*columns, "n_further_reports", "exposure_days", "incident_window_days"])
    ).set_index("municipality_id")
    assert frame["activity_rank"].astype("Int64").tolist() == [1, 2, pd.NA, pd.NA, 1]
    assert frame["shrunken_incidents_per_1000"].isna().tolist() == [False, False, False, True, False]
    assert frame.loc["a", "reports_per_day"] == pytest.approx(0.1)
    assert frame.loc["a", "reported_share"] == pytest.approx(1 - np.exp(-1.4))
    assert frame.loc["a", "corrected_incidents"] == pytest.approx(300 / (1 - np.exp(-1.4)))
    assert frame.loc["a", "corrected_incidents_low"] < frame.loc["a", "corrected_incidents"]
    assert frame.loc["a", "corrected_incidents"] < frame.loc["a", "corrected_incidents_high"]
    assert np.isnan(frame.loc["b", "corrected_incidents"])
    assert np.isnan(frame.loc["b", "corrected_incidents_high"])
    assert np.isnan(frame.loc["c", "reports_per_day"])


def test_no_places_give_no_ranks():
    columns = ["region", "municipality_id", "n_incidents", "population"]
    empty = pd.DataFrame(columns=[*columns, "n_further_reports", "exposure_days", "incident_window_days"])
    assert rank_places(empty).empty
