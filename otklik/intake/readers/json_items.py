"""JSON documents of exports and API answers, item by item: a broken item is set aside, its neighbours are not.

Knows folders, zips, `.gz`, JSON lines and whole documents; knows no network's fields (that is the readers' business).
Text is walked through in `json_window.py`, so memory is bounded by the biggest item whatever the document's size.
"""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from otklik.intake.readers.archive import BREAKAGES, is_archive, open_archive
from otklik.intake.readers.json_window import (
    CUT_OFF,
    MAX_VALUE_CHARACTERS,
    NOT_JSON,
    TOO_DEEP,
    BrokenJsonError,
    Window,
    parse,
)
from otklik.intake.readers.tabular import BrokenRecord, UnreadableDeliveryError, open_binary, readable

MAX_LINE_BYTES = 16 << 20
_SHOWN_BYTES = 64 << 10
_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
# envelopes in envelopes; real ones are three deep
_MAX_ENVELOPES = 20
UNREADABLE = (*BREAKAGES, ValueError)
"""What reading a damaged folder, zip or `.gz` raises."""


class Item(NamedTuple):
    """One thing an export lists.

    Attributes:
        value: the thing.
        text: the thing as it stands in the file.
        key: name of the list it stands in; empty for a list without one and for a thing that stands alone.
        member: name of the file within the delivery.
        owner: fields of the object the list stands in, as far as they come before the list and are no lists or objects.
    """

    value: Any
    text: str
    key: str
    member: str
    owner: dict[str, Any]


class Shape(NamedTuple):
    """Where an export keeps its lists.

    Attributes:
        lists: keys under which a list of things stands.
        envelopes: keys under which an object with such lists, or a list of such objects, stands.
    """

    lists: frozenset[str]
    envelopes: frozenset[str] = frozenset()


def members(path: Path, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, IO[bytes]]]:
    """The wanted files of a folder or zip, by name; of a file that comes alone, the file, whatever it is called.

    Links are not followed. A stream is closed when the next one is asked for.

    Raises:
        UnreadableDeliveryError: the zip is broken or refused.
    """
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            name = file.relative_to(path).as_posix()
            if is_wanted(name) and file.is_file() and not file.is_symlink():
                with open_binary(file) as stream:
                    yield name, stream
    elif is_archive(path):
        with open_archive(path) as archive:
            for name in filter(is_wanted, archive.names):
                with archive.open(name) as stream:
                    yield name, stream
    else:
        with open_binary(path) as stream:
            yield path.name, stream


def read_items(
    path: Path, shape: Shape, *, is_wanted: Callable[[str], bool], wanted: str | None = None
) -> Iterator[Item | BrokenRecord]:
    """Everything the wanted files of a delivery list. An object without a list of `shape` is itself a thing.

    Args:
        path: a file, zip or folder.
        shape: where the lists are.
        is_wanted: tells by a member's name whether it is read; a file that comes alone always is.
        wanted: what the files are called; a delivery without any of them is then broken.
    """
    count, n_members = 0, 0
    try:
        for name, stream in members(path, is_wanted):
            n_members += 1
            for found in items_of(name, stream, shape):
                count += 1
                yield BrokenRecord(count, found.reason, found.raw) if isinstance(found, BrokenRecord) else found
    except UnreadableDeliveryError as error:
        yield BrokenRecord(count + 1, f"broken record: {error}", path.name)
    except UNREADABLE as error:
        yield BrokenRecord(count + 1, f"broken record: cannot be unpacked: {error}", path.name)
    else:
        if wanted and not n_members:
            yield BrokenRecord(1, f"the delivery holds no {wanted}", path.name)


def items_of(name: str, stream: IO[bytes], shape: Shape) -> Iterator[Item | BrokenRecord]:
    """Everything one file lists; broken records are not numbered yet.

    Args:
        name: tells JSON lines from a whole document.
        stream: the file.
        shape: where the lists are.
    """
    if not name.lower().endswith(_LINES):
        yield from _Walk(name, shape).document(Window(stream))
        return
    walk = _Walk(name, shape)
    for line in lines_of(stream):
        if isinstance(line, BrokenRecord):
            yield line
        elif line.strip():
            yield from walk.line(line)


def lines_of(stream: IO[bytes]) -> Iterator[bytes | BrokenRecord]:
    """Lines of a stream; of one over the limit a broken record with its beginning."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if len(line) <= MAX_LINE_BYTES:
            yield line
            continue
        reason = f"broken record: a line of more than {MAX_LINE_BYTES >> 20} MB"
        yield BrokenRecord(0, reason, readable(line[:_SHOWN_BYTES]))
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE_BYTES + 1)


def as_bytes(text: str) -> bytes:
    """Text of a window as the bytes it was read from."""
    return text.encode("utf-8", "surrogateescape")


class _OverError(Exception):
    """The document was over within a broken member, which has been told already."""


class _Walk:
    """Through documents of one file."""

    def __init__(self, member: str, shape: Shape) -> None:
        self._member, self._shape = member, shape

    def line(self, raw: bytes) -> Iterator[Item | BrokenRecord]:
        """The things of one line; mostly it is one itself."""
        try:
            value = parse(raw)
        except BrokenJsonError:
            value = None
        if isinstance(value, dict) and value.keys().isdisjoint(self._shape.lists | self._shape.envelopes):
            yield Item(value, raw.decode("utf-8-sig"), "", self._member, {})
        else:
            yield from self.document(Window(io.BytesIO(raw)))

    def document(self, window: Window) -> Iterator[Item | BrokenRecord]:
        """The things of one document, whose beginning the window shows."""
        try:
            if not window.peek():
                return
            if window.text.startswith("window.", window.position):
                window.position = window.text.find("=") + 1
            yield from self._root(window)
            if window.peek():
                raise BrokenJsonError("broken record: something follows the end of the JSON")
        except BrokenJsonError as error:
            yield BrokenRecord(0, str(error), readable(as_bytes(error.before + window.rest())))
        except _OverError:
            return

    def _root(self, window: Window) -> Iterator[Item | BrokenRecord]:
        match window.peek():
            case "[":
                yield from self._elements(window, "", {})
            case "{":
                yield from self._pairs(window, 1)
            case _:
                raise BrokenJsonError("broken record: not a JSON object or list")

    def _pairs(self, window: Window, depth: int) -> Iterator[Item | BrokenRecord]:
        """The things of one object: those it lists, or itself."""
        if depth > _MAX_ENVELOPES:
            raise BrokenJsonError(TOO_DEEP)
        alone = _Alone()
        try:
            yield from self._fields(window, depth, alone)
        except BrokenJsonError as error:
            error.before = alone.text() + error.before
            raise
        if alone.is_alone and alone.fields:
            yield Item(alone.fields, alone.text() + "}", "", self._member, {})

    def _fields(self, window: Window, depth: int, alone: "_Alone") -> Iterator[Item | BrokenRecord]:
        window.take("{")
        while window.peek() != "}":
            key, text = window.value()
            if not isinstance(key, str):
                raise BrokenJsonError(NOT_JSON)
            window.take(":")
            mark = window.peek()
            if mark == "[" and key in self._shape.lists:
                yield from self._elements(window, key, alone.plain())
            elif mark in ("[", "{") and key in self._shape.envelopes:
                alone.is_alone = False
                yield from self._envelope(window, mark, depth)
            else:
                value, value_text = window.value()
                alone.add(key, value, text, value_text)
                _next(window, "}")
                continue
            alone.is_alone = False
            _next(window, "}")
        window.take("}")

    def _envelope(self, window: Window, mark: str, depth: int) -> Iterator[Item | BrokenRecord]:
        if mark == "{":
            yield from self._pairs(window, depth + 1)
            return
        window.take("[")
        while window.peek() != "]":
            if window.peek() == "{":
                yield from self._pairs(window, depth + 1)
            else:
                window.value()
            _next(window, "]")
        window.take("]")

    def _elements(self, window: Window, key: str, owner: dict[str, Any]) -> Iterator[Item | BrokenRecord]:
        """The members of one list. A broken one is passed over."""
        alike: frozenset[str] = frozenset()
        window.take("[")
        while (mark := window.peek()) != "]":
            if not mark:
                raise BrokenJsonError(CUT_OFF)
            try:
                value, text = window.value()
            except BrokenJsonError as error:
                yield from self._broken(window, str(error), alike)
            else:
                yield Item(value, text, key, self._member, owner)
                alike = frozenset(value) if isinstance(value, dict) else alike
            while (mark := window.peek()) not in (",", "]", ""):
                yield from self._broken(window, "broken record: something stands between two items", alike)
            if mark == ",":
                window.take(",")
        window.take("]")

    def _broken(self, window: Window, reason: str, alike: frozenset[str]) -> Iterator[BrokenRecord]:
        yield BrokenRecord(0, reason, readable(as_bytes(window.pass_over(alike))))
        if not window.peek():
            raise _OverError


class _Alone:
    """The fields of an object that may turn out to be a thing itself."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.is_alone = True
        self._texts: list[str] = []
        self._size = 0

    def add(self, key: str, value: Any, key_text: str, value_text: str) -> None:
        """Keep a field; once the object is known to hold lists, only what is short."""
        if not self.is_alone and isinstance(value, dict | list):
            return
        self._size += len(key_text) + len(value_text)
        if self._size > MAX_VALUE_CHARACTERS:
            raise BrokenJsonError(
                f"broken record: an item of more than {MAX_VALUE_CHARACTERS >> 20} million characters"
            )
        self.fields[key] = value
        self._texts.append(f"{key_text}: {value_text}")

    def plain(self) -> dict[str, Any]:
        """The fields that are no lists or objects."""
        return {key: value for key, value in self.fields.items() if not isinstance(value, dict | list)}

    def text(self) -> str:
        """The object as far as it is kept, without its closing bracket and its blanks."""
        return "{" + ", ".join(self._texts)


def _next(window: Window, end: str) -> None:
    """Go on to the next field or member, or stay before the bracket that ends them."""
    if window.peek() != end:
        window.take(",")
