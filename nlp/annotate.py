"""Texts in, Arrow tables out: the function that the platform calls.

Batching and the shape of the two tables belong here; reading and writing of files belongs to `orchestration`.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from nlp.intent import IntentClassifier
from nlp.lemmas import word_table
from nlp.lexicon import INTENTS
from nlp.pipeline import components, model_version, shared_pipeline
from nlp.places import Place
from nlp.sense import UNSURE, Encoder, encoder, sense_scores

if TYPE_CHECKING:
    from spacy.language import Language

LABEL_SCHEMA = pa.schema(
    [
        pa.field("text_hash", pa.string(), False, {"doc": "MD5 of the words."}),
        pa.field("intent", pa.string(), False, {"doc": "Primary intent of the text."}),
        pa.field("intent_probability", pa.float64(), False, {"doc": "Calibrated probability of the intent, 0 to 1."}),
        pa.field("topic", pa.string(), True, {"doc": "Topic code, null when the model abstained."}),
        pa.field("topic_probability", pa.float64(), False, {"doc": "Calibrated probability of the topic, 0 to 1."}),
        pa.field("model_version", pa.string(), False, {"doc": "Version of the model and its parameters."}),
    ],
    metadata={"doc": "One row per text and model version."},
)

PLACE_SCHEMA = pa.schema(
    [
        pa.field("text_hash", pa.string(), False, {"doc": "MD5 of the words."}),
        pa.field("place_ordinal", pa.int32(), False, {"doc": "Number of the place in reading order, from 0."}),
        pa.field("kind", pa.string(), False, {"doc": "municipality, settlement, street or institution."}),
        pa.field("surface", pa.string(), False, {"doc": "The words as written."}),
        pa.field("start_char", pa.int32(), False, {"doc": "Offset of the first character."}),
        pa.field("end_char", pa.int32(), False, {"doc": "Offset after the last character."}),
        pa.field("place_key", pa.string(), False, {"doc": "Normalised name, lowercase, nominative."}),
        pa.field("house", pa.string(), True, {"doc": "House number, if stated."}),
        pa.field("model_version", pa.string(), False, {"doc": "Version of the model and its parameters."}),
    ],
    metadata={"doc": "One row per place found in a text, and model version."},
)

DEFAULT_BATCH_SIZE = 1_000
# A text is read up to here. Portals cap messages well below it; without a cap one pasted book would stall a run.
MAX_TEXT_CHARS = 20_000
# So many texts pass one component before the next has its turn: a component's tables stay in the processor's cache,
# which saves a quarter of the time. Bounds the docs held at once.
_PASS_TEXTS = 128
# spaCy keeps every distinct word of a vocabulary for ever; a new pipeline costs a fifth of a second.
MAX_VOCABULARY_WORDS = 300_000


# Intent, its probability, topic, its probability.
_Label = tuple[str, float, str | None, float]


class Annotations(NamedTuple):
    """Annotations of one batch of texts.

    Attributes:
        labels: one row a text, columns of `LABEL_SCHEMA`.
        places: one row a place found, columns of `PLACE_SCHEMA`, ordered by text and place_ordinal (from 0).
    """

    labels: pa.Table
    places: pa.Table


def annotate(
    texts: Iterable[tuple[str, str]],
    *,
    batch_size: int = DEFAULT_BATCH_SIZE,
    gazetteer: Iterable[str] = (),
    with_sense: bool = False,
) -> Iterator[Annotations]:
    """Label texts with intent, topic and places.

    A text's rows depend on the text, the gazetteer and the encoder alone, never on its neighbours, the order or the
    batch size.

    Args:
        texts: pairs (text_hash, text); read lazily, one batch held in memory at a time.
        batch_size: texts a batch; also the number of rows of `labels` (the last batch may hold fewer).
        gazetteer: known names of settlements and municipalities in the nominative.
        with_sense: ask the sentence encoder, if it is installed, of texts whose intent the rules are unsure of.

    Yields:
        Annotations of each batch, texts in the order given. Probabilities are in [0, 1]. Offsets count Python
        characters of the text, end exclusive; `topic` is null when the model abstains, `house` when there is none.

    Raises:
        ValueError: batch_size is below 1.
        TypeError: a text is not a string.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}; it must be at least 1")
    names = tuple(sorted(set(gazetteer)))
    version = model_version(names, with_sense=with_sense)
    reader = encoder() if with_sense else None
    pairs = iter(texts)
    while batch := list(islice(pairs, batch_size)):
        if len(shared_pipeline(names).vocab) > MAX_VOCABULARY_WORDS:
            shared_pipeline.cache_clear()
        yield _annotate_batch(shared_pipeline(names), batch, version, reader)


def _annotate_batch(nlp: "Language", batch: list[tuple[str, str]], version: str, reader: Encoder | None) -> Annotations:
    label_rows: dict[str, list[object]] = {field.name: [] for field in LABEL_SCHEMA}
    place_rows: dict[str, list[object]] = {field.name: [] for field in PLACE_SCHEMA}
    for start in range(0, len(batch), _PASS_TEXTS):
        hashes = [text_hash for text_hash, _ in batch[start : start + _PASS_TEXTS]]
        texts = [_checked(*pair) for pair in batch[start : start + _PASS_TEXTS]]
        for text_hash, (label, places) in zip(hashes, _annotated(nlp, texts, reader), strict=True):
            _append(label_rows, (text_hash, *label, version))
            for ordinal, place in enumerate(places):
                _append(place_rows, (text_hash, ordinal, *place, version))
    return Annotations(
        pa.Table.from_pydict(label_rows, schema=LABEL_SCHEMA), pa.Table.from_pydict(place_rows, schema=PLACE_SCHEMA)
    )


def _checked(text_hash: str, text: object) -> str:
    if not isinstance(text, str):
        raise TypeError(f"text of {text_hash} is {type(text).__name__}; pass a string (an empty one if there is none)")
    return text[:MAX_TEXT_CHARS]


def _annotated(nlp: "Language", texts: list[str], reader: Encoder | None) -> Iterator[tuple[_Label, list[Place]]]:
    """Label and places of each text, from the pipeline's components called directly: `nlp.pipe` costs more."""
    parts = components(nlp)
    docs = [nlp.make_doc(text) for text in texts]
    words = [word_table().of(doc) for doc in docs]
    topics = [parts.topics.topic(row) for row in words]
    scores = [
        parts.intents.scores(row, has_topic=probability > 0)
        for row, (_, probability) in zip(words, topics, strict=True)
    ]
    intents = [parts.intents.shares(row) for row in scores]
    if reader is not None:
        for place, probabilities in asked_of_sense(texts, scores, intents, parts.intents, reader):
            intents[place] = probabilities
    places = [parts.places.told(doc, parts.places.find(doc, row)) for doc, row in zip(docs, words, strict=True)]
    for probabilities, topic, found in zip(intents, topics, places, strict=True):
        most = max(probabilities)
        yield (INTENTS[probabilities.index(most)], most, *topic), found


def asked_of_sense(
    texts: Sequence[str],
    scores: Sequence[Sequence[float]],
    intents: Sequence[Sequence[float]],
    classifier: IntentClassifier,
    reader: Encoder,
) -> Iterator[tuple[int, list[float]]]:
    """Number and new probabilities of each text whose intent the rules are unsure of; the formula is `nlp.sense`'s."""
    unsure = [place for place, probabilities in enumerate(intents) if max(probabilities) < UNSURE]
    told = sense_scores([texts[place] for place in unsure], reader)
    for place, added in zip(unsure, told.tolist(), strict=True):
        yield place, classifier.shares([one + more for one, more in zip(scores[place], added, strict=True)])


def _append(columns: dict[str, list[object]], row: tuple[object, ...]) -> None:
    for column, value in zip(columns.values(), row, strict=True):
        column.append(value)
