"""Places in one cleaned text that patterns match, checks confirm and labels allow.

Prefiltering of batches is `nlp.leak_sieve`, tables of findings are `nlp.leaks`.
"""

import functools
import re
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from nlp.leak_checks import digits_of
from nlp.leak_labels import built_in_labels
from nlp.leak_patterns import LONG_NUMBER, LeakPattern, sieve

# A text with more is a list or an attack: what follows is not looked at, and the text is `review`.
MAX_FINDINGS = 500
_MAX_CANDIDATES = 1_000
# A number that is part of a link is an address of a page, not a person's.
_LINK_BEFORE = re.compile(r"(?:://|www\.)\S*$", re.IGNORECASE)
_LINK_REACH = 200
# What a long number's shape may have before its first digit («+ », «(»), and how far its guard looks past the last one.
_OPENING, _GUARDED = 3, 2


class TooManyError(Exception):
    """A text holds so many candidates that it is a list or an attack, and no message."""


def find_spans(text: str, patterns: Sequence[LeakPattern]) -> list[tuple[int, int, LeakPattern]]:
    """Confirmed matches (start, end, pattern) that do not overlap, by place; earlier patterns win.

    Args:
        text: a cleaned text (`nlp.leak_text.clean`).
        patterns: those whose prefilter matches the text, in order of precedence.

    Raises:
        TooManyError: more matches or candidates than a message has.
    """
    kept: list[tuple[int, int, LeakPattern]] = []
    folded = text.lower().replace("ё", "е")
    if len(folded) != len(text):  # a few letters have a longer lowercase; places must stay the same
        folded = "".join(letter.lower()[:1] or letter for letter in text).replace("ё", "е")
    n_candidates = 0
    numbers = long_numbers(text) if any(pattern.sieve == LONG_NUMBER for pattern in patterns) else []
    for pattern in patterns:
        for match in matches(pattern, text, numbers if pattern.sieve == LONG_NUMBER else [(0, len(text))]):
            n_candidates += 1
            if n_candidates > _MAX_CANDIDATES:
                raise TooManyError
            start, end = match.span()
            if any(start < other_end and other_start < end for other_start, other_end, _ in kept):
                continue
            if (pattern.check is None or pattern.check(match)) and _is_claimed(pattern, match, folded):
                kept.append((start, end, pattern))
                if len(kept) > MAX_FINDINGS:
                    raise TooManyError
    return sorted(kept, key=lambda span: span[:2])


def long_numbers(text: str) -> list[tuple[int, int]]:
    """Places outside of which no shape of a long number matches, each with what its shape and guards look at beside."""
    return [(max(0, run.start() - _OPENING), run.end() + _GUARDED) for run in _long_number().finditer(text)]


@functools.cache
def _long_number() -> re.Pattern[str]:
    return re.compile(sieve()[LONG_NUMBER])


def matches(pattern: LeakPattern, text: str, places: Sequence[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Matches of a pattern in the places; a user's shape is matched by RE2 alone, since Python's may hang on it."""
    if pattern.finder is not None:
        for start, end in places:
            yield from pattern.finder.finditer(text, start, end)
        return
    # RE2 puts marks around every match in one linear pass; the marks tell the places. Cleaned texts hold neither mark.
    marked = pc.replace_substring_regex(pa.array([text]), f"(?i)({pattern.shape})", "\x01\\1\x02")[0].as_py()
    before, *pieces = marked.split("\x01")
    place = len(before)
    for piece in pieces:
        inside, _, outside = piece.partition("\x02")
        yield _literal_match(text, place, place + len(inside))
        place += len(inside) + len(outside)


def _literal_match(text: str, start: int, end: int) -> re.Match[str]:
    """A match object over text[start:end], for checks."""
    match = re.compile(f"(?s).{{{end - start}}}").match(text, start)
    if match is None:
        raise ValueError(f"no text from {start} to {end}")
    return match


def _is_claimed(pattern: LeakPattern, match: re.Match[str], folded: str) -> bool:
    """Do the words around a match allow it to be what the pattern says?"""
    if pattern.context == "none":
        return True
    start, end = match.span()
    n_digits = len(digits_of(match[0]))
    claim = built_in_labels().claim(folded, start, end, n_digits, pattern.labels, pattern.window)
    if claim is not None and claim.name in pattern.labels:
        return claim.is_same_clause or pattern.context != "same_clause"
    if pattern.context in ("required", "same_clause") or (claim is not None and claim.is_same_clause):
        return False
    return not _is_in_link(folded, start)


def _is_in_link(folded: str, start: int) -> bool:
    return _LINK_BEFORE.search(folded, max(0, start - _LINK_REACH), start) is not None
