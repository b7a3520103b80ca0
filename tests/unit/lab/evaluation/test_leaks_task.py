"""`evaluate leaks`: scores on a known file, and what is said of a wrong one."""

import pytest

from lab.evaluation import EvaluationRequest, evaluate
from nlp.leak_patterns import KINDS
from otklik.home.errors import ConfigurationError


def truth(tmp_path, rows):
    path = tmp_path / "leaks.csv"
    path.write_text("text,kinds\n" + "\n".join(rows), encoding="utf-8")
    return EvaluationRequest(truth=path)


def test_scores_count_messages_by_kind(tmp_path):
    rows = [
        '"тел. +7 912 345-67-89","[""phone""]"',
        '"звоните вечером","[""phone""]"',
        '"почта a@b.ru",[]',
        '"не вывозят мусор",[]',
    ]
    scores = evaluate("leaks", truth(tmp_path, rows))
    assert (scores["n"], scores["n_clean"], scores["n_review"], scores["false_alarms"]) == (4, 2, 0, 1)
    assert tuple(scores["per_kind"]) == KINDS
    phone = scores["per_kind"]["phone"]
    assert (phone["precision"], phone["recall"], phone["support"], phone["n_found"]) == (1.0, 0.5, 2, 1)
    # Wilson's interval of 1 of 2, from its formula by hand
    assert phone["recall_interval"] == pytest.approx([0.0945, 0.9055], abs=1e-3)
    assert scores["per_kind"]["email"]["precision"] == 0
    assert scores["per_kind"]["snils"]["recall"] is None
    assert scores["messages_per_second"] > 0


@pytest.mark.parametrize("cell", ["phone", '"[""telephone""]"', '"{}"'])
def test_a_wrong_list_of_kinds_is_named(tmp_path, cell):
    with pytest.raises(ConfigurationError, match="row 2"):
        evaluate("leaks", truth(tmp_path, [f"a,{cell}"]))


def test_a_file_without_rows_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="no rows"):
        evaluate("leaks", truth(tmp_path, []))
