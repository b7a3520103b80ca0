"""Two learners over sparse rows for several labels at once: weighted ridge regression, and a small shared network.

Only the mathematics: labels are numbers here, -1 where a row has none. How their answers are joined and calibrated
belongs to `nlp.topic_model`. Nothing but NumPy and SciPy is needed; both learners are seeded or closed.
"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

# Chosen on held-out parts of training data; docs/decisions/0011-topic-models.md holds the comparison.
RIDGE_PENALTY = 1.0
RIDGE_ROUNDS = 15
# Weight of a row is (size of its class)^-BALANCE: 0 is plain least squares, 1 gives every class the same say.
BALANCE = 0.75
HIDDEN, BATCH, EPOCHS, MIN_STEPS = 256, 128, 8, 200
WORD_RATE, HEAD_RATE = 0.12, 0.003
WORD_DROPOUT, HIDDEN_DROPOUT = 0.5, 0.3


def fit_ridge(rows: sp.csr_matrix, labels: np.ndarray, n_classes: int) -> np.ndarray:
    """Weighted ridge regression on ±1 targets, all classes at once, by conjugate gradients.

    Minimises sum_i w_i (x_i B - y_i)^2 + RIDGE_PENALTY |B|^2 (least-squares classification: Rifkin, Yeo & Poggio 2003).

    Args:
        rows: float32, one a text.
        labels: class of each row, -1 for none.
        n_classes: number of classes.

    Returns:
        B, float32, columns of `rows` x classes; rows @ B are scores.
    """
    known = labels >= 0
    x, y = rows[known], labels[known]
    sizes = np.bincount(y, minlength=n_classes)
    weight = sizes[y].astype(np.float64) ** -BALANCE
    weighted = sp.diags((weight / weight.mean()).astype(np.float32)) @ x
    transposed = weighted.T.tocsr().astype(np.float32)
    target = np.full((len(y), n_classes), -1, dtype=np.float32)
    target[np.arange(len(y)), y] = 1
    solution = np.zeros((x.shape[1], n_classes), dtype=np.float32)
    residual = transposed @ target
    direction = residual.copy()
    size = (residual**2).sum(axis=0)
    for _ in range(RIDGE_ROUNDS):
        image = transposed @ (x @ direction) + np.float32(RIDGE_PENALTY) * direction
        step = size / ((direction * image).sum(axis=0) + 1e-12)
        solution += step * direction
        residual -= step * image
        new_size = (residual**2).sum(axis=0)
        direction = residual + (new_size / (size + 1e-12)) * direction
        size = new_size
    return solution


class SharedNetwork:
    """One hidden layer of rectified units shared by several softmax heads.

    The heads teach one another: rows of a rare topic shape units that its group also uses. Whole words are dropped at
    random while training (Iyyer et al., ACL 2015); rows of the first layer have an AdaGrad rate each (Duchi, Hazan &
    Singer 2011), the heads Adam (Kingma & Ba 2015); rates fall to zero linearly.

    Attributes:
        words: first layer, features x HIDDEN. bias: of the hidden units. heads: HIDDEN x all classes, side by side.
        offsets: of all classes. bounds: where each label's classes begin and end.
    """

    def __init__(self, n_features: int, class_counts: Sequence[int], seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self.bounds = np.concatenate([[0], np.cumsum(class_counts)])
        self.words = self._random.standard_normal((n_features, HIDDEN), dtype=np.float32) * np.float32(0.1)
        self.bias = np.zeros(HIDDEN, dtype=np.float32)
        n_classes = int(self.bounds[-1])
        self.heads = self._random.standard_normal((HIDDEN, n_classes), dtype=np.float32) / np.float32(HIDDEN**0.5)
        self.offsets = np.zeros(n_classes, dtype=np.float32)

    def fit(self, rows: sp.csr_matrix, labels: Sequence[np.ndarray]) -> "SharedNetwork":
        """Train on rows and, for each head, the class of each row (-1 for none)."""
        n_rows = rows.shape[0]
        n_batches = -(-n_rows // BATCH)
        n_epochs = max(EPOCHS, -(-MIN_STEPS // n_batches))
        squares = np.full(rows.shape[1], 1e-6, dtype=np.float32)
        adam = _Adam([self.bias, self.heads, self.offsets])
        step, n_steps = 0, n_epochs * n_batches
        for _ in range(n_epochs):
            order = self._random.permutation(n_rows)
            for first in range(0, n_rows, BATCH):
                chosen = order[first : first + BATCH]
                rate = 1 - step / n_steps
                step += 1
                self._step(rows[chosen], [label[chosen] for label in labels], squares, adam, rate)
        return self

    def _step(
        self, x: sp.csr_matrix, labels: list[np.ndarray], squares: np.ndarray, adam: "_Adam", rate: float
    ) -> None:
        used, x = _dropped(x, self._random)
        # a copy of the rows in use: read once and written once, where the whole layer is out of the processor's cache
        words = self.words[used]
        hidden = np.maximum(x @ words + self.bias, 0)
        mask = _dropout(self._random, hidden.shape, HIDDEN_DROPOUT)
        dropped = hidden * mask
        error = self._error(dropped @ self.heads + self.offsets, labels)
        back = (error @ self.heads.T) * mask * (hidden > 0)
        gradient = x.T.tocsr() @ back
        squares[used] += np.einsum("ij,ij->i", gradient, gradient) / np.float32(HIDDEN)
        gradient *= (np.float32(WORD_RATE * rate) / np.sqrt(squares[used]))[:, None]
        self.words[used] = np.subtract(words, gradient, out=words)
        adam.step([back.sum(axis=0), dropped.T @ error, error.sum(axis=0)], HEAD_RATE * rate)

    def _error(self, scores: np.ndarray, labels: list[np.ndarray]) -> np.ndarray:
        """Gradient of the mean cross-entropy in the scores."""
        error = np.zeros_like(scores)
        for first, last, label in zip(self.bounds, self.bounds[1:], labels, strict=False):
            known = np.flatnonzero(label >= 0)
            part = softmax(scores[known, first:last])
            part[np.arange(len(known)), label[known]] -= 1
            error[known, first:last] = part / np.float32(len(label))
        return error


class _Adam:
    def __init__(self, parameters: list[np.ndarray]) -> None:
        self._parameters = parameters
        self._means = [np.zeros_like(parameter) for parameter in parameters]
        self._squares = [np.zeros_like(parameter) for parameter in parameters]
        self._n_steps = 0

    def step(self, gradients: list[np.ndarray], rate: float) -> None:
        self._n_steps += 1
        mean_scale, square_scale = 1 - 0.9**self._n_steps, 1 - 0.999**self._n_steps
        for parameter, mean, square, gradient in zip(
            self._parameters, self._means, self._squares, gradients, strict=True
        ):
            mean += np.float32(0.1) * (gradient - mean)
            square += np.float32(0.001) * (gradient**2 - square)
            parameter -= np.float32(rate / mean_scale) * mean / (np.sqrt(square / np.float32(square_scale)) + 1e-8)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Rows of scores as rows of probabilities."""
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return shares


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """Rows of scores as rows of log-probabilities."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_shares: np.ndarray = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return log_shares


def half(weights: np.ndarray) -> np.ndarray:
    """Weights as they will be saved, in 16 bits, as float32."""
    return weights.astype(np.float16).astype(np.float32)


def _dropped(x: sp.csr_matrix, random: np.random.Generator) -> tuple[np.ndarray, sp.csr_matrix]:
    """Columns in use after dropout, and the rows over these columns alone: what was dropped costs nothing further."""
    is_kept = random.random(x.data.shape, dtype=np.float32) >= WORD_DROPOUT
    ends = np.concatenate([[0], np.cumsum(is_kept)])[x.indptr]
    columns = x.indices[is_kept]
    used = np.flatnonzero(np.bincount(columns, minlength=x.shape[1]))
    place = np.zeros(x.shape[1], dtype=np.int32)
    place[used] = np.arange(len(used), dtype=np.int32)
    data = x.data[is_kept] * np.float32(1 / (1 - WORD_DROPOUT))
    return used, sp.csr_matrix((data, place[columns], ends.astype(np.int32)), shape=(x.shape[0], len(used)))


def _dropout(random: np.random.Generator, shape: tuple[int, ...], share: float) -> np.ndarray:
    return (random.random(shape, dtype=np.float32) >= share) * np.float32(1 / (1 - share))
