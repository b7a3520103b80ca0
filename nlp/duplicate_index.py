"""An index of near-duplicates on disk: a day's new texts are compared with history without reading history.

Signatures and words lie in immutable Arrow files, sorted by bucket and mapped into memory: a look-up is a binary search
that touches a few pages. Parquet was the other choice; it can only be searched by decoding it, docs/decisions/
0006-duplicate-index.md. What makes two texts one is `nlp.duplicates`.
"""

import functools
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nlp.duplicates import BANDS, DUPLICATE_RULES_VERSION, TextWords, band_keys, compare, read_words

LINK_SCHEMA = pa.schema(
    [
        pa.field("text_hash", pa.string(), nullable=False),
        pa.field("other_hash", pa.string(), nullable=False),
        pa.field("jaccard", pa.float64(), nullable=False),
        pa.field("containment", pa.float64(), nullable=False),
        pa.field("overlap", pa.float64(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)

# A bucket with more texts holds a turn of phrase, not copies: it is passed over. Copies share other buckets too.
MAX_BUCKET_TEXTS = 64
# Bands in which two texts must meet before they are compared: one meeting is mostly chance.
MIN_SHARED_BANDS = 2
# Segments of one size before they become one; each text is rewritten about log₄ n times.
_MERGE_FACTOR = 4
_MANIFEST = "index.json"

_Array = npt.NDArray[np.uint64]


class DuplicateIndex:
    """Near-duplicate links between texts, kept in a folder.

    The links over all calls of `add` do not depend on the order of texts or on how they are split into batches, as
    long as no bucket overflows (`MAX_BUCKET_TEXTS`).

    Args:
        folder: made if missing. One writer at a time; the caller sees to that (`orchestration` holds the home's lock).

    Raises:
        ValueError: the folder holds an index of another version; delete it and add all texts again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
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
        return sum(len(_read_texts(self._folder / name)) for name in self._segments)

    def add(self, texts: Iterable[tuple[str, str]]) -> pa.Table:
        """Add texts; find their near-duplicates among themselves and among those added before.

        Args:
            texts: pairs (text_hash, text). A text_hash that is in the index already is passed over, so adding again
                what was added before changes nothing.

        Returns:
            Columns of `LINK_SCHEMA`, one row an unordered pair, text_hash < other_hash, sorted. Texts of the same
            words are linked in a star: each to one of them, not each to each.
        """
        new = self._unknown(dict(texts))
        hashes = sorted(new)
        words = [read_words(new[text_hash]) for text_hash in hashes]
        keys = band_keys(words)
        rows = []
        for first, second in _pairs_within(keys, words):
            rows += _link(hashes[first], words[first], hashes[second], words[second])
        for name in self._segments:
            rows += _links_to(self._folder / name, hashes, words, keys)
        if hashes:
            self._append(hashes, words, keys, _standing_for_others(hashes, words, rows))
        rows.sort()
        columns = [[row[place] for row in rows] for place in range(len(LINK_SCHEMA))]
        return pa.table([pa.array(c, f.type) for c, f in zip(columns, LINK_SCHEMA, strict=True)], LINK_SCHEMA)

    def _unknown(self, texts: dict[str, str]) -> dict[str, str]:
        for name in self._segments:
            ids = _read_texts(self._folder / name)["hash_key"].to_numpy()
            wanted = _hash_keys(list(texts))
            places = np.minimum(np.searchsorted(ids, wanted), max(len(ids) - 1, 0))
            is_known = ids[places] == wanted if len(ids) else np.zeros(len(wanted), bool)
            new = [text_hash for text_hash, known in zip(texts, is_known.tolist(), strict=True) if not known]
            texts = {text_hash: texts[text_hash] for text_hash in new}
        return texts

    def _append(
        self, hashes: list[str], words: list[TextWords], keys: _Array, in_buckets: npt.NDArray[np.int64]
    ) -> None:
        rows = np.repeat(in_buckets, BANDS)
        added = _write_segment(self._folder, _text_table(hashes, words), keys[in_buckets].ravel(), rows)
        segments = [*self._segments, added]
        while (merged := self._due(segments)) is not None:
            segments = [name for name in segments if name not in merged] + [self._merge(merged)]
        retired = [name for name in {*self._segments, added} if name not in segments]
        self._segments = segments
        text = json.dumps({"version": DUPLICATE_RULES_VERSION, "segments": segments}, indent=1)
        (self._folder / f"{_MANIFEST}.new").write_text(text, encoding="utf-8")
        os.replace(self._folder / f"{_MANIFEST}.new", self._folder / _MANIFEST)  # noqa: PTH105 atomic by contract
        for name in retired:
            for part in ("texts", "buckets"):
                (self._folder / f"{name}.{part}.arrow").unlink(missing_ok=True)

    def _due(self, segments: Sequence[str]) -> list[str] | None:
        """Segments of about one size, once there are enough of them."""
        by_size: dict[int, list[str]] = {}
        for name in segments:
            level = len(_read_texts(self._folder / name)).bit_length() // _MERGE_FACTOR.bit_length()
            by_size.setdefault(level, []).append(name)
        return next((names for _, names in sorted(by_size.items()) if len(names) >= _MERGE_FACTOR), None)

    def _merge(self, names: list[str]) -> str:
        tables = [_read_texts(self._folder / name) for name in names]
        buckets = [_read_buckets(self._folder / name) for name in names]
        offsets = np.cumsum([0, *(len(table) for table in tables)])
        table = pa.concat_tables(tables)
        order = np.argsort(table["hash_key"].to_numpy(), kind="stable")
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        keys = np.concatenate([keys for keys, _ in buckets])
        rows = np.concatenate([place[rows + offset] for (_, rows), offset in zip(buckets, offsets, strict=False)])
        return _write_segment(self._folder, table.take(pa.array(order)).combine_chunks(), keys, rows)


def clusters(hashes: Iterable[str], links: pa.Table) -> dict[str, str]:
    """Cluster of every text: the smallest text_hash it is linked with, directly or through others."""
    parent = {text_hash: text_hash for text_hash in hashes}

    def root(item: str) -> str:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    for first, second in zip(links["text_hash"].to_pylist(), links["other_hash"].to_pylist(), strict=True):
        a, b = root(first), root(second)
        parent[max(a, b)] = min(a, b)
    return {text_hash: root(text_hash) for text_hash in parent}


def _link(hash_a: str, words_a: TextWords, hash_b: str, words_b: TextWords) -> list[tuple[object, ...]]:
    verdict = compare(words_a, words_b)
    if verdict.reason is None:
        return []
    return [(min(hash_a, hash_b), max(hash_a, hash_b), *(round(value, 6) for value in verdict[:3]), verdict.reason)]


def _standing_for_others(
    hashes: Sequence[str], words: Sequence[TextWords], rows: Sequence[tuple[object, ...]]
) -> npt.NDArray[np.int64]:
    """Texts that go into the buckets: of those of the same words the first, unless history has one already.

    A slogan that is posted daily would overflow its buckets otherwise.
    """
    new = set(hashes)
    of_history = {
        text_hash for row in rows if row[-1] == "same_words" and not new.issuperset(row[:2]) for text_hash in row[:2]
    }
    first_of: dict[tuple[str, ...], int] = {}
    for index, text in enumerate(words):
        first_of.setdefault(text.lemmas, index)
    chosen = [index for index in first_of.values() if hashes[index] not in of_history]
    return np.array(sorted(chosen), np.int64)


def _pairs_within(keys: _Array, words: Sequence[TextWords]) -> list[tuple[int, int]]:
    """Candidate pairs (smaller index first) of a batch."""
    first_of: dict[tuple[str, ...], int] = {}
    leaders = [first_of.setdefault(text.lemmas, index) for index, text in enumerate(words)]
    chosen = np.array(sorted(first_of.values()), np.int64)
    same = {(leader, index) for index, leader in enumerate(leaders) if leader != index}
    if len(chosen) < 2:
        return sorted(same)
    flat, rows = keys[chosen].ravel(), np.repeat(chosen, BANDS)
    order = np.lexsort((rows, flat))
    flat, rows = flat[order], rows[order]
    edges = np.flatnonzero(np.concatenate([[True], flat[1:] != flat[:-1], [True]]))
    sizes = np.diff(edges)
    found = [np.empty((0, 2), np.int64)]
    # buckets of one size at once: as many steps as there are sizes, whatever the number of buckets
    for size in np.unique(sizes[(sizes > 1) & (sizes <= MAX_BUCKET_TEXTS)]):
        members = rows[edges[:-1][sizes == size][:, None] + np.arange(size)]
        left, right = np.triu_indices(size, 1)
        found.append(np.stack([members[:, left].ravel(), members[:, right].ravel()], axis=1))
    return sorted(same | _often_enough(np.concatenate(found)))


def _often_enough(pairs: npt.NDArray[np.int64]) -> set[tuple[int, int]]:
    """Pairs that meet in at least `MIN_SHARED_BANDS` buckets."""
    if not len(pairs):
        return set()
    codes, counts = np.unique(pairs[:, 0] << 32 | pairs[:, 1], return_counts=True)
    chosen = codes[counts >= MIN_SHARED_BANDS]
    return set(zip((chosen >> 32).tolist(), (chosen & 0xFFFFFFFF).tolist(), strict=True))


def _links_to(
    segment: Path, hashes: Sequence[str], words: Sequence[TextWords], keys: _Array
) -> list[tuple[object, ...]]:
    """Links between a batch and one segment of history."""
    known_keys, known_rows = _read_buckets(segment)
    flat = keys.ravel()
    left, right = np.searchsorted(known_keys, flat, "left"), np.searchsorted(known_keys, flat, "right")
    sizes = right - left
    hits = np.flatnonzero((sizes > 0) & (sizes <= MAX_BUCKET_TEXTS))
    spans = np.repeat(left[hits] - np.cumsum(sizes[hits]) + sizes[hits], sizes[hits]) + np.arange(sizes[hits].sum())
    pairs = sorted(_often_enough(np.stack([np.repeat(hits // BANDS, sizes[hits]), known_rows[spans]], axis=1)))
    table = _read_texts(segment)
    needed = sorted({row for _, row in pairs})
    found = table.take(pa.array(needed, pa.int64()))
    lemmas, places = found["lemmas"].to_pylist(), found["places"].to_pylist()
    known_hashes = found["text_hash"].to_pylist()
    known = {
        row: (text_hash, TextWords(tuple(text.split()), frozenset(names.split()), frozenset(text.split())))
        for row, text_hash, text, names in zip(needed, known_hashes, lemmas, places, strict=True)
    }
    rows: list[tuple[object, ...]] = []
    for index, row in pairs:
        rows += _link(hashes[index], words[index], *known[row])
    return rows


def _hash_keys(hashes: Sequence[str]) -> _Array:
    digests = (hashlib.blake2b(text_hash.encode(), digest_size=8).digest() for text_hash in hashes)
    return np.array([int.from_bytes(digest, "little") for digest in digests], np.uint64)


def _text_table(hashes: list[str], words: list[TextWords]) -> pa.Table:
    return pa.table(
        {
            "hash_key": _hash_keys(hashes),
            "text_hash": pa.array(hashes, pa.large_string()),
            "lemmas": pa.array([" ".join(text.lemmas) for text in words], pa.large_string()),
            "places": pa.array([" ".join(sorted(text.places)) for text in words], pa.large_string()),
        }
    )


def _write_segment(folder: Path, texts: pa.Table, keys: _Array, rows: npt.NDArray[np.int64]) -> str:
    """Write a segment named by its texts; `rows` are rows of `texts` in the order given, sorted here by hash key."""
    order = np.argsort(texts["hash_key"].to_numpy(), kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    texts, rows = texts.take(pa.array(order)), place[rows]
    name = hashlib.blake2b(texts["hash_key"].to_numpy().tobytes(), digest_size=8).hexdigest()
    by_key = np.lexsort((rows, keys))
    _write(folder / f"{name}.texts.arrow", texts)
    _write(folder / f"{name}.buckets.arrow", pa.table({"bucket": keys[by_key], "row": rows[by_key]}))
    return name


def _write(path: Path, table: pa.Table) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks(), max_chunksize=max(len(table), 1))


def _read_texts(segment: Path) -> pa.Table:
    return _mapped(segment.with_name(f"{segment.name}.texts.arrow"))


def _read_buckets(segment: Path) -> tuple[_Array, npt.NDArray[np.int64]]:
    table = _mapped(segment.with_name(f"{segment.name}.buckets.arrow"))
    return table["bucket"].to_numpy(), table["row"].to_numpy()


@functools.lru_cache(maxsize=64)
def _mapped(path: Path) -> pa.Table:
    """The table of an Arrow file, mapped and not read. Files never change once written."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
