"""Which patterns a text must meet: RE2 over whole batches, inside Arrow, from cheap expressions to narrow ones.

Most texts are clean and are read once. Each further expression reads only texts that passed those before it, and of
texts with long numbers only what stands near the numbers.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.leak_patterns import LONG_NUMBER, NUMBER, LeakPattern, sieve

# Under it the patterns run at once: RE2 takes longer to read the expressions than a short text.
_SMALL_BATCH_CHARS = 1_000
# Longer than what stands between digits of one long number; a plus or a bracket may open one.
_FAR_FROM_NUMBERS = "[^0-9+(]{20}[^0-9+(]*"
_GAP = " " * 20


def suspects(
    texts: Sequence[str], column: pa.Array, patterns: Sequence[LeakPattern], *, head_chars: int
) -> dict[int, list[LeakPattern]]:
    """Patterns that each suspicious text's head must meet, in the patterns' order.

    Args:
        texts: cleaned texts.
        column: the same as Arrow has them.
        patterns: in order of precedence.
        head_chars: a longer text that is suspicious anywhere is in the answer, without patterns if its head is clean.
    """
    if sum(map(len, texts)) < _SMALL_BATCH_CHARS:
        return {index: list(patterns) for index, text in enumerate(texts) if text}
    own = [pattern.prefilter for pattern in patterns if not pattern.sieve]
    suspicious = _Rows(np.arange(len(texts)), column).matching(_any_of([*sieve().values(), *own]))
    hits: dict[int, list[LeakPattern]] = {row: [] for row in suspicious.rows.tolist() if len(texts[row]) > head_chars}
    if hits:
        heads = [texts[row][:head_chars] for row in suspicious.rows.tolist()]
        suspicious = _Rows(suspicious.rows, pa.array(heads, pa.large_string()))
    groups = _groups(suspicious, patterns)
    for pattern in patterns:
        matching = groups[pattern.sieve].matching(pattern.prefilter)
        if pattern.label_expression:
            matching = suspicious.among(matching.rows).matching(pattern.label_expression)
        for row in matching.rows.tolist():
            hits.setdefault(row, []).append(pattern)
    return hits


class _Rows:
    """Some texts of a batch: their places in it, ascending, and what of them is read."""

    def __init__(self, rows: np.ndarray, texts: pa.Array) -> None:
        self.rows = rows
        self.texts = texts

    def matching(self, expression: str) -> "_Rows":
        if not len(self.texts):
            return self
        places = pc.indices_nonzero(pc.match_substring_regex(self.texts, expression, ignore_case=True))
        return _Rows(self.rows[places.to_numpy()], self.texts.take(places))

    def among(self, rows: np.ndarray) -> "_Rows":
        """Those of the given places, which all are among these."""
        return _Rows(rows, self.texts.take(pa.array(np.searchsorted(self.rows, rows))))

    def near_numbers(self) -> "_Rows":
        return _Rows(self.rows, pc.replace_substring_regex(self.texts, _FAR_FROM_NUMBERS, _GAP))


def _groups(suspicious: _Rows, patterns: Sequence[LeakPattern]) -> dict[str, _Rows]:
    """Texts that pass each expression of the sieve; under the empty name, all."""
    # five digits pass for a date too: short numbers' own shapes together tell more in one pass
    short = [pattern.prefilter for pattern in patterns if pattern.sieve == NUMBER]
    others = {name: expression for name, expression in sieve().items() if name not in (NUMBER, LONG_NUMBER)}
    # in most suspicious texts there are numbers and nothing else
    mixed = suspicious.matching(_any_of(list(others.values())))
    return {
        "": suspicious,
        NUMBER: suspicious.matching(_any_of(short)),
        LONG_NUMBER: suspicious.matching(sieve()[LONG_NUMBER]).near_numbers(),
        **{name: mixed.matching(expression) for name, expression in others.items()},
    }


def _any_of(expressions: Sequence[str]) -> str:
    return "|".join(f"(?:{expression})" for expression in expressions)
