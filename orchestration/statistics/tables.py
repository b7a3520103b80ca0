"""Warehouse → bursts and judged replies under `lake/enriched/`: the only file here that knows where tables are.

The warehouse is opened read-only, between two dbt steps, when nothing holds it. The algorithms are the modules beside.
"""

import pandas as pd
import pyarrow as pa

from orchestration import lake
from orchestration.engine import connect
from orchestration.settings import Home
from orchestration.statistics.formal_reply import formal_replies
from orchestration.statistics.kleinberg import burst

BURST, FORMAL_REPLY = "burst", "formal_reply"
ENRICHED_STATISTICS_SCHEMAS = {
    BURST: pa.schema(
        [
            ("topic_code", pa.string()),
            ("municipality_id", pa.string()),
            ("first_date", pa.date32()),
            ("last_date", pa.date32()),
            ("n_posts", pa.int64()),
            ("expected_count", pa.float64()),
            ("kleinberg_weight", pa.float64()),
            ("p_value", pa.float64()),
            ("q_value", pa.float64()),
            ("method_version", pa.string()),
        ]
    ),
    FORMAL_REPLY: pa.schema(
        [
            ("reply_id", pa.string()),
            ("max_jaccard_score", pa.float64()),
            ("has_action", pa.bool_()),
            ("has_date", pa.bool_()),
            ("has_place", pa.bool_()),
            ("has_responsible", pa.bool_()),
            ("formal_reply_score", pa.float64()),
            ("method_version", pa.string()),
        ]
    ),
}


def find_bursts(home: Home) -> pd.DataFrame:
    """Bursts in the reports of `int_incident_report`; writes `lake/enriched/burst/`, replacing what was there."""
    counts = _read(
        home,
        "select topic_code, municipality_id, posted_date as date, count(*) as n_posts from int_incident_report "
        "where topic_code is not null and municipality_id is not null group by all order by all",
    )
    counts["date"] = pd.to_datetime(counts["date"]).dt.date
    return _write(home, BURST, burst(counts))


def judge_replies(home: Home) -> pd.DataFrame:
    """The formal-reply index of `int_reply`; writes `lake/enriched/formal_reply/`, replacing what was there."""
    replies = _read(home, "select reply_id, authority_id, text from int_reply order by reply_id")
    return _write(home, FORMAL_REPLY, formal_replies(replies))


def _read(home: Home, query: str) -> pd.DataFrame:
    with connect(home.warehouse) as connection:
        return connection.execute(query).df()


def _write(home: Home, table: str, frame: pd.DataFrame) -> pd.DataFrame:
    typed = pa.Table.from_pandas(frame, schema=ENRICHED_STATISTICS_SCHEMAS[table], preserve_index=False)
    lake.write_table(home.lake / "enriched" / table / f"{table}.parquet", typed)
    return frame
