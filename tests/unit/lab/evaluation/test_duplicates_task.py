"""`evaluate duplicates`: pairwise and B³ scores against counts made by hand."""

import pandas as pd
import pytest

from lab.evaluation import EvaluationRequest, evaluate
from lab.evaluation.duplicates import _counts, b_cubed, pairwise
from otklik.home.errors import ConfigurationError

LONG = "На улице Мельничной, дом 14 не вывозят мусор вторую неделю. Запах на весь двор, бегают крысы."


def test_scores_agree_with_counts_by_hand():
    # true: {0 1 2} {3 4}; found: {0 1} {2 3 4}
    counts = _counts(pd.Series(list("aaabb")), pd.Series(list("xxyyy")))
    # pairs: true 4, found 4, both 2 (01 and 34)
    assert pairwise(counts) == (0.5, 0.5, 0.5)
    # B³ precision (1 + 1 + 1/3 + 2/3 + 2/3) / 5, recall (2/3 + 2/3 + 1/3 + 1 + 1) / 5
    assert b_cubed(counts) == pytest.approx((11 / 15, 11 / 15, 11 / 15))


def test_a_file_is_scored(tmp_path):
    path = tmp_path / "duplicates.csv"
    frame = pd.DataFrame(
        {
            "id": ["1", "2", "3"],
            "text": [LONG, LONG.upper(), "Спасибо за новый парк у реки, гуляем всей семьёй"],
            "cluster": ["a", "a", "b"],
        }
    )
    frame.to_csv(path, index=False)
    scores = evaluate("duplicates", EvaluationRequest(truth=path))
    assert (scores["n"], scores["n_pairs"], scores["n_linked_pairs"]) == (3, 1, 1)
    assert scores["pairwise"]["f1"] == scores["b_cubed"]["f1"] == 1
    assert scores["pairwise"]["precision_interval"] == [1, 1]


def test_an_id_that_stands_twice_is_refused(tmp_path):
    path = tmp_path / "duplicates.csv"
    path.write_text("id,text,cluster\n1,a,a\n1,b,b\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="stands twice"):
        evaluate("duplicates", EvaluationRequest(truth=path))
