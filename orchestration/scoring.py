"""Ties of the warehouse → leader scores and interest groups under `lake/enriched/`.

The algorithms are `graph/`. Here is only where the edges come from and where the tables go. The warehouse is opened
read-only, between two dbt steps, when nothing holds it.
"""

import pandas as pd
import pyarrow as pa

from graph.groups import INTEREST_GROUP_SCHEMA, interest_groups
from graph.leaders import LEADER_SCORE_SCHEMA, leader_scores
from orchestration import lake
from orchestration.engine import connect
from orchestration.settings import Home

LEADER_SCORE, INTEREST_GROUP = "leader_score", "interest_group"
ENRICHED_GRAPH_SCHEMAS = {LEADER_SCORE: LEADER_SCORE_SCHEMA, INTEREST_GROUP: INTEREST_GROUP_SCHEMA}


def read_ties(home: Home) -> pd.DataFrame:
    """The edges that dbt built: network, organisation, source and target subject, n_messages, weight."""
    with connect(home.warehouse) as connection:
        return connection.execute(
            "select network, organisation, source_subject_id, target_subject_id, n_messages, weight from int_tie"
        ).df()


def score_leaders(home: Home) -> pd.DataFrame:
    """Score every subject of every network and write the table; returns it."""
    return _write(home, LEADER_SCORE, leader_scores(read_ties(home)))


def find_groups(home: Home) -> pd.DataFrame:
    """Find the interest groups of every network and write the table; returns it.

    Groups keep the ids they had in the table that is replaced.
    """
    path = home.lake / "enriched" / INTEREST_GROUP / "current.parquet"
    previous = pd.read_parquet(path) if path.exists() else None
    return _write(home, INTEREST_GROUP, interest_groups(read_ties(home), previous=previous))


def _write(home: Home, table: str, frame: pd.DataFrame) -> pd.DataFrame:
    schema = ENRICHED_GRAPH_SCHEMAS[table]
    arrow = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    lake.write_table(home.lake / "enriched" / table / "current.parquet", arrow)
    return frame
