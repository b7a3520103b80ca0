"""SeeClickFix: answers of its API v2 (`/api/v2/issues`) as saved, or as JSON lines of issues.

An issue is a post and the events of its case: received, accepted, reopened, closed.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from otklik.intake.readers.json_items import Shape, read_items
from otklik.intake.readers.records import Record
from otklik.intake.readers.social import SCHEMA as POST_SCHEMA
from otklik.intake.readers.social import broken, count, degrees, instant, row, text_of, within
from otklik.intake.readers.tabular import BrokenRecord

_MOMENTS = {"accepted": "acknowledged_at", "reopened": "reopened_at", "closed": "closed_at"}
_OWN = ("topic", "agency", *_MOMENTS.values())
SCHEMA = pa.schema([*POST_SCHEMA, *((name, pa.string()) for name in _OWN)])

MAPPINGS = {
    "post": (
        "select source_post_id, posted_at, author, thread_id, 'portal' as channel, text, url, lat, lon, place_text, "
        "reactions, topic as declared_topic, agency as declared_authority, left_out, source_row as origin_row "
        "from source"
    ),
    "case_event": " union all ".join(
        [
            "select source_post_id, posted_at as event_at, 'received' as event_kind, null::varchar as authority, "
            "left_out, source_row as origin_row from source",
            *(
                f"select source_post_id, {moment}, '{kind}', agency, left_out, source_row from source "
                f"where {moment} is not null"
                for kind, moment in _MOMENTS.items()
            ),
        ]
    ),
}
TAKES_FOLDERS = True

_SHAPE = Shape(lists=frozenset({"issues"}))
_SUFFIXES = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz")


def read(path: Path) -> Iterator[Record | BrokenRecord]:
    """Issues of a file, zip or folder."""
    items = read_items(path, _SHAPE, is_wanted=lambda name: name.lower().endswith(_SUFFIXES), wanted="answer (.json)")
    for number, item in enumerate(items, start=1):
        record = item if isinstance(item, BrokenRecord) else _row(item.value)
        yield BrokenRecord(number, record.reason, record.raw) if isinstance(record, BrokenRecord) else record


def _row(issue: Any) -> Record | BrokenRecord:
    if not isinstance(issue, dict):
        return broken("broken record: not a JSON object", issue)
    if "id" not in issue or "created_at" not in issue:
        return broken("not an issue: it has no id or no created_at", issue)
    return row(_fields(issue), issue, SCHEMA)


def _fields(issue: Mapping[str, Any]) -> dict[str, Any]:
    key = text_of(issue["id"])
    words = [text_of(issue.get("summary")), text_of(issue.get("description"))]
    # whoever reports without an account has the id 0
    reporter = text_of(within(issue, "reporter", "id") or None)
    return {
        "source_post_id": key,
        "posted_at": instant(issue.get("created_at")),
        "author": reporter,
        "thread_id": key,
        "text": "\n".join(one for one in words if one) or None,
        "url": text_of(issue.get("html_url")),
        "lat": degrees(issue.get("lat")),
        "lon": degrees(issue.get("lng")),
        "place_text": text_of(issue.get("address")),
        "reactions": count(issue.get("rating")),
        "topic": text_of(within(issue, "request_type", "title")),
        "agency": text_of(within(issue, "request_type", "organization")),
        **{moment: instant(issue.get(moment) or None) for moment in _MOMENTS.values()},
    }
