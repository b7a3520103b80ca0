"""Training of the word weights of `nlp.intent` on invented texts: `make models` → `lexicons/intent_words.csv`.

The texts are rows of `lexicons/intent_examples.csv`, written for this purpose; no real person's words are among them.
How texts are composed and the weights fitted belongs here; their use belongs to `nlp.intent`.

Formula. With r(x) the score of a text by the rules, L(x) its lemmas and W the weights,
    minimise  - sum over texts of ln softmax(r(x) + sum over L(x) of W)(intent) + PENALTY / 2 |W|^2
(multinomial logistic regression with the rules as offset), so that a word gets only what the rules leave unexplained.
"""

import csv
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize

from nlp.intent import IntentClassifier, intent_words
from nlp.lemmas import word_table
from nlp.lexicon import INTENTS, LEXICON_FILES, LEXICON_FOLDER, LexiconError, read_lexicon
from nlp.pipeline import DEFAULT_TEMPERATURE, shared_pipeline

# Of 5, 15 and 40, and of seven feature sets, judged on texts labelled for the purpose: docs/text.md.
PENALTY = 15.0
MIN_TEXTS = 2
DECIMALS = 2
SEED = 0
CONTEXT = "context"
GREETINGS = ("Здравствуйте!", "Добрый день.", "Добрый вечер!", "Здравствуйте,", "")
CLOSINGS = ("Спасибо.", "Заранее спасибо за ответ!", "Пожалуйста, помогите.", "Благодарю.", "Жду ответа.", "")


def composed_texts() -> list[tuple[str, str]]:
    """Pairs (text, intent): every example alone, and as people send them, with greetings, circumstances, a second one.

    Raises:
        LexiconError: an example has an unknown intent.
    """
    examples: dict[str, list[str]] = {name: [] for name in (*INTENTS, CONTEXT)}
    for row in read_lexicon("intent_examples.csv"):
        if row["intent"] not in examples:
            raise LexiconError(f"intent_examples.csv holds {row['intent']!r}; accepted: {', '.join(examples)}")
        examples[row["intent"]].append(row["text"])
    random = np.random.default_rng(SEED)
    composed = []
    for intent in INTENTS:
        for text in examples[intent]:
            variants = [text]
            if intent in ("complaint", "question"):
                context = random.choice(examples[CONTEXT])
                variants += [
                    f"{random.choice(GREETINGS)} {_ended(text)} {random.choice(CLOSINGS)}".strip(),
                    f"{random.choice(GREETINGS)} {_ended(context)} {_ended(text)}".strip(),
                ]
            if intent in ("complaint", "question", "other"):
                variants.append(f"{_ended(text)} {random.choice(examples[intent])}")
            composed += [(variant, intent) for variant in variants]
    return composed


def learned_weights() -> dict[str, tuple[float, ...]]:
    """Weights of every word, one for each of INTENTS; words without any weight are left out."""
    texts = composed_texts()
    offsets, lemmas = _evidence([text for text, _ in texts])
    counts = Counter(lemma for found in lemmas for lemma in found)
    words = sorted(word for word, count in counts.items() if count >= MIN_TEXTS)
    place = {word: index for index, word in enumerate(words)}
    rows = [[place[lemma] for lemma in sorted(found) if lemma in place] for found in lemmas]
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.array([column for row in rows for column in row])
    matrix = sp.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), len(words)))
    fitted = _fit(matrix, offsets, np.array([INTENTS.index(intent) for _, intent in texts]))
    rounded = np.round(fitted, DECIMALS) + 0.0
    return {word: tuple(weights.tolist()) for word, weights in zip(words, rounded, strict=True) if weights.any()}


def write_weights(path: Path) -> None:
    """Learn the weights and write them as `intent_words.csv`."""
    weights_of = learned_weights()  # before the file is opened: the pipeline reads the present one
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(LEXICON_FILES["intent_words.csv"])
        for word, weights in weights_of.items():
            writer.writerow((word, *(f"{weight:g}" for weight in weights)))


def _ended(text: str) -> str:
    return text if text[-1] in ".!?…" else f"{text}."


def _evidence(texts: list[str]) -> tuple[np.ndarray, list[set[str]]]:
    """Score by the rules alone, and lemmas, of each text."""
    nlp = shared_pipeline()
    rules = IntentClassifier(DEFAULT_TEMPERATURE)
    offsets, lemmas = [], []
    for text in texts:
        doc = nlp(text)
        words = word_table().of(doc)
        offsets.append(rules.score(rules.evidence(words)))
        lemmas.append(intent_words(words, has_topic=doc._.topic_probability > 0))
    return np.array(offsets), lemmas


def _fit(matrix: sp.csr_matrix, offsets: np.ndarray, intents: np.ndarray) -> np.ndarray:
    shape = (matrix.shape[1], len(INTENTS))
    texts = np.arange(len(intents))

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(shape)
        scores = offsets + matrix @ weights
        scores -= scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        error = np.exp(logs)
        error[texts, intents] -= 1
        total = -logs[texts, intents].sum() + PENALTY / 2 * (weights**2).sum()
        return float(total), (matrix.T @ error + PENALTY * weights).ravel()

    fitted = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"gtol": 1e-6})
    return np.asarray(fitted.x).reshape(shape)


if __name__ == "__main__":
    write_weights(Path(sys.argv[1]) if len(sys.argv) > 1 else LEXICON_FOLDER / "intent_words.csv")
