"""Why a text got its labels: the words that carried each of them.

For a person who doubts a label, and for whoever edits a lexicon. Not for bulk use, and its output quotes the text:
keep it out of logs and tables.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nlp.annotate import asked_of_sense
from nlp.intent import IntentClassifier
from nlp.leaks import Finding, scan_text
from nlp.lemmas import Word, word_table
from nlp.lexicon import INTENTS
from nlp.pipeline import components, shared_pipeline
from nlp.places import Place
from nlp.sense import encoder, sense_scores
from nlp.sentiment import explain_by_rules
from nlp.topics import topic_of_cue, topic_rules

if TYPE_CHECKING:
    from spacy.tokens import Doc


class Reason(NamedTuple):
    """One rule that was found.

    Attributes:
        label: intent, topic code or sentiment it speaks for. cue: pattern of the lexicon. words: characters of the
        text it covers, empty for a signal of form such as `%question_mark` and for `%sense`, the sentence encoder.
        points: its weight.
    """

    label: str
    cue: str
    words: str
    points: float


class Explanation(NamedTuple):
    """Labels of one text and the reasons for them, the strongest first."""

    intent: str
    intent_probability: float
    intent_reasons: list[Reason]
    topic: str | None
    topic_probability: float
    topic_reasons: list[Reason]
    places: list[Place]
    sentiment: str
    sentiment_reasons: list[Reason]
    leaks: list[Finding]


class WordEffect(NamedTuple):
    """A word and what its label's probability loses without it; negative where it speaks against the label."""

    word: str
    start_char: int
    loss: float


# A model is asked once for each word; a longer text is explained by its beginning.
_MAX_WORDS = 200
_WORD = re.compile(r"\w+(?:-\w+)*")


def word_effects(text: str, probability: Callable[[Sequence[str]], np.ndarray]) -> list[WordEffect]:
    """What each word gives to a label that a trained model named: leave-one-word-out, the largest loss first.

    loss(w) = P(label | text) - P(label | text without that occurrence of w). Works for any model.

    Args:
        text: the text.
        probability: texts → probability of the label for each.

    References:
        Li, Monroe & Jurafsky (2016), Understanding neural networks through representation erasure.
    """
    words = list(_WORD.finditer(text))[:_MAX_WORDS]
    if not words:
        return []
    values = probability([text, *(text[: word.start()] + text[word.end() :] for word in words)])
    effects = [
        WordEffect(word[0], word.start(), float(values[0] - value))
        for word, value in zip(words, values[1:], strict=True)
    ]
    return sorted(effects, key=lambda effect: (-effect.loss, effect.start_char))


def explain(text: str, *, gazetteer: tuple[str, ...] = (), with_sense: bool = False) -> Explanation:
    """Labels of a text and the rules that carried them.

    Args:
        text: the text as given to `annotate`.
        gazetteer: the names given to `annotate`.
        with_sense: as given to `annotate`.

    Returns:
        The labels `annotate` gives, the sentiment by the lexicon, and the findings of `nlp.leaks`, masked. Reasons for
        the intent are the rules and words that gave points to the chosen one; those for the topic are all cues found,
        of every topic, so that the runner-up shows too, and so with the sentiment.
    """
    nlp = shared_pipeline(tuple(sorted(set(gazetteer))))
    doc = nlp(text)
    words = word_table().of(doc)
    topics, classifier, _ = components(nlp)
    cats, by_sense = _with_sense(text, doc, words, classifier) if with_sense else (list(doc.cats.values()), None)
    place = cats.index(max(cats))
    intent = INTENTS[place]
    intent_reasons = [
        Reason(intent, item.cue, doc[item.start : item.end].text, item.points[place])
        for item in (
            *(item for _, item in classifier.evidence(words)),
            *classifier.word_evidence(words, has_topic=doc._.topic_probability > 0),
        )
        if item.points[place] > 0
    ]
    if by_sense is not None:
        # beside what it gives an intent on average, which moves nothing
        intent_reasons.append(Reason(intent, "%sense", "", float(by_sense[place] - by_sense.mean())))
    topic_reasons = [
        Reason(*topic_of_cue(hit.cue), doc[hit.start : hit.end].text, topic_rules().weights[hit.cue])
        for hit in topics.evidence(words)
    ]
    sentiment, cues = explain_by_rules(text)
    return Explanation(
        intent,
        cats[place],
        _strongest_first(intent_reasons),
        doc._.topic,
        doc._.topic_probability,
        _strongest_first(topic_reasons),
        doc._.places,
        sentiment,
        _strongest_first([Reason(*cue) for cue in cues]),
        scan_text(text),
    )


def _with_sense(
    text: str, doc: "Doc", words: Sequence[Word], classifier: IntentClassifier
) -> tuple[list[float], np.ndarray | None]:
    """Probability of every intent as `annotate` gives it, and what the encoder added, if it was asked."""
    cats, reader = list(doc.cats.values()), encoder()
    scores = classifier.scores(words, has_topic=doc._.topic_probability > 0)
    asked = [] if reader is None else list(asked_of_sense([text], [scores], [cats], classifier, reader))
    return (asked[0][1], sense_scores([text], reader)[0]) if asked and reader else (cats, None)


def _strongest_first(reasons: list[Reason]) -> list[Reason]:
    return sorted(reasons, key=lambda reason: (-reason.points, reason.label, reason.cue))
