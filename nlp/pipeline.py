"""The spaCy pipeline: registered factories and how they are put together.

Factories and their defaults belong here; what a component does belongs to its own module. The pipeline starts from
`spacy.blank("ru")`: no model is downloaded, all knowledge lies in `nlp/lexicons/` and in pymorphy3's dictionary.
"""

import functools
import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple, cast

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_suffix_regex

from nlp.intent import IntentClassifier
from nlp.lemmas import LemmaWriter
from nlp.lexicon import lexicon_version
from nlp.places import PlaceFinder
from nlp.sense import encoder_version
from nlp.topics import TopicClassifier

# The intent asks whether the text names a topic, so it comes after it.
FACTORIES = ("otklik_lemmas", "otklik_topic", "otklik_intent", "otklik_places")
DEFAULT_TEMPERATURE = 1.0
# Of a group. Under it, one weak cue alone (0.35) names no topic; one plain cue (0.50) does.
DEFAULT_TOPIC_THRESHOLD = 0.4
DEFAULT_SILENCE_SCORE = 1.2

# Chunks between white space whose split is remembered; spaCy's own 10,000 is less than a day's words.
TOKENIZER_CACHE = 200_000

# Posts glue a comma or an abbreviation's full stop to the next word: «Кирова,45», «д.5к2», «ул.Мира».
_EXTRA_INFIXES = (
    r"(?<=[0-9а-яёА-ЯЁa-zA-Z]),(?=[0-9а-яёА-ЯЁa-zA-Z«\"])",
    r"(?<=[а-яёА-ЯЁ])\.(?=[0-9а-яёА-ЯЁ«\"])",
    r"(?<=[а-яёА-ЯЁ])[/№](?=[0-9])",
    r"(?<=[0-9а-яёА-ЯЁ])[?!*…)]+(?=[0-9а-яёА-ЯЁ(*])",
)
# «улица Садовая- там темно»
_EXTRA_SUFFIXES = (r"(?<=[0-9а-яёА-ЯЁ])[-–—*]+",)
# Kept whole, else the hyphen or the slash would split them.
# fmt: off
_SHORTHANDS = (
    "м/р", "м-н", "мкр-н", "м/з", "р-н", "р-на", "р-не", "р-ну", "пр-т", "пр-та", "пр-ту", "пр-те", "пр-кт", "пр-д",
    "пер-к", "б-р", "ст-ца", "д/с",
)
# fmt: on


@Language.factory("otklik_lemmas", assigns=["token.lemma"])
def make_lemmas(nlp: Language, name: str) -> LemmaWriter:
    """Cached pymorphy3 lemmas."""
    return LemmaWriter()


@Language.factory(
    "otklik_intent",
    assigns=["doc.cats"],
    requires=["doc._.topic_probability"],
    default_config={"temperature": DEFAULT_TEMPERATURE},
)
def make_intent(nlp: Language, name: str, *, temperature: float) -> IntentClassifier:
    """Intent probabilities; the topic must have been written before."""
    _declare_extensions()
    return IntentClassifier(temperature)


@Language.factory(
    "otklik_topic",
    assigns=["doc._.topic", "doc._.topic_probability"],
    default_config={"threshold": DEFAULT_TOPIC_THRESHOLD, "silence_score": DEFAULT_SILENCE_SCORE},
)
def make_topic(nlp: Language, name: str, *, threshold: float, silence_score: float) -> TopicClassifier:
    """Topic with abstention."""
    _declare_extensions()
    return TopicClassifier(threshold, silence_score)


@Language.factory("otklik_places", assigns=["doc._.places", "doc.spans"], default_config={"gazetteer": []})
def make_places(nlp: Language, name: str, *, gazetteer: list[str]) -> PlaceFinder:
    """Places in the text."""
    _declare_extensions()
    return PlaceFinder(gazetteer)


def build_pipeline(gazetteer: Iterable[str] = ()) -> Language:
    """A new pipeline with all four components.

    Args:
        gazetteer: known names of settlements and municipalities in the nominative («Тольятти»), found without a cue
            word. Order and repetition do not matter.

    Returns:
        A spaCy `Language`. Each doc it yields has `doc.cats` (six intents), `doc._.topic`, `doc._.topic_probability`,
        `doc._.places` (list of dicts) and `doc.spans["places"]`.
    """
    nlp = spacy.blank("ru")
    tokenizer = cast(Tokenizer, nlp.tokenizer)
    tokenizer.infix_finditer = compile_infix_regex([*(nlp.Defaults.infixes or ()), *_EXTRA_INFIXES]).finditer
    tokenizer.suffix_search = compile_suffix_regex([*(nlp.Defaults.suffixes or ()), *_EXTRA_SUFFIXES]).search
    tokenizer.max_cache_size = TOKENIZER_CACHE
    for shorthand in _SHORTHANDS:
        for spelling in (shorthand, shorthand.capitalize()):
            tokenizer.add_special_case(spelling, [{"ORTH": spelling}])
    for factory in FACTORIES[:3]:
        nlp.add_pipe(factory)
    nlp.add_pipe("otklik_places", config={"gazetteer": sorted(set(gazetteer))})
    return nlp


@functools.lru_cache(maxsize=4)
def shared_pipeline(gazetteer: tuple[str, ...] = ()) -> Language:
    """The pipeline of this process for one gazetteer; built on first use.

    Its words have none of spaCy's lexical attributes (shape, like_num …): no component reads them, and they take longer
    to compute for a new word than its lemma.
    """
    nlp = build_pipeline(gazetteer)
    nlp.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]  # the stub leaves it out
    return nlp


class Components(NamedTuple):
    """What a pipeline's three labelling components do, without their docs."""

    topics: TopicClassifier
    intents: IntentClassifier
    places: PlaceFinder


def components(nlp: Language) -> Components:
    """The labelling components of a pipeline made by `build_pipeline`."""
    return Components(*(nlp.get_pipe(factory) for factory in FACTORIES[1:]))  # type: ignore[arg-type]


def model_version(gazetteer: Iterable[str] = (), *, with_sense: bool = False) -> str:
    """Twelve hex digits that change when a label could change: lexicon files, code version, gazetteer, encoder.

    Args:
        gazetteer: the names given to `build_pipeline`.
        with_sense: whether the sentence encoder is asked; where it is not installed, that changes nothing.
    """
    names = "\n".join(sorted({re.sub(r"\s+", " ", name.strip()) for name in gazetteer}))
    parts = (lexicon_version(), names, encoder_version() if with_sense else "")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _declare_extensions() -> None:
    for name, default in (("topic", None), ("topic_probability", 0.0), ("places", None)):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=default)
