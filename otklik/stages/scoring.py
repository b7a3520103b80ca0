"""Messages of the warehouse → leader scores of every organisation and period under `lake/enriched/leader_score/`.

A partition is one network, organisation and period. Its file is named by the hash of everything its scores depend on:
the messages of the period as weekly edges, the parameters, the code of `graph/`. So a partition is computed again
exactly when its edges, its parameters or the method changed; the others are left as they are. The algorithms are
`graph/`; here is only which messages they see and where the tables go.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import graph
from graph.bootstrap import leader_intervals
from graph.leaders import leader_scores
from graph.null_model import authority_p_values
from graph.periods import PERIOD_KINDS, Period, periods_of
from graph.reasons import leader_reasons
from graph.weekly import sum_weeks, weekly_edges
from otklik.home.lake import read_run_settings
from otklik.home.settings import Home
from otklik.stages.graph_tables import KEY, LEADER_SCORE, table_path, write

N_REPLICATES = 200
N_REWIRINGS, N_REWIRINGS_OF_LARGE = 99, 19
LARGE_TIE_COUNT = 200_000
SEED = 0


@dataclass(frozen=True)
class ScoringSummary:
    """What one scoring pass did: partitions computed, partitions left as they were, rows in all."""

    n_computed: int
    n_reused: int
    n_rows: int


def score_leaders(home: Home, messages: pd.DataFrame) -> ScoringSummary:
    """Score every subject of every network, organisation and period whose edges changed; drop what is superseded.

    Args:
        home: the deployment's folder.
        messages: see `otklik.stages.graph_tables.read_messages`.
    """
    settings = read_run_settings(home)
    parameters = {name: settings[name] for name in ("tie_half_life_days", "max_recipients", "leader_top_k")}
    kept, n_computed, n_rows = set(), 0, 0
    for period, weekly in partitions(messages, half_life_days=settings["tie_half_life_days"]):
        key = partition_key(period, weekly, parameters)
        path = table_path(home, LEADER_SCORE, key)
        if not path.exists():
            write(home, LEADER_SCORE, score_partition(period, weekly, top_k=settings["leader_top_k"]), key)
            n_computed += 1
        kept.add(path)
        n_rows += len(pd.read_parquet(path, columns=["subject_id"]))
    for path in table_path(home, LEADER_SCORE).parent.glob("*.parquet"):
        if path not in kept and not path.name.startswith("_"):
            path.unlink()
    return ScoringSummary(n_computed, len(kept) - n_computed, n_rows)


def partitions(
    messages: pd.DataFrame, *, half_life_days: float, kinds: Collection[str] = PERIOD_KINDS
) -> Iterator[tuple[Period, pd.DataFrame]]:
    """Weekly edges of every network, organisation and period with a message, in order of the three.

    Args:
        messages: see `otklik.stages.graph_tables.read_messages`.
        half_life_days: see `graph.weekly.weekly_edges`; ages count from the newest message of the period.
        kinds: of the periods.
    """
    for _, rows in messages.groupby(["network", "organisation"], sort=True):
        day = rows["sent_date"]
        for period in periods_of(day.min().date(), day.max().date()):
            if period.kind not in kinds:
                continue
            inside = rows[(day >= pd.Timestamp(period.start)) & (day <= pd.Timestamp(period.end))]
            if len(inside):
                # Messages to lists were left out when the messages were read, so nothing is over the limit here.
                limit = int(inside["n_recipients"].max())
                yield period, weekly_edges(inside, half_life_days=half_life_days, max_recipients=limit)


def partition_key(period: Period, weekly: pd.DataFrame, parameters: Mapping[str, Any]) -> str:
    """Hash of all that the scores of a partition depend on; the same whatever the order of messages.

    Args:
        period: of the partition.
        weekly: its edges, in the order of `graph.weekly.weekly_edges`.
        parameters: of the run.
    """
    constants = (N_REPLICATES, N_REWIRINGS, N_REWIRINGS_OF_LARGE, LARGE_TIE_COUNT, SEED)
    digest = sha256(repr((period, sorted(parameters.items()), constants, _code_hash())).encode())
    digest.update(pd.util.hash_pandas_object(weekly, index=False, categorize=True).to_numpy().tobytes())
    return digest.hexdigest()[:24]


@cache
def _code_hash() -> str:
    digest = sha256()
    for folder in graph.__path__:
        for path in sorted(Path(folder).glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def score_partition(period: Period, weekly: pd.DataFrame, *, top_k: int) -> pd.DataFrame:
    """Scores, intervals, null p-values and reasons of one partition."""
    edges = sum_weeks(weekly)
    n_rewirings = N_REWIRINGS if len(edges) <= LARGE_TIE_COUNT else N_REWIRINGS_OF_LARGE
    scores = leader_scores(edges)
    for further in (
        leader_intervals(weekly, k=top_k, n_replicates=N_REPLICATES, seed=SEED),
        authority_p_values(edges, n_rewirings=n_rewirings, seed=SEED),
        leader_reasons(edges, k=top_k),
    ):
        scores = scores.merge(further, on=KEY, how="left")
    return _enclosed(scores).assign(period_kind=period.kind, period_start=period.start, period_end=period.end)


def _enclosed(scores: pd.DataFrame) -> pd.DataFrame:
    """Bounds that hold the score to the last digit: replicates are rounded."""
    for name in ("authority", "spread"):
        for side, widest in (("low", np.fmin), ("high", np.fmax)):
            for bound, value in ((f"{name}_{side}", f"{name}_score"), (f"{name}_rank_{side}", f"{name}_rank")):
                known = scores[bound].notna()
                scores.loc[known, bound] = widest(scores.loc[known, bound], scores.loc[known, value])
    return scores
