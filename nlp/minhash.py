"""MinHash: of every set the smallest hash under each of many hash functions, by which alike sets are found.

Two sets have the same minimum with the probability of their Jaccard similarity. Which elements make a set, how minima
become buckets and what is done with them belongs to `nlp.duplicates` and `nlp.formal_reply`.

References:
    Broder 1997, On the resemblance and containment of documents. Multiply-shift hashing, which stands in for random
    permutations: Dietzfelbinger et al. 1997.
"""

import functools
import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]

_CACHED_WORDS = 400_000
# The high bits of a product are the well mixed ones.
_SHIFT = np.uint64(24)


def key_of(text: str) -> int:
    """64 bits of a text, the same on every machine and in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


word_key = functools.lru_cache(maxsize=_CACHED_WORDS)(key_of)
"""`key_of` a word: words repeat."""


def minima(values: Keys, sizes: Sequence[int] | npt.NDArray[np.int64], multipliers: Keys, addends: Keys) -> Keys:
    """Minimum of every set under every hash function x → (multiplier · x + addend) >> 24, modulo 2⁶⁴.

    Args:
        values: elements of all sets, one set after the other, well mixed.
        sizes: elements of each set, ≥ 1.
        multipliers: odd, one a function.
        addends: one a function.

    Returns:
        uint64 of shape (sets, functions).
    """
    starts = np.cumsum([0, *sizes[:-1]])
    found = np.empty((len(sizes), len(multipliers)), np.uint64)
    for number, (multiplier, addend) in enumerate(zip(multipliers, addends, strict=True)):
        found[:, number] = np.minimum.reduceat((values * multiplier + addend) >> _SHIFT, starts)
    return found
