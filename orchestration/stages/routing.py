"""Texts of posts → `lake/enriched/post_route/`: authority, group and topic as the trained model names them.

Only where a model was trained on the home's own labels (`training`); without one the table stays empty. The labels are
the user's own words for them, not codes of the built-in taxonomy. A new model names every text again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa

from nlp.topic_model import LABELS, TopicModel
from orchestration import lake
from orchestration.engine import connect
from orchestration.settings import Home
from orchestration.stages.training import current_model

POST_ROUTE = "post_route"
POST_ROUTE_SCHEMA = pa.schema(
    [
        pa.field("text_hash", pa.string(), nullable=False),
        *(pa.field(f"predicted_{name}", pa.string(), nullable=False) for name in LABELS),
        *(pa.field(f"predicted_{name}_probability", pa.float64(), nullable=False) for name in LABELS),
        pa.field("model_version", pa.string(), nullable=False),
    ]
)
_BATCH_TEXTS = 20_000


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
            # a text stands in one file only, so its hash names the file
            lake.write_table(folder / f"{model.version}-{table['text_hash'][0]}.parquet", table)
            n_new += table.num_rows
    for path in sorted(folder.glob("*.parquet")):
        is_current = model is not None and path.name.startswith(f"{model.version}-")
        if not is_current and not path.name.startswith("_"):
            path.unlink()
    with connect() as connection:
        found = connection.execute(f"select count(*) from read_parquet('{folder}/*.parquet')").fetchone()
    return RoutingSummary(n_new, int(found[0]) if found else 0, model.version if model else None)


def _routed(home: Home, model: TopicModel) -> Iterator[pa.Table]:
    texts = _unseen(home, model.version)
    while batch := list(islice(texts, _BATCH_TEXTS)):
        hashes, words = zip(*batch, strict=True)
        named = model.predict(words)
        columns = [pa.array(hashes, pa.string())]
        columns += [pa.array(named[name], pa.string()) for name in LABELS]
        columns += [pa.array(named[f"{name}_probability"], pa.float64()) for name in LABELS]
        yield pa.table([*columns, pa.array([model.version] * len(hashes))], schema=POST_ROUTE_SCHEMA)


def _unseen(home: Home, version: str) -> Iterator[tuple[str, str]]:
    """Pairs of hash and text in order of the hash, blank texts left out."""
    query = f"""
        select text_hash, any_value(text order by text)
        from read_parquet('{home.lake}/raw/post/*/*.parquet', union_by_name = true)
        anti join (
            select text_hash from read_parquet('{home.lake}/enriched/{POST_ROUTE}/*.parquet')
            where model_version = '{version}'
        ) using (text_hash)
        where length(trim(coalesce(text, ''))) > 0
        group by text_hash
        order by text_hash
    """
    with connect() as connection:
        for batch in connection.execute(query).to_arrow_reader(_BATCH_TEXTS):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
