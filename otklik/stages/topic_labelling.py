"""Which texts a person should label with authority, group and topic: drawn, written as a sheet, read back as labels.

Belongs here: which posts are candidates, the sheet's columns, answers as rows of the entity `label`. Which of the
candidates help most is `nlp.topic_choice`; learning from the answers is `training`.
"""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from nlp.topic_choice import most_helpful
from nlp.topic_features import TextFeatures
from nlp.topic_model import LABELS, TopicModel
from otklik.home.engine import open_warehouse
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home

SHEET_COLUMNS = ("source", "source_post_id", *LABELS, *(f"predicted_{name}" for name in LABELS), "text")
"""A row a text; whoever reads it fills in authority, group and topic, each where they are certain of it."""

# Words that nobody labelled: neither a source nor a person, on whichever post they stand.
_CANDIDATES = f"""
    with labelled as (
        select posts.text_hash from int_post as posts
        where concat(posts.declared_authority, posts.declared_group, posts.declared_topic) <> ''
        union
        select posts.text_hash from int_post as posts
        inner join stg_label as labels using (post_id)
        where labels.label_kind in {LABELS}
    )
    select
        arg_min(posts.source, (posts.source, posts.source_post_id)) as source,
        arg_min(posts.source_post_id, (posts.source, posts.source_post_id)) as source_post_id,
        any_value(posts.text order by posts.text) as text
    from int_post as posts
    anti join labelled using (text_hash)
    where posts.text is not null and length(trim(posts.text)) > 0
    group by posts.text_hash
    order by source, source_post_id
"""


def draw_texts(home: Home, model: TopicModel | None, n: int, *, seed: int = 0) -> pd.DataFrame:
    """The texts whose labels would help most, among those that neither a source nor a person labelled.

    Args:
        home: a home that has run.
        model: the one in force, whose doubts count; None draws texts that differ most from one another.
        n: how many; fewer where there are no more.
        seed: of the draw.

    Returns:
        SHEET_COLUMNS, all str; authority, group and topic empty. Words are masked as in `fct_post`.
    """
    with open_warehouse(home) as connection:
        texts = connection.execute(_CANDIDATES).df()
    words = texts["text"].tolist()
    if model is None:
        doubt, rows = np.ones(len(words)), TextFeatures().fit(words) if words else None
        named = pd.DataFrame(dict.fromkeys(LABELS, ""), index=texts.index)
    else:
        named = model.predict(words)
        doubt = 1 - named[[f"{name}_probability" for name in LABELS]].to_numpy(dtype=np.float64).mean(axis=1)
        rows = model.features.transform(words) if words else None
    chosen = most_helpful(rows, doubt, n, seed=seed) if rows is not None else []
    sheet = texts.assign(**dict.fromkeys(LABELS, ""), **{f"predicted_{name}": named[name] for name in LABELS})
    return sheet.iloc[chosen].reset_index(drop=True)[list(SHEET_COLUMNS)]


def read_topic_answers(path: Path) -> list[dict[str, str]]:
    """Rows of a sheet in which at least one of authority, group and topic is filled in.

    Raises:
        ConfigurationError: no such file, or a column is missing.
    """
    if not path.is_file():
        raise ConfigurationError(f"{path}: no such file.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    needed = ("source", "source_post_id", *LABELS)
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise ConfigurationError(f"{path}: lacks {', '.join(missing)}; needed are {', '.join(needed)}.")
    return [row for row in rows if any(row[name].strip() for name in LABELS)]


def topic_label_rows(answers: Sequence[Mapping[str, str]], *, annotator: str, at: datetime) -> list[dict[str, Any]]:
    """Answers as rows of the entity `label`: a row for each of authority, group and topic that is filled in."""
    return [
        {
            "of_source": row["source"],
            "of_source_post_id": row["source_post_id"],
            "label_kind": name,
            "value": row[name].strip(),
            "annotator": annotator,
            "labelled_at": at.isoformat(),
        }
        for row in answers
        for name in LABELS
        if row[name].strip()
    ]
