"""Places: spans found in a text against the substrings that people marked.

Exact: a found span and a marked one are the same characters but for space and punctuation at their ends. By overlap:
they share at least one word character. Spans are paired one to one, so a long span does not count twice. The truth
lists substrings, not positions: on both sides the same characters count once in a text, wherever and however often they
stand in it.
"""

import json
from typing import Any, NamedTuple

import numpy as np

from lab.evaluation import EvaluationRequest
from lab.evaluation.statistics import with_intervals
from lab.evaluation.truth import read_truth
from nlp.annotate import annotate
from otklik.home.errors import ConfigurationError

_EDGE = " \t\r\n.,;:!?()«»\"'-–—"


class _Counts(NamedTuple):
    found: int
    marked: int
    exact: int
    overlapping: int


def evaluate(request: EvaluationRequest) -> dict[str, Any]:
    """Score places; the truth has columns text and places (a JSON list of substrings).

    Raises:
        ConfigurationError: the file or a column is missing, or a cell of `places` is no JSON list of strings.
    """
    truth = read_truth(request.truth, ("text", "places"))
    marked = [_parse(cell, row, request) for row, cell in enumerate(truth["places"])]
    if not marked:
        raise ConfigurationError(f"{request.truth}: no rows.")
    found: list[list[tuple[int, int]]] = [[] for _ in marked]
    for batch in annotate((str(row), text) for row, text in enumerate(truth["text"])):
        for row in batch.places.select(["text_hash", "start_char", "end_char"]).to_pylist():
            found[int(row["text_hash"])].append((row["start_char"], row["end_char"]))
    counts = np.array(
        [_count(text, spans, names) for text, spans, names in zip(truth["text"].tolist(), found, marked, strict=True)]
    )
    exact = with_intervals(len(counts), lambda rows: _scores(counts[rows], "exact"))
    overlap = with_intervals(len(counts), lambda rows: _scores(counts[rows], "overlapping"))
    return {
        "n": len(truth),
        "n_marked": int(counts[:, 1].sum()),
        "n_found": int(counts[:, 0].sum()),
        **exact,
        "overlap": overlap,
        "exact": exact,
    }


def _parse(cell: str, row: int, request: EvaluationRequest) -> list[str]:
    try:
        names = json.loads(cell or "[]")
    except json.JSONDecodeError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ConfigurationError(f'{request.truth}, row {row + 1}: `places` must be a JSON list such as ["ул. Мира"].')
    return [name for name in names if name.strip(_EDGE)]


def _scores(counts: np.ndarray, kind: str) -> dict[str, float]:
    found, marked = counts[:, 0].sum(), counts[:, 1].sum()
    hits = counts[:, _Counts._fields.index(kind)].sum()
    return {
        "precision": float(hits / found) if found else 0.0,
        "recall": float(hits / marked) if marked else 0.0,
        "f1": float(2 * hits / (found + marked)) if found + marked else 0.0,
    }


def _count(text: str, spans: list[tuple[int, int]], names: list[str]) -> _Counts:
    trimmed = list({text[slice(*span)]: span for span in [_trim(text, *s) for s in spans]}.values())
    names = list(dict.fromkeys(name.strip(_EDGE) for name in names))
    wanted = [_occurrences(text, name) for name in names]
    exact = _pair(trimmed, wanted, lambda span, other: span == other)
    overlapping = _pair(trimmed, wanted, lambda span, other: max(span[0], other[0]) < min(span[1], other[1]))
    return _Counts(len(trimmed), len(names), exact, overlapping)


def _pair(spans: list[tuple[int, int]], wanted: list[list[tuple[int, int]]], agree: Any) -> int:
    """Pairs of a span and a marked place that agree, each used once: a maximum matching by augmenting paths."""
    choices = [[j for j, places in enumerate(wanted) if any(agree(span, place) for place in places)] for span in spans]
    owner: dict[int, int] = {}

    def assign(span: int, seen: set[int]) -> bool:
        for place in choices[span]:
            if place not in seen:
                seen.add(place)
                if place not in owner or assign(owner[place], seen):
                    owner[place] = span
                    return True
        return False

    return sum(assign(span, set()) for span in range(len(spans)))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return start, end


def _occurrences(text: str, name: str) -> list[tuple[int, int]]:
    places, start = [], text.find(name)
    while start >= 0:
        places.append(_trim(text, start, start + len(name)))
        start = text.find(name, start + 1)
    return places
