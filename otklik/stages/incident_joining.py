"""Warehouse → weights of evidence, and which threads are one incident, under `lake/enriched/`.

Two stages between dbt steps: weights are fitted on people's answers before pairs are scored, threads are grouped after.
The algorithms are `incidents/`; what a pair's evidence is, and what it scores, is SQL.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from incidents.joining import (
    INCIDENT_MEMBER_SCHEMA,
    INCIDENT_REGROUPING_SCHEMA,
    Decision,
    join_threads,
)
from incidents.joining_weights import (
    JOINING_MODEL_SCHEMA,
    JOINING_WEIGHT_SCHEMA,
    METHOD_VERSION,
    FittedWeights,
    fit_weights,
    site_of_pairs,
)
from incidents.sites import find_sites
from otklik.home import lake
from otklik.home.engine import open_warehouse
from otklik.home.settings import Home

JOINING_WEIGHT, JOINING_MODEL = "joining_weight", "joining_model"
INCIDENT_MEMBER, INCIDENT_REGROUPING = "incident_member", "incident_regrouping"
ENRICHED_JOINING_SCHEMAS = {
    JOINING_WEIGHT: JOINING_WEIGHT_SCHEMA,
    JOINING_MODEL: JOINING_MODEL_SCHEMA,
    INCIDENT_MEMBER: INCIDENT_MEMBER_SCHEMA,
    INCIDENT_REGROUPING: INCIDENT_REGROUPING_SCHEMA,
}
LEAST_LABELS, LEAST_SAME, LEAST_SITES = 150, 10, 20
"""Pairs called same or different, pairs of either kind, and sites they are of, under which the cold start stays."""

STRATUM = """
    case when distance in ('addressed', 'point', 'close', 'near') then 'near' else 'away' end
    || case
        when category = 'same' or category = 'unknown' and topic in ('same', 'same_unsure') then ', one subject'
        else ', two subjects'
    end
    || case when words in ('equal', 'contained', 'alike') then ', alike' else ', unlike' end
    || case when author in ('one_in_one_go', 'one_at_house', 'one_again') then ', one person' else ', two people' end
"""
"""SQL over int_incident_pair_evidence: the stratum of a pair. Answers are drawn by strata and stand for their pairs."""

# One answer for two threads, the newest.
_ANSWERS = f"""
    with answers as (
        select
            greatest(one.thread_number, other.thread_number) as thread_number,
            least(one.thread_number, other.thread_number) as other_thread_number,
            one.thread_id as one_id, other.thread_id as other_id, labels.decision
        from int_incident_label as labels
        inner join int_incident_sight as one_sight on labels.post_id = one_sight.post_id
        inner join int_incident_sight as other_sight on labels.other_post_id = other_sight.post_id
        inner join int_incident_thread as one on one_sight.thread_id = one.thread_id
        inner join int_incident_thread as other on other_sight.thread_id = other.thread_id
        qualify row_number() over (
            partition by greatest(one.thread_number, other.thread_number), least(one.thread_number, other.thread_number)
            order by labels.labelled_at desc, labels.decision
        ) = 1
    )
    select
        evidence.*, answers.decision = 'same' as is_same, {STRATUM} as stratum,
        least(one_id, other_id) || '|' || greatest(one_id, other_id) as pair_id
    from answers
    inner join int_incident_pair_evidence as evidence using (thread_number, other_thread_number)
    where answers.decision in ('same', 'different')
    -- by time and not by id: ids are random in every home, and how pairs are kept back is to be the same
    order by thread_number, other_thread_number
"""
_POPULATION = f"select region, {STRATUM} as stratum, count(*) as n_pairs from int_incident_pair_evidence group by all"

_DECISIONS = """
    select threads.thread_number as thread, other_threads.thread_number as other, labels.decision, labels.labelled_at
    from int_incident_label as labels
    inner join int_incident_sight as sights on labels.post_id = sights.post_id
    inner join int_incident_thread as threads on sights.thread_id = threads.thread_id
    left join int_incident_sight as other_sights on labels.other_post_id = other_sights.post_id
    left join int_incident_thread as other_threads on other_sights.thread_id = other_threads.thread_id
    where labels.decision in ('same', 'different') and other_threads.thread_number is not null
        or labels.decision = 'apart'
    order by labels.labelled_at desc, labels.post_id, labels.other_post_id
"""
# Threads that link to nothing join nothing, so what else they were compared with plays no part.
_PAIRS = """
    select thread_number, other_thread_number, points, is_link
    from int_incident_pair_score
    semi join (select distinct thread_number from int_incident_pair_score where is_link) using (thread_number)
    order by thread_number, other_thread_number
"""
_PLACE = """
    thread_number, lat, lon,
    case when house is not null then concat_ws('|', region, town, street, house, building) end as address
"""
_THREADS = f"""
    select {_PLACE}, thread_id, weights_version
    from int_incident_thread
    inner join (select distinct region, weights_version from int_joining_weight) using (region)
    order by thread_number
"""
_ANSWERED_THREADS = f"""
    select {_PLACE}
    from int_incident_thread
    semi join (select thread_number from answers union select other_thread_number from answers) using (thread_number)
    order by thread_number
"""


@dataclass(frozen=True)
class JoiningModels:
    """What fitting came to.

    Attributes:
        frame: rows of the newest model of every region that has labels enough, as in JOINING_MODEL_SCHEMA.
        n_labels: answers of same or different, of all regions.
    """

    frame: pd.DataFrame
    n_labels: int


def fit_joining_weights(home: Home, as_of: datetime) -> JoiningModels:
    """Fit the weights of every region whose labels are enough and changed; write `joining_weight` and `joining_model`.

    Weights that do not join kept-back pairs at least as well as the cold start are told of and not used. What was
    fitted is kept under `models/`, outside of the lake: a lake that is built anew joins as before.
    """
    with open_warehouse(home) as connection:
        answers = connection.execute(_ANSWERS).df()
        connection.register("answers", answers[["thread_number", "other_thread_number"]])
        site = find_sites(connection.execute(_ANSWERED_THREADS).df())
        population = connection.execute(_POPULATION).df()
        prior = connection.execute("select feature, level, points from joining_weight order by all").df()
    known_models, known_weights = (
        _read(home.joining_models / f"{table}.parquet", table) for table in (JOINING_MODEL, JOINING_WEIGHT)
    )
    models, weights = [], []
    for region, pairs in answers.groupby("region"):
        weighted = _weighted(pairs, population[population["region"] == region], site)
        if not _is_enough(weighted):
            continue
        version = _version(pairs, prior)
        model = known_models[(known_models["region"] == region) & (known_models["weights_version"] == version)]
        points = known_weights[(known_weights["region"] == region) & (known_weights["weights_version"] == version)]
        if model.empty or (points.empty and bool(model["is_used"].iloc[0])):
            fitted = fit_weights(weighted, prior)
            model = pd.DataFrame([_model_row(str(region), version, as_of, pairs, fitted)])
            points = fitted.points.assign(region=region, weights_version=version)[JOINING_WEIGHT_SCHEMA.names]
            known_models = pd.concat([known_models, model], ignore_index=True)
        models.append(model)
        weights += [points] * bool(model["is_used"].iloc[0])
    _keep(home, JOINING_MODEL, known_models.sort_values(["region", "fitted_at", "weights_version"]))
    _keep(home, JOINING_WEIGHT, pd.concat(weights) if weights else known_weights.iloc[:0])
    return JoiningModels(pd.concat(models) if models else known_models.iloc[:0], len(answers))


def join_incidents(home: Home, as_of: datetime) -> dict[str, int]:
    """Group threads into incidents and sites; write `incident_member`, and `incident_regrouping` after other weights.

    Returns:
        Counts: threads, incidents, sites, decided (threads that people's decisions moved), regrouped (threads that
        other weights moved).
    """
    with open_warehouse(home) as connection:
        threads = connection.execute(_THREADS).df()
        pairs = connection.execute(_PAIRS).df()
        decided = connection.execute(_DECISIONS).df()
    members = threads[["thread_number", "thread_id", "weights_version"]].copy()
    others = decided["other"].astype("Int64").astype(object).where(decided["other"].notna(), None).tolist()
    decisions = list(map(Decision, decided["thread"].tolist(), others, decided["decision"].tolist()))
    found = join_threads(pairs, decisions)
    evidenced = join_threads(pairs) if decisions else found
    name = threads.set_index("thread_number")["thread_id"]
    by_number = found.set_index("thread_number")
    number = members["thread_number"]
    matter = number.map(by_number["matter_number"]).fillna(number).astype("int64")
    evidenced_matter = number.map(evidenced.set_index("thread_number")["matter_number"]).fillna(number).astype("int64")
    members["matter_id"] = matter.map(name)
    members["evidenced_matter_id"] = evidenced_matter.map(name)
    members["linked_thread_id"] = number.map(by_number["linked_number"]).map(name)
    members["is_by_label"] = number.isin(found.loc[found["is_by_label"], "thread_number"])
    members["decided_at"] = _decided_at(number, matter, evidenced_matter, decided)
    members["site_id"] = number.map(find_sites(threads)).map(name)
    regrouped = _regrouped(_kept(home, INCIDENT_MEMBER), members, as_of)
    if len(regrouped):
        history = pd.concat([_kept(home, INCIDENT_REGROUPING), regrouped])
        _write(home, INCIDENT_REGROUPING, history.sort_values(["changed_at", "weights_version", "thread_id"]))
    _write(home, INCIDENT_MEMBER, members.sort_values("thread_id"))
    return {
        "threads": len(members),
        "incidents": int(matter.nunique()),
        "sites": int(members["site_id"].nunique()),
        "decided": int(members["decided_at"].notna().sum()),
        "regrouped": len(regrouped),
    }


def _version(pairs: pd.DataFrame, prior: pd.DataFrame) -> str:
    """Names what weights are fitted from: equal labels on an equal cold start give equal weights."""
    said = pairs[["pair_id", "is_same"]].sort_values("pair_id").to_csv(index=False)
    return "w" + hashlib.sha256((said + prior.to_csv(index=False) + METHOD_VERSION).encode()).hexdigest()[:10]


def _weighted(pairs: pd.DataFrame, population: pd.DataFrame, site: pd.Series) -> pd.DataFrame:
    """Labelled pairs, each with how many compared pairs of the region it stands for; those of one site belong together.

    Args:
        pairs: as _ANSWERS gives them.
        population: stratum, n_pairs of the region.
        site: number of the site by thread_number, NA where a thread tells no place.
    """
    of_stratum = population.set_index("stratum")["n_pairs"]
    n_labelled = pairs["stratum"].value_counts()
    # a thread that tells no place is a site of its own; sites are named by threads, so no number is taken twice
    of_thread = site.fillna(pd.Series(site.index, index=site.index)).astype("int64")
    ends = zip(pairs["thread_number"].map(of_thread), pairs["other_thread_number"].map(of_thread), strict=True)
    return pairs.assign(
        weight=(pairs["stratum"].map(of_stratum) / pairs["stratum"].map(n_labelled)).to_numpy(dtype=float),
        kept_together=site_of_pairs(list(ends)),
    )


def _is_enough(pairs: pd.DataFrame) -> bool:
    """Whether labelled pairs teach more than the cold start knows, and can be kept back by site to show it."""
    n_same, n_sites = int(pairs["is_same"].sum()), int(pairs["kept_together"].nunique())
    return len(pairs) >= LEAST_LABELS and LEAST_SAME <= n_same <= len(pairs) - LEAST_SAME and n_sites >= LEAST_SITES


def _model_row(
    region: str, version: str, as_of: datetime, pairs: pd.DataFrame, fitted: FittedWeights
) -> dict[str, Any]:
    return {
        "region": region,
        "weights_version": version,
        "fitted_at": as_of,
        "is_used": fitted.is_better,
        "n_labels": len(pairs),
        "n_same": int(pairs["is_same"].sum()),
        "n_sites": fitted.n_sites,
        "kept_back_precision": fitted.precision.value,
        "precision_low": fitted.precision.low,
        "precision_high": fitted.precision.high,
        "recall": fitted.recall.value,
        "recall_low": fitted.recall.low,
        "recall_high": fitted.recall.high,
        "calibration_error": fitted.calibration_error,
        "cold_start_precision": fitted.prior_precision,
        "cold_start_recall": fitted.prior_recall,
    }


def _decided_at(number: pd.Series, matter: pd.Series, evidenced_matter: pd.Series, decided: pd.DataFrame) -> pd.Series:
    """The newest decision about a thread of either incident, where the two differ; else not a time."""
    none = pd.Series(pd.NaT, index=number.index, dtype="datetime64[us, UTC]")
    if decided.empty:
        return none
    ends = pd.concat(
        [
            decided[["thread", "labelled_at"]],
            decided[["other", "labelled_at"]].set_axis(["thread", "labelled_at"], axis=1),
        ]
    ).dropna()
    newest = number.map(ends.groupby("thread")["labelled_at"].max())
    times = pd.concat(
        [newest.groupby(matter).transform("max"), newest.groupby(evidenced_matter).transform("max")], axis=1
    )
    return none.where(matter == evidenced_matter, times.max(axis=1).astype("datetime64[us, UTC]"))


def _regrouped(before: pd.DataFrame, members: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Threads that evidence put to another incident than in the run before, where the weights are others."""
    both = before.merge(members, on="thread_id", suffixes=("_before", ""))
    moved = both[
        (both["weights_version_before"] != both["weights_version"])
        & (both["evidenced_matter_id_before"] != both["evidenced_matter_id"])
    ]
    return pd.DataFrame(
        {
            "thread_id": moved["thread_id"],
            "from_matter_id": moved["evidenced_matter_id_before"],
            "to_matter_id": moved["evidenced_matter_id"],
            "changed_at": as_of,
            "weights_version": moved["weights_version"],
        }
    )


def _kept(home: Home, table: str) -> pd.DataFrame:
    """What the last run wrote to the lake; no rows before the first."""
    return _read(_path(home, table), table)


def _keep(home: Home, table: str, frame: pd.DataFrame) -> None:
    """Write what was fitted to the lake, and where it outlives it."""
    _write(home, table, frame)
    lake.write_table(home.joining_models / f"{table}.parquet", _typed(table, frame))


def _read(path: Path, table: str) -> pd.DataFrame:
    kept = pq.read_table(path) if path.exists() else ENRICHED_JOINING_SCHEMAS[table].empty_table()
    frame: pd.DataFrame = kept.to_pandas()
    return frame


def _write(home: Home, table: str, frame: pd.DataFrame) -> None:
    lake.write_table(_path(home, table), _typed(table, frame))


def _typed(table: str, frame: pd.DataFrame) -> pa.Table:
    schema = ENRICHED_JOINING_SCHEMAS[table]
    return pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)


def _path(home: Home, table: str) -> Path:
    return home.lake / "enriched" / table / f"{table}.parquet"
