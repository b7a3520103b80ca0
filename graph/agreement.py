"""How alike two partitions of the same people are: ARI, NMI and AMI.

Belongs here: agreement of partitions given as labels. Does not belong here: the agreement of engine partitions while
a resolution is chosen (`leiden`, which never leaves the engine).
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln


def contingency(first: Sequence[object] | np.ndarray, second: Sequence[object] | np.ndarray) -> np.ndarray:
    """Number of people by group of the first and group of the second partition.

    Args:
        first: label of each person.
        second: label of each person in the other partition, in the same order.

    Raises:
        ValueError: the lengths differ, or there is nobody.
    """
    rows = np.unique(np.asarray(first, dtype=str), return_inverse=True)[1]
    columns = np.unique(np.asarray(second, dtype=str), return_inverse=True)[1]
    if len(rows) != len(columns) or not len(rows):
        raise ValueError(f"Labels for {len(rows)} and {len(columns)} people; needed are equally many, at least one.")
    table = np.zeros((rows.max() + 1, columns.max() + 1), dtype="int64")
    np.add.at(table, (rows, columns), 1)
    return table


def adjusted_rand(table: np.ndarray) -> float:
    """Adjusted Rand index: 1 = equal, 0 = as equal as chance; two equal trivial partitions give 1.

    Args:
        table: see `contingency`.

    References:
        Hubert & Arabie (1985), Comparing partitions, doi:10.1007/BF01908075.

    Examples:
        >>> round(adjusted_rand(contingency([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2])), 4)
        0.2424
    """
    rows, columns, n = table.sum(axis=1), table.sum(axis=0), int(table.sum())
    together, first, second = _pairs(table), _pairs(rows), _pairs(columns)
    expected = first * second / _pairs(np.array([n])) if n > 1 else 0.0
    highest = (first + second) / 2
    return 1.0 if highest == expected else float((together - expected) / (highest - expected))


def normalised_mutual_information(table: np.ndarray) -> float:
    r"""NMI = I(U;V) / ((H(U) + H(V)) / 2). It is not adjusted for chance and rewards splitting: prefer AMI.

    Args:
        table: see `contingency`.
    """
    mean_entropy = (_entropy(table.sum(axis=1)) + _entropy(table.sum(axis=0))) / 2
    return 1.0 if mean_entropy == 0 else float(_mutual_information(table) / mean_entropy)


def adjusted_mutual_information(table: np.ndarray) -> float:
    r"""AMI = (I − E[I]) / ((H(U) + H(V)) / 2 − E[I]), E over partitions of the same group sizes drawn at random.

    Args:
        table: see `contingency`.

    References:
        Vinh, Epps & Bailey (2010), Information theoretic measures for clusterings comparison, JMLR 11, 2837–2854.

    Examples:
        >>> round(adjusted_mutual_information(contingency([0, 0, 1, 1], [0, 0, 1, 2])), 4)
        0.5714
    """
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    expected = _expected_mutual_information(rows, columns)
    room = (_entropy(rows) + _entropy(columns)) / 2 - expected
    return 1.0 if abs(room) < 1e-12 else float((_mutual_information(table) - expected) / room)


def _pairs(sizes: np.ndarray) -> float:
    return float((sizes * (sizes - 1) / 2).sum())


def _entropy(sizes: np.ndarray) -> float:
    shares = sizes / sizes.sum()
    return float(-(shares * np.log(shares)).sum())


def _mutual_information(table: np.ndarray) -> float:
    n, filled = table.sum(), table > 0
    independent = np.outer(table.sum(axis=1), table.sum(axis=0))[filled] / n
    return float((table[filled] / n * np.log(table[filled] / independent)).sum())


def _expected_mutual_information(rows: np.ndarray, columns: np.ndarray) -> float:
    """Sum over the hypergeometric law of every cell."""
    n, total = int(rows.sum()), 0.0
    for a, b in ((a, b) for a in rows for b in columns):
        cell = np.arange(max(1, a + b - n), min(a, b) + 1)
        log_probability = (
            gammaln(a + 1) + gammaln(b + 1) + gammaln(n - a + 1) + gammaln(n - b + 1) - gammaln(n + 1)
        ) - (gammaln(cell + 1) + gammaln(a - cell + 1) + gammaln(b - cell + 1) + gammaln(n - a - b + cell + 1))
        total += float((cell / n * np.log(n * cell / (a * b)) * np.exp(log_probability)).sum())
    return total
