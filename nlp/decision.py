"""Which class to name, given the probabilities of all: the rule under which F1 is expected to be largest.

Naming the most probable class maximises accuracy and leaves rare classes unnamed. F1 counts a class by its members and
by how often it is named, so a class named too seldom is worth naming at a lower probability.

Formula (Narasimhan, Ramaswamy, Saha & Agarwal, ICML 2015). With P(i, c) the probability of class c for row i of a
sample, n(c) = sum_i P(i, c) its expected members, named(c) the rows it is named for, and F(c) its expected F1,
    name argmax_c w(c) (P(c) - F(c) / 2),    w(c) = share(c) / (n(c) + named(c)),
    share(c) = (1 - evenness) n(c) / sum of n + evenness / number of classes;
naming and F are found from one another by damped iteration. Evenness 0 is weighted F1, 1 is macro-F1. The sample needs
no labels, only probabilities that are neither too sure nor too unsure.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar

ROUNDS = 40
MAX_TEMPERATURE = 8.0


class DecisionRule(NamedTuple):
    """w and F / 2 of the formula, one number a class."""

    weight: np.ndarray
    threshold: np.ndarray

    def name(self, probability: np.ndarray) -> np.ndarray:
        """The class to name for each row of probabilities."""
        named: np.ndarray = (self.weight * (probability - self.threshold)).argmax(axis=1)
        return named


def most_probable(n_classes: int) -> DecisionRule:
    """The rule that names the most probable class."""
    return DecisionRule(np.ones(n_classes), np.zeros(n_classes))


def fit_rule(probability: np.ndarray, evenness: float) -> DecisionRule:
    """The rule for a sample of rows.

    Args:
        probability: of each class, one row a text, of texts the model was not trained on.
        evenness: 0 for weighted F1, 1 for macro-F1, or between.
    """
    n_rows, n_classes = probability.shape
    members = probability.sum(axis=0) + 1e-9
    share = (1 - evenness) * members / n_rows + evenness / n_classes
    weight, f1 = np.ones(n_classes), np.zeros(n_classes)
    for _ in range(ROUNDS):
        named = DecisionRule(weight, f1 / 2).name(probability)
        n_named = np.bincount(named, minlength=n_classes)
        right = np.bincount(named, weights=probability[np.arange(n_rows), named], minlength=n_classes)
        new_weight = share / (members + n_named)
        f1 = (f1 + 2 * right / (members + n_named)) / 2
        weight = (weight + new_weight / new_weight.max()) / 2
    return DecisionRule(weight, f1 / 2)


def fit_temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """T that makes softmax(scores / T) most likely (temperature scaling: Guo et al., ICML 2017).

    Args:
        scores: of each class, one row a text, of texts the model was not trained on.
        labels: the true class of each row.
    """
    rows = np.arange(len(labels))

    def loss(temperature: float) -> float:
        flat = scores / temperature
        top = flat.max(axis=1)
        return float((top + np.log(np.exp(flat - top[:, None]).sum(axis=1)) - flat[rows, labels]).mean())

    found = minimize_scalar(loss, bounds=(0.5, MAX_TEMPERATURE), method="bounded")
    return float(found.x)
