"""Intent of a text: complaint, question, review, thanks, negative or other, with a probability.

The rules are rows of `lexicons/intent_cues.csv`; how they add up belongs here. Definitions: a *complaint* is a text in
which the writer's favourable expectation was breached by an organisation or a condition (Olshtain & Weinbach 1987;
Preotiuc-Pietro et al., ACL 2019), which is not the same as negative sentiment; a *review* is an evaluation without a
concrete problem; *negative* is hostility without anything an organisation could act on.

Formula. Every row of the lexicon is a vector w of six points. Rows are grouped into families of near-synonyms. In a
text, the rows found in a family f are sorted by the size of their vectors; the family adds w1 + REPEAT * w2, so that
saying the same thing five times does not count five times. With z = sum of the families,
    P(intent) = exp(z_intent / temperature) / sum over all six of exp(z / temperature).
Signals of form (a question mark, an address by name) are rows too, written `%name`; `SIGNALS` lists them.
"""

import functools
import math
from typing import TYPE_CHECKING, NamedTuple

from nlp.cues import CueMatcher
from nlp.lemmas import Word, word_table
from nlp.lexicon import LexiconError, read_lexicon, split_cues, word_classes

if TYPE_CHECKING:
    from spacy.tokens import Doc

INTENTS = ("complaint", "question", "review", "thanks", "negative", "other")
REPEAT = 0.3

SHORT_WORDS, LONG_WORDS = 4, 40


class Evidence(NamedTuple):
    """One row found in a text: the words that carried it (token range, empty for a signal) and its points."""

    cue: str
    start: int
    end: int
    points: tuple[float, ...]


class IntentRules(NamedTuple):
    """The compiled lexicon."""

    matcher: CueMatcher
    cues: tuple[str, ...]
    families: tuple[str, ...]
    points: tuple[tuple[float, ...], ...]
    signals: dict[str, tuple[str, tuple[float, ...]]]


def text_signals(words: list[Word]) -> list[str]:
    """Names of the signals of form that a text shows, in the order of `SIGNALS`."""
    n_words = 0
    has_cyrillic = has_link = has_chatter = has_question = is_shouted = ends_with_question = False
    for word in words:
        if word.is_word:
            n_words += 1
            has_cyrillic = has_cyrillic or word.has_cyrillic
            ends_with_question = False
        elif word.is_end:
            ends_with_question = "?" in word.text or (ends_with_question and "\n" in word.text)
            has_question = has_question or ends_with_question
            is_shouted = is_shouted or word.text == "!"
        has_link = has_link or word.is_link
        has_chatter = has_chatter or word.is_chatter
    shown = {
        "always": True,
        "question_mark": has_question,
        "ends_with_question": ends_with_question,
        "exclamations": is_shouted,
        "mention": bool(words) and words[0].text[0] == "@",
        "no_cyrillic": not has_cyrillic,
        "short": n_words <= SHORT_WORDS,
        "long": n_words >= LONG_WORDS,
        "link": has_link,
        "chatter": has_chatter,
    }
    return [name for name in SIGNALS if shown[name]]


SIGNALS = (
    "always",
    "question_mark",
    "ends_with_question",
    "exclamations",
    "mention",
    "no_cyrillic",
    "short",
    "long",
    "link",
    "chatter",
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

    def __call__(self, doc: "Doc") -> "Doc":
        """Write the probability of every intent to `doc.cats`."""
        scores = self.score(self.evidence(doc))
        top = max(scores)
        weights = [math.exp((score - top) / self.temperature) for score in scores]
        total = sum(weights)
        doc.cats = {intent: weight / total for intent, weight in zip(INTENTS, weights, strict=True)}
        return doc

    def evidence(self, doc: "Doc") -> list[tuple[str, Evidence]]:
        """Rows found in a text, each with its family; a row found twice counts once, where it is found first."""
        rules = self._rules
        words = word_table().of(doc)
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
