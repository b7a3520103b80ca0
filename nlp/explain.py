"""Why a text got its labels: the words that carried each of them.

For a person who doubts a label, and for whoever edits a lexicon. Not for bulk use, and its output quotes the text:
keep it out of logs and tables.
"""

from typing import NamedTuple, cast

from nlp.intent import INTENTS, IntentClassifier
from nlp.pipeline import shared_pipeline
from nlp.places import Place
from nlp.stamped import Stamped
from nlp.topics import TopicClassifier, topic_of_cue, topic_rules


class Reason(NamedTuple):
    """One rule that was found.

    Attributes:
        label: intent or topic code it speaks for. cue: pattern of the lexicon. words: characters of the text it
        covers, empty for a signal of form such as `%question_mark`. points: its weight.
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


def explain(text: str, *, gazetteer: tuple[str, ...] = ()) -> Explanation:
    """Labels of a text and the rules that carried them.

    Args:
        text: the text as given to `annotate`.
        gazetteer: the names given to `annotate`.

    Returns:
        The labels `annotate` gives. Reasons for the intent are the rules and words that gave points to the chosen
        one; those for the topic are all cues found, of every topic, so that the runner-up shows too.
    """
    nlp = shared_pipeline(tuple(sorted(set(gazetteer))))
    doc = nlp(text)
    intent = max(doc.cats, key=doc.cats.__getitem__)
    place = INTENTS.index(intent)
    classifier = cast(IntentClassifier, cast(Stamped, nlp.get_pipe("otklik_intent")).work)
    topics = cast(TopicClassifier, cast(Stamped, nlp.get_pipe("otklik_topic")).work)
    intent_reasons = [
        Reason(intent, item.cue, doc[item.start : item.end].text, item.points[place])
        for item in (*(item for _, item in classifier.evidence(doc)), *classifier.word_evidence(doc))
        if item.points[place] > 0
    ]
    topic_reasons = [
        Reason(*topic_of_cue(hit.cue), doc[hit.start : hit.end].text, topic_rules().weights[hit.cue])
        for hit in topics.evidence(doc)
    ]
    return Explanation(
        intent,
        doc.cats[intent],
        _strongest_first(intent_reasons),
        doc._.topic,
        doc._.topic_probability,
        _strongest_first(topic_reasons),
        doc._.places,
    )


def _strongest_first(reasons: list[Reason]) -> list[Reason]:
    return sorted(reasons, key=lambda reason: (-reason.points, reason.label, reason.cue))
