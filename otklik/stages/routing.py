"""Texts of posts → `lake/enriched/post_route/`: authority, group and topic as the trained model names them.

Only where a model was trained on the home's own labels (`training`); without one the table stays empty. The labels are
the user's own words for them, not codes of the built-in taxonomy. A new model names every text again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa

from nlp.topic_model import LABELS, TopicModel
from otklik.home import lake
from otklik.home.settings import Home
from otklik.stages.texts import batch_file, count_rows, seen_by, unseen_texts
from otklik.stages.training import current_model

POST_ROUTE = "post_route"
POST_ROUTE_SCHEMA = pa.schema(
    [
        pa.field("text_hash", pa.string(), False, {"doc": "MD5 of the words."}),
        *(
            pa.field(f"predicted_{name}", pa.string(), False, {"doc": f"The {name}, as the labels call it."})
            for name in LABELS
        ),
        *(
            pa.field(
                f"predicted_{name}_probability", pa.float64(), False, {"doc": "Its calibrated probability, 0 to 1."}
            )
            for name in LABELS
        ),
        pa.field("model_version", pa.string(), False, {"doc": "Version of the trained model."}),
    ],
    metadata={"doc": "One row per text of a post, while a model trained on the user's own labels is there."},
)
_BATCH_TEXTS = 20_000
# A model has nothing to say of a blank text.
_WORDS = "case when length(trim(text)) > 0 then text end"


@dataclass(frozen=True)
class RoutingSummary:
    """What one pass did: texts newly named, texts named in all, and by which model (None: nothing was trained)."""

    n_new: int
    n_total: int
    model_version: str | None


def route_posts(home: Home) -> RoutingSummary:
    """Name authority, group and topic of the posts' texts that the current trained model has not seen."""
    folder = home.lake / "enriched" / POST_ROUTE
    model = current_model(home)
    n_new = 0
    if model is not None:
        for table in _routed(home, model):
            lake.write_table(batch_file(home, POST_ROUTE, model.version, table["text_hash"]), table)
            n_new += table.num_rows
    for path in sorted(folder.glob("*.parquet")):
        is_current = model is not None and path.name.startswith(f"{model.version}-")
        if not is_current and not path.name.startswith("_"):
            path.unlink()
    return RoutingSummary(n_new, count_rows(home, POST_ROUTE), model.version if model else None)


def _routed(home: Home, model: TopicModel) -> Iterator[pa.Table]:
    posts = lake.raw_files(home, "post")
    texts = unseen_texts(posts, _WORDS, seen_by(home, POST_ROUTE, model.version), batch_size=_BATCH_TEXTS)
    while batch := list(islice(texts, _BATCH_TEXTS)):
        hashes, words = zip(*batch, strict=True)
        named = model.predict(words)
        columns = [pa.array(hashes, pa.string())]
        columns += [pa.array(named[name], pa.string()) for name in LABELS]
        columns += [pa.array(named[f"{name}_probability"], pa.float64()) for name in LABELS]
        yield pa.table([*columns, pa.array([model.version] * len(hashes))], schema=POST_ROUTE_SCHEMA)
