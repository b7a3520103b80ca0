"""Authority, group and topic of a text, learned from the user's own labels.

The trained counterpart of `nlp.topics`, which needs no training and has its own taxonomy; here the labels are whatever
strings the user's sources use. How the learners' answers are joined and made into probabilities belongs here.

Formula. With networks k = 1..K, ridge scores r, and prior(c) the share of class c among the training rows,
    z(c) = mean_k ln P_k(c) + ln softmax(RIDGE_SCALE r)(c) - PRIOR_SHIFT ln prior(c);
    P(c) = softmax(z / FLATTENING)(c)
(logit adjustment: Menon et al., ICLR 2021: rare classes are named as often as they occur instead of never). A group is
also the sum of its topics: z(group) += ln sum_t P(group | t) P(t), with P(group | t) counted on the training rows.
The probability p told for the named class is calibrated for each label on rows kept out of a first training,
    ln(q / (1 - q)) = a ln p - b ln(1 - p) + c        (beta calibration: Kull, Silva Filho & Flach, AISTATS 2017).
The first training's network is one of the K: its rows differ from those of the others.
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
from nlp.topic_features import TextFeatures
from nlp.topic_learners import SharedNetwork, fit_ridge, softmax

LABELS = ("authority", "group", "topic")
N_NETWORKS = 3
RIDGE_SCALE = 5.0
PRIOR_SHIFT = 0.3
FLATTENING = 2.0
CALIBRATION_SHARE = 0.12
MIN_ROWS = 10
BATCH_TEXTS = 512
FORMAT = 1

_GROUP, _TOPIC = LABELS.index("group"), LABELS.index("topic")


class TopicModelError(ValueError):
    """Labels that cannot be learned from, or a file that is no topic model of this format."""


class _Answers(NamedTuple):
    """What joins the learners: one matrix over features, and the networks' upper layers."""

    matrix: np.ndarray
    networks: list[tuple[np.ndarray, np.ndarray, np.ndarray]]


class _Priors(NamedTuple):
    """Shares counted on the training rows: ln prior of each label's classes, and P(group | topic)."""

    logs: list[np.ndarray]
    group_of_topic: np.ndarray


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
        priors: _Priors,
        answers: _Answers,
        calibration: Sequence[Sequence[float]],
    ) -> None:
        self.features = features
        self.classes = {name: list(found) for name, found in zip(LABELS, classes, strict=True)}
        self._priors = priors
        self._answers = answers
        self.calibration = [tuple(curve) for curve in calibration]
        self.version = self._digest()

    def probabilities(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """For each label P of its classes, not yet calibrated: one row a text, float32, rows summing to 1."""
        parts = []
        for first in range(0, len(texts), BATCH_TEXTS):
            rows = self.features.transform(texts[first : first + BATCH_TEXTS])
            parts.append(_join(rows @ self._answers.matrix, self._answers.networks, self._priors))
        if not parts:
            return {name: np.zeros((0, len(found)), dtype=np.float32) for name, found in self.classes.items()}
        return {name: np.concatenate([part[place] for part in parts]) for place, name in enumerate(LABELS)}

    def predict(self, texts: Sequence[str]) -> pd.DataFrame:
        """The most probable class of each label.

        Returns:
            One row a text, in the order given: authority, group, topic (str), and authority_probability,
            group_probability, topic_probability (float64 in [0, 1], calibrated).
        """
        columns: dict[str, object] = {}
        for (name, probability), curve in zip(self.probabilities(texts).items(), self.calibration, strict=True):
            columns[name] = np.array(self.classes[name], dtype=object)[probability.argmax(axis=1)]
            columns[f"{name}_probability"] = calibrated(probability.max(axis=1), curve)
        return pd.DataFrame(columns)

    def save(self, path: Path) -> None:
        """Write the model as one NumPy archive without pickled objects: loading it runs no code of the file."""
        about = {
            "format": FORMAT,
            "classes": self.classes,
            "calibration": self.calibration,
            "names": self.features.names,
        }
        arrays: dict[str, np.ndarray] = {
            "about": np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), dtype=np.uint8)
        }
        arrays |= {f"weights_{place}": value for place, value in enumerate(self.features.weights)}
        arrays |= {f"prior_{place}": value for place, value in enumerate(self._priors.logs)}
        for place, layers in enumerate(self._answers.networks):
            arrays |= {f"network_{place}_{layer}": value for layer, value in enumerate(layers)}
        arrays |= {"matrix": self._answers.matrix.astype(np.float16), "group_of_topic": self._priors.group_of_topic}
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]  # NumPy types keywords as its own flag

    def _digest(self) -> str:
        digest = hashlib.sha256(json.dumps([self.classes, self.calibration], ensure_ascii=False).encode())
        digest.update(self._answers.matrix.astype(np.float16).tobytes())
        return digest.hexdigest()[:12]


def fit(
    texts: Sequence[str],
    authorities: Sequence[str | None],
    groups: Sequence[str | None],
    topics: Sequence[str | None],
    *,
    seed: int = 0,
) -> TopicModel:
    """Train on labelled texts.

    Args:
        texts: the words.
        authorities: who answers each text; None or empty where unknown.
        groups: its group of topics, likewise.
        topics: its topic, likewise.
        seed: of the networks and of the choice of calibration rows. Same input and seed, same model.

    Raises:
        TopicModelError: columns of different length, or a label with fewer than MIN_ROWS labelled rows or fewer than
            two classes.
    """
    numbers, classes = _encode(texts, (authorities, groups, topics))
    features = TextFeatures()
    rows = features.fit(texts)
    calibration: list[tuple[float, ...]] = [UNCHANGED] * len(LABELS)
    order = np.random.default_rng(seed).permutation(len(texts))
    n_kept = int(len(texts) * CALIBRATION_SHARE)
    networks: list[SharedNetwork] = []
    if n_kept >= MIN_CALIBRATION_ROWS:
        kept, used = order[:n_kept], order[n_kept:]
        inner = [number[used] for number in numbers]
        networks = [_network(rows[used], inner, classes, seed)]
        answers = _answers(rows[used], inner, classes, networks)
        found = _join(rows[kept] @ answers.matrix, answers.networks, _count_priors(inner, classes))
        calibration = [_curve(p, number[kept]) for p, number in zip(found, numbers, strict=True)]
    while len(networks) < N_NETWORKS:
        networks.append(_network(rows, numbers, classes, seed + 1 + len(networks)))
    answers = _answers(rows, numbers, classes, networks)
    return TopicModel(features, classes, _count_priors(numbers, classes), answers, calibration)


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
    n_networks = len([name for name in arrays if name.startswith("network_")]) // 3
    networks = [
        (arrays[f"network_{place}_0"], arrays[f"network_{place}_1"], arrays[f"network_{place}_2"])
        for place in range(n_networks)
    ]
    features = TextFeatures(about["names"], [arrays[f"weights_{place}"] for place in range(len(about["names"]))])
    priors = _Priors([arrays[f"prior_{place}"] for place in range(len(LABELS))], arrays["group_of_topic"])
    answers = _Answers(arrays["matrix"].astype(np.float32), networks)
    return TopicModel(features, [about["classes"][name] for name in LABELS], priors, answers, about["calibration"])


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


def _network(
    rows: sp.csr_matrix, numbers: Sequence[np.ndarray], classes: Sequence[Sequence[str]], seed: int
) -> SharedNetwork:
    return SharedNetwork(rows.shape[1], [len(found) for found in classes], seed).fit(rows, numbers)


def _answers(
    rows: sp.csr_matrix,
    numbers: Sequence[np.ndarray],
    classes: Sequence[Sequence[str]],
    networks: Sequence[SharedNetwork],
) -> _Answers:
    ridges = [fit_ridge(rows, number, len(found)) for number, found in zip(numbers, classes, strict=True)]
    matrix = np.concatenate([*(network.words for network in networks), *ridges], axis=1)
    # kept as it will be saved, so that a loaded model answers to the bit like the one just trained
    matrix = matrix.astype(np.float16).astype(np.float32)
    return _Answers(matrix, [(network.bias, network.heads, network.offsets) for network in networks])


def _join(scores: np.ndarray, networks: Sequence[tuple[np.ndarray, ...]], priors: _Priors) -> list[np.ndarray]:
    """P of the formula, for each label."""
    heads = []
    first = 0
    for bias, weights, offsets in networks:
        hidden = np.maximum(scores[:, first : first + len(bias)] + bias, 0)
        heads.append(hidden @ weights + offsets)
        first += len(bias)
    joined, start = [], 0
    for prior in priors.logs:
        end = start + len(prior)
        z = _log_softmax(np.float32(RIDGE_SCALE) * scores[:, first + start : first + end])
        z += sum(_log_softmax(head[:, start:end]) for head in heads) / np.float32(len(heads))
        joined.append(z - np.float32(PRIOR_SHIFT) * prior)
        start = end
    flat = np.float32(FLATTENING)
    by_topic = softmax(joined[_TOPIC] / flat) @ priors.group_of_topic
    joined[_GROUP] += flat * np.log(by_topic + np.float32(1e-4))
    return [softmax(z / flat) for z in joined]


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _count_priors(numbers: Sequence[np.ndarray], classes: Sequence[Sequence[str]]) -> _Priors:
    """Shares among the labelled rows; one row is added to every class."""
    logs = []
    for number, found in zip(numbers, classes, strict=True):
        counts = np.bincount(number[number >= 0], minlength=len(found)) + 1.0
        logs.append(np.log(counts / counts.sum()).astype(np.float32))
    # a topic never seen with a group says nothing about groups
    together = np.full((len(classes[_TOPIC]), len(classes[_GROUP])), 1e-3)
    known = (numbers[_GROUP] >= 0) & (numbers[_TOPIC] >= 0)
    np.add.at(together, (numbers[_TOPIC][known], numbers[_GROUP][known]), 1)
    return _Priors(logs, (together / together.sum(axis=1, keepdims=True)).astype(np.float32))


def _curve(probabilities: np.ndarray, labels: np.ndarray) -> tuple[float, ...]:
    known = labels >= 0
    return fit_curve(probabilities[known].max(axis=1), (probabilities.argmax(axis=1) == labels)[known])
