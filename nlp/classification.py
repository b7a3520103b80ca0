"""Scores of named classes: accuracy, F1 and calibration of labels against their truth.

Scores alone: their intervals, and which rows are scored, belong to whoever evaluates.
"""

from collections.abc import Sequence

import numpy as np


def expected_calibration_error(probability: np.ndarray, is_right: np.ndarray, n_bins: int = 10) -> float:
    """ECE = sum over bins of |B|/n |accuracy - mean probability| (definition 25), bins of equal width."""
    bins = np.minimum((probability * n_bins).astype(int), n_bins - 1)
    gaps = np.bincount(bins, weights=is_right - probability, minlength=n_bins)
    return float(np.abs(gaps).sum() / len(probability))


class Classification:
    """True and named classes of the rows of a truth file, and scores on any choice of rows.

    Precision, recall and F1 of a class without a denominator are 0. Averages go over the classes that occur, as truth
    or as answer, among the rows chosen; `accuracy` and both averages are in [0, 1].

    Args:
        truth: true class of each row.
        named: class named for each row.
    """

    def __init__(self, truth: Sequence[str], named: Sequence[str]) -> None:
        self.classes = sorted({*truth, *named})
        place = {name: index for index, name in enumerate(self.classes)}
        self._truth = np.array([place[name] for name in truth], dtype=np.int64)
        self._named = np.array([place[name] for name in named], dtype=np.int64)
        self.n_rows = len(self._truth)

    def accuracy(self, rows: np.ndarray | None = None) -> float:
        """Share of rows named rightly."""
        truth, named = self._rows(rows)
        return float((truth == named).mean())

    def f1_macro(self, rows: np.ndarray | None = None, classes: Sequence[str] | None = None) -> float:
        """Mean F1 of the classes that occur, or of those given."""
        _, _, f1, support, n_named = self._by_class(rows)
        if classes is None:
            return float(f1[(support + n_named) > 0].mean())
        return float(f1[[self.classes.index(name) for name in classes if name in self.classes]].mean())

    def f1_weighted(self, rows: np.ndarray | None = None) -> float:
        """Mean F1 weighted by the true size of each class."""
        _, _, f1, support, _ = self._by_class(rows)
        return float((f1 * support).sum() / support.sum())

    def support(self) -> np.ndarray:
        """True rows of each class, in the order of `classes`."""
        return np.bincount(self._truth, minlength=len(self.classes))

    def of_class(self, name: str, rows: np.ndarray | None = None) -> dict[str, float]:
        """precision, recall and f1 of one class."""
        place = self.classes.index(name)
        precision, recall, f1, _, _ = self._by_class(rows)
        return {"precision": float(precision[place]), "recall": float(recall[place]), "f1": float(f1[place])}

    def _rows(self, rows: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        return (self._truth, self._named) if rows is None else (self._truth[rows], self._named[rows])

    def _by_class(self, rows: np.ndarray | None) -> tuple[np.ndarray, ...]:
        truth, named = self._rows(rows)
        n = len(self.classes)
        hits = np.bincount(truth[truth == named], minlength=n)
        support, n_named = np.bincount(truth, minlength=n), np.bincount(named, minlength=n)
        precision = hits / np.maximum(n_named, 1)
        recall = hits / np.maximum(support, 1)
        f1 = 2 * hits / np.maximum(n_named + support, 1)
        return precision, recall, f1, support, n_named
