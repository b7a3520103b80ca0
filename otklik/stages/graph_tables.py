"""What the graph stages read from the warehouse, and the contracts of the tables they write under `lake/enriched/`.

The warehouse is opened read-only, between two dbt steps, when nothing holds it.
"""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from graph.bootstrap import LEADER_INTERVAL_SCHEMA
from graph.build import SUBJECT_FIELDS
from graph.group_events import GROUP_EVENT_SCHEMA
from graph.group_release import GROUP_RELEASE_SCHEMA, RELEASED_LIST_SCHEMA
from graph.groups import INTEREST_GROUP_SCHEMA
from graph.leaders import LEADER_SCORE_SCHEMA
from graph.reasons import LEADER_REASON_SCHEMA
from graph.roles import ROLE_SCHEMA
from otklik.home import lake
from otklik.home.engine import open_warehouse
from otklik.home.lake import read_run_settings
from otklik.home.settings import Home

KEY = [field.name for field in SUBJECT_FIELDS]
PERIOD = [
    pa.field("period_kind", pa.string(), False, {"doc": "all, month or rolling_90d (up to the newest message)."}),
    pa.field("period_start", pa.date32(), False, {"doc": "First local day of the period."}),
    pa.field("period_end", pa.date32(), False, {"doc": "Last local day of the period, inclusive."}),
]
_MONTH = pa.field("period_start", pa.date32(), False, {"doc": "First local day of the month."})
_PLACE = SUBJECT_FIELDS[:2]


def _text(name: str, doc: str) -> pa.Field:
    return pa.field(name, pa.string(), False, {"doc": doc})


def _count(name: str, doc: str) -> pa.Field:
    return pa.field(name, pa.int64(), True, {"doc": doc})


def _number(name: str, doc: str) -> pa.Field:
    return pa.field(name, pa.float64(), True, {"doc": doc})


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
            _number(
                "authority_null_p_value",
                "Share of graphs rewired with the same numbers of contacts in which it is as high, 0 to 1.",
            ),
            *_beyond_key(LEADER_REASON_SCHEMA),
        ],
        metadata={"doc": "One row per period and subject of a communication graph."},
    ),
    INTEREST_GROUP: INTEREST_GROUP_SCHEMA,
    ROLE: ROLE_SCHEMA,
    GROUP_RELEASE: GROUP_RELEASE_SCHEMA,
    RELEASED_LIST: RELEASED_LIST_SCHEMA,
    GROUP_EVENT: pa.schema(
        [*_PLACE, _MONTH, *GROUP_EVENT_SCHEMA],
        metadata={"doc": "One row per event of a group between a month and the one before."},
    ),
    PREFERENCE: pa.schema(
        [
            *_PLACE,
            _text("level", "subject, department or interest_group."),
            _text("member_id", "Pseudonym, department or interest_group_id."),
            _text("kind", "topic or channel."),
            _text("item", "Topic code or channel."),
            _count("n_messages", "Messages on the item."),
            _count("n_people", "People who wrote them; 1 at subject level."),
            _count("top_person_messages", "Messages of whoever wrote most of them."),
            _count("n_withheld", "Employees among them who did not consent to published scores."),
            _number("share", "Share of the item in the member's messages, 0 to 1 (definition 19)."),
            _number("lift", "That share against the share in all messages of the organisation; 1 is as everybody."),
            _number("breadth", "Number of equally used items that would be as diverse: exponential of the entropy."),
        ],
        metadata={"doc": "One row per level, member, kind and item."},
    ),
    LOYALTY: pa.schema(
        [
            *SUBJECT_FIELDS,
            _text("group_id", "Group in its graph."),
            _MONTH,
            _count("n_messages", "Messages into the group; one to several people counts once for each."),
            _number("share", "Share of the subject's messages of the month, 0 to 1."),
            pa.field("is_preferred", pa.bool_(), False, {"doc": "Whether it is more than half (definition 20)."}),
            pa.field("is_loyal", pa.bool_(), True, {"doc": "Whether it is so next month as well; null in the last."}),
            pa.field(
                "is_vagrant",
                pa.bool_(),
                True,
                {"doc": "Whether 1 to 3 messages were followed by activity elsewhere and none here; null in the last."},
            ),
        ],
        metadata={"doc": "One row per subject, group and month with a message."},
    ),
    COMMUNICATION_LEVEL: pa.schema(
        [
            _text("organisation", "Organisation."),
            *PERIOD,
            _text("level", "unit or pair."),
            _text("source_unit", "Department, or the one that writes."),
            pa.field(
                "target_unit", pa.string(), True, {"doc": "Department written to, itself possible; null for a unit."}
            ),
            _count("n_messages", "Messages of a pair, to several people counted for each."),
            _count("n_people", "People of a unit with a tie; of a pair on the side that has fewer."),
            _count("top_person_count", "Messages, or ties of a unit, of whoever has most."),
            _count("total_count", "What top_person_count is compared with."),
            _count("n_internal_ties", "Pairs of people within the unit who exchanged a message; units only."),
            _count("n_external_ties", "Pairs with one of them in the unit; units only."),
            _number(
                "ei_index",
                "(external - internal) / (external + internal), -1 to 1; compare units of like size; units only.",
            ),
            _number(
                "reciprocity", "Share of the ordered pairs of people with a message the other way, 0 to 1; pairs only."
            ),
            _number(
                "answered_share",
                "Share of the turns of source_unit that target_unit answered within a week; pairs only.",
            ),
            _number(
                "response_hours_median",
                "Median calendar hours until target_unit answered, of the answered turns; pairs only.",
            ),
        ],
        metadata={"doc": "One row per period and department, or ordered pair of departments."},
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
    with open_warehouse(home) as connection:
        return connection.execute(sql).df()


def read_ties(home: Home) -> pd.DataFrame:
    """The edges that dbt built: network, organisation, source and target subject, n_messages, weight."""
    return query(
        home, "select network, organisation, source_subject_id, target_subject_id, n_messages, weight from int_tie"
    )


def read_messages(home: Home) -> pd.DataFrame:
    """What the ties are made of: one row per message and recipient, as `graph.weekly.weekly_edges` needs it.

    A citizen's answer is a message to the author of the post answered. Messages to more people than the run's
    `max_recipients` are lists and left out.

    Returns:
        network, organisation, source_subject_id, target_subject_id (str), sent_at (UTC), sent_date (the day by the
        clock of the source), n_recipients (int64). Large: a run reads it once, for all that is made of it.
    """
    max_recipients = int(read_run_settings(home)["max_recipients"])
    rows = query(home, f"select * from ({_MESSAGES}) where n_recipients <= {max_recipients}")
    return rows.assign(sent_date=rows["sent_date"].astype("datetime64[us]"))


def table_path(home: Home, table: str, name: str = "current") -> Path:
    """Where a file of a table is."""
    return home.lake / "enriched" / table / f"{name}.parquet"


def no_rows(table: str) -> pd.DataFrame:
    """A frame with the columns of a table and no row."""
    empty: pd.DataFrame = ENRICHED_GRAPH_SCHEMAS[table].empty_table().to_pandas()
    return empty


def write(home: Home, table: str, frame: pd.DataFrame, name: str = "current") -> pd.DataFrame:
    """Write one file of a table, with the columns and types of its contract; returns the frame."""
    schema = ENRICHED_GRAPH_SCHEMAS[table]
    lake.write_table(table_path(home, table, name), pa.Table.from_pandas(frame, schema=schema, preserve_index=False))
    return frame
