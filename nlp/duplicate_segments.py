"""Segments of the duplicate index: immutable Arrow files, sorted by bucket and mapped into memory.

A look-up is a binary search that touches a few pages. Parquet was the other choice; it can only be searched by decoding
it (docs/decisions/0006-duplicate-index.md). What is looked up, and why, is `nlp.duplicate_index`.
"""

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nlp.duplicate_words import TextWords
from nlp.duplicates import BANDS
from nlp.minhash import Keys, key_of

Rows = npt.NDArray[np.int64]

_PARTS = ("texts", "buckets")


@dataclass(frozen=True)
class Segment:
    """Some texts and their buckets.

    Attributes:
        texts: hash_key (ascending), text_hash, lemmas and places (joined by spaces).
        hash_keys: the column of that name; its order is the order of texts in the index.
        bucket_keys: bucket of every entry, ascending; entries of one bucket are in the order of their texts.
        bucket_rows: the entry's row in `texts`.
    """

    texts: pa.Table
    hash_keys: Keys
    bucket_keys: Keys
    bucket_rows: Rows

    @classmethod
    def of(cls, hashes: Sequence[str], words: Sequence[TextWords], band_keys: Keys) -> "Segment":
        """A segment in memory.

        Args:
            hashes: text_hash of each text.
            words: its words.
            band_keys: its bucket in every band.
        """
        hash_keys = keys_of_hashes(hashes)
        order = np.argsort(hash_keys, kind="stable")
        texts = pa.table(
            {
                "hash_key": hash_keys,
                "text_hash": pa.array(hashes, pa.large_string()),
                "lemmas": pa.array([" ".join(text.lemmas) for text in words], pa.large_string()),
                "places": pa.array([" ".join(sorted(text.places)) for text in words], pa.large_string()),
            }
        ).take(pa.array(order))
        return cls._sorted(texts, band_keys[order].ravel(), np.repeat(np.arange(len(order)), BANDS))

    @classmethod
    def merged(cls, segments: Sequence["Segment"]) -> "Segment":
        """Several segments as one."""
        texts = pa.concat_tables([segment.texts for segment in segments])
        order = np.argsort(texts["hash_key"].to_numpy(), kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        offsets = np.cumsum([0, *(len(segment.texts) for segment in segments)])
        keys = np.concatenate([segment.bucket_keys for segment in segments])
        rows = np.concatenate(
            [place[segment.bucket_rows + offset] for segment, offset in zip(segments, offsets, strict=False)]
        )
        return cls._sorted(texts.take(pa.array(order)), keys, rows)

    @classmethod
    def _sorted(cls, texts: pa.Table, keys: Keys, rows: Rows) -> "Segment":
        by_key = np.lexsort((rows, keys))
        texts = texts.combine_chunks()
        return cls(texts, texts["hash_key"].to_numpy(), keys[by_key], rows[by_key])

    def write(self, folder: Path) -> str:
        """Write both files; returns the name, which is made of the texts."""
        name = hashlib.blake2b(self.hash_keys.tobytes(), digest_size=8).hexdigest()
        buckets = pa.table({"bucket": self.bucket_keys, "row": self.bucket_rows})
        for part, table in zip(_PARTS, (self.texts, buckets), strict=True):
            with pa.OSFile(str(_path(folder, name, part)), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table.combine_chunks(), max_chunksize=max(len(table), 1))
        return name

    def spans(self, buckets: Keys) -> tuple[Rows, Rows]:
        """Where the entries of each bucket begin and end."""
        return (
            np.searchsorted(self.bucket_keys, buckets, "left"),
            np.searchsorted(self.bucket_keys, buckets, "right"),
        )

    def words_of(self, rows: Sequence[int]) -> list[tuple[str, TextWords]]:
        """(text_hash, words) of some rows of `texts`."""
        table = self.texts.take(pa.array(rows, pa.int64()))
        columns = (table[name].to_pylist() for name in ("text_hash", "lemmas", "places"))
        return [
            (text_hash, TextWords(tuple(lemmas.split()), frozenset(places.split())))
            for text_hash, lemmas, places in zip(*columns, strict=True)
        ]


def keys_of_hashes(hashes: Sequence[str]) -> Keys:
    """What texts are ordered by: a number made of the text_hash."""
    return np.array([key_of(text_hash) for text_hash in hashes], np.uint64)


def read_segment(folder: Path, name: str) -> Segment:
    """A segment that was written, mapped and not read."""
    texts, buckets = (_mapped(_path(folder, name, part)) for part in _PARTS)
    return Segment(texts, texts["hash_key"].to_numpy(), buckets["bucket"].to_numpy(), buckets["row"].to_numpy())


def remove_segment(folder: Path, name: str) -> None:
    """Remove both files."""
    for part in _PARTS:
        _path(folder, name, part).unlink(missing_ok=True)


def _path(folder: Path, name: str, part: str) -> Path:
    return folder / f"{name}.{part}.arrow"


@functools.lru_cache(maxsize=64)
def _mapped(path: Path) -> pa.Table:
    """The table of an Arrow file. Files never change once written."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
