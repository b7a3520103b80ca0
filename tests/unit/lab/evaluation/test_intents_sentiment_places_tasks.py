"""`evaluate intents`, `sentiment` and `places`, and the shared scores: literal values on invented rows."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from lab.evaluation import EvaluationRequest, evaluate
from lab.evaluation.statistics import bootstrap_interval
from nlp.classification import Classification, expected_calibration_error
from otklik.home.errors import ConfigurationError


def write(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


def test_intents_are_scored_per_class(tmp_path: Path) -> None:
    rows = [
        ("Третий день нет горячей воды, управляющая компания не отвечает", "complaint"),
        ("Какие документы нужны для оформления субсидии?", "question"),
        ("lol ok", "other"),
        ("Когда откроется каток на стадионе?", "complaint"),
    ]
    scores = evaluate("intents", EvaluationRequest(write(tmp_path / "truth.csv", ("text", "intent"), rows)))
    assert scores["accuracy"] == 0.75
    assert scores["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    question = scores["per_class"]["question"]
    assert (question["precision"], question["recall"], question["support"]) == (0.5, 1.0, 1)
    assert question["f1"] == pytest.approx(2 / 3)


def without_interval(scores: dict, path: str = "") -> list[str]:
    """Scores beside which no interval stands."""
    found = []
    for name, value in scores.items():
        if isinstance(value, dict):
            inside = {key: scores.get(f"{name}_{key}_interval") for key in value}
            found += [] if all(inside.values()) else without_interval(value, f"{path}{name}.")
        elif isinstance(value, float) and "_per_second" not in name and f"{name}_interval" not in scores:
            found.append(path + name)
    return found


def test_every_score_has_its_interval(tmp_path: Path) -> None:
    intents = [("Третий день нет горячей воды", "complaint"), ("Когда откроют каток?", "question"), ("ок", "other")]
    places = [("На улице Мира, 5 нет света", '["улице Мира"]'), ("Ничего", "[]")]
    sentiments = [("Ужас", "negative"), ("Отлично!", "positive"), ("Стол", "neutral")]
    for task, header, rows in (
        ("intents", ("text", "intent"), intents),
        ("places", ("text", "places"), places),
        ("sentiment", ("text", "label"), sentiments),
    ):
        scores = evaluate(task, EvaluationRequest(write(tmp_path / f"{task}.csv", header, rows)))
        assert without_interval(scores) == [], task


def test_an_unknown_intent_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "truth.csv", ("text", "intent"), [("Нет воды", "rage")])
    with pytest.raises(ConfigurationError, match="unknown intents 'rage'; accepted are complaint"):
        evaluate("intents", EvaluationRequest(path))


def test_sentiment_is_scored_with_and_without_training(tmp_path: Path) -> None:
    header = ("text", "label")
    truth = write(tmp_path / "truth.csv", header, [("тумба", "positive"), ("рокот", "negative"), ("стол", "neutral")])
    lines = [("тумба юмба", "positive"), ("рокот дня", "negative"), ("стол стоит", "neutral"), ("ох", "skip")] * 6
    train = write(tmp_path / "train.csv", header, lines)
    trained = evaluate("sentiment", EvaluationRequest(truth, train))
    assert (trained["accuracy"], trained["macro_f1"], trained["n_train_left_out"]) == (1.0, 1.0, 6)
    untrained = evaluate("sentiment", EvaluationRequest(truth))
    assert (untrained["accuracy"], untrained["is_trained"]) == (pytest.approx(1 / 3), False)


def test_a_part_of_a_place_counts_by_overlap_only_and_repeats_count_once(tmp_path: Path) -> None:
    rows = [
        ("На улице Ленина яма, на улице Ленина темно", json.dumps(["улице Ленина"])),
        ("На улице Мира, 5 нет света", json.dumps(["улице Мира"])),
        ("Ничего не сказано", "[]"),
    ]
    path = write(tmp_path / "truth.csv", ("text", "places"), rows)
    scores = evaluate("places", EvaluationRequest(path))
    assert (scores["n_found"], scores["n_marked"]) == (2, 2)
    assert (scores["precision"], scores["recall"], scores["f1"]) == (0.5, 0.5, 0.5)
    assert (scores["overlap"]["precision"], scores["overlap"]["recall"], scores["overlap"]["f1"]) == (1.0, 1.0, 1.0)


def test_one_long_span_does_not_meet_two_places(tmp_path: Path) -> None:
    path = write(tmp_path / "truth.csv", ("text", "places"), [("На улице Мира, 5", json.dumps(["улице", "Мира, 5"]))])
    assert evaluate("places", EvaluationRequest(path))["overlap"]["recall"] == 0.5


def test_places_that_are_no_list_name_the_row(tmp_path: Path) -> None:
    path = write(tmp_path / "truth.csv", ("text", "places"), [("На улице", "улица")])
    with pytest.raises(ConfigurationError, match="row 1: `places` must be a JSON list"):
        evaluate("places", EvaluationRequest(path))


def test_class_scores_have_their_textbook_values() -> None:
    found = Classification(["a", "a", "a", "b"], ["a", "a", "b", "c"])
    assert found.accuracy() == 0.5
    assert found.f1_macro() == pytest.approx(0.8 / 3)
    assert found.f1_weighted() == pytest.approx(0.6)


def test_an_interval_holds_the_score_and_repeats() -> None:
    values = np.array([1.0] * 60 + [0.0] * 40)
    first = bootstrap_interval(100, lambda rows: float(values[rows].mean()))
    assert first == bootstrap_interval(100, lambda rows: float(values[rows].mean()))
    assert first is not None
    assert 0.48 < first[0] < 0.6 < first[1] < 0.72
    assert bootstrap_interval(1, lambda rows: 1.0) is None


def test_calibration_error_is_the_gap_weighted_by_bins() -> None:
    told = np.array([0.95, 0.95, 0.25, 0.25])
    assert expected_calibration_error(told, np.array([True, False, False, False])) == pytest.approx(0.35)


def test_the_gap_between_rows_that_were_looked_at_and_rows_that_score_is_told(tmp_path: Path) -> None:
    header = ("text", "intent")
    truth = write(tmp_path / "truth.csv", header, [("Когда откроют каток?", "question"), ("Нет воды", "question")])
    seen = write(tmp_path / "seen.csv", header, [("Третий день нет горячей воды", "complaint"), ("lol ok", "other")])
    scores = evaluate("intents", EvaluationRequest(truth, seen=seen))
    assert (scores["accuracy"], scores["seen"]["accuracy"], scores["gap"]["accuracy"]) == (0.5, 1.0, 0.5)


def test_a_text_that_was_looked_at_cannot_score(tmp_path: Path) -> None:
    header = ("text", "intent")
    truth = write(tmp_path / "truth.csv", header, [("Когда откроют каток?", "question"), ("Нет воды", "complaint")])
    seen = write(tmp_path / "seen.csv", header, [(" Нет воды\n", "complaint")])
    with pytest.raises(ConfigurationError, match="1 of its texts stand in"):
        evaluate("intents", EvaluationRequest(truth, seen=seen))


def test_rows_whose_text_the_training_file_holds_are_counted(tmp_path: Path) -> None:
    header = ("text", "label")
    rows = [
        (f"{word} {number}", label)
        for number in range(20)
        for word, label in [("Ужас", "negative"), ("Класс", "positive"), ("Стол", "neutral")]
    ]
    train = write(tmp_path / "train.csv", header, rows)
    truth = write(
        tmp_path / "truth.csv", header, [("Ужас 1", "negative"), ("Кошмар", "negative"), ("Ужас 2", "negative")]
    )
    assert evaluate("sentiment", EvaluationRequest(truth, train=train))["n_read_before"] == 2
