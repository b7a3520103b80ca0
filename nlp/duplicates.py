"""Near-duplicates: what two texts have in common, and whether that makes them one.

A text becomes a list of lemmas; its shingles are runs of three (definition 3). Candidates come from MinHash-LSH over
pairs of neighbouring content lemmas, which survive a typo or a cut better than runs of three do; the verdict on a pair
is Jaccard over the shingles first, and the share of common words second, unless the texts name different places. Where
signatures are kept from day to day is `nlp.duplicate_index`.

Banding of the signatures (`nlp.minhash`): P(candidate) = 1 − (1 − sʳ)ᵇ.
"""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nlp.duplicate_words import STOP_WORDS, TextWords
from nlp.minhash import Keys, minima, word_key

# Raised by hand when a change here changes signatures or verdicts; an index of another version is not read.
DUPLICATE_RULES_VERSION = "4"

BANDS, ROWS = 32, 2
# Jaccard from which two texts are one; docs/duplicates.md has the measurements behind every number here.
MIN_JACCARD = 0.5
# A text of few words that names no place is a stock phrase («не вывозят мусор»): it is the same only as a whole.
MIN_TELLING_WORDS, MIN_JACCARD_OF_STOCK_PHRASES = 10, 0.7
# Under this, two texts that say different things between the same two words are a turn of phrase about two matters; as
# different count words that share less than this of their letters in order (else one is the other mistyped).
MIN_JACCARD_OF_OTHER_WORDS, MAX_LIKENESS_OF_OTHER_WORDS = 0.7, 0.4
# Share of the shorter text's words found in the longer one, with the least mean of both shares: a cut, or a repost
# with a remark.
MIN_CONTAINMENT, MIN_CONTAINED_OVERLAP = 0.9, 0.7
# Mean of both shares that makes one text the other in new words: of the same place, and of places unknown.
MIN_OVERLAP, MIN_OVERLAP_ANYWHERE = 0.75, 0.85
# A text cut before it named its place keeps at least this share of its words.
MIN_CUT_SHARE = 0.5
# Under this many content words a text says too little for the two shares.
MIN_CONTENT_WORDS = 4

_RNG = np.random.default_rng(20_261_121)
_MULTIPLIERS = _RNG.integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_ADDENDS = _RNG.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64)
_BAND_SALTS = _RNG.integers(0, 2**63, BANDS, dtype=np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15)

_Between = tuple[str, str]


class Verdict(NamedTuple):
    """How two texts compare.

    Attributes:
        jaccard: |A∩B| / |A∪B| over three-lemma shingles.
        containment: weighted share of the words of the shorter text that the other one has, typos forgiven.
        overlap: mean of both texts' shares.
        is_elsewhere: they name different places: a number or a name that the other lacks, though neither breaks off.
        reason: `same_words`, `shingles`, `contained`, `reworded`, or None when they are not duplicates.
    """

    jaccard: float
    containment: float
    overlap: float
    is_elsewhere: bool
    reason: str | None


def band_keys(texts: Sequence[TextWords]) -> Keys:
    """LSH bucket of every text in every band.

    Args:
        texts: their words.

    Returns:
        Array of shape (len(texts), BANDS). A text of no words has a bucket of its own kind, shared by all such.
    """
    if not texts:
        return np.empty((0, BANDS), np.uint64)
    elements: list[int] = []
    lengths: list[int] = []
    for text in texts:
        keys = [word_key(lemma) for lemma in text.lemmas if lemma not in STOP_WORDS] or [
            word_key(lemma) for lemma in text.lemmas
        ]
        # unordered pairs at distance one and two; a lone word is its own pair
        found = {a ^ b for a, b in pairwise(keys)} | {a ^ b for a, b in zip(keys, keys[2:], strict=False)}
        found = found or set(keys) or {0}
        elements += found
        lengths.append(len(found))
    values = np.array(elements, np.uint64) * _MIX
    values ^= values >> np.uint64(29)
    smallest = minima(values, lengths, _MULTIPLIERS, _ADDENDS)
    keys_of_bands = _BAND_SALTS[None, :].repeat(len(texts), axis=0)
    for row in range(ROWS):
        keys_of_bands = (keys_of_bands ^ smallest[:, row::ROWS]) * _MIX
        keys_of_bands ^= keys_of_bands >> np.uint64(31)
    return keys_of_bands


def compare(first: TextWords, second: TextWords) -> Verdict:
    """Are two texts one? Symmetric. Texts without a word (emoji) are never one with anything."""
    if first.lemmas == second.lemmas and first.lemmas:
        return Verdict(1.0, 1.0, 1.0, False, "same_words")
    jaccard = shingle_jaccard(first, second)
    a, b = first.vocabulary, second.vocabulary
    # most candidates share a phrase and no more; tell them apart before the costly part
    if not first.numbers <= b and not second.numbers <= a:
        return Verdict(jaccard, 0.0, 0.0, True, None)  # two house numbers: no typo can heal that
    common = a & b
    if 2 * len(common) < min(len(a), len(b)) and jaccard < MIN_JACCARD:
        return Verdict(jaccard, 0.0, 0.0, False, None)
    only_a, only_b = _without_typos(a - common, b - common)
    share_a, share_b = _share(first, only_a), _share(second, only_b)
    containment = share_a if first.weight <= second.weight else share_b
    overlap = (share_a + share_b) / 2
    lost_a, lost_b = only_a & first.places, only_b & second.places
    is_elsewhere = bool(
        (lost_a and lost_b) or (lost_a and not _is_cut(second, first)) or (lost_b and not _is_cut(first, second))
    )
    reason = None
    if not is_elsewhere:
        n_content = min(len(a - STOP_WORDS), len(b - STOP_WORDS))
        reason = _reason(jaccard, containment, overlap, n_content, bool(first.places & second.places))
    if reason and jaccard < MIN_JACCARD_OF_OTHER_WORDS:
        is_other_matter = _is_other_matter(_insertions(first, only_a), _insertions(second, only_b))
        reason = None if is_other_matter else reason
    return Verdict(jaccard, containment, overlap, is_elsewhere, reason)


def _is_other_matter(first: Mapping[_Between, str], second: Mapping[_Between, str]) -> bool:
    """Do the texts say different things between the same two words? One word mistyped beyond recognition is none."""
    pairs = (sorted((words, second[between])) for between, words in first.items() if between in second)
    return any(SequenceMatcher(None, a, b, autojunk=False).ratio() < MAX_LIKENESS_OF_OTHER_WORDS for a, b in pairs)


def _insertions(text: TextWords, unmatched: frozenset[str]) -> dict[_Between, str]:
    """What a text says that the other lacks, by the content words around it («Когда [починят лифт] в Самаре»)."""
    found: dict[_Between, str] = {}
    before: str | None = None
    said: list[str] = []
    for lemma in text.lemmas:
        if lemma in STOP_WORDS:
            continue
        if lemma in unmatched:
            said.append(lemma)
            continue
        if said and before is not None:
            found[before, lemma] = " ".join(said)
        before, said = lemma, []
    return found


def _is_cut(shorter: TextWords, longer: TextWords) -> bool:
    """Is one text the beginning of the other, which goes on to name a place that the cut has lost?

    Texts that differ by a place alone are about two places; only where one breaks off does the silence say nothing.
    """
    words = [word for word in shorter.lemmas if word not in STOP_WORDS]
    head = [word for word in longer.lemmas if word not in STOP_WORDS]
    if len(words) < MIN_CUT_SHARE * len(head) or len(words) >= len(head):
        return False
    n_same = sum(a == b or is_typo_of(a, b) for a, b in zip(words, head, strict=False))
    return n_same >= len(words) - 1


def _reason(jaccard: float, containment: float, overlap: float, n_content: int, is_same_place: bool) -> str | None:
    is_telling = is_same_place or n_content >= MIN_TELLING_WORDS
    if jaccard >= (MIN_JACCARD if is_telling else MIN_JACCARD_OF_STOCK_PHRASES):
        return "shingles"
    if not is_telling or n_content < MIN_CONTENT_WORDS:
        return None
    if containment >= MIN_CONTAINMENT and overlap >= MIN_CONTAINED_OVERLAP:
        return "contained"
    return "reworded" if overlap >= (MIN_OVERLAP if is_same_place else MIN_OVERLAP_ANYWHERE) else None


def shingle_jaccard(first: TextWords, second: TextWords) -> float:
    """J(A, B) over runs of three lemmas. 0 when both are empty."""
    n_common = len(first.shingles & second.shingles)
    n_all = len(first.shingles) + len(second.shingles) - n_common
    return n_common / n_all if n_all else 0.0


def _share(text: TextWords, unmatched: frozenset[str]) -> float:
    """Share of a text's weight that is matched."""
    return 1 - sum(text.weight_of(lemma) for lemma in unmatched) / text.weight if text.weight else 0.0


def _without_typos(first: frozenset[str], second: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Both sets without the pairs of words that differ by a typo."""
    left, right = set(first), set(second)
    for word in sorted(first):
        if len(word) < 4:
            continue
        # one slip leaves the first or the last letter
        likely = sorted(other for other in right if other[0] == word[0] or other[-1] == word[-1])
        match = next((other for other in likely if is_typo_of(word, other)), None)
        if match is not None:
            left.discard(word)
            right.discard(match)
    return frozenset(left), frozenset(right)


def is_typo_of(word: str, other: str) -> bool:
    """Do two words differ in one spot: a letter missing, doubled or replaced, two swapped, or the ending?

    Numbers and words under four letters never do.
    """
    shorter = min(len(word), len(other))
    if shorter < 4 or abs(len(word) - len(other)) > 3 or word[0].isdigit() or other[0].isdigit():
        return False
    start = 0
    while start < shorter and word[start] == other[start]:
        start += 1
    end = 0
    while end < shorter - start and word[-1 - end] == other[-1 - end]:
        end += 1
    rest = word[start : len(word) - end], other[start : len(other) - end]
    if max(map(len, rest)) <= 1 or rest[0] == rest[1][::-1]:
        return len(rest[0]) <= 2
    # a mistyped word has another dictionary form: compare stems
    return start >= 5 and start >= shorter - 3 and end == 0
