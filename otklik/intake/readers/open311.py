"""Open311 GeoReport v2: service requests as `GET requests.json` or `requests.xml` answers them, or as JSON lines.

A request is a post and the events of its case: received, the authority's note as a reply, closed. Fetching is
`otklik/intake/harvesting/harvest.py`, which uses `parse_page` too.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from otklik.intake.readers.archive import BREAKAGES, is_archive
from otklik.intake.readers.json_items import Shape, members, read_items
from otklik.intake.readers.records import Record
from otklik.intake.readers.social import SCHEMA as POST_SCHEMA
from otklik.intake.readers.social import broken, degrees, instant, row, text_of
from otklik.intake.readers.tabular import BrokenRecord, UnreadableDeliveryError, readable

_OWN = ("status", "status_notes", "service_name", "agency_responsible", "updated_at", "expected_at")
SCHEMA = pa.schema([*POST_SCHEMA, *((name, pa.string()) for name in _OWN)])

MAPPINGS = {
    "post": (
        "select source_post_id, posted_at, thread_id, 'portal' as channel, text, lat, lon, place_text, "
        "service_name as declared_topic, agency_responsible as declared_authority, left_out, source_row as origin_row "
        "from source"
    ),
    "case_event": (
        "select source_post_id, posted_at as event_at, 'received' as event_kind, null::varchar as authority, "
        "null::varchar as text, expected_at as due_at, source_row as origin_row, left_out from source union all "
        # a note without the time it was written at is no event; that a request is closed is worth a count
        "select source_post_id, updated_at, 'reply', agency_responsible, status_notes, null, source_row, left_out "
        "from source where nullif(trim(status_notes), '') is not null and updated_at is not null union all "
        "select source_post_id, updated_at, 'closed', agency_responsible, null, null, source_row, "
        "coalesce(left_out, if(updated_at is null, 'undated', null)) from source where lower(status) = 'closed'"
    ),
}
TAKES_FOLDERS = True

_SHAPE = Shape(lists=frozenset({"service_requests", "requests"}))
_MAX_XML_BYTES = 64 << 20


def read(path: Path) -> Iterator[Record | BrokenRecord]:
    """Service requests of a file, zip or folder."""
    for number, found in enumerate(_found(path), start=1):
        record = found if isinstance(found, BrokenRecord) else _row(found)
        yield BrokenRecord(number, record.reason, record.raw) if isinstance(record, BrokenRecord) else record


def _found(path: Path) -> Iterator[Any | BrokenRecord]:
    """Requests as they came, of JSON members and then of XML members."""
    if not _is_xml(path.name):
        for item in read_items(path, _SHAPE, is_wanted=_is_json):
            if isinstance(item, BrokenRecord):
                yield item
            else:
                yield from _requests(item.value)
    if path.is_dir() or _is_xml(path.name) or is_archive(path):
        yield from _found_in_xml(path)


def _requests(item: Any) -> list[Any]:
    """FixMyStreet puts a list `request` into the list `requests`."""
    inner = item.get("request") if isinstance(item, dict) and "service_request_id" not in item else None
    return inner if isinstance(inner, list) else [item]


def _found_in_xml(path: Path) -> Iterator[Any | BrokenRecord]:
    try:
        for _, stream in members(path, _is_xml):
            content = stream.read(_MAX_XML_BYTES + 1)
            try:
                yield from parse_xml(content)
            except ValueError as error:
                yield BrokenRecord(0, f"broken record: {error}", readable(content))
    except (*BREAKAGES, UnreadableDeliveryError) as error:
        yield BrokenRecord(0, f"broken record: cannot be unpacked: {error}", path.name)


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".xml.gz"))


def parse_xml(content: bytes) -> list[dict[str, Any]]:
    """Service requests of an XML answer, each as a JSON answer would give it.

    Raises:
        ValueError: not XML, too large, or XML that defines entities, which no answer needs and bombs are made of.
    """
    root = parse_tree(content)
    return [{field.tag: field.text if not len(field) else [one.text for one in field] for field in one} for one in root]


def parse_tree(content: bytes) -> Any:
    """The root element of XML from people nobody vouches for.

    Raises:
        ValueError: as `parse_xml`.
    """
    if len(content) > _MAX_XML_BYTES:
        raise ValueError(f"XML of more than {_MAX_XML_BYTES >> 20} MB")
    # found only where there is XML to read
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        return ElementTree.fromstring(content, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, LookupError, RecursionError) as error:
        refused = "it declares a document type or entities, which no answer needs and bombs are made of"
        damaged = "a tag is open or cut off, or its encoding is unknown"
        why = refused if isinstance(error, DefusedXmlException) else damaged
        raise ValueError(f"not readable as XML: {why}") from error


def _is_json(name: str) -> bool:
    return name.lower().endswith((".json", ".jsonl", ".json.gz", ".jsonl.gz"))


def _row(item: Any) -> Record | BrokenRecord:
    if not isinstance(item, dict):
        return broken("broken record: not a JSON object", item)
    if "service_request_id" not in item and "token" not in item:
        return broken("not a service request", item)
    return row(_fields(item), item, SCHEMA)


def _fields(item: Mapping[str, Any]) -> dict[str, Any]:
    key = text_of(item.get("service_request_id"))
    return {
        "source_post_id": key,
        "posted_at": instant(item.get("requested_datetime")),
        "thread_id": key,
        "text": text_of(item.get("description")) or text_of(item.get("detail")),
        "lat": degrees(item.get("lat")),
        "lon": degrees(item.get("long")),
        "place_text": text_of(item.get("address")),
        "status": text_of(item.get("status")),
        "status_notes": text_of(item.get("status_notes")),
        "service_name": text_of(item.get("service_name")),
        "agency_responsible": _agency(item.get("agency_responsible")),
        "updated_at": instant(item.get("updated_datetime") or None),
        "expected_at": instant(item.get("expected_datetime")),
    }


def _agency(found: Any) -> str | None:
    """The authority's name; FixMyStreet names several, in a list `recipient`."""
    if isinstance(found, dict):
        found = found.get("recipient")
    if isinstance(found, list):
        return ", ".join(name for one in found if (name := _agency(one))) or None
    return text_of(found)
