"""The sentence encoder: asked of the unsure alone, the same whoever stands beside, silent where it is not installed."""

import logging

import pytest

from nlp import sense
from nlp.annotate import annotate
from nlp.explain import explain
from nlp.pipeline import model_version, shared_pipeline

SURE = "Третий день нет горячей воды, управляющая компания не отвечает"
# «Ужас» and a question mark, but nobody is asked anything
UNSURE = "Вот бы сюда лавочку, а то бабушкам присесть негде, и тень бы не помешала?"
TEXTS = [SURE, UNSURE, "Красота какая у реки", "Вы хоть сами-то верите?", "Мне одной кажется, что зима затянулась"]


def labels(texts: list[str], *, with_sense: bool, batch_size: int = 100) -> dict[str, tuple[str, float]]:
    pairs = [(text, text) for text in texts]
    found = [
        row for one in annotate(pairs, with_sense=with_sense, batch_size=batch_size) for row in one.labels.to_pylist()
    ]
    return {row["text_hash"]: (row["intent"], row["intent_probability"]) for row in found}


@pytest.fixture
def without_encoder(monkeypatch: pytest.MonkeyPatch):
    """As on a machine where the extra was never installed: its package is not found."""
    monkeypatch.setattr(sense, "PACKAGE", "otklik-no-such-encoder")
    sense.encoder.cache_clear()
    yield
    sense.encoder.cache_clear()


@pytest.fixture
def with_encoder():
    if not sense.encoder_version():
        pytest.skip("the encoder is not installed; CI installs it")


def test_without_the_extra_labels_and_version_are_those_of_the_rules_which_is_said_once(without_encoder, caplog):
    with caplog.at_level(logging.WARNING):
        asked = labels(TEXTS, with_sense=True)
        asked_again = labels(TEXTS, with_sense=True)
    assert asked == asked_again == labels(TEXTS, with_sense=False)
    assert model_version(with_sense=True) == model_version(with_sense=False)
    assert [record.message for record in caplog.records] == [
        "No sentence encoder: labels are those of the rules. To have one: pip install 'otklik[semantic]'."
    ]


def test_a_home_with_the_encoder_has_another_version(with_encoder) -> None:
    assert model_version(with_sense=True) != model_version()
    [found] = annotate([("h", SURE)], with_sense=True)
    assert found.labels["model_version"].to_pylist() == [model_version(with_sense=True)]


def test_only_texts_that_the_rules_are_unsure_of_are_asked_about(with_encoder) -> None:
    by_rules, asked = labels(TEXTS, with_sense=False), labels(TEXTS, with_sense=True)
    unsure = {text for text in TEXTS if by_rules[text][1] < sense.UNSURE}
    assert SURE not in unsure
    assert {text for text in TEXTS if asked[text] != by_rules[text]} == unsure
    assert len(unsure) >= 2


def test_a_label_depends_neither_on_neighbours_nor_on_batches(with_encoder) -> None:
    many = [*TEXTS, *(f"Вопрос про дом {number}: куда и к кому идти жильцам" for number in range(30))]
    together = labels(many, with_sense=True)
    assert labels(list(reversed(many)), with_sense=True, batch_size=3) == together
    assert {text: label for text in TEXTS for label in [labels([text], with_sense=True)[text]]} == {
        text: together[text] for text in TEXTS
    }


def test_the_pipeline_itself_is_the_rules_alone() -> None:
    cats = shared_pipeline()(UNSURE).cats
    assert labels([UNSURE], with_sense=False)[UNSURE] == (max(cats, key=cats.__getitem__), max(cats.values()))


def test_an_explanation_gives_the_label_of_the_encoder_and_says_what_it_added(with_encoder) -> None:
    found = explain(UNSURE, with_sense=True)
    assert (found.intent, found.intent_probability) == labels([UNSURE], with_sense=True)[UNSURE]
    [reason] = [reason for reason in found.intent_reasons if reason.cue == "%sense"]
    assert reason.points > 0
    assert not [reason for reason in explain(SURE, with_sense=True).intent_reasons if reason.cue == "%sense"]


def test_accounts_links_and_masks_are_not_read() -> None:
    text = "@user @other Красивая песня [LINK] https://example.org/a?b=1 <br>хочу"
    assert sense.readable(text) == "Красивая песня хочу"


def test_a_long_text_is_read_up_to_its_eight_hundredth_character(with_encoder) -> None:
    reader = sense.encoder()
    assert reader is not None
    start = "Подскажите, куда обратиться. " * 28
    assert len(start) > sense.MAX_CHARS
    assert (reader.vectors([start[:800]]) == reader.vectors([start + "Ничего не работает!"])).all()
    assert reader.vectors([]).shape == (0, 512)
