"""Intent of a text: complaint, question, review, thanks, negative or other, with a probability.

How the evidence adds up belongs here. Definitions: a *complaint* is a text in
which the writer's favourable expectation was breached by an organisation or a condition (Olshtain & Weinbach 1987;
Preotiuc-Pietro et al., ACL 2019), which is not the same as negative sentiment; a *review* is an evaluation without a
concrete problem; *negative* is hostility without anything an organisation could act on.

Two parts add up: rules (`lexicons/intent_cues.csv`), and weights of single words (`lexicons/intent_words.csv`), which
`nlp.intent_training` learns from invented texts where the rules leave something to explain.

Formula. Every row of the rules is a vector w of six points. Rows are grouped into families of near-synonyms. In a
text, the rows found in a family f are sorted by the size of their vectors; the family adds w1 + REPEAT * w2, so that
saying the same thing five times does not count five times. With z = sum of the families + sum of the weights of the
distinct lemmas,
    P(intent) = exp(z_intent / temperature) / sum over all six of exp(z / temperature).
Signals of form (a question mark, an address by name) are rows too, written `%name`; `SIGNALS` lists them. Among the
words stands one signal, `%no_topic`: no cue of any topic is in the text.
"""

import functools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nlp.cues import CueMatcher
from nlp.lemmas import Word, word_table
from nlp.lexicon import INTENTS, LexiconError, read_lexicon, split_cues, word_classes

if TYPE_CHECKING:
    from spacy.tokens import Doc

REPEAT = 0.3

SHORT_WORDS, LONG_WORDS = 4, 40
# A shorter sentence is a greeting or thanks, and tells nothing.
TOLD_WORDS = 4
NO_TOPIC = "%no_topic"


class Evidence(NamedTuple):
    """One row found in a text: the words that carried it (token range, empty for a signal) and its points."""

    cue: str
    start: int
    end: int
    points: tuple[float, ...]


class _Sentence(NamedTuple):
    n_words: int
    n_marks: int
    is_asked: bool


class WordWeights(NamedTuple):
    """The learned words: the row of each in `points`, which is words x intents."""

    places: dict[str, int]
    points: np.ndarray


class IntentRules(NamedTuple):
    """The compiled lexicon."""

    matcher: CueMatcher
    cues: tuple[str, ...]
    families: tuple[str, ...]
    points: tuple[tuple[float, ...], ...]
    signals: dict[str, tuple[str, tuple[float, ...]]]


def text_signals(words: Sequence[Word]) -> list[str]:
    """Names of the signals of form that a text shows, in the order of `SIGNALS`."""
    n_words = 0
    is_asked = ends_with_question = is_told = has_many_marks = False
    for sentence in _sentences(words):
        n_words += sentence.n_words
        ends_with_question = sentence.is_asked
        is_asked = is_asked or sentence.is_asked
        is_told = is_told or (not sentence.is_asked and sentence.n_words >= TOLD_WORDS)
        has_many_marks = has_many_marks or sentence.n_marks > 1
    shown = {
        "always": True,
        "question_mark": is_asked,
        "ends_with_question": ends_with_question,
        "only_questions": is_asked and not is_told,
        "exclamations": "!" in [word.text for word in words],
        "many_marks": has_many_marks,
        "mention": bool(words) and words[0].text[0] == "@",
        "no_cyrillic": True not in [word.has_cyrillic for word in words],
        "short": n_words <= SHORT_WORDS,
        "long": n_words >= LONG_WORDS,
        "link": True in [word.is_link for word in words],
        "chatter": True in [word.is_chatter for word in words],
        "angry": True in [word.is_angry for word in words],
    }
    return [name for name in SIGNALS if shown[name]]


def _sentences(words: Sequence[Word]) -> Iterator[_Sentence]:
    """Runs of words with the marks after them; a text without an end is one, marks without words are none."""
    n_words = n_marks = 0
    is_asked = False
    for word in words:
        if word.is_word:
            if n_marks:
                yield _Sentence(n_words, n_marks, is_asked)
                n_words, n_marks, is_asked = 0, 0, False
            n_words += 1
        elif word.is_end and n_words:
            n_marks += word.n_marks or 1
            is_asked = is_asked or word.is_asked
    if n_words:
        yield _Sentence(n_words, n_marks, is_asked)


SIGNALS = (
    "always",
    "question_mark",
    "ends_with_question",
    "only_questions",
    "exclamations",
    "many_marks",
    "mention",
    "no_cyrillic",
    "short",
    "long",
    "link",
    "chatter",
    "angry",
)


class IntentClassifier:
    """spaCy component: writes the six probabilities to `doc.cats`.

    Args:
        temperature: above 1 flattens the probabilities, below 1 sharpens them.
    """

    def __init__(self, temperature: float) -> None:
        if temperature <= 0:
            raise ValueError(f"temperature is {temperature}; it must be above 0")
        self.temperature = temperature
        self._rules = intent_rules()
        self._words = word_weights()

    def __call__(self, doc: "Doc") -> "Doc":
        """Write the probability of every intent to `doc.cats`."""
        probabilities = self.probabilities(word_table().of(doc), has_topic=doc._.topic_probability > 0)
        doc.cats = dict(zip(INTENTS, probabilities, strict=True))
        return doc

    def probabilities(self, words: Sequence[Word], *, has_topic: bool) -> list[float]:
        """Probability of every intent by rules and words, in the order of INTENTS."""
        return self.shares(self.scores(words, has_topic=has_topic))

    def scores(self, words: Sequence[Word], *, has_topic: bool) -> list[float]:
        """Score of every intent by rules and words, z of the formula, in the order of INTENTS."""
        by_words = self._words.points[self._known_words(words, has_topic=has_topic)].sum(axis=0).tolist()
        by_rules = self.score(self.evidence(words))
        return [by_rule + by_word for by_rule, by_word in zip(by_rules, by_words, strict=True)]

    def shares(self, scores: Sequence[float]) -> list[float]:
        """Probability of every intent, given the score of each."""
        top = max(scores)
        weights = [math.exp((score - top) / self.temperature) for score in scores]
        total = sum(weights)
        return [weight / total for weight in weights]

    def evidence(self, words: Sequence[Word]) -> list[tuple[str, Evidence]]:
        """Rows found in a text, each with its family; a row found twice counts once, where it is found first."""
        rules = self._rules
        found: dict[int, tuple[str, Evidence]] = {}
        for cue, start, end in rules.matcher.find(words):
            if cue not in found:
                found[cue] = (rules.families[cue], Evidence(rules.cues[cue], start, end, rules.points[cue]))
        shown = [
            (rules.signals[name][0], Evidence("%" + name, 0, 0, rules.signals[name][1]))
            for name in text_signals(words)
            if name in rules.signals
        ]
        return [*found.values(), *shown]

    def word_evidence(self, words: Sequence[Word], *, has_topic: bool) -> list[Evidence]:
        """Learned words found in a text, each where it is found first."""
        places = self._words.places
        first: dict[str, int] = {}
        for place, word in enumerate(words):
            first.setdefault(word.lemma, place)
        by_place = {place: lemma for lemma, place in places.items()}
        found = []
        for row in self._known_words(words, has_topic=has_topic):
            start = first.get(by_place[row], 0)
            end = start if by_place[row] == NO_TOPIC else start + 1
            found.append(Evidence(by_place[row], start, end, tuple(self._words.points[row].tolist())))
        return found

    def _known_words(self, words: Sequence[Word], *, has_topic: bool) -> list[int]:
        # as `intent_words`, whose other words have no weight
        places = self._words.places
        known = {places[word.lemma] for word in words if word.lemma in places}
        if not has_topic and NO_TOPIC in places:
            known.add(places[NO_TOPIC])
        return sorted(known)

    @staticmethod
    def score(evidence: list[tuple[str, Evidence]]) -> list[float]:
        """Points of each intent, by the formula of this module."""
        families: dict[str, list[tuple[float, ...]]] = {}
        for family, item in evidence:
            families.setdefault(family, []).append(item.points)
        scores = [0.0] * len(INTENTS)
        for rows in families.values():
            if len(rows) > 1:
                rows.sort(key=lambda points: (-sum(map(abs, points)), points))
                second = rows[1]
                for place, value in enumerate(second):
                    scores[place] += REPEAT * value
            for place, value in enumerate(rows[0]):
                scores[place] += value
        return scores


def intent_words(words: Sequence[Word], *, has_topic: bool) -> set[str]:
    """What the learned weights see of a text: its distinct Cyrillic lemmas, and NO_TOPIC."""
    found = {word.lemma for word in words if word.is_word and word.has_cyrillic}
    if not has_topic:
        found.add(NO_TOPIC)
    return found


@functools.cache
def word_weights() -> WordWeights:
    """Read `intent_words.csv`."""
    rows = read_lexicon("intent_words.csv")
    points = np.array([[float(row[intent]) for intent in INTENTS] for row in rows]).reshape(-1, len(INTENTS))
    return WordWeights({row["word"]: place for place, row in enumerate(rows)}, points)


@functools.cache
def intent_rules() -> IntentRules:
    """Compile `intent_cues.csv`.

    Raises:
        LexiconError: a signal is unknown, or a weight is not a number.
    """
    cues: list[str] = []
    families: list[str] = []
    points: list[tuple[float, ...]] = []
    signals: dict[str, tuple[str, tuple[float, ...]]] = {}
    for row in read_lexicon("intent_cues.csv"):
        vector = tuple(float(row[intent] or 0) for intent in INTENTS)
        for cue in split_cues(row["cues"]):
            if cue[0] == "%":
                if cue[1:] not in SIGNALS:
                    raise LexiconError(f"intent_cues.csv names signal {cue!r}; known: {', '.join(SIGNALS)}")
                signals[cue[1:]] = (row["family"], vector)
            else:
                cues.append(cue)
                families.append(row["family"])
                points.append(vector)
    matcher = CueMatcher(cues, word_classes())
    return IntentRules(matcher, tuple(cues), tuple(families), tuple(points), signals)
