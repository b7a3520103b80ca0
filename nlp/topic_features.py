"""Texts as sparse rows of weighted lemmas, character quadrigrams and pairs of lemmas.

What a learner sees of a text belongs here; the learners belong to `nlp.topic_learners`. Three blocks, each with
    weight = (1 + ln count) * (1 + ln((1 + n) / (1 + document frequency))),
scaled to length 1, and scaled to length 1 together. The parts of a word are looked up
once a distinct word, and counts of texts are a product of two sparse matrices: (texts x words) (words x parts).
"""

import itertools
import re
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import scipy.sparse as sp

from nlp.lemmas import fold, morphology

BLOCKS = ("lemma", "gram", "pair")
GRAM_CHARS = 4
MIN_TEXTS = 3
# A text is read up to here: labels are carried by its beginning, and prediction stays linear in the number of texts.
MAX_CHARS = 2_000
MAX_CACHED_WORDS = 400_000

_TOKEN = re.compile(r"[а-яa-z]+|\d+|[?!]+|[()]+|[\u2600-\u27bf\U0001f300-\U0001faff]")
_MARKUP = re.compile(r"<br\s*/?>|&\w+;")


class TextFeatures:
    """Turns texts into rows; learns which features exist, and their weights, from the texts given to `fit`.

    Attributes:
        names: for each block, its features in the order of their columns.
        weights: for each block, the inverse document frequency of each feature, float32.
    """

    def __init__(self, names: Sequence[Sequence[str]] = (), weights: Sequence[np.ndarray] = ()) -> None:
        self.names = [list(block) for block in names]
        self.weights = list(weights)
        self._ids = [{name: place for place, name in enumerate(block)} for block in self.names]
        self._lemmas: dict[str, str] = {}

    @property
    def n_columns(self) -> int:
        """Columns of a row."""
        return sum(len(block) for block in self.names)

    def fit(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Learn the features of `texts` and return their rows, float32, one a text."""
        self._ids = [{} for _ in BLOCKS]
        counts = self._counts(texts, grow=True)
        self.names, self.weights, kept = [], [], []
        for ids, block in zip(self._ids, counts, strict=True):
            n_texts = np.bincount(block.indices, minlength=block.shape[1])
            columns = np.flatnonzero(n_texts >= min(MIN_TEXTS, max(1, len(texts) // 50)))
            names = list(ids)
            self.names.append([names[column] for column in columns])
            self.weights.append((1 + np.log((1 + len(texts)) / (1 + n_texts[columns]))).astype(np.float32))
            kept.append(block[:, columns].tocsr())
        self._ids = [{name: place for place, name in enumerate(block)} for block in self.names]
        return self._weigh(kept)

    def transform(self, texts: Sequence[str]) -> sp.csr_matrix:
        """Rows of texts, float32, one a text; features not learned are left out."""
        return self._weigh(self._counts(texts, grow=False))

    def without_pairs(self, rows: sp.csr_matrix) -> sp.csr_matrix:
        """Rows of `fit` or `transform` without the pairs of lemmas, of length 1 again."""
        return _unit_length(rows[:, : len(self.names[0]) + len(self.names[1])])

    def _counts(self, texts: Sequence[str], *, grow: bool) -> list[sp.csr_matrix]:
        rows = [_TOKEN.findall(_MARKUP.sub(" ", fold(text[:MAX_CHARS]))) for text in texts]
        words = list(dict.fromkeys(word for row in rows for word in row))
        place = {word: index for index, word in enumerate(words)}
        by_word = _incidence(([place[word] for word in row] for row in rows), len(words))
        if len(self._lemmas) > MAX_CACHED_WORDS:
            self._lemmas.clear()
        lemmas = {word: self._lemma(word) for word in words}
        pairs = (_pairs([lemmas[word] for word in row]) for row in rows)
        blocks = [
            by_word @ self._parts(words, lambda word: (lemmas[word],), 0, grow=grow),
            by_word @ self._parts(words, _grams, 1, grow=grow),
        ]
        found = [_look_up(pair, self._ids[2], grow=grow) for pair in pairs]
        return [*blocks, _incidence(found, len(self._ids[2]))]

    def _parts(
        self, words: Sequence[str], split: Callable[[str], Iterable[str]], block: int, *, grow: bool
    ) -> sp.csr_matrix:
        ids = self._ids[block]
        found = [_look_up(split(word), ids, grow=grow) for word in words]
        return _incidence(found, len(ids))

    def _lemma(self, word: str) -> str:
        lemma = self._lemmas.get(word)
        if lemma is None:
            lemma = fold(morphology().parse(word)[0].normal_form) if "а" <= word[0] <= "я" else word
            self._lemmas[word] = lemma
        return lemma

    def _weigh(self, blocks: Sequence[sp.csr_matrix]) -> sp.csr_matrix:
        weighed = []
        for block, weights in zip(blocks, self.weights, strict=True):
            block.data = (1 + np.log(block.data)) * weights[block.indices]
            weighed.append(_unit_length(block))
        return _unit_length(sp.hstack(weighed).tocsr()).astype(np.float32)


def _grams(word: str) -> list[str]:
    padded = f" {word} "
    return [padded[place : place + GRAM_CHARS] for place in range(len(padded) - GRAM_CHARS + 1)]


def _pairs(lemmas: Sequence[str]) -> list[str]:
    return [f"{left} {right}" for left, right in itertools.pairwise(lemmas)]


def _look_up(names: Iterable[str], ids: dict[str, int], *, grow: bool) -> list[int]:
    if grow:
        return [ids.setdefault(name, len(ids)) for name in names]
    return [ids[name] for name in names if name in ids]


def _incidence(rows: Iterable[Sequence[int]], n_columns: int) -> sp.csr_matrix:
    columns: list[int] = []
    ends = [0]
    for row in rows:
        columns += row
        ends.append(len(columns))
    matrix = sp.csr_matrix(
        (np.ones(len(columns), dtype=np.float32), np.array(columns, dtype=np.int32), np.array(ends, dtype=np.int64)),
        shape=(len(ends) - 1, n_columns),
    )
    matrix.sum_duplicates()
    return matrix


def _unit_length(matrix: sp.csr_matrix) -> sp.csr_matrix:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    # of no weights at all NumPy makes integers
    squares = np.bincount(rows, weights=matrix.data**2, minlength=matrix.shape[0]).astype(np.float64)
    scale = np.divide(1.0, np.sqrt(squares), out=np.zeros_like(squares), where=squares > 0)
    matrix.data = matrix.data * scale.astype(np.float32)[rows]
    return matrix
