"""`otklik label topics`: which texts are proposed, and what becomes of the answers. Texts are invented."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from nlp.topic_choice import most_helpful
from nlp.topic_model import fit
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.stages.incident_labelling import write_sheet
from otklik.stages.topic_labelling import SHEET_COLUMNS, draw_texts, read_topic_answers, topic_label_rows

ROADS = [f"яма на дороге у дома {number}" for number in range(12)]
DOCTORS = [f"нет врача в поликлинике, кабинет {number}" for number in range(12)]
NEW = ["дракон украл принцессу из башни", "яма на дороге у моста", "рецепт борща со сметаной"]


def posts(texts: list[str], *, first: int, labelled: bool) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "post_id": [f"portal/{first + number}" for number in range(len(texts))],
            "source": "portal",
            "source_post_id": [str(first + number) for number in range(len(texts))],
            "text": texts,
            "text_hash": texts,
            "declared_authority": "Город" if labelled else None,
            "declared_group": "Дороги" if labelled else None,
            "declared_topic": "Ямы" if labelled else None,
        }
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Twelve labelled posts, three texts that nobody labelled, one of them twice, and one that a person labelled."""
    home = Home(tmp_path)
    tables = {
        "int_post": pd.concat(
            [
                posts(ROADS, first=0, labelled=True),
                posts([*NEW, NEW[0], "Снег не убран", "  "], first=100, labelled=False),
            ]
        ),
        "stg_label": pd.DataFrame({"post_id": ["portal/104"], "label_kind": ["topic"], "value": ["Снег"]}),
    }
    with duckdb.connect(str(home.warehouse)) as connection:
        for name, frame in tables.items():
            connection.register("given", frame)
            connection.execute(f"create table {name} as select * from given")
    return home


def test_texts_that_nobody_labelled_are_drawn_once_each(home: Home) -> None:
    sheet = draw_texts(home, None, 100)
    assert list(sheet.columns) == list(SHEET_COLUMNS)
    assert sorted(sheet["text"]) == sorted(NEW)
    assert sheet.loc[sheet["text"] == NEW[0], "source_post_id"].tolist() == ["100"]
    assert set(sheet["authority"]) == set(sheet["predicted_topic"]) == {""}


def test_what_the_model_in_force_doubts_comes_first_with_what_it_would_name(home: Home) -> None:
    n = len(ROADS)
    model = fit(
        [*ROADS, *DOCTORS],
        ["Город"] * n + ["Больница"] * n,
        ["Дороги"] * n + ["Медицина"] * n,
        ["Ямы"] * n + ["Врачи"] * n,
    )
    sheet = draw_texts(home, model, 2)
    assert sorted(sheet["text"]) == ["дракон украл принцессу из башни", "рецепт борща со сметаной"]
    assert set(sheet["predicted_topic"]) <= {"Ямы", "Врачи"}
    assert draw_texts(home, model, 2).equals(sheet)


def test_a_text_like_one_drawn_waits_and_one_without_doubt_is_not_drawn() -> None:
    rows = sp.csr_matrix(np.array([[1, 0], [1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32))
    assert most_helpful(rows, np.array([0.9, 0.8, 0.5, 0.0]), 4) == [0, 2]
    assert most_helpful(rows, np.zeros(4), 4) == []
    assert sorted(most_helpful(rows * 0, np.ones(4), 9)) == [0, 1, 2, 3]
    assert most_helpful(rows[:0], np.zeros(0), 4) == []


def test_answers_become_a_label_for_each_column_that_is_filled_in(home: Home, tmp_path: Path) -> None:
    sheet = draw_texts(home, None, 2)
    sheet.loc[0, ["authority", "topic"]] = ["Город", " Ямы "]
    write_sheet(tmp_path / "sheet.csv", sheet)
    answers = read_topic_answers(tmp_path / "sheet.csv")
    at = datetime(2026, 9, 30, tzinfo=UTC)
    rows = topic_label_rows(answers, annotator="a1", at=at)
    assert [(row["label_kind"], row["value"], row["annotator"]) for row in rows] == [
        ("authority", "Город", "a1"),
        ("topic", "Ямы", "a1"),
    ]
    assert {row["of_source_post_id"] for row in rows} == {sheet.loc[0, "source_post_id"]}
    assert rows[0]["labelled_at"] == "2026-09-30T00:00:00+00:00"


def test_a_sheet_without_its_columns_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("text,topic\nНет света,Свет\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="lacks source, source_post_id, authority, group"):
        read_topic_answers(tmp_path / "sheet.csv")


def test_words_in_a_sheet_are_no_formulas_and_ids_are_as_they_are(tmp_path: Path) -> None:
    sheet = pd.DataFrame({"source_post_id": ["-80_1"], "topic": ["Ямы"], "text": ["=HYPERLINK(1)"]})
    write_sheet(tmp_path / "sheet.csv", sheet)
    assert (tmp_path / "sheet.csv").read_text(encoding="utf-8").splitlines() == [
        "source_post_id,topic,text",
        "-80_1,Ямы,'=HYPERLINK(1)",
    ]
