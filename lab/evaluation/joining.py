"""`otklik evaluate joining`: which posts are one incident, against pairs of posts that somebody read (definition 3).

A pair is joined if both posts lie in one incident of the snapshot in force. Of pairs read as same or different,
with wᵢ how many pairs of the region each stands for,
    precision = Σ wᵢ [joined, same] / Σ wᵢ [joined],  recall = Σ wᵢ [joined, same] / Σ wᵢ [same],
with percentile intervals over resampled pairs. Pairs that nobody could tell are counted and in neither.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lab.evaluation import EvaluationRequest
from lab.evaluation.truth import read_truth
from otklik.home.engine import connect, text_literal
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.intake.keyed_ids import keyed_id_sql, keyed_ids, register_ids
from otklik.publishing.snapshot_files import DATABASE_NAME

ANSWERS = ("same", "different", "cannot_tell")
_RESAMPLES, _SEED = 2_000, 20_260_930
# Ids of sources are not published, so a post's id is made under the key of the home, for every source there is.
_PUBLISHED = f"""
    with posts as (
        select fct_post.post_id, bridge.incident_id, bridge.link_reason, fct_post.author_subject_id, fct_post.source,
            fct_post.posted_at
        from published.fct_post
        left join published.bridge_incident_post as bridge using (post_id)
    ),
    sources as (select distinct source from posts),
    ids as (
        select distinct id, sources.source, {keyed_id_sql("post", "sources.source", "id")} as post_id
        from (select source_post_id_a as id from pair union select source_post_id_b from pair)
        cross join sources
    ),
    found as (select ids.id, posts.* from ids inner join posts using (post_id))
    select pair.number, a.post_id as a_id, b.post_id as b_id,
        a.incident_id is not distinct from b.incident_id and a.incident_id is not null as is_joined,
        a.author_subject_id is distinct from b.author_subject_id as is_of_two_people,
        case when (a.posted_at, a.post_id) > (b.posted_at, b.post_id) then a.link_reason else b.link_reason end
            as reason
    from pair
    left join found as a on pair.source_post_id_a = a.id and (pair.source is null or pair.source = a.source)
    left join found as b on pair.source_post_id_b = b.id and a.source = b.source
    order by pair.number
"""


def evaluate(request: EvaluationRequest) -> dict[str, Any]:
    """Score the incidents of a home.

    Args:
        request: truth is a CSV with source_post_id_a, source_post_id_b, label (same, different, cannot_tell), weight,
            and perhaps source; home has published a snapshot with the posts.

    Returns:
        n_pairs, n_same, n_different, n_cannot_tell, n_not_found (pairs with a post that the snapshot lacks; in nothing
        else); precision and recall with their intervals; joined_cannot_tell (their weighted share); two_people: the
        same of pairs of two people; per_reason: precision of the joined by why the later post of the two was joined.

    Raises:
        ConfigurationError: no home, no snapshot, a column or a value of the pairs is not as it should be, or none of
            the posts is there.
    """
    if request.home is None:
        raise ConfigurationError("evaluate joining needs --home, the folder of a deployment that published.")
    snapshot = Home(request.home).analyst
    if not (snapshot / DATABASE_NAME).is_file():
        raise ConfigurationError(f"{snapshot}: nothing is published there; run `otklik run` first.")
    pairs = _read_pairs(request.truth)
    joined = _joined(pairs, snapshot, Home(request.home))
    pairs = pairs.join(joined)
    is_found = pairs["a_id"].notna() & pairs["b_id"].notna()
    if not is_found.any():
        raise ConfigurationError(
            f"{request.truth}: none of its posts is in {snapshot}. Ids are those of the source; if several sources "
            "have the same ids, add a column `source`."
        )
    found = pairs[is_found]
    counts = found["label"].value_counts()
    unsure = found[found["label"] == "cannot_tell"]
    return {
        "n_pairs": len(found),
        **{f"n_{answer}": int(counts.get(answer, 0)) for answer in ANSWERS},
        "n_not_found": int((~is_found).sum()),
        **_scores(found),
        "joined_cannot_tell": _share(
            float((unsure["weight"] * unsure["is_joined"].astype(float)).sum()), float(unsure["weight"].sum())
        ),
        "two_people": _scores(found[found["is_of_two_people"].astype(bool)]),
        "per_reason": {
            str(reason): _scores(rows, is_recall_told=False)
            for reason, rows in found[found["is_joined"].astype(bool)].groupby("reason")
        },
    }


def _read_pairs(path: Path) -> pd.DataFrame:
    pairs = read_truth(path, ("source_post_id_a", "source_post_id_b", "label", "weight"), ("source",))
    wrong = pairs[~pairs["label"].isin(ANSWERS)]
    if len(wrong):
        raise ConfigurationError(
            f"{path}: row {wrong.index[0] + 2}, label: found {wrong['label'].iloc[0]!r}; "
            f"accepted are {', '.join(ANSWERS)}."
        )
    weight = pd.to_numeric(pairs["weight"], errors="coerce")
    bad = pairs[~(weight > 0)]
    if len(bad):
        raise ConfigurationError(
            f"{path}: row {bad.index[0] + 2}, weight: found {bad['weight'].iloc[0]!r}; accepted are numbers above 0."
        )
    return pairs.assign(weight=weight)


def _joined(pairs: pd.DataFrame, snapshot: Path, home: Home) -> pd.DataFrame:
    told = pairs[["source_post_id_a", "source_post_id_b"]].assign(
        source=pairs.get("source", None), number=range(len(pairs))
    )
    with connect() as connection:
        register_ids(connection, keyed_ids(home))
        connection.execute(f"attach {text_literal(snapshot / DATABASE_NAME)} as published (read_only)")
        connection.execute(
            "create table pair (source_post_id_a varchar, source_post_id_b varchar, source varchar, number bigint)"
        )
        connection.register("told", told)
        connection.execute("insert into pair by name from told")
        found = connection.execute(_PUBLISHED).df()
    if found["number"].duplicated().any():
        raise ConfigurationError("Several sources of the home have posts with these ids: add a column `source`.")
    return found.set_index("number")


def _scores(pairs: pd.DataFrame, *, is_recall_told: bool = True) -> dict[str, Any]:
    """Precision and recall of the decided pairs; the interval of nothing is null."""
    decided = pairs[pairs["label"] != "cannot_tell"]
    weight = decided["weight"].to_numpy(dtype=float)
    same = (decided["label"] == "same").to_numpy(dtype=float)
    joined = decided["is_joined"].to_numpy(dtype=float)
    both = weight * joined * same
    drawn = np.random.default_rng(_SEED).poisson(1.0, size=(_RESAMPLES, len(decided)))
    scores: dict[str, Any] = {"n_joined": int(joined.sum()), "n_joined_same": int((joined * same).sum())}
    for name, of in {"precision": weight * joined, "recall": weight * same}.items():
        if name == "recall" and not is_recall_told:
            continue
        with np.errstate(invalid="ignore", divide="ignore"):
            resampled = (drawn @ both) / (drawn @ of)
        known = resampled[np.isfinite(resampled)]
        scores[name] = _share(both.sum(), of.sum())
        scores[f"{name}_interval"] = [float(one) for one in np.quantile(known, [0.025, 0.975])] if len(known) else None
    return scores


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
