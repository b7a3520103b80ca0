"""What the graph stages read from the warehouse, and the contracts of the tables they write under `lake/enriched/`.

The warehouse is opened read-only, between two dbt steps, when nothing holds it.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from graph.bootstrap import LEADER_INTERVAL_SCHEMA
from graph.groups import INTEREST_GROUP_SCHEMA
from graph.leaders import LEADER_SCORE_SCHEMA
from graph.reasons import LEADER_REASON_SCHEMA
from graph.roles import ROLE_SCHEMA
from otklik.home import lake
from otklik.home.engine import connect
from otklik.home.settings import Home

KEY = ["network", "organisation", "subject_id"]
PERIOD = [
    pa.field("period_kind", pa.string(), nullable=False),
    pa.field("period_start", pa.date32(), nullable=False),
    pa.field("period_end", pa.date32(), nullable=False),
]
_PLACE = [pa.field("network", pa.string(), nullable=False), pa.field("organisation", pa.string(), nullable=False)]


def _text(*names: str) -> list[pa.Field]:
    return [pa.field(name, pa.string(), nullable=False) for name in names]


def _counts(*names: str) -> list[pa.Field]:
    return [pa.field(name, pa.int64()) for name in names]


def _numbers(*names: str) -> list[pa.Field]:
    return [pa.field(name, pa.float64()) for name in names]


def _beyond_key(schema: pa.Schema) -> list[pa.Field]:
    return [field.with_nullable(True) for field in schema if field.name not in KEY]


LEADER_SCORE, INTEREST_GROUP, ROLE = "leader_score", "interest_group", "role"
GROUP_RELEASE, RELEASED_LIST, GROUP_EVENT = "group_release", "released_list", "group_event"
PREFERENCE, LOYALTY, COMMUNICATION_LEVEL = "preference", "loyalty", "communication_level"

ENRICHED_GRAPH_SCHEMAS = {
    # A score, how sure it is, how surprising, and why: reasons are null beyond the first leader_top_k.
    LEADER_SCORE: pa.schema(
        [
            *PERIOD,
            *LEADER_SCORE_SCHEMA,
            *_beyond_key(LEADER_INTERVAL_SCHEMA),
            pa.field("authority_null_p_value", pa.float64()),
            *_beyond_key(LEADER_REASON_SCHEMA),
        ]
    ),
    INTEREST_GROUP: INTEREST_GROUP_SCHEMA,
    ROLE: ROLE_SCHEMA,
    GROUP_RELEASE: pa.schema(
        [
            *_text("interest_group_id", "subject_id"),
            pa.field("is_held", pa.bool_(), nullable=False),
            pa.field("is_withheld", pa.bool_(), nullable=False),
        ]
    ),
    RELEASED_LIST: pa.schema(
        [pa.field("release", pa.int64(), nullable=False), *_text("interest_group_id", "subject_id")]
    ),
    GROUP_EVENT: pa.schema(
        [
            *_PLACE,
            pa.field("period_start", pa.date32(), nullable=False),
            *_text("event_kind", "group_id"),
            *_counts("n_members", "n_members_before", "n_related_groups"),
        ]
    ),
    PREFERENCE: pa.schema(
        [
            *_PLACE,
            *_text("level", "member_id", "kind", "item"),
            *_counts("n_messages", "n_people", "top_person_messages", "n_withheld"),
            *_numbers("share", "lift", "breadth"),
        ]
    ),
    LOYALTY: pa.schema(
        [
            *_PLACE,
            *_text("subject_id", "group_id"),
            pa.field("period_start", pa.date32(), nullable=False),
            *_counts("n_messages"),
            *_numbers("share"),
            pa.field("is_preferred", pa.bool_(), nullable=False),
            pa.field("is_loyal", pa.bool_()),
            pa.field("is_vagrant", pa.bool_()),
        ]
    ),
    COMMUNICATION_LEVEL: pa.schema(
        [
            pa.field("organisation", pa.string(), nullable=False),
            *PERIOD,
            *_text("level", "source_unit"),
            pa.field("target_unit", pa.string()),
            *_counts("n_messages", "n_people", "top_person_count", "total_count"),
            *_counts("n_internal_ties", "n_external_ties"),
            *_numbers("ei_index", "reciprocity", "answered_share", "response_hours_median"),
        ]
    ),
}

_MESSAGES = """
    select
        'staff' as network, organisation, sender_subject_id as source_subject_id,
        recipient_subject_id as target_subject_id, sent_at, sent_date, n_recipients
    from int_staff_message
    union all
    select 'citizens', organisation, source_subject_id, target_subject_id, sent_at, sent_date, 1
    from int_citizen_answer
"""


def query(home: Home, sql: str) -> pd.DataFrame:
    """Rows of a query over the warehouse; paths in it are relative to the home."""
    with connect(home.warehouse) as connection:
        # Some models are views over Parquet.
        root = str(home.root.resolve()).replace("'", "''")
        connection.execute(f"set file_search_path = '{root}'")
        return connection.execute(sql).df()


def read_ties(home: Home) -> pd.DataFrame:
    """The edges that dbt built: network, organisation, source and target subject, n_messages, weight."""
    return query(
        home, "select network, organisation, source_subject_id, target_subject_id, n_messages, weight from int_tie"
    )


def read_messages(home: Home, *, max_recipients: int) -> pd.DataFrame:
    """What the ties are made of: one row per message and recipient, as `graph.weekly.weekly_edges` needs it.

    A citizen's answer is a message to the author of the post answered. Beside its columns sent_date, the day by the
    clock of the source.

    Args:
        home: the deployment's folder.
        max_recipients: messages to more people are lists and left out.
    """
    rows = query(home, f"select * from ({_MESSAGES}) where n_recipients <= {int(max_recipients)}")
    return rows.assign(sent_date=rows["sent_date"].astype("datetime64[us]"))


def table_path(home: Home, table: str, name: str = "current") -> Path:
    """Where a file of a table is."""
    return home.lake / "enriched" / table / f"{name}.parquet"


def write(home: Home, table: str, frame: pd.DataFrame, name: str = "current") -> pd.DataFrame:
    """Write one file of a table, with the columns and types of its contract; returns the frame."""
    schema = ENRICHED_GRAPH_SCHEMAS[table]
    lake.write_table(table_path(home, table, name), pa.Table.from_pandas(frame, schema=schema, preserve_index=False))
    return frame
