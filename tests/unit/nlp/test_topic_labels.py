"""Topics: examples, near-misses, abstention, and the one taxonomy. All texts are invented."""

import csv
from pathlib import Path

import pytest

from nlp.lexicon import read_lexicon
from nlp.pipeline import build_pipeline, shared_pipeline
from nlp.topics import TopicClassifier, group_of

SEED = Path(__file__).parents[3] / "dbt_project" / "seeds" / "topic.csv"

POSITIVE = [
    ("housing_heating", "Батареи ледяные, в квартире холодно"),
    ("housing_hot_water", "Отключили горячую воду без предупреждения"),
    ("housing_lifts", "Лифт не работает неделю"),
    ("roads_road_repair", "Дорога вся разбита, нужен ямочный ремонт"),
    ("roads_road_snow", "Дороги не чистят от снега"),
    ("roads_road_safety", "Нужен светофор на перекрёстке"),
    ("waste_removal", "Мусор не вывозят вторую неделю"),
    ("transport_timetable", "Автобус ходит не по расписанию"),
    ("health_appointments", "Не могу записаться к врачу, нет талонов"),
    ("health_ambulance", "Скорая ехала три часа"),
    ("ecology_air", "Завод дымит, дышать нечем, сплошной смог"),
    ("education_kindergartens", "Нет мест в детском саду"),
    ("social_child_benefits", "Когда придёт пособие на ребёнка?"),
    ("animals_stray_animals", "Стая бродячих собак у школы"),
    ("telecom_internet_mobile", "В деревне нет мобильной связи"),
    ("culture_sport_sport", "Когда откроют бассейн и стадион?"),
    ("government_public_services", "МФЦ не принимает документы на замену паспорта"),
]

NEAR_MISS = [
    ("roads_road_repair", "Дорогие друзья, с праздником"),
    ("housing_heating", "Холодно с тобой, мой друг"),
    ("transport_timetable", "Транспортный налог за машину"),
    ("health_ambulance", "Скорее бы лето"),
    ("animals_stray_animals", "Собираемся в отпуск"),
]


@pytest.mark.parametrize(("topic", "text"), POSITIVE)
def test_a_plain_example_gets_its_topic(topic: str, text: str) -> None:
    assert shared_pipeline()(text)._.topic == topic


@pytest.mark.parametrize(("topic", "text"), NEAR_MISS)
def test_a_near_miss_does_not_get_the_topic_it_resembles(topic: str, text: str) -> None:
    assert shared_pipeline()(text)._.topic != topic


@pytest.mark.parametrize("text", ["", "Спасибо!", "12345", "ok ok", "Ну такое"])
def test_the_topic_is_null_when_no_cue_is_found(text: str) -> None:
    doc = shared_pipeline()(text)
    assert (doc._.topic, doc._.topic_probability) == (None, 0.0)


def test_a_higher_threshold_abstains_and_still_tells_the_probability() -> None:
    nlp = build_pipeline()
    nlp.get_pipe("otklik_topic").threshold = 1.0
    doc = nlp("Лифт не работает")
    assert doc._.topic is None
    assert 0.35 < doc._.topic_probability < 1.0


def test_a_text_torn_between_topics_of_one_group_gets_one_of_them() -> None:
    classifier = TopicClassifier(0.4, 1.2)
    torn = {"roads_road_repair": 1.2, "roads_road_snow": 1.2, "housing_roof": 1.3}
    code, probability, of_group = classifier.choose(torn)
    # e^1.2 = 3.32 twice of 3.32 (silence) + 2 * 3.32 + 3.67
    assert (code, probability, of_group) == (
        "roads_road_repair",
        pytest.approx(0.2436, abs=1e-3),
        pytest.approx(0.4873, abs=1e-3),
    )


def test_a_group_is_what_the_seed_calls_it() -> None:
    with SEED.open(encoding="utf-8", newline="") as stream:
        groups = {group_of(row["topic_code"]): row["group_code"] for row in csv.DictReader(stream)}
    assert len(set(groups.values())) == len(groups)
    with SEED.open(encoding="utf-8", newline="") as stream:
        assert all(groups[group_of(row["topic_code"])] == row["group_code"] for row in csv.DictReader(stream))


def test_a_threshold_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        TopicClassifier(1.5, 1.0)


def test_the_lexicon_and_the_seed_hold_the_same_codes() -> None:
    with SEED.open(encoding="utf-8", newline="") as stream:
        seeded = [row["topic_code"] for row in csv.DictReader(stream)]
    assert len(seeded) == len(set(seeded))
    assert {row["topic_code"] for row in read_lexicon("topics.csv")} == set(seeded)
