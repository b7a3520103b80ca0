"""Posts' texts that the duplicate index does not hold yet → pairs under `lake/enriched/near_duplicate/`.

Which texts are near-duplicates is `nlp.duplicate_index`. Here is where the index lies, in which order its files and the
lake's are written so that a run that was interrupted can be run again, and how a person's texts leave it.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from nlp.duplicate_index import LINK_SCHEMA, DuplicateIndex, Found
from nlp.duplicates import DUPLICATE_RULES_VERSION, MIN_JACCARD
from otklik.home import lake
from otklik.home.settings import Home
from otklik.stages.texts import unseen_texts

NEAR_DUPLICATE = "near_duplicate"
NEAR_DUPLICATE_SCHEMA = pa.schema(
    [
        *(LINK_SCHEMA.field(name) for name in ("text_hash", "other_text_hash", "jaccard", "is_elsewhere")),
        pa.field("model_version", pa.string(), False, {"doc": "Version of the rules."}),
    ],
    metadata={"doc": "One row per pair of texts of posts that are near-duplicates (definition 3)."},
)

_BATCH_TEXTS = 10_000
_PAIR = ["text_hash", "other_text_hash"]


@dataclass(frozen=True)
class NearDuplicateSummary:
    """What one pass did: texts added to the index, texts in it, pairs found, and pairs in all."""

    n_new: int
    n_total: int
    n_new_pairs: int
    n_pairs: int


def find_near_duplicates(home: Home) -> NearDuplicateSummary:
    """Compare posts' texts that are new with each other and with all that came before; writes the pairs.

    The pairs on disk are a function of the texts that ever came, whatever the order and the deliveries they came in:
    every pair that the index compares (see there) whose Jaccard is at least `MIN_JACCARD`.
    """
    index = _open(home)
    n_new = n_new_pairs = 0
    posts = lake.raw_files(home, "post")
    for batch in _batches(unseen_texts(posts, "text", index.text_hashes(), batch_size=_BATCH_TEXTS)):
        n_before = len(index)
        found = index.find(batch)
        links = found.links.filter(pc.greater_equal(found.links["jaccard"], MIN_JACCARD))
        _take_out(home, found)
        if links.num_rows:
            # named by what the index held: a pass that was interrupted before `commit` overwrites its own file
            _write(home, f"{n_before:012d}", links)
        index.commit(found)
        n_new += len(batch)
        n_new_pairs += links.num_rows
    return NearDuplicateSummary(n_new, len(index), n_new_pairs, _count(home))


def forget_texts(home: Home, text_hashes: pa.Array) -> list[str]:
    """Remove the index and its pairs if it holds one of these texts; the next pass makes both from what is left.

    Returns:
        The files removed, relative to the home.
    """
    folder = _folder(home)
    if not folder.exists():
        return []
    held = DuplicateIndex(folder).text_hashes()["text_hash"]
    if not pc.any(pc.is_in(text_hashes.cast(held.type), value_set=held)).as_py():
        return []
    removed = [*sorted(folder.iterdir()), *_files(home)]
    _remove(home)
    return [str(path.relative_to(home.root)) for path in removed]


def forget_all(home: Home) -> None:
    """Remove the index and its pairs; the next pass makes both from the lake."""
    _remove(home)


def _open(home: Home) -> DuplicateIndex:
    """The index, with the pairs that belong to it: if either is of an older version or gone, both are made again."""
    try:
        index = DuplicateIndex(_folder(home))
        is_whole = len(index) == 0 or _mark(home).exists()
        index.remove_unlisted()
    except ValueError:
        is_whole = False
    if not is_whole:
        _remove(home)
        index = DuplicateIndex(_folder(home))
    _mark(home).parent.mkdir(parents=True, exist_ok=True)
    _mark(home).touch()
    return index


def _mark(home: Home) -> Path:
    """Stands beside the pairs, so that a lake that was deleted does not pass for one whose texts have no pairs."""
    return home.lake / "enriched" / NEAR_DUPLICATE / "_of_index"


def _folder(home: Home) -> Path:
    # lemmas of what people wrote, not masked: as restricted as the words of internal messages
    return home.restricted / "duplicate_index"


def _remove(home: Home) -> None:
    for path in _files(home):
        path.unlink()
    _mark(home).unlink(missing_ok=True)
    shutil.rmtree(_folder(home), ignore_errors=True)


def _files(home: Home) -> list[Path]:
    folder = home.lake / "enriched" / NEAR_DUPLICATE
    return sorted(path for path in folder.glob("*.parquet") if not path.name.startswith("_"))


def _batches(texts: Iterator[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    while batch := list(islice(texts, _BATCH_TEXTS)):
        yield batch


def _take_out(home: Home, found: Found) -> None:
    """Rewrite the files that hold pairs which newcomers have displaced."""
    if not found.displaced:
        return
    displaced = pa.array(found.displaced, pa.string())
    for path in _files(home):
        table = pq.read_table(path)
        touched = pc.or_(*(pc.is_in(table[name], value_set=displaced) for name in _PAIR))
        suspects = table.filter(touched)
        gone = found.outdated(suspects.select(_PAIR))
        if pc.any(gone).as_py():
            kept = pa.concat_tables([table.filter(pc.invert(touched)), suspects.filter(pc.invert(gone))])
            lake.write_table(path, kept.sort_by([(name, "ascending") for name in _PAIR]))


def _write(home: Home, name: str, links: pa.Table) -> None:
    version = pa.array([DUPLICATE_RULES_VERSION] * links.num_rows, pa.string())
    table = links.select(NEAR_DUPLICATE_SCHEMA.names[:-1]).append_column(NEAR_DUPLICATE_SCHEMA.field(-1), version)
    lake.write_table(home.lake / "enriched" / NEAR_DUPLICATE / f"{name}.parquet", table)


def _count(home: Home) -> int:
    return sum(pq.read_metadata(path).num_rows for path in _files(home))
