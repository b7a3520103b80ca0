"""Which weight the sentence encoder gets, and below which probability it is asked: chosen on invented texts alone.

`python -m lab.intent_choice` prints, for each pair, accuracy and log-loss on texts of authors whom neither the weights
of words nor those of the encoder had read. Authors are dealt into folds; the first one, whose texts the rules were
written beside, only teaches. What is chosen stands in `nlp.sense`; people's labels score it and choose nothing.
"""

import sys

import numpy as np

from nlp.intent_training import composed_texts, evidence_of, incidence, learned_sense, learned_weights
from nlp.lexicon import INTENTS

FOLDS = 5
SEED = 0
UNSURE = (0.7, 0.8, 0.9, 1.01)
WEIGHTS = (0.0, 0.3, 0.5, 0.7, 1.0, 1.4)


def choices() -> list[tuple[float, float, float, float, float]]:
    """For each pair: below which probability, weight, share of texts asked of, accuracy, mean log-loss.

    Raises:
        RuntimeError: the encoder is not installed.
    """
    texts = composed_texts()
    intents = [example.intent for example in texts]
    seen = evidence_of([example.text for example in texts])
    if seen.vectors is None:
        raise RuntimeError("The encoder is not installed: pip install 'otklik[semantic]'.")
    authors = list(dict.fromkeys(example.author for example in texts))[1:]
    np.random.default_rng(SEED).shuffle(authors)
    fold_of = {author: number % FOLDS for number, author in enumerate(authors)}
    folds = np.array([fold_of.get(example.author, -1) for example in texts])
    by_rules, by_sense = np.zeros(seen.rules.shape), np.zeros(seen.rules.shape)
    for fold in range(FOLDS):
        taught, asked = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        words = learned_weights(seen.of(taught), [intents[row] for row in taught])
        known = incidence(seen.of(asked).lemmas, list(words))
        by_rules[asked] = seen.rules[asked] + known @ np.array(list(words.values()))
        sense = learned_sense(seen.vectors[taught], [intents[row] for row in taught])
        by_sense[asked] = _logs(seen.vectors[asked] @ sense[:-1] + sense[-1])
    rows = np.flatnonzero(folds >= 0)
    true = np.array([INTENTS.index(intents[row]) for row in rows])
    return [_scored(by_rules[rows], by_sense[rows], true, *pair) for pair in _pairs()]


def _pairs() -> list[tuple[float, float]]:
    return [(unsure, weight) for unsure in UNSURE for weight in WEIGHTS]


def _scored(
    by_rules: np.ndarray, by_sense: np.ndarray, true: np.ndarray, unsure: float, weight: float
) -> tuple[float, float, float, float, float]:
    is_asked = np.exp(_logs(by_rules)).max(axis=1) < unsure
    logs = _logs(by_rules + weight * by_sense * is_asked[:, None])
    accuracy = float((logs.argmax(axis=1) == true).mean())
    return unsure, weight, float(is_asked.mean()), accuracy, float(-logs[np.arange(len(true)), true].mean())


def _logs(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


if __name__ == "__main__":
    sys.stdout.write("unsure\tweight\tasked\taccuracy\tlog-loss\n")
    for found in choices():
        sys.stdout.write("\t".join(f"{value:.3f}" for value in found) + "\n")
