"""The trainable topic model: on an invented town with two authorities. All texts are invented."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from nlp.calibration import UNCHANGED, calibrated, fit_curve
from nlp.topic_features import TextFeatures
from nlp.topic_learners import fit_ridge
from nlp.topic_model import TopicModel, TopicModelError, fit, load

PLACES = ("на Садовой", "у вокзала", "возле рынка", "во дворе", "за школой", "в центре", "у реки", "на Заводской")
KINDS = {
    "ямы": ("яма на дороге", "дорога вся в ямах", "провалился асфальт"),
    "фонари": ("не горит фонарь", "темно, фонари погасли", "нет освещения"),
    "врачи": ("нет записи к терапевту", "врач не принимает", "в поликлинике очередь"),
    "лекарства": ("в аптеке нет лекарства", "не выдали таблетки", "закончилось лекарство от давления"),
}
GROUP = {"ямы": "дороги", "фонари": "двор", "врачи": "медицина", "лекарства": "медицина"}


def town() -> tuple[list[str], list[str], list[str], list[str]]:
    rows = [
        (f"{text} {place}", topic) for topic, texts in KINDS.items() for text, place in itertools.product(texts, PLACES)
    ]
    texts, topics = [row[0] for row in rows], [row[1] for row in rows]
    groups = [GROUP[topic] for topic in topics]
    return texts, ["больница" if group == "медицина" else "город" for group in groups], groups, topics


@pytest.fixture(scope="module")
def model() -> TopicModel:
    return fit(*town())


def test_unread_wordings_get_their_authority_group_and_topic(model: TopicModel) -> None:
    found = model.predict(["Огромная яма посреди дороги", "Фонарь погас, темно", "К терапевту нет записи"])
    assert found["authority"].tolist() == ["город", "город", "больница"]
    assert found["group"].tolist() == ["дороги", "двор", "медицина"]
    assert found["topic"].tolist() == ["ямы", "фонари", "врачи"]


def test_the_name_of_a_topic_is_an_example_of_it() -> None:
    texts, authorities, groups, topics = town()
    renamed = {"ямы": "ямы", "фонари": "фонари", "врачи": "врачи", "лекарства": "инсулин и бинты"}
    model = fit(texts, authorities, groups, [renamed[topic] for topic in topics])
    assert model.predict(["не дали инсулин"])["topic"].tolist() == ["инсулин и бинты"]


def test_a_topic_of_the_taxonomy_can_be_named_before_anybody_labelled_it() -> None:
    model = fit(*town(), taxonomy=[("бродячие собаки", "животные")])
    found = model.predict(["Бродячие собаки у подъезда", "Огромная яма на дороге"])
    assert model.classes["topic"] == ["бродячие собаки", "врачи", "лекарства", "фонари", "ямы"]
    assert found["topic"].tolist() == ["бродячие собаки", "ямы"]
    assert found["group"].tolist() == ["животные", "дороги"]


def test_what_topics_weigh_in_a_group_is_kept_with_the_model(model: TopicModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model.npz")
    texts = ["яма на дороге", "темно", "терапевт"]
    loaded = load(tmp_path / "model.npz")
    assert (loaded.probabilities(texts)["group"] == model.probabilities(texts)["group"]).all()


def test_probabilities_are_probabilities(model: TopicModel) -> None:
    rows = model.probabilities(["яма", "", "совсем о другом"])
    assert rows["topic"].shape == (3, 4)
    assert rows["topic"].sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    told = model.predict(["яма", ""])["group_probability"]
    assert told.between(0, 1).all()


def test_no_texts_give_no_rows(model: TopicModel) -> None:
    assert model.predict([]).empty


def test_the_same_labels_give_the_same_model(model: TopicModel) -> None:
    assert fit(*town()).version == model.version


def test_another_seed_gives_another_model(model: TopicModel) -> None:
    assert fit(*town(), seed=5).version != model.version


def test_a_saved_model_answers_like_the_one_trained(model: TopicModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model.npz")
    again = load(tmp_path / "model.npz")
    texts = ["яма у рынка", "таблетки не выдали", "ё"]
    assert again.version == model.version
    assert again.predict(texts).equals(model.predict(texts))


def test_a_text_alone_gets_what_it_gets_among_others(model: TopicModel) -> None:
    texts = town()[0][::7]
    together = model.probabilities(texts)["topic"]
    alone = np.concatenate([model.probabilities([text])["topic"] for text in texts])
    assert together == pytest.approx(alone, abs=1e-5)


def test_unknown_labels_are_learned_around() -> None:
    texts, authorities, groups, topics = town()
    topics = [topic if place % 3 else "" for place, topic in enumerate(topics)]
    found = fit(texts, authorities, groups, topics).predict(["Яма на дороге"])
    assert found.loc[0, ["authority", "topic"]].tolist() == ["город", "ямы"]


@pytest.mark.parametrize(
    ("topics", "message"),
    [(["ямы"] * 96, "in 1 classes"), (["ямы"], "one for each text"), ([""] * 96, "0 labelled texts")],
)
def test_labels_that_teach_nothing_are_refused(topics: list[str], message: str) -> None:
    texts, authorities, groups, _ = town()
    with pytest.raises(TopicModelError, match=message):
        fit(texts, authorities, groups, topics)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(b"not a model")
    with pytest.raises(TopicModelError, match="Train it again"):
        load(path)


def test_features_of_unlearned_words_are_left_out() -> None:
    features = TextFeatures()
    rows = features.fit(["дорога плохая"] * 3 + ["вода холодная"] * 3)
    assert rows.shape == (6, features.n_columns)
    lengths = np.sqrt(rows.multiply(rows).sum(axis=1)).A1
    assert lengths == pytest.approx([1] * 6, abs=1e-5)
    assert features.transform(["zzz"]).nnz == 0


def test_weighted_ridge_matches_the_closed_solution() -> None:
    import scipy.sparse as sp

    random = np.random.default_rng(3)
    x = random.standard_normal((40, 5)).astype(np.float32)
    y = (x[:, 0] > 0.8).astype(np.int64)
    sizes = np.bincount(y)
    weight = sizes[y] ** -0.75
    weight = weight / weight.mean()
    target = np.where(np.eye(2)[y] > 0, 1.0, -1.0)
    expected = np.linalg.solve(x.T @ (x * weight[:, None]) + np.eye(5), x.T @ (target * weight[:, None]))
    assert fit_ridge(sp.csr_matrix(x), y, 2) == pytest.approx(expected, abs=1e-3)


def test_calibration_lowers_what_is_told_too_surely() -> None:
    told = np.array([0.95] * 80 + [0.6] * 80)
    right = np.array(([True] * 3 + [False]) * 20 + [True, False] * 40)
    curve = fit_curve(told, right)
    assert calibrated(np.array([0.95, 0.6]), curve) == pytest.approx([0.75, 0.5], abs=0.03)


def test_calibration_keeps_the_order_and_needs_rows() -> None:
    told = np.linspace(0.05, 0.99, 200)
    curve = fit_curve(told, np.random.default_rng(0).random(200) < told**2)
    assert (np.diff(calibrated(told, curve)) >= 0).all()
    assert fit_curve(told[:10], told[:10] > 0.5) == UNCHANGED
    assert calibrated(told, UNCHANGED) == pytest.approx(told, abs=1e-6)
