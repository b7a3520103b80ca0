"""`annotate`: shape of the tables, independence of order and batches, refusals, reasons."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from nlp.annotate import LABEL_SCHEMA, PLACE_SCHEMA, annotate
from nlp.explain import explain
from nlp.lexicon import INTENTS, read_lexicon
from nlp.pipeline import build_pipeline, model_version
from nlp.places import Place

GAZETTEER = ["Бобровка"]
TEXTS = [
    "Почему не вывозят мусор на ул. Ленина, 5?",
    "Огромное спасибо врачам за заботу!",
    "Как записаться к врачу в Самаре?",
    "",
    "😀😀",
    "@friend люблю",
    "Батареи холодные в школе № 3\nПримите меры",
    "a\u0000b \u202e ё",
]

FRAGMENTS = st.sampled_from(
    [*"  .,!?-№«»\n", "ул.", "г.", "дом", "5", "12а", "Ленина", "Самара", "не", "нет", "воды", "школа", "в"]
)
ANY_TEXT = st.one_of(st.sampled_from(TEXTS), st.text(max_size=60), st.lists(FRAGMENTS, max_size=15).map(" ".join))


def rows(texts: list[tuple[str, str]], batch_size: int) -> tuple[dict[str, object], dict[str, list[object]]]:
    """Labels by text, and places by text."""
    labels: dict[str, object] = {}
    places: dict[str, list[object]] = {}
    for result in annotate(texts, batch_size=batch_size):
        labels |= {row["text_hash"]: row for row in result.labels.to_pylist()}
        for row in result.places.to_pylist():
            places.setdefault(row["text_hash"], []).append(row)
    return labels, places


@pytest.fixture(scope="module")
def pipeline() -> Language:
    """As a user makes or loads it; `annotate` asks the components of another one without running it."""
    return build_pipeline(GAZETTEER)


def of_pipeline(doc: Doc) -> tuple[object, ...]:
    return max(doc.cats, key=doc.cats.__getitem__), max(doc.cats.values()), doc._.topic, doc._.topic_probability


def of_annotate(label: dict[str, object]) -> tuple[object, ...]:
    return label["intent"], label["intent_probability"], label["topic"], label["topic_probability"]


def test_annotate_gives_the_labels_and_places_of_the_spacy_pipeline(pipeline: Language) -> None:
    texts = [*TEXTS, "В Бобровке яма на пр-те Мира, 5к2", *(row["text"] for row in read_lexicon("intent_examples.csv"))]
    pairs = [(str(number), text) for number, text in enumerate(texts)]
    [found] = annotate(pairs, gazetteer=GAZETTEER, batch_size=len(texts))
    docs = list(pipeline.pipe(texts))
    assert [of_annotate(label) for label in found.labels.to_pylist()] == [of_pipeline(doc) for doc in docs]
    places = [(str(number), *place) for number, doc in enumerate(docs) for place in doc._.places]
    columns = ("text_hash", *Place._fields)
    assert [tuple(row[name] for name in columns) for row in found.places.to_pylist()] == places
    assert len({of_pipeline(doc)[0] for doc in docs}) == len(INTENTS)
    assert len(places) > 10


@settings(max_examples=60, deadline=None)
@given(text=ANY_TEXT)
def test_annotate_gives_the_labels_of_the_pipeline_for_any_text(pipeline: Language, text: str) -> None:
    [found] = annotate([("h", text)], gazetteer=GAZETTEER)
    doc = pipeline(text)
    assert [of_annotate(label) for label in found.labels.to_pylist()] == [of_pipeline(doc)]
    assert [place["surface"] for place in found.places.to_pylist()] == [place.surface for place in doc._.places]


def test_the_tables_have_the_columns_of_the_lake() -> None:
    assert LABEL_SCHEMA.names == [
        "text_hash", "intent", "intent_probability", "topic", "topic_probability", "model_version",
    ]  # fmt: skip
    assert PLACE_SCHEMA.names == [
        "text_hash", "place_ordinal", "kind", "surface", "start_char", "end_char", "place_key", "house",
        "model_version",
    ]  # fmt: skip
    [result] = annotate([("h1", TEXTS[0])])
    assert result.labels.schema == LABEL_SCHEMA
    assert result.places.schema == PLACE_SCHEMA
    [label] = result.labels.to_pylist()
    assert (label["text_hash"], label["intent"], label["topic"]) == ("h1", "complaint", "waste_removal")
    assert label["model_version"] == model_version()
    assert result.places.drop_columns("model_version").to_pylist() == [
        {
            "text_hash": "h1",
            "place_ordinal": 0,
            "kind": "street",
            "surface": "ул. Ленина, 5",
            "start_char": 27,
            "end_char": 40,
            "place_key": "ленина",
            "house": "5",
        }
    ]


def test_batches_hold_batch_size_texts_and_are_read_lazily() -> None:
    read = []

    def source():
        for number in range(7):
            read.append(number)
            yield f"h{number}", TEXTS[number]

    results = annotate(source(), batch_size=3)
    assert next(results).labels.num_rows == 3
    assert read == [0, 1, 2]
    assert [result.labels.num_rows for result in results] == [3, 1]


def test_no_texts_give_no_batches() -> None:
    assert list(annotate([])) == []


def test_a_batch_without_places_keeps_the_schema() -> None:
    [result] = annotate([("h", "")])
    assert result.places.num_rows == 0
    assert isinstance(result.places, pa.Table)
    assert result.places.schema == PLACE_SCHEMA


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(ANY_TEXT, min_size=1, max_size=8),
    batch_size=st.integers(1, 9),
    order=st.randoms(use_true_random=False),
)
def test_a_text_s_rows_do_not_depend_on_its_neighbours(texts: list[str], batch_size: int, order) -> None:
    pairs = [(f"h{number}", text) for number, text in enumerate(texts)]
    expected = rows(pairs, 100)
    order.shuffle(pairs)
    assert rows(pairs, batch_size) == expected


@settings(max_examples=80, deadline=None)
@given(text=ANY_TEXT)
def test_any_text_gets_a_legal_label_and_true_offsets(text: str) -> None:
    [result] = annotate([("h", text)])
    [label] = result.labels.to_pylist()
    assert label["intent"] in INTENTS
    assert 1 / 6 <= label["intent_probability"] <= 1
    assert 0 <= label["topic_probability"] <= 1
    end = 0
    for ordinal, place in enumerate(result.places.to_pylist()):
        assert place["place_ordinal"] == ordinal
        assert end <= place["start_char"] < place["end_char"] <= len(text)
        assert text[place["start_char"] : place["end_char"]] == place["surface"]
        assert place["place_key"] == place["place_key"].lower().strip() != ""
        end = place["end_char"]


@pytest.mark.parametrize(
    ("texts", "batch_size", "error"), [([("h", "a")], 0, ValueError), ([("h", None)], 5, TypeError)]
)
def test_bad_arguments_are_refused(texts: list, batch_size: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        list(annotate(texts, batch_size=batch_size))


def test_the_reasons_name_the_words_that_carried_the_labels() -> None:
    found = explain("Лифт не работает, безобразие")
    assert (found.intent, found.topic) == ("complaint", "housing_lifts")
    assert {"безобразие", "не работает"} <= {reason.words for reason in found.intent_reasons}
    assert [reason.words for reason in found.topic_reasons if reason.label == "housing_lifts"]
    assert found.intent_reasons == sorted(found.intent_reasons, key=lambda reason: (-reason.points, reason.cue))
