"""Which pairs of posts a person should read: drawn from the warehouse, written as a sheet, read back as labels.

Belongs here: drawing, the sheet's columns, turning answers into rows of the entity `label`. Asking on a terminal is
`otklik/commands/label_incidents.py`; what answers are used for is `incident_joining`.
"""

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from otklik.home.engine import open_warehouse
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.home.spreadsheets import inert
from otklik.intake.entities import PAIR_ANSWERS
from otklik.stages.incident_joining import STRATUM

SHEET_COLUMNS = (
    *("source_a", "source_post_id_a", "source_b", "source_post_id_b", "label"),
    *("stratum", "metres", "hours_apart", "is_of_one_person", "posted_at_a", "posted_at_b"),
    *("address_a", "address_b", "category_a", "category_b", "text_a", "text_b", "map_a", "map_b"),
)
"""A row a pair; whoever reads it fills in `label`: same, different or cannot_tell."""
LABEL_COLUMNS = (
    *("of_source", "of_source_post_id", "label_kind", "value", "annotator", "labelled_at"),
    *("with_source", "with_source_post_id"),
)
_LEAST_OF_STRATUM = 2

# What evidence rules out is certain enough, and what a person answered is answered.
_STRATA = f"""
    with answered as (
        select least(post_id, other_post_id) as one_id, greatest(post_id, other_post_id) as other_id
        from int_incident_label where other_post_id is not null
    ),
    evidence as (
        select thread_number, other_thread_number, is_vetoed, {STRATUM} as stratum from int_incident_pair_evidence
    )
    select
        threads.thread_id as later_id, other_threads.thread_id as earlier_id, evidence.stratum,
        1 / (1 + pow(2.0, -scores.points)) as probability
    from evidence
    inner join int_incident_pair_score as scores using (thread_number, other_thread_number)
    inner join int_incident_thread as threads using (thread_number)
    inner join int_incident_thread as other_threads
        on evidence.other_thread_number = other_threads.thread_number
    left join answered
        on answered.one_id = least(threads.thread_id, other_threads.thread_id)
        and answered.other_id = greatest(threads.thread_id, other_threads.thread_id)
    where not evidence.is_vetoed and answered.one_id is null
    order by later_id, earlier_id
"""
_SHOWN = """
    select
        a.source as source_a, a.source_post_id as source_post_id_a,
        b.source as source_b, b.source_post_id as source_post_id_b, null as label, drawn.stratum,
        round(evidence.metres) as metres, round(evidence.hours_apart, 1) as hours_apart,
        a.author_subject_id = b.author_subject_id as is_of_one_person,
        a.posted_at as posted_at_a, b.posted_at as posted_at_b, a.place_text as address_a, b.place_text as address_b,
        concat_ws(' / ', a.declared_group, a.declared_topic) as category_a,
        concat_ws(' / ', b.declared_group, b.declared_topic) as category_b, a.text as text_a, b.text as text_b,
        a_thread.lat as lat_a, a_thread.lon as lon_a, b_thread.lat as lat_b, b_thread.lon as lon_b
    from drawn
    inner join int_post as a on drawn.earlier_id = a.post_id
    inner join int_post as b on drawn.later_id = b.post_id
    inner join int_incident_thread as a_thread on drawn.earlier_id = a_thread.thread_id
    inner join int_incident_thread as b_thread on drawn.later_id = b_thread.thread_id
    inner join int_incident_pair_evidence as evidence
        on evidence.thread_number = b_thread.thread_number and evidence.other_thread_number = a_thread.thread_number
    order by drawn.number
"""


def draw_pairs(home: Home, n_pairs: int, *, seed: int = 0) -> pd.DataFrame:
    """Pairs whose answers help most: from every stratum, from those more whose answers are less certain.

    A stratum of pairs with probabilities pᵢ gets a number in proportion to √Σ pᵢ(1 − pᵢ), and at least two; within it
    pairs are drawn alike, so that each answer stands for the same number of pairs. The order is mixed: who stops early
    has read some of each.

    Args:
        home: a home that has run.
        n_pairs: how many; fewer where there are no more.
        seed: start of the draw.

    Returns:
        SHEET_COLUMNS, label empty. Words are masked as in `fct_post`.
    """
    rng = np.random.default_rng(seed)
    with open_warehouse(home) as connection:
        pairs = connection.execute(_STRATA).df()
        sizes = _sizes(pairs, n_pairs)
        parts = [rows.iloc[rng.permutation(len(rows))[: sizes[str(name)]]] for name, rows in pairs.groupby("stratum")]
        drawn = pd.concat(parts) if parts else pairs
        drawn = drawn.iloc[rng.permutation(len(drawn))].assign(number=range(len(drawn)))
        connection.register("drawn", drawn)
        sheet = connection.execute(_SHOWN).df()
    for side in ("a", "b"):
        points = zip(sheet[f"lat_{side}"], sheet[f"lon_{side}"], strict=True)
        sheet[f"map_{side}"] = [_map_link(lat, lon) for lat, lon in points]
    return sheet[list(SHEET_COLUMNS)]


def write_sheet(path: Path, sheet: pd.DataFrame) -> None:
    """Write a sheet for its owner alone: it holds people's words."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        # ids are read back as they are
        told = [str(name) for name in sheet if str(name).startswith(("text", "address", "category"))]
        words = {name: sheet[name].map(inert, na_action="ignore") for name in told}
        sheet.assign(**words).to_csv(file, index=False)


def read_answers(path: Path) -> list[dict[str, str]]:
    """Answered rows of a sheet, those without an answer left out.

    Besides sheets, any CSV with source_post_id_a, source_post_id_b and label is read; sources may be left out.

    Raises:
        ConfigurationError: no such file, a column is missing, or an answer is none of same, different, cannot_tell.
    """
    if not path.is_file():
        raise ConfigurationError(f"{path}: no such file.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    needed = ("source_post_id_a", "source_post_id_b", "label")
    missing = [name for name in needed if rows and name not in rows[0]]
    if missing:
        raise ConfigurationError(f"{path}: lacks {', '.join(missing)}; needed are {', '.join(needed)}.")
    for number, row in enumerate(rows, start=2):
        if row["label"].strip() not in ("", *PAIR_ANSWERS):
            raise ConfigurationError(
                f"{path}: row {number}, label: found {row['label']!r}; "
                f"accepted are {', '.join(PAIR_ANSWERS)}, or nothing."
            )
    return [row for row in rows if row["label"].strip()]


def label_rows(
    home: Home, answers: Sequence[Mapping[str, str]], *, annotator: str, at: datetime
) -> list[dict[str, Any]]:
    """Answers as rows of the entity `label`, LABEL_COLUMNS.

    Raises:
        ConfigurationError: a post is not there, or its source is not told and several have a post of that id.
    """
    ids = {row[f"source_post_id_{side}"] for row in answers for side in ("a", "b")}
    with open_warehouse(home) as connection:
        connection.register("asked", pd.DataFrame({"source_post_id": sorted(ids)}, dtype=str))
        found = connection.execute(
            "select distinct source_post_id, source from int_post semi join asked using (source_post_id) order by all"
        ).fetchall()
    sources: dict[str, list[str]] = {}
    for source_post_id, source in found:
        sources.setdefault(source_post_id, []).append(source)
    return [
        {
            "of_source": _source_of(row, "a", sources),
            "of_source_post_id": row["source_post_id_a"],
            "label_kind": "incident_pair",
            "value": row["label"].strip(),
            "annotator": annotator,
            "labelled_at": at.isoformat(),
            "with_source": _source_of(row, "b", sources),
            "with_source_post_id": row["source_post_id_b"],
        }
        for row in answers
    ]


def write_labels(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows to a CSV of labels; it is begun with its header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, LABEL_COLUMNS)
        if is_new:
            writer.writeheader()
        writer.writerows(rows)


def _sizes(pairs: pd.DataFrame, n_pairs: int) -> dict[str, int]:
    """How many to draw of each stratum."""
    uncertain = pairs["probability"] * (1 - pairs["probability"])
    share = uncertain.groupby(pairs["stratum"]).sum() ** 0.5
    wanted = (n_pairs * share / share.sum()).round().to_dict()
    of_stratum = pairs["stratum"].value_counts().to_dict()
    sizes = {str(name): int(min(of_stratum[name], max(_LEAST_OF_STRATUM, number))) for name, number in wanted.items()}
    # The least of each stratum may be too many: what is too much comes off the largest.
    for _ in range(max(0, sum(sizes.values()) - n_pairs)):
        sizes[max(sizes, key=lambda name: (sizes[name], name))] -= 1
    return sizes


def _source_of(row: Mapping[str, str], side: str, sources: Mapping[str, list[str]]) -> str:
    post = row[f"source_post_id_{side}"]
    told = (row.get(f"source_{side}") or "").strip()
    known = sources.get(post, [])
    if told in known:
        return told
    if told or not known:
        raise ConfigurationError(f"No post {post!r} of {told or 'any source'} in this home; it has to be run first.")
    if len(known) > 1:
        raise ConfigurationError(f"Post {post!r} is in {', '.join(known)}: say which in a column source_{side}.")
    return known[0]


def _map_link(lat: float, lon: float) -> str:
    if pd.isna(lat) or pd.isna(lon):
        return ""
    return f"https://www.openstreetmap.org/?mlat={lat:.6f}&mlon={lon:.6f}#map=19/{lat:.6f}/{lon:.6f}"
