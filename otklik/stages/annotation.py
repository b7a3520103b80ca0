"""Texts of the lake that the current model has not seen yet → label and place tables under `lake/enriched/`.

The text model itself is `nlp/`. Here is only which texts it must see, where its tables go, and which tables of an
older model are dropped once the new one has covered everything.
"""

import os
from dataclasses import dataclass

import pyarrow.parquet as pq

from nlp.annotate import LABEL_SCHEMA, PLACE_SCHEMA
from nlp.pipeline import model_version
from nlp.workers import annotate_on_workers
from otklik.home import lake
from otklik.home.settings import Home
from otklik.intake.reference.rows import built_in
from otklik.run_context import is_encoder_asked, read_regions
from otklik.stages.routing import POST_ROUTE, POST_ROUTE_SCHEMA
from otklik.stages.texts import MESSAGE_WORDS, batch_file, count_rows, drop_superseded, seen_by, unseen_texts

_BATCH_TEXTS = 20_000
# Each takes about half a gigabyte.
_MOST_WORKERS = 8

POST_LABEL, POST_PLACE, MESSAGE_LABEL = "post_label", "post_place", "message_label"
ENRICHED_TEXT_SCHEMAS = {POST_LABEL: LABEL_SCHEMA, POST_PLACE: PLACE_SCHEMA, MESSAGE_LABEL: LABEL_SCHEMA}
ENRICHED_TEXT_SCHEMAS |= {POST_ROUTE: POST_ROUTE_SCHEMA}

# SQL of a row's words.
_POST_WORDS = "coalesce(text, '')"


@dataclass(frozen=True)
class AnnotationSummary:
    """What one annotation pass did: texts newly annotated, texts annotated in all, and by which model."""

    n_new: int
    n_total: int
    model_version: str


def annotate_posts(home: Home) -> AnnotationSummary:
    """Label the posts' texts that the current model has not seen, and find the places in them."""
    files, with_sense = lake.raw_files(home, "post"), is_encoder_asked(home)
    return _annotate(home, files, _POST_WORDS, POST_LABEL, POST_PLACE, gazetteer(home), with_sense=with_sense)


def annotate_messages(home: Home) -> AnnotationSummary:
    """Label the internal messages' texts that the current model has not seen. Places in them are not kept.

    The sentence encoder learned from what citizens write, and is not asked.
    """
    return _annotate(home, lake.message_text_files(home), MESSAGE_WORDS, MESSAGE_LABEL, None, [])


def _annotate(
    home: Home,
    files: str,
    words: str,
    label: str,
    place: str | None,
    gazetteer: list[str],
    *,
    with_sense: bool = False,
) -> AnnotationSummary:
    version = model_version(gazetteer, with_sense=with_sense)
    n_new = 0
    texts = unseen_texts(files, words, seen_by(home, label, version), batch_size=_BATCH_TEXTS)
    # cores that this process may use, not all that the machine has
    n_workers = min(len(os.sched_getaffinity(0)), _MOST_WORKERS)
    for annotations in annotate_on_workers(
        texts, n_workers=n_workers, batch_size=_BATCH_TEXTS, gazetteer=gazetteer, with_sense=with_sense
    ):
        hashes = annotations.labels["text_hash"]
        # places first: a text counts as seen once its label is there
        if place is not None:
            lake.write_table(batch_file(home, place, version, hashes), annotations.places)
        lake.write_table(batch_file(home, label, version, hashes), annotations.labels)
        n_new += annotations.labels.num_rows
    drop_superseded(home, label, [table for table in (label, place) if table], version)
    return AnnotationSummary(n_new, count_rows(home, label), version)


def gazetteer(home: Home) -> list[str]:
    """Names of municipalities and their centres in the regions of the run: the built-in list and the user's own."""
    regions = read_regions(home)
    names = {row[name] for row in built_in("municipality") if row["region"] in regions for name in ("name", "centre")}
    own = pq.read_table(lake.reference_path(home, "municipality"), columns=["name", "centre"])
    names.update(name for row in own.to_pylist() for name in row.values())
    return sorted(name for name in names if name)
