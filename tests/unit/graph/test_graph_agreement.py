"""Agreement of partitions: textbook values and bounds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.agreement import adjusted_mutual_information, adjusted_rand, contingency, normalised_mutual_information

labels = st.lists(st.integers(0, 3), min_size=2, max_size=30)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param([0, 0, 1, 1], [1, 1, 0, 0], (1.0, 1.0, 1.0), id="relabelled"),
        # Values of scikit-learn 1.5: adjusted_rand_score, normalized_mutual_info_score, adjusted_mutual_info_score.
        pytest.param([0, 0, 1, 1], [0, 0, 1, 2], (0.571429, 0.8, 0.571429), id="one group split"),
        pytest.param([0, 0, 1, 1], [0, 1, 0, 1], (-0.5, 0.0, -0.5), id="crossed"),
    ],
)
def test_agreement_has_its_literal_values(first, second, expected):
    table = contingency(first, second)
    found = adjusted_rand(table), normalised_mutual_information(table), adjusted_mutual_information(table)
    assert found == pytest.approx(expected, abs=1e-6)


@settings(deadline=None)
@given(labels, st.randoms(use_true_random=False))
def test_agreement_is_symmetric_at_most_one_and_blind_to_names(first, random):
    second = random.sample(first, len(first))
    for measure in (adjusted_rand, normalised_mutual_information, adjusted_mutual_information):
        value = measure(contingency(first, second))
        assert value <= 1 + 1e-9
        assert value == pytest.approx(measure(contingency(second, first)), abs=1e-9)
        assert value == pytest.approx(measure(contingency([9 - x for x in first], second)), abs=1e-9)


def test_random_labels_agree_by_chance_only_after_adjustment():
    rng = np.random.default_rng(0)
    table = contingency(rng.integers(0, 20, 400), rng.integers(0, 20, 400))
    assert abs(adjusted_mutual_information(table)) < 0.05
    assert abs(adjusted_rand(table)) < 0.05
    assert normalised_mutual_information(table) > 0.1


def test_labels_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="2 and 1 people"):
        contingency([0, 1], [0])
