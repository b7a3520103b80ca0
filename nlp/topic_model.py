"""Authority, group and topic of a text, learned from the user's own labels.

The trained counterpart of `nlp.topics`, which needs no training and has its own taxonomy; here the labels are whatever
strings the user's sources use. How the learners' answers are joined and made into probabilities belongs here.

Formula. With networks k = 1..K and ridge scores r,
    z(c) = mean_k ln P_k(c) + ln softmax(RIDGE_SCALE r)(c);    P(c) = softmax(z / T)(c).
A group is also the sum of its topics: z(group) += HIERARCHY ln sum_t P(group | t) softmax(z)(t), with P(group | t)
counted on the training rows. T of each label, the rule by which a class is named (`nlp.decision`), and the probability
told for it come from rows kept out of a first training:
    ln(q / (1 - q)) = a ln p - b ln(1 - p) + c        (beta calibration: Kull, Silva Filho & Flach, AISTATS 2017).
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

from nlp.calibration import MIN_CALIBRATION_ROWS, UNCHANGED, calibrated, fit_curve
from nlp.decision import DecisionRule, fit_rule, fit_temperature, most_probable
from nlp.topic_features import TextFeatures
from nlp.topic_learners import SharedNetwork, fit_ridge, half, log_softmax, softmax
from nlp.topic_names import with_names

LABELS = ("authority", "group", "topic")
# docs/decisions/0011-topic-models.md holds the comparison.
N_NETWORKS = 3
RIDGE_SCALE = 5.0
HIERARCHIES = (0.0, 0.5, 1.0, 2.0)
# Of a label's classes: 0 to name them for the largest weighted F1, 1 for macro-F1. Groups, by which people are told
# what a region complains of, stand between.
EVENNESS = (0.0, 0.5, 0.0)
CALIBRATION_SHARE = 0.2
MIN_ROWS = 10
BATCH_TEXTS = 512
FORMAT = 2

_GROUP, _TOPIC = LABELS.index("group"), LABELS.index("topic")


class TopicModelError(ValueError):
    """Labels that cannot be learned from, or a file that is no topic model of this format."""


class _Network(NamedTuple):
    """A trained `SharedNetwork`: what it needs to answer."""

    words: np.ndarray
    bias: np.ndarray
    heads: np.ndarray
    offsets: np.ndarray


class _Learners(NamedTuple):
    """Everything fitted on labels.

    Attributes:
        ridge: all features x the classes of all labels, side by side. networks: over single words. group_of_topic:
        P(group | topic). sizes: number of classes of each label. hierarchy: what the sum of topics weighs in a group.
    """

    ridge: np.ndarray
    networks: list[_Network]
    group_of_topic: np.ndarray
    sizes: list[int]
    hierarchy: float


class _Outcome(NamedTuple):
    """How one label's scores become a named class and a probability: T, the rule, and the calibration curve."""

    temperature: float
    rule: DecisionRule
    curve: tuple[float, ...]


class TopicModel:
    """A trained model; make one with `fit` or `load`.

    Attributes:
        classes: for each of LABELS, its classes, sorted.
        version: twelve hex digits over everything learned.
    """

    def __init__(
        self,
        features: TextFeatures,
        classes: Sequence[Sequence[str]],
        learners: _Learners,
        outcomes: Sequence[_Outcome],
    ) -> None:
        self.features = features
        self.classes = {name: list(found) for name, found in zip(LABELS, classes, strict=True)}
        self._learners = learners
        self._outcomes = list(outcomes)
        self.version = self._digest()

    def probabilities(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """For each label P of its classes: one row a text, float32, rows summing to 1."""
        parts = []
        for first in range(0, len(texts), BATCH_TEXTS):
            rows = self.features.transform(texts[first : first + BATCH_TEXTS])
            scores = _scores(rows, self.features, self._learners)
            parts.append([softmax(z / np.float32(o.temperature)) for z, o in zip(scores, self._outcomes, strict=True)])
        if not parts:
            return {name: np.zeros((0, len(found)), dtype=np.float32) for name, found in self.classes.items()}
        return {name: np.concatenate([part[place] for part in parts]) for place, name in enumerate(LABELS)}

    def predict(self, texts: Sequence[str]) -> pd.DataFrame:
        """The class to name of each label, and how sure that is.

        Returns:
            One row a text, in the order given: authority, group, topic (str), and authority_probability,
            group_probability, topic_probability (float64 in [0, 1], calibrated).
        """
        columns: dict[str, object] = {}
        for (name, probability), outcome in zip(self.probabilities(texts).items(), self._outcomes, strict=True):
            named = outcome.rule.name(probability)
            columns[name] = np.array(self.classes[name], dtype=object)[named]
            columns[f"{name}_probability"] = calibrated(probability[np.arange(len(named)), named], outcome.curve)
        return pd.DataFrame(columns)

    def save(self, path: Path) -> None:
        """Write the model as one NumPy archive without pickled objects: loading it runs no code of the file."""
        about = {
            "format": FORMAT,
            "classes": self.classes,
            "temperatures": [outcome.temperature for outcome in self._outcomes],
            "curves": [outcome.curve for outcome in self._outcomes],
            "hierarchy": self._learners.hierarchy,
            "names": self.features.names,
        }
        arrays: dict[str, np.ndarray] = {
            "about": np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), dtype=np.uint8)
        }
        arrays |= {f"weights_{place}": value for place, value in enumerate(self.features.weights)}
        for place, outcome in enumerate(self._outcomes):
            arrays |= {f"rule_{place}_{name}": value for name, value in outcome.rule._asdict().items()}
        for place, network in enumerate(self._learners.networks):
            arrays |= {f"network_{place}_{name}": value for name, value in network._asdict().items()}
            arrays[f"network_{place}_words"] = network.words.astype(np.float16)
        arrays |= {"ridge": self._learners.ridge.astype(np.float16), "group_of_topic": self._learners.group_of_topic}
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]  # NumPy types keywords as its own flag

    def _digest(self) -> str:
        told = [(outcome.temperature, outcome.curve) for outcome in self._outcomes]
        digest = hashlib.sha256(json.dumps([self.classes, told], ensure_ascii=False).encode())
        for matrix in (self._learners.ridge, *(network.words for network in self._learners.networks)):
            digest.update(matrix.astype(np.float16).tobytes())
        return digest.hexdigest()[:12]


def fit(
    texts: Sequence[str],
    authorities: Sequence[str | None],
    groups: Sequence[str | None],
    topics: Sequence[str | None],
    *,
    taxonomy: Sequence[tuple[str, str]] = (),
    seed: int = 0,
) -> TopicModel:
    """Train on labelled texts, and on the names of topics, each an example of itself.

    Args:
        texts: the words.
        authorities: who answers each text; None or empty where unknown.
        groups: its group of topics, likewise.
        topics: its topic, likewise.
        taxonomy: pairs (topic, group) of a list of topics, so that those without a labelled text can be named too.
        seed: of the networks and of the choice of calibration rows. Same input and seed, same model.

    Raises:
        TopicModelError: columns of different length, or a label with fewer than MIN_ROWS labelled rows or fewer than
            two classes.
    """
    _encode(texts, (authorities, groups, topics))  # there must be enough labelled texts without the names
    examples, labels = with_names(texts, authorities, groups, topics, taxonomy)
    numbers, classes = _encode(examples, labels)
    features = TextFeatures()
    rows = features.fit(examples)
    sizes = [len(found) for found in classes]
    hierarchy = HIERARCHIES[-1]
    outcomes = [_Outcome(1.0, most_probable(size), UNCHANGED) for size in sizes]
    n_kept = int(len(texts) * CALIBRATION_SHARE)
    if n_kept >= MIN_CALIBRATION_ROWS:
        order = np.random.default_rng(seed).permutation(len(texts))
        kept, used = order[:n_kept], np.concatenate([order[n_kept:], np.arange(len(texts), rows.shape[0])])
        learners = _learn(rows[used], features, [number[used] for number in numbers], sizes, hierarchy, seed)
        hierarchy = _best_hierarchy(rows[kept], features, learners, numbers[_GROUP][kept])
        scores = _scores(rows[kept], features, learners._replace(hierarchy=hierarchy))
        outcomes = [
            _outcome(z, number[kept], evenness) for z, number, evenness in zip(scores, numbers, EVENNESS, strict=True)
        ]
    learners = _learn(rows, features, numbers, sizes, hierarchy, seed + N_NETWORKS)
    return TopicModel(features, classes, learners, outcomes)


def load(path: Path) -> TopicModel:
    """Read a model written by `TopicModel.save`.

    Raises:
        TopicModelError: not a model of this format.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = dict(archive)
        about = json.loads(arrays["about"].tobytes())
    except (ValueError, KeyError, OSError) as error:
        raise TopicModelError(f"{path}: no topic model: {error}. Train it again.") from error
    if about.get("format") != FORMAT:
        raise TopicModelError(f"{path}: format {about.get('format')!r}; accepted is {FORMAT}. Train it again.")
    classes = [about["classes"][name] for name in LABELS]
    networks = [
        _Network(
            arrays[f"network_{place}_words"].astype(np.float32),
            *(arrays[f"network_{place}_{name}"] for name in _Network._fields[1:]),
        )
        for place in range(N_NETWORKS)
    ]
    learners = _Learners(
        arrays["ridge"].astype(np.float32),
        networks,
        arrays["group_of_topic"],
        [len(found) for found in classes],
        about.get("hierarchy", HIERARCHIES[-1]),
    )
    outcomes = [
        _Outcome(
            temperature, DecisionRule(*(arrays[f"rule_{place}_{name}"] for name in DecisionRule._fields)), tuple(curve)
        )
        for place, (temperature, curve) in enumerate(zip(about["temperatures"], about["curves"], strict=True))
    ]
    features = TextFeatures(about["names"], [arrays[f"weights_{place}"] for place in range(len(about["names"]))])
    return TopicModel(features, classes, learners, outcomes)


def _encode(texts: Sequence[str], columns: Sequence[Sequence[str | None]]) -> tuple[list[np.ndarray], list[list[str]]]:
    numbers, classes = [], []
    for name, column in zip(LABELS, columns, strict=True):
        if len(column) != len(texts):
            raise TopicModelError(f"{len(texts)} texts, but {len(column)} values of {name}; give one for each text.")
        found = sorted({value for value in column if value})
        place = {value: index for index, value in enumerate(found)}
        number = np.array([place[value] if value else -1 for value in column], dtype=np.int64)
        if (number >= 0).sum() < MIN_ROWS or len(found) < 2:
            raise TopicModelError(
                f"{name}: {(number >= 0).sum()} labelled texts in {len(found)} classes; "
                f"needed are {MIN_ROWS} texts and 2 classes."
            )
        numbers.append(number)
        classes.append(found)
    return numbers, classes


def _learn(
    rows: sp.csr_matrix,
    features: TextFeatures,
    numbers: Sequence[np.ndarray],
    sizes: list[int],
    hierarchy: float,
    seed: int,
) -> _Learners:
    """Fit every learner; weights are kept as they will be saved, so that a loaded model answers to the bit alike."""
    single = features.without_pairs(rows)
    networks = []
    for place in range(N_NETWORKS):
        found = SharedNetwork(single.shape[1], sizes, seed + place).fit(single, numbers)
        networks.append(_Network(half(found.words), found.bias, found.heads, found.offsets))
    ridges = [fit_ridge(rows, number, size) for number, size in zip(numbers, sizes, strict=True)]
    # a topic never seen with a group says nothing about groups
    together = np.full((sizes[_TOPIC], sizes[_GROUP]), 1e-3)
    known = (numbers[_GROUP] >= 0) & (numbers[_TOPIC] >= 0)
    np.add.at(together, (numbers[_TOPIC][known], numbers[_GROUP][known]), 1)
    group_of_topic = (together / together.sum(axis=1, keepdims=True)).astype(np.float32)
    return _Learners(half(np.concatenate(ridges, axis=1)), networks, group_of_topic, sizes, hierarchy)


def _best_hierarchy(rows: sp.csr_matrix, features: TextFeatures, learners: _Learners, groups: np.ndarray) -> float:
    """The weight of topics under which groups of rows kept out are most likely."""
    known = groups >= 0
    if known.sum() < MIN_CALIBRATION_ROWS:
        return learners.hierarchy
    losses = []
    for hierarchy in HIERARCHIES:
        scores = _scores(rows[known], features, learners._replace(hierarchy=hierarchy))[_GROUP]
        logs = log_softmax(scores / np.float32(fit_temperature(scores, groups[known])))
        losses.append(float(-logs[np.arange(len(logs)), groups[known]].mean()))
    return HIERARCHIES[int(np.argmin(losses))]


def _scores(rows: sp.csr_matrix, features: TextFeatures, learners: _Learners) -> list[np.ndarray]:
    """For each label, z of the formula."""
    single = features.without_pairs(rows)
    answers = []
    for network in learners.networks:
        hidden = np.maximum(single @ network.words + network.bias, 0)
        answers.append(hidden @ network.heads + network.offsets)
    scaled = np.float32(RIDGE_SCALE) * (rows @ learners.ridge)
    joined, first = [], 0
    for size in learners.sizes:
        place = slice(first, first + size)
        by_networks = sum(log_softmax(answer[:, place]) for answer in answers) / np.float32(len(answers))
        joined.append(log_softmax(scaled[:, place]) + by_networks)
        first += size
    by_topic = softmax(joined[_TOPIC]) @ learners.group_of_topic
    joined[_GROUP] += np.float32(learners.hierarchy) * np.log(by_topic + np.float32(1e-4))
    return joined


def _outcome(scores: np.ndarray, labels: np.ndarray, evenness: float) -> _Outcome:
    """Fit on rows kept out of training; what they cannot tell stays as it comes."""
    known = labels >= 0
    if known.sum() < MIN_CALIBRATION_ROWS:
        return _Outcome(1.0, most_probable(scores.shape[1]), UNCHANGED)
    temperature = fit_temperature(scores[known], labels[known])
    probability = softmax(scores[known] / np.float32(temperature))
    rule = fit_rule(probability, evenness)
    named = rule.name(probability)
    told = probability[np.arange(len(named)), named]
    return _Outcome(temperature, rule, fit_curve(told, named == labels[known]))
