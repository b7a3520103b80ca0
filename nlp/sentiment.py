"""Sentiment of a text: negative, neutral or positive.

Two ways: rules from `lexicons/sentiment.csv`, which need no training and know little, and a model learned from the
user's labels. Sentiment is a property of the words, never of a person, and no complaint is decided by it (see
`nlp.intent`).

Formula of the rules: s(label) = sum of the weights of the distinct cues found, the k-th largest counted DECAY^(k-1)
times; a cue of praise right after a negation counts as blame. The label with the larger s is named when it leads by
MARGIN or more, else neutral.
"""

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import spacy

from nlp.cues import CueMatcher
from nlp.lemmas import Word, word_table
from nlp.lexicon import LexiconError, read_lexicon, split_cues, word_classes
from nlp.topic_features import TextFeatures
from nlp.topic_learners import fit_ridge

if TYPE_CHECKING:
    from spacy.language import Language

SENTIMENTS = ("negative", "neutral", "positive")
DECAY = 0.6
MARGIN = 0.5
NEGATIONS = frozenset(("не", "ни", "нет"))


class SentimentError(ValueError):
    """Labels that cannot be learned from."""


class SentimentModel(NamedTuple):
    """A trained model; made by `fit`."""

    features: TextFeatures
    weights: np.ndarray

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The sentiment of each text."""
        scores = self.features.transform(texts) @ self.weights
        return [SENTIMENTS[place] for place in scores.argmax(axis=1)]


def fit(texts: Sequence[str], labels: Sequence[str]) -> SentimentModel:
    """Train on labelled texts; the same input gives the same model.

    Raises:
        SentimentError: an unknown label, one of the three that never occurs, or columns of different length.
    """
    if len(texts) != len(labels):
        raise SentimentError(f"{len(texts)} texts, but {len(labels)} labels; give one for each text.")
    if set(labels) != set(SENTIMENTS):
        raise SentimentError(f"labels are {sorted(set(labels))}; needed are texts of each of {', '.join(SENTIMENTS)}.")
    features = TextFeatures()
    rows = features.fit(texts)
    numbers = np.array([SENTIMENTS.index(label) for label in labels], dtype=np.int64)
    return SentimentModel(features, fit_ridge(rows, numbers, len(SENTIMENTS)))


def label_by_rules(texts: Sequence[str]) -> list[str]:
    """The sentiment of each text by the lexicon alone."""
    tokenizer = _tokenizer()
    return [_label(word_table().of(tokenizer.make_doc(text))) for text in texts]


class SentimentCue(NamedTuple):
    """One cue found by the rules: the label it speaks for, its pattern and weight, the words it covers."""

    label: str
    cue: str
    words: str
    weight: float


def explain_by_rules(text: str) -> tuple[str, list[SentimentCue]]:
    """The sentiment of a text by the lexicon, and the cues that were counted, each once, in order of the text."""
    doc = _tokenizer().make_doc(text)
    found = _cues_found(word_table().of(doc))
    rules = _rules()
    cues = [SentimentCue(hit.label, rules.cues[cue], doc[hit.start : hit.end].text, hit.weight) for cue, hit in found]
    return _label(word_table().of(doc)), cues


class _Hit(NamedTuple):
    label: str
    weight: float
    start: int
    end: int


class _Rules(NamedTuple):
    matcher: CueMatcher
    cues: tuple[str, ...]
    labels: tuple[str, ...]
    weights: tuple[float, ...]


def _cues_found(words: list[Word]) -> list[tuple[int, _Hit]]:
    """Numbers of the distinct cues found, each where it stands first."""
    rules = _rules()
    found: dict[int, _Hit] = {}
    for cue, start, end in rules.matcher.find(words):
        label = rules.labels[cue]
        if label == "positive" and start and words[start - 1].lower in NEGATIONS:
            label = "negative"
        found.setdefault(cue, _Hit(label, rules.weights[cue], start, end))
    return sorted(found.items(), key=lambda item: (item[1].start, item[0]))


def _label(words: list[Word]) -> str:
    found = [hit for _, hit in _cues_found(words)]
    lead = _total(found, "positive") - _total(found, "negative")
    if abs(lead) < MARGIN:
        return "neutral"
    return "positive" if lead > 0 else "negative"


def _total(found: list[_Hit], label: str) -> float:
    weights = sorted((hit.weight for hit in found if hit.label == label), reverse=True)
    return sum(weight * DECAY**place for place, weight in enumerate(weights))


@functools.cache
def _tokenizer() -> "Language":
    return spacy.blank("ru")


@functools.cache
def _rules() -> _Rules:
    cues: list[str] = []
    labels: list[str] = []
    weights: list[float] = []
    for row in read_lexicon("sentiment.csv"):
        if row["label"] not in ("negative", "positive"):
            raise LexiconError(f"sentiment.csv holds {row['label']!r}; accepted: negative, positive")
        for cue in split_cues(row["cues"]):
            cues.append(cue)
            labels.append(row["label"])
            weights.append(float(row["weight"]))
    return _Rules(CueMatcher(cues, word_classes()), tuple(cues), tuple(labels), tuple(weights))
