"""Topic of a text: one code of the taxonomy with a probability, or none.

The cues are rows of `lexicons/topics.csv`; the taxonomy itself (names, groups) is the dbt seed `topic.csv`.

Formula. s(t) = sum over the distinct cues of topic t found in the text of their weights, the k-th largest counted
DECAY^(k-1) times. With b the score at which silence is as likely as a topic,
    P(t) = exp(s(t)) / (exp(b) + sum over topics u with s(u) > 0 of exp(s(u))).
The group of topics with the largest sum of P is chosen first, then its most probable topic: a text torn between two
topics of one group speaks of that group all the same. Under the threshold, which the group's sum must reach, the topic
is null: abstaining is a legal answer, and the topic's own probability is still told.
"""

import functools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from nlp.cues import CueMatcher, Hit, lemma_of
from nlp.lemmas import Word, fold, word_table
from nlp.lexicon import read_lexicon, split_cues, word_classes

if TYPE_CHECKING:
    from spacy.tokens import Doc

DECAY = 0.6


class TopicRules(NamedTuple):
    """The compiled lexicon: cue number -> topic code and weight."""

    matcher: CueMatcher
    cues: tuple[str, ...]
    codes: tuple[str, ...]
    weights: tuple[float, ...]


class TopicClassifier:
    """spaCy component: writes `doc._.topic` (code or None) and `doc._.topic_probability`.

    Args:
        threshold: least probability of a group at which its topic is named, in [0, 1].
        silence_score: b of the formula.
    """

    def __init__(self, threshold: float, silence_score: float) -> None:
        if not 0 <= threshold <= 1:
            raise ValueError(f"threshold is {threshold}; it must be between 0 and 1")
        self.threshold = threshold
        self.silence_score = silence_score
        self._rules = topic_rules()

    def __call__(self, doc: "Doc") -> "Doc":
        """Write the topic of a text."""
        doc._.topic, doc._.topic_probability = self.topic(word_table().of(doc))
        return doc

    def topic(self, words: Sequence[Word]) -> tuple[str | None, float]:
        """Topic of a text, None under the threshold, and the probability of the most probable one."""
        code, probability, of_group = self.choose(self.score(self.evidence(words)))
        return code if of_group >= self.threshold else None, probability

    def evidence(self, words: Sequence[Word]) -> list[Hit]:
        """Cues found in a text, a cue counted once, where it is found first."""
        found: dict[int, Hit] = {}
        for hit in self._rules.matcher.find(words):
            found.setdefault(hit.cue, hit)
        return list(found.values())

    def score(self, hits: list[Hit]) -> dict[str, float]:
        """Score of every topic that has a cue in the text."""
        weights: dict[str, list[float]] = {}
        for hit in hits:
            weights.setdefault(self._rules.codes[hit.cue], []).append(self._rules.weights[hit.cue])
        return {
            code: sum(weight * DECAY**place for place, weight in enumerate(sorted(found, reverse=True)))
            for code, found in weights.items()
        }

    def choose(self, scores: dict[str, float]) -> tuple[str | None, float, float]:
        """Topic, its probability and its group's; ties go to what sorts first."""
        if not scores:
            return None, 0.0, 0.0
        top = max(*scores.values(), self.silence_score)
        groups: dict[str, float] = {}
        best: dict[str, tuple[float, str]] = {}
        for code in sorted(scores):
            group, weight = group_of(code), math.exp(scores[code] - top)
            groups[group] = groups.get(group, 0.0) + weight
            if group not in best or weight > best[group][0]:
                best[group] = (weight, code)
        total = math.exp(self.silence_score - top) + sum(groups.values())
        group = max(groups, key=groups.__getitem__)
        weight, code = best[group]
        return code, weight / total, groups[group] / total


@functools.cache
def group_of(code: str) -> str:
    """Group of a topic code: what stands before its first underscore."""
    return code.split("_", 1)[0]


def topic_of_cue(cue: int) -> tuple[str, str]:
    """Topic code and pattern of a cue number."""
    rules = topic_rules()
    return rules.codes[cue], rules.cues[cue]


@functools.cache
def topic_rules() -> TopicRules:
    """Compile `topics.csv`; of cues that are forms of one another («вода», «воду») the first counts."""
    rows: dict[tuple[str, str], tuple[str, str, float]] = {}
    for row in read_lexicon("topics.csv"):
        for cue in split_cues(row["cues"]):
            normal = " ".join(lemma_of(fold(part)) if part.isalpha() else part for part in cue.split())
            rows.setdefault((row["topic_code"], normal), (cue, row["topic_code"], float(row["weight"])))
    cues, codes, weights = zip(*rows.values(), strict=True)
    return TopicRules(CueMatcher(cues, word_classes()), cues, codes, weights)
