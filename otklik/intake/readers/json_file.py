"""JSON documents as tables: one list of rows, or pages with a list of rows inside, however they are laid out.

The rows are copied one a line and then read as JSON lines are (`json_lines.py`), so that types, broken rows and the
row numbers of both formats mean the same.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import IO, Any

from otklik.intake.readers.json_items import Item, Shape, items_of
from otklik.intake.readers.json_lines import JsonLinesFile
from otklik.intake.readers.tabular import BrokenRecord, UnreadableDeliveryError, open_binary

_LINE_BYTES = 16 << 20
_IN_LINES, _WHOLE = "rows.jsonl", "rows.json"


class JsonFile(JsonLinesFile):
    """A document, or documents one a line; `rows` of its options says where in each the rows stand."""

    @property
    def name(self) -> str:
        """The delivery's name, whatever is read in its place."""
        return self._delivery.name

    def attach(self) -> None:
        """Copy the rows one a line, and create the view over them."""
        self._delivery = self.path
        self._reasons: dict[int, str] = {}
        self.path = self.work / "rows_of_document.jsonl"
        self._copy()
        super().attach()

    def broken_records(self) -> Iterable[BrokenRecord]:
        """Rows that could not be read."""
        for record in super().broken_records():
            told = self._reasons.get(record.origin_row)
            yield record if told is None else replace(record, reason=told, raw=json.loads(record.raw[1:]))

    def _copy(self) -> None:
        with open_binary(self._delivery) as stream:
            layout = _IN_LINES if holds_one_document_a_line(stream) else _WHOLE
        number = 0
        shape = shape_of(self.source.options.rows)
        with open_binary(self._delivery) as stream, self.path.open("wb") as out:
            items = (row for item in items_of(layout, stream, shape) for row in self._rows_of(item))
            for number, found in enumerate(items, start=1):
                out.write(self._line(number, found).encode("utf-8", "surrogateescape") + b"\n")
        if not number:
            raise UnreadableDeliveryError("the document holds no rows")

    def _rows_of(self, found: Item | BrokenRecord) -> Iterator[Item | BrokenRecord]:
        """An item itself; of a page among pages in one list, the rows in it."""
        path = self.source.options.rows
        if path is None or isinstance(found, BrokenRecord) or found.key:
            yield found
            return
        rows = value_at(found.value, path)
        for row in rows if isinstance(rows, list) else ():
            yield found._replace(value=row, text=json.dumps(row, ensure_ascii=False))

    def _line(self, number: int, found: Item | BrokenRecord) -> str:
        if isinstance(found, Item):
            # a line end within a string is escaped: those in the text stand between its parts
            return found.text.replace("\n", " ").replace("\r", " ")
        self._reasons[number] = found.reason
        # no JSON: it is set aside where it stands, and the rows behind keep their numbers
        return f"!{json.dumps(found.raw)}"


def shape_of(rows: str | None) -> Shape:
    """Where the walk looks for rows, from a dotted path."""
    *envelopes, last = (rows or "").split(".")
    return Shape(lists=frozenset({last} - {""}), envelopes=frozenset(envelopes))


def value_at(value: Any, path: str) -> Any:
    """What stands at a dotted path; None where nothing does."""
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def holds_one_document_a_line(stream: IO[bytes]) -> bool:
    """Whether the first line is a document by itself, and something follows it."""
    line = stream.readline(_LINE_BYTES)
    try:
        json.loads(line)
    except ValueError:
        return False
    return bool(stream.read(4096).strip())
