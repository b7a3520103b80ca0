"""Weights learn from answers what the cold start does not know, and keep to it where answers are silent."""

import numpy as np
import pandas as pd
import pytest

from incidents.calibration import expected_best_threshold
from incidents.joining_weights import balance, fit_weights, precision_recall, site_of_pairs

PRIOR = pd.DataFrame(
    [
        ("base", "all", -4),
        ("threshold", "all", 0),
        ("distance", "near", 4),
        ("distance", "away", -4),
        ("words", "alike", 2),
        ("words", "none", -2),
        ("colour", "red", 3),
    ],
    columns=["feature", "level", "points"],
)


def answers(n, seed=0):
    """Pairs of which near ones are the same if their words are unlike: the cold start has it the wrong way round."""
    rng = np.random.default_rng(seed)
    near, alike = rng.random(n) < 0.5, rng.random(n) < 0.5
    chance = np.where(near, np.where(alike, 0.1, 0.9), 0.02)
    return pd.DataFrame(
        {
            "distance": np.where(near, "near", "away"),
            "words": np.where(alike, "alike", "none"),
            "colour": "blue",
            "is_same": rng.random(n) < chance,
            "weight": 1.0,
            "is_vetoed": False,
            "kept_together": np.arange(n) // 2,
        }
    )


def points(fitted):
    return fitted.points.set_index(["feature", "level"])["points"]


def test_answers_turn_round_what_the_cold_start_had_wrong():
    fitted = fit_weights(answers(600), PRIOR)
    found = points(fitted)
    assert found["words", "none"] > found["words", "alike"]
    assert found["distance", "near"] > found["distance", "away"]
    assert fitted.is_better
    assert fitted.precision.value > 0.8 > balance(fitted.prior_precision, fitted.prior_recall)


def test_what_is_likely_joins():
    found = points(fit_weights(answers(600), PRIOR))
    near = found["base", "all"] + found["distance", "near"]
    assert near + found["words", "none"] > found["threshold", "all"] >= 0 > near + found["words", "alike"]


def test_where_all_is_sure_what_is_likelier_than_not_joins():
    assert expected_best_threshold(np.array([6.0, 6.0, -6.0]), np.ones(3)) == 0


def test_doubtful_pairs_do_not_join_where_sure_ones_are_many():
    # expected F: .790 with the doubtful ones, .841 without
    assert expected_best_threshold(np.array([4.0, 4.0, 0.2, 0.2]), np.ones(4)) == 0.25


def test_doubtful_pairs_join_where_there_are_no_others():
    assert expected_best_threshold(np.array([0.2, 0.1, -1.0]), np.ones(3)) == 0


def test_points_are_odds_to_the_base_two():
    found = points(fit_weights(answers(4000), PRIOR))
    chance = 1 / (1 + 2 ** -(found["base", "all"] + found["distance", "near"] + found["words", "none"]))
    assert chance == pytest.approx(0.9, abs=0.04)


def test_a_level_that_no_answer_tells_of_keeps_its_points_but_for_the_scale():
    found = points(fit_weights(answers(600), PRIOR))
    assert found["colour", "red"] > 0


def test_intervals_hold_the_value_and_narrow_with_more_answers():
    few, many = fit_weights(answers(200), PRIOR), fit_weights(answers(2000), PRIOR)
    for fitted in (few, many):
        assert fitted.precision.low <= fitted.precision.value <= fitted.precision.high
        assert fitted.recall.low <= fitted.recall.value <= fitted.recall.high
    assert many.recall.high - many.recall.low < few.recall.high - few.recall.low


def test_the_same_answers_give_the_same_weights_in_any_order():
    pairs = answers(300)
    shuffled = pairs.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(fit_weights(pairs, PRIOR).points, fit_weights(shuffled, PRIOR).points, atol=1e-3)


def test_what_is_vetoed_is_joined_by_nothing():
    pairs = answers(600).assign(is_vetoed=True)
    assert np.isnan(fit_weights(pairs, PRIOR).precision.value)


@pytest.mark.parametrize(("is_same", "said"), [(True, "all same"), (False, "all different")])
def test_answers_of_one_kind_teach_nothing(is_same, said):
    with pytest.raises(ValueError, match=said):
        fit_weights(answers(50).assign(is_same=is_same), PRIOR)


def test_precision_and_recall_are_weighted():
    joined, same, weight = np.array([1, 1, 0]), np.array([1, 0, 1]), np.array([1.0, 3.0, 4.0])
    assert precision_recall(joined, same, weight) == (0.25, 0.2)


def test_pairs_that_share_a_thread_are_kept_back_together():
    one, two, other = site_of_pairs([(1, 2), (2, 3), (7, 8)])
    assert one == two != other
