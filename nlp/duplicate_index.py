"""An index of near-duplicates on disk: a day's new texts are compared with history without reading history.

Which pairs are found is a function of the texts alone, whatever the order and the batches in which they came, and
their number grows with the number of texts and not with its square. Texts have a fixed order, by a number made of their
hash. In every bucket the first `REPRESENTATIVES` texts stand for it:

    a and b (a before b) are compared iff they meet in at least `MIN_SHARED_BANDS` buckets that a stands for.

In a family of up to REPRESENTATIVES + 1 texts every pair is compared; in a larger one every text with those first ones.
A newcomer may push a text out of the first ones; `Found.outdated` tells which pairs are thereby no longer of the set.
What makes two texts one is `nlp.duplicates`; the files are `nlp.duplicate_segments`.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from nlp.duplicate_segments import Rows, Segment, keys_of_hashes, read_segment, remove_segment
from nlp.duplicate_words import TextWords, read_words
from nlp.duplicates import DUPLICATE_RULES_VERSION, MIN_JACCARD, band_keys, compare
from nlp.minhash import Keys

LINK_SCHEMA = pa.schema(
    [
        pa.field("text_hash", pa.string(), False, {"doc": "MD5 of the words, the smaller of the two."}),
        pa.field("other_text_hash", pa.string(), False, {"doc": "MD5 of the other words."}),
        pa.field("jaccard", pa.float64(), False, {"doc": "Jaccard over runs of three lemmas, 0 to 1."}),
        pa.field("containment", pa.float64(), False, {"doc": "Weighted share of the shorter's words, 0 to 1."}),
        pa.field("overlap", pa.float64(), False, {"doc": "Mean of both texts' shares, 0 to 1."}),
        pa.field(
            "is_elsewhere", pa.bool_(), False, {"doc": "Whether they name different places: two matters, likely."}
        ),
        pa.field("reason", pa.string(), True, {"doc": "Why they are one; null where they are not."}),
    ]
)

REPRESENTATIVES = 16
# Bands in which two texts must meet before they are compared: one meeting is mostly chance.
MIN_SHARED_BANDS = 2
# Segments of one size before they become one; each text is rewritten about log₄ n times.
_MERGE_FACTOR = 4
# No merge makes a larger one: it holds what it merges in memory, some 2 kB a text. Ten million texts are 25 such.
MAX_SEGMENT_TEXTS = 400_000
_MANIFEST = "index.json"


class DuplicateIndex:
    """Texts by bucket, kept in a folder.

    Args:
        folder: made if missing. One writer at a time; the caller sees to that (`orchestration` holds the home's lock).
        representatives: texts that stand for a bucket; part of what the set of pairs depends on.

    Raises:
        ValueError: the folder holds an index of another version; delete it and add all texts again.
    """

    def __init__(self, folder: Path, *, representatives: int = REPRESENTATIVES) -> None:
        self._folder = folder
        self._representatives = representatives
        folder.mkdir(parents=True, exist_ok=True)
        manifest = folder / _MANIFEST
        self._segments: list[str] = []
        if manifest.is_file():
            found = json.loads(manifest.read_text(encoding="utf-8"))
            if found["version"] != DUPLICATE_RULES_VERSION:
                raise ValueError(
                    f"{manifest} is of version {found['version']!r}, this code reads {DUPLICATE_RULES_VERSION!r}: "
                    "delete the folder and add all texts again"
                )
            self._segments = found["segments"]

    def __len__(self) -> int:
        return sum(len(segment.texts) for segment in self._read())

    def remove_unlisted(self) -> None:
        """Remove segments that belong to nothing: a pass that was broken off wrote them or had not yet removed them."""
        for path in self._folder.glob("*.arrow"):
            if path.name.partition(".")[0] not in self._segments:
                path.unlink()

    def text_hashes(self) -> pa.Table:
        """The texts in the index: one column, text_hash."""
        empty = pa.table({"text_hash": pa.array([], pa.large_string())})
        return pa.concat_tables([empty, *(segment.texts.select(["text_hash"]) for segment in self._read())])

    def add(self, texts: Iterable[tuple[str, str]]) -> pa.Table:
        """`find` and `commit` in one; returns the links."""
        found = self.find(texts)
        self.commit(found)
        return found.links

    def find(self, texts: Iterable[tuple[str, str]]) -> "Found":
        """Near-duplicates of new texts, among themselves and among those committed before. Changes nothing.

        Args:
            texts: pairs (text_hash, text). A text_hash that is in the index already is passed over, so adding again
                what was added before changes nothing.
        """
        history = self._read()
        new = dict(texts)
        for segment in history:
            wanted = keys_of_hashes(list(new))
            places = np.minimum(np.searchsorted(segment.hash_keys, wanted), len(segment.texts) - 1)
            known = (segment.hash_keys[places] == wanted).tolist()
            new = {key: text for (key, text), is_known in zip(new.items(), known, strict=True) if not is_known}
        words = [read_words(text) for text in new.values()]
        return Found([*history, Segment.of(list(new), words, band_keys(words))], self._representatives)

    def commit(self, found: "Found") -> None:
        """Make the new texts part of the index. What was found in them should be safe by now."""
        if not len(found.added.texts):
            return
        added = found.added.write(self._folder)
        segments = [*self._segments, added]
        written = {*segments}
        while (due := self._due(segments)) is not None:
            merged = Segment.merged([read_segment(self._folder, name) for name in due]).write(self._folder)
            segments = [*(name for name in segments if name not in due), merged]
            written.add(merged)  # one merge may bring about the next
        retired = sorted(written - {*segments})
        self._segments = segments
        text = json.dumps({"version": DUPLICATE_RULES_VERSION, "segments": segments}, indent=1)
        (self._folder / f"{_MANIFEST}.new").write_text(text, encoding="utf-8")
        os.replace(self._folder / f"{_MANIFEST}.new", self._folder / _MANIFEST)  # noqa: PTH105 atomic by contract
        for name in retired:
            remove_segment(self._folder, name)

    def _read(self) -> list[Segment]:
        return [read_segment(self._folder, name) for name in self._segments]

    def _due(self, segments: Sequence[str]) -> list[str] | None:
        """Segments of about one size, once there are enough of them; large ones stay as they are."""
        by_size: dict[int, list[str]] = {}
        for name in segments:
            n_texts = len(read_segment(self._folder, name).texts)
            if n_texts * _MERGE_FACTOR > MAX_SEGMENT_TEXTS:
                continue
            by_size.setdefault(n_texts.bit_length() // _MERGE_FACTOR.bit_length(), []).append(name)
        return next((names for _, names in sorted(by_size.items()) if len(names) >= _MERGE_FACTOR), None)


class Found:
    """What new texts have in common with each other and with history.

    Attributes:
        added: the new texts.
        links: columns of `LINK_SCHEMA`, one row an unordered pair, text_hash < other_text_hash, sorted: pairs with at
            least one new text that are near-duplicates by definition 3 (`jaccard` ≥ `MIN_JACCARD`) or by the verdict of
            `nlp.duplicates.compare` (`reason` is not null).
        displaced: text_hash of texts of history that stand for fewer buckets than before, sorted.
    """

    def __init__(self, segments: Sequence[Segment], representatives: int) -> None:
        self.added = segments[-1]
        self._segments = segments
        self._offsets = np.cumsum([0, *(len(segment.texts) for segment in segments)])
        self._representatives = representatives
        buckets = np.unique(self.added.bucket_keys)
        heads = self._heads(buckets)
        self.links = self._links(self._candidates(buckets, heads))
        self.displaced = sorted(text_hash for text_hash, _ in self._words(heads.displaced.tolist()).values())

    def outdated(self, pairs: pa.Table) -> pa.Array:
        """Which pairs (text_hash, other_text_hash) found earlier are no longer of the set; booleans.

        Only pairs with a text of `displaced` can be.
        """
        places = {
            text_hash: self._place_of(text_hash) for name in pairs.column_names for text_hash in _texts(pairs, name)
        }
        words = self._words(sorted(set(places.values())))
        keys = dict(zip(words, band_keys([text for _, text in words.values()]), strict=True))
        order = {place: self._hash_key(place) for place in words}
        standing: dict[int, np.ndarray] = {}
        gone = []
        for first, second in zip(*(pairs[name].to_pylist() for name in pairs.column_names), strict=True):
            a, b = sorted((places[first], places[second]), key=order.__getitem__)
            if a not in standing:
                standing[a] = self._stands_for(keys[a], order[a])
            gone.append(int((standing[a] & (keys[a] == keys[b])).sum()) < MIN_SHARED_BANDS)
        return pa.array(gone, pa.bool_())

    def _heads(self, buckets: Keys) -> "_Heads":
        """The first texts of each bucket."""
        numbers, hash_keys, texts, is_new = [], [], [], []
        for segment, offset in zip(self._segments, self._offsets, strict=False):
            left, right = segment.spans(buckets)
            sizes = np.minimum(right - left, self._representatives)
            rows = segment.bucket_rows[_ranges(left, sizes)]
            numbers.append(np.repeat(np.arange(len(buckets)), sizes))
            hash_keys.append(segment.hash_keys[rows])
            texts.append(rows + offset)
            is_new.append(np.full(len(rows), segment is self.added))
        bucket, key = np.concatenate(numbers), np.concatenate(hash_keys)
        order = np.lexsort((key, bucket))
        bucket, key = bucket[order], key[order]
        text, new = np.concatenate(texts)[order], np.concatenate(is_new)[order]
        first = np.searchsorted(bucket, np.arange(len(buckets)))
        rank = np.arange(len(bucket)) - first[bucket]
        new_before = np.cumsum(new) - new
        old_rank = rank - (new_before - new_before[first[bucket]])
        is_standing = rank < self._representatives
        displaced = np.unique(text[~new & ~is_standing & (old_rank < self._representatives)])
        return _Heads(bucket[is_standing], key[is_standing], text[is_standing], new[is_standing], displaced)

    def _candidates(self, buckets: Keys, heads: "_Heads") -> list[tuple[int, int]]:
        """Pairs of text numbers, the one that stands for the buckets first."""
        found = []
        # a newcomer with everybody who stands before it
        first = np.searchsorted(heads.bucket, np.arange(len(buckets) + 1))
        bucket = np.searchsorted(buckets, self.added.bucket_keys)
        sizes = np.diff(first)[bucket]
        chosen = _ranges(first[bucket], sizes)
        rows = np.repeat(self.added.bucket_rows, sizes)
        is_before = heads.key[chosen] < self.added.hash_keys[rows]
        found.append((heads.text[chosen][is_before], rows[is_before] + self._offsets[len(self._segments) - 1]))
        # a newcomer that stands for its bucket with everybody of history after it
        for segment, offset in zip(self._segments[:-1], self._offsets, strict=False):
            left, right = segment.spans(buckets[heads.bucket[heads.is_new]])
            rows = segment.bucket_rows[_ranges(left, right - left)]
            standing = np.repeat(heads.text[heads.is_new], right - left)
            is_before = np.repeat(heads.key[heads.is_new], right - left) < segment.hash_keys[rows]
            found.append((standing[is_before], rows[is_before] + offset))
        codes = np.concatenate([a << 32 | b for a, b in found])
        pairs, counts = np.unique(codes, return_counts=True)
        pairs = pairs[counts >= MIN_SHARED_BANDS]
        return list(zip((pairs >> 32).tolist(), (pairs & 0xFFFFFFFF).tolist(), strict=True))

    def _links(self, candidates: Sequence[tuple[int, int]]) -> pa.Table:
        words = self._words(sorted({text for pair in candidates for text in pair}))
        rows = []
        for a, b in candidates:
            (hash_a, words_a), (hash_b, words_b) = words[a], words[b]
            verdict = compare(words_a, words_b)
            if verdict.jaccard >= MIN_JACCARD or verdict.reason is not None:
                numbers = (round(value, 6) for value in verdict[:3])
                rows.append((min(hash_a, hash_b), max(hash_a, hash_b), *numbers, *verdict[3:]))
        rows.sort(key=lambda row: row[:2])
        columns = [[row[place] for row in rows] for place in range(len(LINK_SCHEMA))]
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, LINK_SCHEMA, strict=True)], LINK_SCHEMA)

    def _words(self, texts: Sequence[int]) -> dict[int, tuple[str, TextWords]]:
        """(text_hash, words) by text number; the numbers given are sorted."""
        found: dict[int, tuple[str, TextWords]] = {}
        numbers = np.array(texts, np.int64)
        bounds = np.searchsorted(numbers, self._offsets)
        for segment, offset, start, end in zip(self._segments, self._offsets, bounds[:-1], bounds[1:], strict=False):
            if start < end:
                found |= zip(texts[start:end], segment.words_of((numbers[start:end] - offset).tolist()), strict=True)
        return found

    def _place_of(self, text_hash: str) -> int:
        key = keys_of_hashes([text_hash])[0]
        for segment, offset in zip(self._segments, self._offsets, strict=False):
            row = int(np.searchsorted(segment.hash_keys, key))
            if row < len(segment.texts) and segment.hash_keys[row] == key:
                return int(offset) + row
        raise KeyError(f"{text_hash} is not in the index")

    def _hash_key(self, text: int) -> int:
        number = int(np.searchsorted(self._offsets, text, "right")) - 1
        return int(self._segments[number].hash_keys[text - self._offsets[number]])

    def _stands_for(self, keys: Keys, hash_key: int) -> np.ndarray:
        """Which of a text's buckets it stands for."""
        before = np.zeros(len(keys), np.int64)
        for segment in self._segments:
            for band, (left, right) in enumerate(zip(*segment.spans(keys), strict=True)):
                rows = segment.bucket_rows[left:right]
                before[band] += np.searchsorted(segment.hash_keys[rows], np.uint64(hash_key))
        return before < self._representatives


@dataclass(frozen=True)
class _Heads:
    """Texts that stand for buckets, by bucket and order, and those of history that no longer do for one of them."""

    bucket: Rows
    key: Keys
    text: Rows
    is_new: np.ndarray
    displaced: Rows


def clusters(hashes: Iterable[str], links: pa.Table) -> dict[str, str]:
    """Cluster of every text: the smallest text_hash it is linked with, directly or through others.

    Args:
        hashes: texts.
        links: rows of `LINK_SCHEMA`; those without a reason do not join.
    """
    parent = {text_hash: text_hash for text_hash in hashes}

    def root(item: str) -> str:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    names = ("text_hash", "other_text_hash", "reason")
    for first, second, reason in zip(*(links[name].to_pylist() for name in names), strict=True):
        if reason is not None:
            a, b = root(first), root(second)
            parent[max(a, b)] = min(a, b)
    return {text_hash: root(text_hash) for text_hash in parent}


def _texts(pairs: pa.Table, name: str) -> list[str]:
    texts: list[str] = pairs[name].unique().to_pylist()
    return texts


def _ranges(starts: Rows, sizes: Rows) -> Rows:
    """Numbers start … start + size − 1 of each range, one range after the other."""
    total = int(sizes.sum())
    return np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(total)
