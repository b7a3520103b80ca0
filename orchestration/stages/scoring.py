"""Ties and messages of the warehouse → leader scores, interest groups and roles under `lake/enriched/`.

The algorithms are `graph/`. Here is only where the edges come from and where the tables go. The warehouse is opened
read-only, between two dbt steps, when nothing holds it.
"""

import numpy as np
import pandas as pd
import pyarrow as pa

from graph.bootstrap import LEADER_INTERVAL_SCHEMA, leader_intervals
from graph.groups import INTEREST_GROUP_SCHEMA, interest_groups
from graph.leaders import LEADER_SCORE_SCHEMA, leader_scores
from graph.null_model import authority_p_values
from graph.reasons import LEADER_REASON_SCHEMA, leader_reasons
from graph.roles import ROLE_SCHEMA, roles
from graph.weekly import weekly_edges
from orchestration import lake
from orchestration.engine import connect
from orchestration.run_context import read_run_settings
from orchestration.settings import Home

_KEY = ["network", "organisation", "subject_id"]


def _beyond_key(schema: pa.Schema) -> list[pa.Field]:
    return [field.with_nullable(True) for field in schema if field.name not in _KEY]


LEADER_SCORE, INTEREST_GROUP, ROLE = "leader_score", "interest_group", "role"
ENRICHED_GRAPH_SCHEMAS = {
    # A score, how sure it is, how surprising, and why: reasons are null beyond the first leader_top_k.
    LEADER_SCORE: pa.schema(
        [
            *LEADER_SCORE_SCHEMA,
            *_beyond_key(LEADER_INTERVAL_SCHEMA),
            pa.field("authority_null_p_value", pa.float64()),
            *_beyond_key(LEADER_REASON_SCHEMA),
        ]
    ),
    INTEREST_GROUP: INTEREST_GROUP_SCHEMA,
    ROLE: ROLE_SCHEMA,
}

N_REPLICATES = 200
N_REWIRINGS, N_REWIRINGS_OF_LARGE = 99, 19
LARGE_TIE_COUNT = 200_000


def read_ties(home: Home) -> pd.DataFrame:
    """The edges that dbt built: network, organisation, source and target subject, n_messages, weight."""
    with connect(home.warehouse) as connection:
        return connection.execute(
            "select network, organisation, source_subject_id, target_subject_id, n_messages, weight from int_tie"
        ).df()


def read_messages(home: Home) -> pd.DataFrame:
    """What the ties were made of, one row per message and recipient, as `graph.weekly.weekly_edges` needs it.

    A citizen's answer is a message to the author of the post answered, as in `int_tie_citizens`.
    """
    with connect(home.warehouse) as connection:
        # Some models are views over Parquet, by paths relative to the home.
        root = str(home.root.resolve()).replace("'", "''")
        connection.execute(f"set file_search_path = '{root}'")
        return connection.execute(
            """
            select
                'staff' as network, organisation, sender_subject_id as source_subject_id,
                recipient_subject_id as target_subject_id, sent_at, n_recipients
            from int_staff_message
            union all
            select
                'citizens', sources.region, answer.author_subject_id, answered.author_subject_id, answer.posted_at, 1
            from int_live_post as answer
            inner join int_live_post as answered on answer.parent_post_id = answered.post_id
            inner join read_parquet('lake/run/source.parquet') as sources on answer.source = sources.source
            where
                answer.posted_at is not null
                and sources.region is not null
                and answer.author_subject_id <> answered.author_subject_id
            """
        ).df()


def score_leaders(home: Home) -> pd.DataFrame:
    """Score every subject of every network, with intervals and reasons, and write the table; returns it."""
    settings, ties = read_run_settings(home), read_ties(home)
    weekly = weekly_edges(
        read_messages(home),
        half_life_days=settings["tie_half_life_days"],
        max_recipients=settings["max_recipients"],
    )
    top_k = settings["leader_top_k"]
    n_rewirings = N_REWIRINGS if len(ties) <= LARGE_TIE_COUNT else N_REWIRINGS_OF_LARGE
    scores = leader_scores(ties)
    for further in (
        leader_intervals(weekly, k=top_k, n_replicates=N_REPLICATES),
        authority_p_values(ties, n_rewirings=n_rewirings),
        leader_reasons(ties, k=top_k),
    ):
        scores = scores.merge(further, on=_KEY, how="left")
    return _write(home, LEADER_SCORE, _enclosed(scores))


def find_groups(home: Home) -> pd.DataFrame:
    """Find the interest groups of every network, then everybody's role, and write both tables; returns the groups.

    Groups keep the ids they had in the table that is replaced.
    """
    path = home.lake / "enriched" / INTEREST_GROUP / "current.parquet"
    previous = pd.read_parquet(path) if path.exists() else None
    ties = read_ties(home)
    groups = interest_groups(ties, previous=previous)
    _write(home, ROLE, roles(ties, groups))
    return _write(home, INTEREST_GROUP, groups)


def _enclosed(scores: pd.DataFrame) -> pd.DataFrame:
    """Bounds that hold the score to the last digit: replicates are rounded, and the warehouse's weights too."""
    for name in ("authority", "spread"):
        for side, widest in (("low", np.fmin), ("high", np.fmax)):
            for bound, value in ((f"{name}_{side}", f"{name}_score"), (f"{name}_rank_{side}", f"{name}_rank")):
                known = scores[bound].notna()
                scores.loc[known, bound] = widest(scores.loc[known, bound], scores.loc[known, value])
    return scores


def _write(home: Home, table: str, frame: pd.DataFrame) -> pd.DataFrame:
    schema = ENRICHED_GRAPH_SCHEMAS[table]
    arrow = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    lake.write_table(home.lake / "enriched" / table / "current.parquet", arrow)
    return frame
