"""Exchange's message tracking log (`MSGTRK*.LOG`): CSV under `#Fields:` comment lines; the file, .gz, or a zip of them.

The log has a line an event and several events a message. The reader keeps the events that say who wrote to whom; the
mapping joins them into one row per message, in DuckDB, which spills to disk what does not fit into memory.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from otklik.intake.readers.accounts import is_system
from otklik.intake.readers.archive import is_archive, open_archive
from otklik.intake.readers.tabular import BrokenRecord, UnreadableDeliveryError, open_binary, readable

SCHEMA = pa.schema(
    [
        pa.field("origin_row", pa.int64()),
        pa.field("message_id", pa.string()),
        pa.field("happened_at", pa.string()),
        pa.field("event", pa.string()),
        pa.field("sender", pa.string()),
        pa.field("recipients", pa.list_(pa.string())),
        pa.field("expanded", pa.string()),
        pa.field("size", pa.int64()),
        pa.field("subject", pa.string()),
        pa.field("left_out", pa.string()),
    ]
)

# A list is replaced by the people it was expanded to; everybody else was named by the sender.
MAPPINGS = {
    "message": """
        with message as (
            select
                message_id, min(origin_row) as origin_row, min(happened_at) as sent_at,
                min_by(sender, happened_at || event || sender) as sender,
                list_distinct(flatten(list(recipients))) as recipients,
                list(expanded) filter (expanded is not null) as expanded,
                max(size) as size, min(subject) as subject, max(left_out) as left_out
            from source
            group by message_id
        )
        select
            origin_row, message_id as source_message_id, sent_at, sender,
            list_sort(list_filter(recipients, lambda r: not list_contains(coalesce(expanded, []), r))) as recipients,
            message_id as thread_id, 'mail' as kind, size, subject, left_out
        from message
    """
}
TAKES_FOLDERS = False

_EVENTS = frozenset(("RECEIVE", "DELIVER", "EXPAND"))
_REQUIRED = ("date-time", "event-id", "message-id", "recipient-address", "sender-address")
_MAX_LINE_BYTES = 16 << 20


def read(path: Path) -> Iterator[dict[str, Any] | BrokenRecord]:
    """The events RECEIVE, DELIVER and EXPAND, in order; of other events only broken lines are given.

    Raises:
        UnreadableDeliveryError: no line `#Fields:`, or one without the fields needed.
    """
    fields: list[str] = []
    for number, line in enumerate(_lines(path), start=1):
        if line.startswith(b"#"):
            fields = _fields(line) or fields
            continue
        if not line.strip():
            continue
        if not fields:
            raise UnreadableDeliveryError("not a message tracking log: no line `#Fields:` before the first event")
        found = _event(line, number, fields)
        if found is not None:
            yield found
    if not fields:
        raise UnreadableDeliveryError("not a message tracking log: no line `#Fields:`")


def _lines(path: Path) -> Iterator[bytes]:
    if not is_archive(path):
        with open_binary(path) as stream:
            yield from _lines_of(stream)
        return
    with open_archive(path) as archive:
        for name in archive.find(lambda name: name.lower().endswith((".log", ".csv")), "file MSGTRK*.LOG"):
            with archive.open(name) as stream:
                yield from _lines_of(stream)


def _lines_of(stream: IO[bytes]) -> Iterator[bytes]:
    is_first = True
    while line := stream.readline(_MAX_LINE_BYTES):
        yield line.removeprefix(b"\xef\xbb\xbf") if is_first else line
        is_first = False


def _fields(comment: bytes) -> list[str] | None:
    name, _, value = comment.partition(b":")
    if name.strip().lower() != b"#fields":
        return None
    fields = [field.strip().lower() for field in value.decode("ascii", "replace").split(",")]
    missing = [field for field in _REQUIRED if field not in fields]
    if missing:
        raise UnreadableDeliveryError(f"the tracking log's `#Fields:` lacks {', '.join(missing)}")
    return fields


def _event(line: bytes, number: int, fields: Sequence[str]) -> dict[str, Any] | BrokenRecord | None:
    try:
        text = line.decode("utf-8").rstrip("\r\n")
        values = next(csv.reader([text], strict=True)) if '"' in text else text.split(",")
    except UnicodeDecodeError:
        return BrokenRecord(number, "bad encoding: bytes that are not UTF-8", readable(line))
    except (csv.Error, StopIteration):
        return BrokenRecord(number, "broken record: a quote is not closed", readable(line))
    if len(values) != len(fields):
        more_or_fewer = "more" if len(values) > len(fields) else "fewer"
        return BrokenRecord(number, f"broken record: {more_or_fewer} fields than `#Fields:` names", readable(line))
    event = dict(zip(fields, values, strict=True))
    kind = event["event-id"].strip().upper()
    if kind not in _EVENTS:
        return None
    message_id = event["message-id"].strip().strip("<>")
    if not message_id:
        return BrokenRecord(number, "broken record: an event without a message id", readable(line))
    size, sender = event.get("total-bytes", ""), event["sender-address"].strip().lower()
    return {
        "origin_row": number,
        "message_id": message_id,
        "happened_at": event["date-time"],
        "event": kind,
        "sender": sender or None,
        "recipients": [one.strip().lower() for one in event["recipient-address"].split(";") if one.strip()],
        "expanded": (event.get("related-recipient-address", "").strip().lower() or None) if kind == "EXPAND" else None,
        "size": int(size) if size.isdecimal() and len(size) < 19 else None,
        "subject": event.get("message-subject") or None,
        # `<>` is who a report of failure comes from
        "left_out": "bot" if sender == "<>" or is_system(sender) else None,
    }
