"""The rule by which a class is named: literal cases, and expected F1 against naming the most probable class."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.decision import DecisionRule, fit_rule, fit_temperature, most_probable


def expected_f1(probability: np.ndarray, named: np.ndarray, evenness: float) -> float:
    """F1 of every class with expected counts, weighed as `fit_rule` weighs it: the definition, computed directly."""
    n_classes = probability.shape[1]
    members = probability.sum(axis=0)
    share = (1 - evenness) * members / members.sum() + evenness / n_classes
    right = np.array([probability[named == place, place].sum() for place in range(n_classes)])
    n_named = np.bincount(named, minlength=n_classes)
    return float((share * 2 * right / np.maximum(members + n_named, 1e-9)).sum())


def sample(seed: int, n_classes: int, n_rows: int = 400) -> np.ndarray:
    random = np.random.default_rng(seed)
    scores = random.normal(size=(n_rows, n_classes)) * 1.5 - np.arange(n_classes)
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)


def test_the_most_probable_class_is_named_without_a_fitted_rule() -> None:
    assert most_probable(3).name(np.array([[0.2, 0.5, 0.3], [0.4, 0.3, 0.3]])).tolist() == [1, 0]


def test_a_rule_compares_what_exceeds_the_thresholds() -> None:
    rule = DecisionRule(np.array([1.0, 2.0]), np.array([0.5, 0.1]))
    assert rule.name(np.array([[0.8, 0.2], [0.7, 0.3]])).tolist() == [0, 1]


def test_certain_rows_keep_their_class() -> None:
    certain = np.eye(3)[[0] * 90 + [1] * 9 + [2]]
    assert fit_rule(certain, 0.5).name(certain).tolist() == [0] * 90 + [1] * 9 + [2]


def test_a_rare_class_that_would_never_be_named_is_named_where_it_is_likeliest() -> None:
    rows = np.array([[0.95, 0.05]] * 180 + [[0.55, 0.45]] * 20)
    assert most_probable(2).name(rows).sum() == 0
    assert fit_rule(rows, 1.0).name(rows).tolist() == [0] * 180 + [1] * 20


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8), st.sampled_from([0.0, 0.5, 1.0]))
def test_expected_f1_is_never_notably_below_that_of_the_most_probable_class(
    seed: int, n_classes: int, evenness: float
) -> None:
    probability = sample(seed, n_classes)
    fitted = expected_f1(probability, fit_rule(probability, evenness).name(probability), evenness)
    plain = expected_f1(probability, probability.argmax(axis=1), evenness)
    assert fitted >= plain - 0.005


def test_on_many_samples_the_rule_gains() -> None:
    gains = []
    for seed in range(20):
        probability = sample(seed, 8)
        named = fit_rule(probability, 1.0).name(probability)
        gains.append(expected_f1(probability, named, 1.0) - expected_f1(probability, probability.argmax(axis=1), 1.0))
    assert np.mean(gains) > 0.03


@pytest.mark.parametrize("true_temperature", [0.8, 1.7, 4.0])
def test_the_temperature_that_made_the_labels_is_found(true_temperature: float) -> None:
    random = np.random.default_rng(1)
    scores = random.normal(size=(6_000, 4)) * 3
    powers = np.exp(scores / true_temperature)
    probability = powers / powers.sum(axis=1, keepdims=True)
    labels = (random.random((6_000, 1)) < probability.cumsum(axis=1)).argmax(axis=1)
    assert fit_temperature(scores, labels) == pytest.approx(true_temperature, rel=0.08)
