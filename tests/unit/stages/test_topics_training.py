"""Training from the lake's declared labels: what is learned from, what is kept, what is refused. Texts are invented."""

import json
from pathlib import Path

import pytest

from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.stages.preparation import prepare_datasets
from otklik.stages.training import current_model, train
from otklik.stages.training_labels import labelled_texts
from tests.unit.stages.test_training_labels import write

KINDS = {"яма на дороге": ("Город", "Дороги", "Ямы"), "нет врача в поликлинике": ("Больница", "Медицина", "Врачи")}


def put(home: Home, rows: list[tuple[str | None, ...]]) -> None:
    names = ("text_hash", "text", "declared_authority", "declared_group", "declared_topic")
    prepare_datasets(home)
    write(home, "post", [dict(zip(names, row, strict=True)) for row in rows])


def portal(n: int) -> list[tuple[str | None, ...]]:
    return [
        (f"{topic}{number:03}", f"{text}, пишу {number}", authority, group, topic)
        for number in range(n)
        for text, (authority, group, topic) in KINDS.items()
    ]


def test_a_model_is_kept_with_its_scores_and_becomes_the_current_one(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert current_model(home) is None
    put(home, portal(20))
    summary = train(home)
    assert (summary.n_texts, summary.route_score, summary.is_new) == (40, 1.0, True)
    kept = json.loads((tmp_path / "models" / "topic" / "current.json").read_text(encoding="utf-8"))
    assert kept["model_version"] == summary.model_version
    model = current_model(home)
    assert model is not None
    assert model.predict(["Яма на дороге"])["topic"].tolist() == ["Ямы"]
    assert train(home).is_new is False


def test_a_text_that_repeats_takes_its_commonest_label_and_unlabelled_ones_are_left_out(tmp_path: Path) -> None:
    home = Home(tmp_path)
    yard, road = ("h1", "яма", "Город", "Двор", "Ямы во дворах"), ("h1", "яма", "Город", "Дороги", "Ямы")
    put(home, [yard, road, road, ("h2", "без меток", None, " ", None), ("h3", " ", "Город", "Дороги", "Ямы")])
    found = labelled_texts(home).frame
    assert found[["text_hash", "group", "topic"]].values.tolist() == [["h1", "Дороги", "Ямы"]]


def test_without_labels_it_says_what_to_map(tmp_path: Path) -> None:
    home = Home(tmp_path)
    put(home, [])
    with pytest.raises(ConfigurationError, match=r"Map declared_authority, declared_group and declared_topic"):
        train(home)
