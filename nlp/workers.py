"""Annotation on several processes: raw texts go out in chunks, Arrow tables come back, and no document is pickled.

What is written of a text belongs to `nlp.annotate`; here is only who computes it. A few texts are computed in this
process: a worker costs the import of spaCy and a cold table of words.
"""

import itertools
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor

import pyarrow as pa

from nlp.annotate import DEFAULT_BATCH_SIZE, Annotations, annotate

# From so many texts on workers are worth their start.
MIN_TEXTS = 30_000
# Texts a worker is given at a time; a few of them wait for each worker, and no more is held in memory.
CHUNK_TEXTS = 1_000
_CHUNKS_AHEAD = 3


def annotate_on_workers(
    texts: Iterable[tuple[str, str]],
    *,
    n_workers: int,
    batch_size: int = DEFAULT_BATCH_SIZE,
    gazetteer: Iterable[str] = (),
    min_texts: int = MIN_TEXTS,
    with_sense: bool = False,
) -> Iterator[Annotations]:
    """`nlp.annotate.annotate` on several processes: the same batches in the same order, whoever computed them.

    Args:
        texts: pairs (text_hash, text), read lazily.
        n_workers: processes; below 2 everything is computed in this one.
        batch_size: texts a batch.
        gazetteer: as for `annotate`.
        min_texts: fewer texts than this are computed in this process.
        with_sense: as for `annotate`.

    Raises:
        ValueError, TypeError: as `annotate`.
    """
    names = tuple(sorted(set(gazetteer)))
    pairs = iter(texts)
    head = list(itertools.islice(pairs, min_texts)) if n_workers > 1 else []
    everything = itertools.chain(head, pairs)
    if n_workers < 2 or len(head) < min_texts or batch_size < 1:
        yield from annotate(everything, batch_size=batch_size, gazetteer=names, with_sense=with_sense)
        return
    # A server that has imported spaCy once forks every worker; this process, with its threads, is never forked.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["nlp.pipeline"])
    with ProcessPoolExecutor(n_workers, mp_context=context, initializer=_end_with_parent) as pool:
        while batch := list(itertools.islice(everything, batch_size)):
            yield _joined(list(_annotated(pool, batch, n_workers, names, with_sense)))


def _annotated(
    pool: ProcessPoolExecutor,
    batch: list[tuple[str, str]],
    n_workers: int,
    names: tuple[str, ...],
    with_sense: bool,
) -> Iterator[Annotations]:
    waiting: deque[Future[Annotations]] = deque()
    for start in range(0, len(batch), CHUNK_TEXTS):
        waiting.append(pool.submit(_annotate_chunk, batch[start : start + CHUNK_TEXTS], names, with_sense))
        if len(waiting) > n_workers * _CHUNKS_AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _end_with_parent() -> None:
    """A worker of a run that was killed would wait for texts for ever."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)


def _annotate_chunk(chunk: list[tuple[str, str]], names: tuple[str, ...], with_sense: bool) -> Annotations:
    return next(annotate(chunk, batch_size=len(chunk), gazetteer=names, with_sense=with_sense))


def _joined(parts: list[Annotations]) -> Annotations:
    labels = pa.concat_tables([part.labels for part in parts]).combine_chunks()
    return Annotations(labels, pa.concat_tables([part.places for part in parts]).combine_chunks())
