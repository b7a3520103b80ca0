"""`otklik explain-text`: every label with the words that carried it, Russian beside codes, nothing of a leak."""

import json
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from nlp.explain import explain, word_effects
from otklik.cli import app
from otklik.commands.explain import explanation
from otklik.home.settings import Home
from otklik.stages.preparation import prepare_datasets
from otklik.stages.training import train
from tests.unit.stages.test_routing_stage import posts
from tests.unit.stages.test_training_labels import write

TEXT = "На ул. Ленина, 5 не работает лифт, безобразие. Мой телефон +7 912 345-67-89"


def words(label: dict) -> list[str]:
    return [reason["words"] for reason in label["reasons"]]


def test_codes_stand_beside_russian_labels_and_the_words_that_carried_them() -> None:
    found = explanation(TEXT, None)
    assert (found["intent"]["label"], found["intent"]["label_ru"]) == ("complaint", "Жалоба")
    assert {"не работает", "безобразие"} <= set(words(found["intent"]))
    assert (found["topic"]["label"], found["topic"]["label_ru"]) == ("housing_lifts", "Лифты")
    assert words(found["topic"]) == ["лифт"]
    assert found["places"] == [
        {"label": "street", "label_ru": "улица", "words": "ул. Ленина, 5", "place_key": "ленина", "house": "5"}
    ]


def test_a_leak_is_named_masked() -> None:
    found = explanation(TEXT, None)
    assert [(leak["label"], leak["label_ru"]) for leak in found["leaks"]] == [("phone", "телефон")]
    assert found["leaks"][0]["evidence"] == "characters 59 to 75, ends in «89», pattern phone_plus_seven"


def test_the_sentiment_names_praise_turned_into_blame_by_a_negation() -> None:
    found = explain("Не нравится новый сквер")
    assert found.sentiment == "negative"
    reasons = {(reason.label, reason.words) for reason in found.sentiment_reasons}
    assert reasons == {("negative", "Не нравится"), ("negative", "нравится")}


def test_a_text_without_any_sign_has_labels_and_no_reasons() -> None:
    found = explanation("12", None)
    assert (found["topic"]["label"], found["topic"]["reasons"]) == (None, [])
    assert (found["places"], found["leaks"]) == ([], [])


def test_word_effects_are_the_probability_lost_without_the_word() -> None:
    def share_of_snow(texts):
        return np.array([text.count("снег") / 4 for text in texts])

    found = word_effects("снег, всё-таки снег и лёд", share_of_snow)
    assert [(effect.word, effect.start_char, effect.loss) for effect in found] == [
        ("снег", 0, 0.25),
        ("снег", 15, 0.25),
        ("всё-таки", 6, 0.0),
        ("и", 20, 0.0),
        ("лёд", 22, 0.0),
    ]
    assert word_effects("!", share_of_snow) == []


def test_the_trained_model_of_a_home_names_the_words_that_carried_its_labels(tmp_path: Path) -> None:
    home = Home(tmp_path)
    prepare_datasets(home)
    write(home, "post", posts(20))
    train(home)
    found = explanation("нет врача в поликлинике", home)["trained"]
    assert {name: label["label"] for name, label in found.items()} == {
        "authority": "Больница",
        "group": "Медицина",
        "topic": "Врачи",
    }
    assert set(words(found["topic"])[:2]) <= {"нет", "врача", "поликлинике"}
    assert all(reason["points"] > 0 for reason in found["topic"]["reasons"])


def test_the_command_prints_a_table_and_with_json_the_same_as_data() -> None:
    shown = CliRunner().invoke(app, ["explain-text", TEXT])
    assert shown.exit_code == 0
    for part in ("complaint (Жалоба)", "housing_lifts (Лифты)", "«лифт»", "street (улица)", "phone (телефон)"):
        assert part in shown.output
    assert "912" not in shown.output
    data = CliRunner().invoke(app, ["explain-text", "-", "--json"], input=TEXT)
    assert json.loads(data.output) == explanation(TEXT, None)
