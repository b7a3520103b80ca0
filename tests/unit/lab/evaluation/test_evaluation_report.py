"""How scores are shown: an interval beside its score, alike parts in one table, a page without speeds."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from incidents.shares import wilson_interval
from lab.evaluation import TASKS, page
from lab.evaluation.report import markdown, print_scores, score_tables
from lab.evaluation.statistics import jackknife_interval
from otklik.home.errors import ConfigurationError

SCORES = {
    "n": 12_400,
    "accuracy": 0.87349,
    "accuracy_interval": [0.8412, 0.9],
    "is_trained": True,
    "at_coverage": {"0.5": 0.9, "1.0": 0.8},
    "at_coverage_0.5_interval": [0.85, 0.95],
    "per_class": {
        "complaint": {"f1": 0.9, "f1_interval": [0.8, 1.0], "support": 3},
        "other": {"f1": 0.0, "f1_interval": None, "support": 0},
    },
    "texts_per_second": 4_321.7,
}


def test_a_score_and_its_interval_stand_in_one_row():
    whole = score_tables(SCORES)[0]
    assert whole.header == ("", "value", "95 % interval")
    assert whole.rows == [
        ("n", "12,400", ""),
        ("accuracy", "0.873", "[0.841, 0.900]"),
        ("is_trained", "yes", ""),
        ("texts_per_second", "4,322", ""),
        ("at_coverage.0.5", "0.900", "[0.850, 0.950]"),
        ("at_coverage.1.0", "0.800", ""),
    ]


def test_classes_are_rows_of_one_table():
    classes = score_tables(SCORES)[1]
    assert (classes.title, classes.header) == ("per_class", ("", "f1", "support"))
    assert classes.rows == [("complaint", "0.900 [0.800, 1.000]", "3"), ("other", "0.000", "0")]


def test_parts_of_the_whole_with_the_same_scores_are_rows_of_one_table():
    tables = score_tables({"n": 1, "group": {"f1": 0.5}, "topic": {"f1": 0.25}, "rest": {"recall": None}})
    assert tables[0].rows == [("n", "1"), ("rest.recall", "–")]
    assert tables[1].rows == [("group", "0.500"), ("topic", "0.250")]


def test_markdown_has_a_line_for_every_row():
    assert markdown(score_tables({"n": 1, "f1": 0.5})) == "|  | value |\n|---|---:|\n| n | 1 |\n| f1 | 0.500 |"


def test_the_terminal_shows_every_score(capsys):
    print_scores("intents", SCORES)
    shown = capsys.readouterr().out
    assert "evaluate intents" in shown
    for text in ("0.873", "[0.841, 0.900]", "complaint", "4,322"):
        assert text in shown


def test_the_page_holds_scores_and_the_date_and_no_speeds():
    written = page.page({"intents": SCORES}, date(2026, 3, 1))
    assert "written by `make evaluate` on 2026-03-01" in written
    assert "## Intents" in written
    assert "## Topics" not in written
    assert "| accuracy | 0.873 | [0.841, 0.900] |" in written
    assert "per_second" not in written


def test_every_task_that_needs_no_home_is_measured_once():
    assert [item.task for item in page.MEASURES] == [task for task in TASKS if task not in page.NEEDS_A_HOME]


def test_no_text_stands_on_both_sides_of_a_split_and_the_split_is_the_same_every_time(tmp_path):
    folder = tmp_path / "perm_incidents"
    folder.mkdir()
    rows = [f"Отдел {row % 3};Группа;'Текст {row % 40}<br>второй;Тема" for row in range(80)]
    (folder / "incidents.csv").write_text(
        "\n".join(["Исполнитель;Группа тем;Текст инцидента;Тема", *rows]), encoding="utf-8"
    )
    prepare = {item.task: item.prepare for item in page.MEASURES}["topics"]
    request = prepare(tmp_path, tmp_path)
    truth, train = pd.read_csv(request.truth), pd.read_csv(request.train)
    assert (truth["text"].nunique(), len(truth), len(train)) == (8, 16, 64)
    assert not set(truth["text"]) & set(train["text"])
    assert set(truth["text"]) <= {f"Текст {row}\nвторой" for row in range(40)}
    first = request.truth.read_bytes()
    assert prepare(tmp_path, tmp_path).truth.read_bytes() == first


def test_a_missing_folder_of_data_says_what_to_set(tmp_path):
    with pytest.raises(ConfigurationError, match="OTKLIK_REAL_DATA"):
        page.measure(tmp_path / "nowhere", on_scores=lambda item, found: None)


def test_jackknife_of_a_mean_is_the_interval_of_a_mean():
    values = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    half = 1.959964 * values.std(ddof=1) / np.sqrt(5)
    expected = [values.mean() - half, values.mean() + half]
    assert jackknife_interval(5, lambda rows: float(values[rows].mean())) == pytest.approx(expected)
    assert jackknife_interval(2, lambda rows: 1.0) is None


def test_wilson_interval_of_one_in_two():
    # (.5 + z²/4 ± z·√(1/8 + z²/16)) / (1 + z²/2), by hand
    assert wilson_interval(1, 2) == pytest.approx([0.0945, 0.9055], abs=1e-3)
    assert wilson_interval(0, 0) is None
