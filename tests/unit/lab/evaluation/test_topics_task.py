"""`evaluate topics`: fields, literal scores on an easy invented split, refusals."""

import csv
from pathlib import Path

import pytest

from lab.evaluation import EvaluationRequest, evaluate
from otklik.home.errors import ConfigurationError

KINDS = {"яма на дороге": ("город", "дороги", "ямы"), "нет врача в поликлинике": ("больница", "медицина", "врачи")}


def write(path: Path, n: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("text", "authority", "group", "topic"))
        for number in range(n):
            for text, labels in KINDS.items():
                writer.writerow((f"{text}, пишу {number}", *labels))
    return path


def test_an_easy_split_is_scored_in_full(tmp_path: Path) -> None:
    scores = evaluate("topics", EvaluationRequest(write(tmp_path / "truth.csv", 4), write(tmp_path / "train.csv", 30)))
    assert scores["n"] == 8
    assert scores["n_train"] == 60
    for name in ("authority", "group", "topic"):
        assert {key: scores[name][key] for key in ("accuracy", "f1_weighted", "f1_macro")} == {
            "accuracy": 1.0,
            "f1_weighted": 1.0,
            "f1_macro": 1.0,
        }
    assert scores["S"] == 1.0
    assert scores["S_interval"] == [1.0, 1.0]
    assert scores["accuracy_at_coverage"] == {"0.5": 1.0, "0.8": 1.0, "0.9": 1.0, "1.0": 1.0}
    assert 0 <= scores["ece"] <= 1
    assert scores["train_seconds"] > 0
    assert scores["texts_per_second"] > 0


def test_training_labels_are_required(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="needs --train"):
        evaluate("topics", EvaluationRequest(write(tmp_path / "truth.csv", 4)))


def test_too_few_labels_name_the_file(tmp_path: Path) -> None:
    request = EvaluationRequest(write(tmp_path / "truth.csv", 4), write(tmp_path / "train.csv", 1))
    with pytest.raises(ConfigurationError, match=r"train\.csv: authority: 2 labelled texts"):
        evaluate("topics", request)
