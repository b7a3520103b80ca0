"""Training of the weights that `nlp.intent` and `nlp.sense` add, on invented texts: `make models` → `lexicons/`.

The texts are rows of `lexicons/intent_examples.csv`, written for this purpose; no real person's words are among them.
Each has an author: a person imagined with a situation and a manner, whose texts stand on one side of any comparison.
How texts are composed and the weights fitted belongs here; their use belongs to `nlp.intent` and `nlp.sense`.

Formula. With r(x) the score of a text by the rules, F(x) its features and W their weights,
    minimise  - sum over texts of say(x) ln softmax(r(x) + F(x) W)(intent) + penalty / 2 |W|^2
(multinomial logistic regression). For words F(x) are the lemmas, r(x) the offset and say(x) = 1, so that a word gets
only what the rules leave unexplained. For the sense F(x) is the encoder's vector and a one, r(x) = 0 and say(x) alike
for each intent in sum: it is a second opinion.
"""

import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize

from nlp.intent import IntentClassifier, intent_words
from nlp.lemmas import word_table
from nlp.lexicon import INTENTS, LEXICON_FILES, LEXICON_FOLDER, LexiconError, read_lexicon
from nlp.pipeline import DEFAULT_TEMPERATURE, shared_pipeline
from nlp.sense import BIAS, encoder

# Of 5, 15 and 40, and of seven feature sets, judged on texts labelled for the purpose: docs/text.md.
PENALTY = 15.0
SENSE_PENALTY = 1.0
MIN_TEXTS = 2
DECIMALS, SENSE_DECIMALS = 2, 3
SEED = 0
CONTEXT = "context"
GREETINGS = ("Здравствуйте!", "Добрый день.", "Добрый вечер!", "Здравствуйте,", "")
CLOSINGS = ("Спасибо.", "Заранее спасибо за ответ!", "Пожалуйста, помогите.", "Благодарю.", "Жду ответа.", "")


class Example(NamedTuple):
    """An invented text, its intent, and who is imagined to have written it."""

    author: str
    intent: str
    text: str


def examples() -> list[Example]:
    """The rows of `intent_examples.csv`; circumstances of life have the intent CONTEXT.

    Raises:
        LexiconError: an example has an unknown intent.
    """
    found = [Example(**row) for row in read_lexicon("intent_examples.csv")]
    for example in found:
        if example.intent not in (*INTENTS, CONTEXT):
            accepted = ", ".join((*INTENTS, CONTEXT))
            raise LexiconError(f"intent_examples.csv holds {example.intent!r}; accepted: {accepted}")
    return found


def composed_texts() -> list[Example]:
    """Every example alone, and as people send them: with greetings, circumstances, a second one of the same author."""
    given = examples()
    contexts = [example.text for example in given if example.intent == CONTEXT]
    of_author: dict[tuple[str, str], list[str]] = {}
    for author, intent, text in given:
        of_author.setdefault((author, intent), []).append(text)
    random = np.random.default_rng(SEED)
    composed = []
    for author, intent, text in given:
        if intent == CONTEXT:
            continue
        variants = [text]
        if intent in ("complaint", "question"):
            variants += [
                f"{random.choice(GREETINGS)} {_ended(text)} {random.choice(CLOSINGS)}".strip(),
                f"{random.choice(GREETINGS)} {_ended(random.choice(contexts))} {_ended(text)}".strip(),
            ]
        if intent in ("complaint", "question", "other"):
            variants.append(f"{_ended(text)} {random.choice(of_author[author, intent])}")
        composed += [Example(author, intent, variant) for variant in variants]
    return composed


class Evidence(NamedTuple):
    """What both learners see of texts, row by row.

    Attributes:
        rules: score by the rules alone, texts x intents. lemmas: what the weights of words see of each text.
        vectors: the encoder's, texts x numbers; None where it is not installed.
    """

    rules: np.ndarray
    lemmas: list[set[str]]
    vectors: np.ndarray | None

    def of(self, rows: np.ndarray) -> "Evidence":
        """The evidence of some of the texts, by their numbers."""
        vectors = None if self.vectors is None else self.vectors[rows]
        return Evidence(self.rules[rows], [self.lemmas[row] for row in rows], vectors)


def evidence_of(texts: Sequence[str]) -> Evidence:
    """Read texts once, for any number of trainings."""
    nlp = shared_pipeline()
    rules = IntentClassifier(DEFAULT_TEMPERATURE)
    scores, lemmas = [], []
    for text in texts:
        doc = nlp(text)
        words = word_table().of(doc)
        scores.append(rules.score(rules.evidence(words)))
        lemmas.append(intent_words(words, has_topic=doc._.topic_probability > 0))
    reader = encoder()
    vectors = None if reader is None else reader.vectors(texts).astype(np.float64)
    return Evidence(np.array(scores), lemmas, vectors)


def learned_weights(seen: Evidence, intents: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """Weights of every word, one for each of INTENTS; words without any weight are left out."""
    counts = Counter(lemma for found in seen.lemmas for lemma in found)
    words = sorted(word for word, count in counts.items() if count >= MIN_TEXTS)
    fitted = _fit(incidence(seen.lemmas, words), seen.rules, intents, PENALTY)
    rounded = np.round(fitted, DECIMALS) + 0.0
    return {word: tuple(weights.tolist()) for word, weights in zip(words, rounded, strict=True) if weights.any()}


def learned_sense(vectors: np.ndarray, intents: Sequence[str]) -> np.ndarray:
    """Weights of every number of a vector and, in the last row, of none: columns in the order of INTENTS."""
    features = np.hstack([vectors, np.ones((len(vectors), 1))])
    counts = Counter(intents)
    # each intent has the same say: how frequent it is, the rules know, and would be counted twice
    say = np.array([len(intents) / len(counts) / counts[intent] for intent in intents])
    fitted = _fit(features, np.zeros((len(vectors), len(INTENTS))), intents, SENSE_PENALTY, say)
    return np.asarray(np.round(fitted, SENSE_DECIMALS) + 0.0)


def write_weights(folder: Path) -> None:
    """Learn both and write them as `intent_words.csv` and `intent_sense.csv`; without an encoder the second stays."""
    texts = composed_texts()
    intents = [example.intent for example in texts]
    # before a file is opened: the pipeline reads the present ones
    seen = evidence_of([example.text for example in texts])
    _write(folder / "intent_words.csv", learned_weights(seen, intents).items())
    if seen.vectors is not None:
        sense = learned_sense(seen.vectors, intents)
        _write(folder / "intent_sense.csv", zip([*map(str, range(len(sense) - 1)), BIAS], sense.tolist(), strict=True))


def _write(path: Path, weights_of: Iterable[tuple[str, Sequence[float]]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(LEXICON_FILES[path.name])
        for name, weights in weights_of:
            writer.writerow((name, *(f"{weight:g}" for weight in weights)))


def _ended(text: str) -> str:
    return text if text[-1] in ".!?…" else f"{text}."


def incidence(lemmas: Sequence[set[str]], words: Sequence[str]) -> sp.csr_matrix:
    """Which of the words are in which text, 0 or 1: texts x words."""
    place = {word: index for index, word in enumerate(words)}
    rows = [[place[lemma] for lemma in sorted(found) if lemma in place] for found in lemmas]
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.array([column for row in rows for column in row], dtype=np.int64)
    return sp.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), len(words)))


def _fit(
    features: sp.csr_matrix | np.ndarray,
    offsets: np.ndarray,
    intents: Sequence[str],
    penalty: float,
    say: np.ndarray | float = 1.0,
) -> np.ndarray:
    shape = (features.shape[1], len(INTENTS))
    texts = np.arange(len(intents))
    true = np.array([INTENTS.index(intent) for intent in intents])
    say = np.broadcast_to(say, texts.shape)

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(shape)
        scores = offsets + features @ weights
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        error = np.exp(logs)
        error[texts, true] -= 1
        error *= say[:, None]
        total = -(say * logs[texts, true]).sum() + penalty / 2 * (weights**2).sum()
        return float(total), (features.T @ error + penalty * weights).ravel()

    fitted = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"gtol": 1e-6})
    return np.asarray(fitted.x).reshape(shape)


if __name__ == "__main__":
    write_weights(Path(sys.argv[1]) if len(sys.argv) > 1 else LEXICON_FOLDER)
