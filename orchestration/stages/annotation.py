"""Texts of the lake that the current model has not seen yet → label and place tables under `lake/enriched/`.

The text model itself is `nlp/`. Here is only which texts it must see, where its tables go, and which tables of an
older model are dropped once the new one has covered everything.
"""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from nlp.annotate import LABEL_SCHEMA, PLACE_SCHEMA, annotate
from nlp.pipeline import model_version
from orchestration import lake
from orchestration.engine import connect
from orchestration.run_context import read_regions
from orchestration.settings import DBT_PROJECT_DIR, Home
from orchestration.stages.routing import POST_ROUTE, POST_ROUTE_SCHEMA
from orchestration.stages.texts import unseen_texts

_BATCH_TEXTS = 20_000

POST_LABEL, POST_PLACE, MESSAGE_LABEL = "post_label", "post_place", "message_label"
ENRICHED_TEXT_SCHEMAS = {POST_LABEL: LABEL_SCHEMA, POST_PLACE: PLACE_SCHEMA, MESSAGE_LABEL: LABEL_SCHEMA}
ENRICHED_TEXT_SCHEMAS |= {POST_ROUTE: POST_ROUTE_SCHEMA}

# Glob under the home, and SQL of a row's words.
_POST_TEXTS = ("lake/raw/post/*/*.parquet", "coalesce(text, '')")
_MESSAGE_TEXTS = ("restricted/message_text/*/*.parquet", "concat_ws(chr(10), subject, body)")


@dataclass(frozen=True)
class AnnotationSummary:
    """What one annotation pass did: texts newly annotated, texts annotated in all, and by which model."""

    n_new: int
    n_total: int
    model_version: str


def annotate_posts(home: Home) -> AnnotationSummary:
    """Label the posts' texts that the current model has not seen, and find the places in them."""
    return _annotate(home, _POST_TEXTS, POST_LABEL, POST_PLACE, gazetteer=gazetteer(home))


def annotate_messages(home: Home) -> AnnotationSummary:
    """Label the internal messages' texts that the current model has not seen. Places in them are not kept."""
    return _annotate(home, _MESSAGE_TEXTS, MESSAGE_LABEL, None, gazetteer=[])


def _annotate(
    home: Home, source: tuple[str, str], label: str, place: str | None, gazetteer: list[str]
) -> AnnotationSummary:
    version = model_version(gazetteer)
    n_new = 0
    files, text = source
    labels = home.lake / "enriched" / label / "*.parquet"
    seen = f"select text_hash from read_parquet('{labels}') where model_version = '{version}'"
    texts = unseen_texts(f"{home.root}/{files}", text, seen, batch_size=_BATCH_TEXTS)
    for annotations in annotate(texts, batch_size=_BATCH_TEXTS, gazetteer=gazetteer):
        name = f"{version}-{_batch_name(annotations.labels)}.parquet"
        # places first: a text counts as seen once its label is there
        if place is not None:
            lake.write_table(home.lake / "enriched" / place / name, annotations.places)
        lake.write_table(home.lake / "enriched" / label / name, annotations.labels)
        n_new += annotations.labels.num_rows
    _drop_superseded(home, label, [table for table in (label, place) if table], version)
    return AnnotationSummary(n_new, _count_labels(home, label), version)


def _batch_name(labels: pa.Table) -> str:
    """A batch is named by the texts it holds, so that an interrupted pass overwrites its own files."""
    digest = hashlib.sha256()
    for text_hash in labels["text_hash"].to_pylist():
        digest.update(text_hash.encode())
    return digest.hexdigest()[:16]


def _drop_superseded(home: Home, label: str, tables: list[str], version: str) -> None:
    """Take rows of older models out, unless their text is no longer there to be read again (retention, erasure)."""
    current = home.lake / "enriched" / label / f"{version}-*.parquet"
    if not list(current.parent.glob(current.name)):
        return
    for table in tables:
        for path in sorted((home.lake / "enriched" / table).glob("*.parquet")):
            if path.name.startswith((version, "_")):
                continue
            with connect() as connection:
                kept = connection.execute(
                    f"select old.* from read_parquet('{path}') as old "
                    f"anti join read_parquet('{current}') using (text_hash) order by all"
                ).to_arrow_table()
            if kept.num_rows:
                lake.write_table(path, kept)
            else:
                path.unlink()


def _count_labels(home: Home, label: str) -> int:
    labels = home.lake / "enriched" / label / "*.parquet"
    with connect() as connection:
        found = connection.execute(f"select count(*) from read_parquet('{labels}')").fetchone()
    return int(found[0]) if found else 0


def gazetteer(home: Home) -> list[str]:
    """Names of municipalities and their centres in the regions of the run: the built-in list and the user's own."""
    regions = read_regions(home)
    names: set[str] = set()
    with Path(DBT_PROJECT_DIR / "seeds" / "municipality.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["region"] in regions:
                names.update((row["name"], row["centre"]))
    own = home.lake / "raw" / "municipality" / "*" / "*.parquet"
    with connect() as connection:
        rows = connection.execute(f"select name, centre from read_parquet('{own}', union_by_name = true)").fetchall()
    names.update(name for row in rows for name in row)
    return sorted(name for name in names if name)
