"""JSON documents of exports and API answers, item by item: what precedes a broken spot is saved, the rest set aside.

Knows folders, zips, `.gz`, JSON lines and whole documents; knows no network's fields (that is the readers' business).
A document is held as text, never as one tree of objects, so memory stays at about twice the size of the largest
document; JSON lines are held one at a time.
"""

import json
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from orchestration.readers.archive import BREAKAGES, is_archive, open_archive
from orchestration.readers.tabular import BrokenRecord, UnreadableDeliveryError, open_binary, readable

MAX_DOCUMENT_BYTES = 256 << 20
_MAX_LINE_BYTES = 16 << 20
_MAX_RAW_CHARS = 1 << 20
_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_BLANKS = re.compile(r"[ \t\r\n]*")
_MAX_DIGITS = 18
UNREADABLE = (*BREAKAGES, ValueError)
"""What reading a damaged folder, zip or `.gz` raises."""


@dataclass(frozen=True)
class Item:
    """One thing an export lists.

    Attributes:
        value: the thing.
        key: name of the list it stands in; empty for a list without one and for a thing that stands alone.
        member: name of the file within the delivery.
    """

    value: Any
    key: str
    member: str


@dataclass(frozen=True)
class Shape:
    """Where an export keeps its lists.

    Attributes:
        lists: keys under which a list of things stands.
        envelopes: keys of the outermost object under which an object with such lists stands.
    """

    lists: frozenset[str]
    envelopes: frozenset[str] = frozenset()


@dataclass
class _Found:
    """What one object of a document turned out to hold besides its lists."""

    rest: dict[str, Any] = field(default_factory=dict)
    has_lists: bool = False


class _BrokenTextError(Exception):
    """The text stops being JSON at `position`."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.position = position


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
            for found in _items_of(name, stream, shape):
                count += 1
                yield BrokenRecord(count, found.reason, found.raw) if isinstance(found, BrokenRecord) else found
    except UnreadableDeliveryError as error:
        yield BrokenRecord(count + 1, f"broken record: {error}", path.name)
    except UNREADABLE as error:
        yield BrokenRecord(count + 1, f"broken record: cannot be unpacked ({type(error).__name__})", path.name)
    else:
        if wanted and not n_members:
            yield BrokenRecord(1, f"the delivery holds no {wanted}", path.name)


def _items_of(name: str, stream: IO[bytes], shape: Shape) -> Iterator[Item | BrokenRecord]:
    if name.lower().endswith(_LINES):
        while line := stream.readline(_MAX_LINE_BYTES + 1):
            if len(line) > _MAX_LINE_BYTES:
                yield BrokenRecord(0, f"broken record: a line of more than {_MAX_LINE_BYTES >> 20} MB", readable(line))
            elif line.strip():
                yield from _items_of_text(name, line, shape, is_line=True)
        return
    content = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(content) > MAX_DOCUMENT_BYTES:
        limit = MAX_DOCUMENT_BYTES >> 20
        yield BrokenRecord(0, f"broken record: a document of more than {limit} MB; save it as JSON lines", name)
    elif content.strip():
        yield from _items_of_text(name, content, shape)


def _items_of_text(name: str, content: bytes, shape: Shape, *, is_line: bool = False) -> Iterator[Item | BrokenRecord]:
    # bytes that are not UTF-8 become half characters here: the one item that holds them is set aside, and no other
    text = content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    start = _skip(text, 0)
    if text.startswith("window.", start):
        start = _skip(text, text.find("=") + 1)
    try:
        for key, value in _walk_line(text, start, shape) if is_line else _walk(text, start, shape):
            yield Item(value, key, name)
    except _BrokenTextError as error:
        raw = text[error.position : error.position + _MAX_RAW_CHARS].encode("utf-8", "surrogateescape")
        yield BrokenRecord(0, f"broken record: {error}", readable(raw))


def _walk_line(text: str, start: int, shape: Shape) -> Iterator[tuple[str, Any]]:
    """As `_walk`, but four times as fast for a line that is one thing, as nearly all are."""
    value, end = _decode(text, start)
    is_thing = isinstance(value, dict) and value.keys().isdisjoint(shape.lists | shape.envelopes)
    if is_thing and _skip(text, end) == len(text):
        yield "", value
    else:
        yield from _walk(text, start, shape)


def _walk(text: str, start: int, shape: Shape) -> Iterator[tuple[str, Any]]:
    if text.startswith("[", start):
        end = yield from _elements(text, start, "")
    elif text.startswith("{", start):
        end = yield from _pairs(text, start, shape)
    else:
        raise _BrokenTextError("not a JSON object or list", start)
    if _skip(text, end) != len(text):
        raise _BrokenTextError("something follows the end of the JSON", end)


def _pairs(text: str, start: int, shape: Shape) -> Generator[tuple[str, Any], None, int]:
    """The things of one object: those it lists, or itself; returns where it ends."""
    found = _Found()
    position = _skip(text, start + 1)
    while not text.startswith("}", position):
        key, position = _decode(text, position)
        if not isinstance(key, str):
            raise _BrokenTextError("a key that is no string", position)
        position = _expect(text, position, ":")
        if key in shape.lists and text.startswith("[", position):
            found.has_lists = True
            position = yield from _elements(text, position, key)
        elif key in shape.envelopes and text.startswith("{", position):
            found.has_lists = True
            position = yield from _pairs(text, position, Shape(shape.lists))
        else:
            found.rest[key], position = _decode(text, position)
        position = _next(text, position, "}")
    if not found.has_lists and found.rest:
        yield "", found.rest
    return position + 1


def _elements(text: str, start: int, key: str) -> Generator[tuple[str, Any], None, int]:
    """The elements of one list; returns where it ends."""
    position = _skip(text, start + 1)
    while not text.startswith("]", position):
        value, position = _decode(text, position)
        yield key, value
        position = _next(text, position, "]")
    return position + 1


def _decode(text: str, position: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, position)
    except RecursionError:
        raise _BrokenTextError("JSON nested too deep", position) from None
    except ValueError:
        raise _BrokenTextError("not JSON", position) from None


def _next(text: str, position: int, end: str) -> int:
    """Where the next element begins, or the bracket that ends them."""
    position = _skip(text, position)
    return position if text.startswith(end, position) else _expect(text, position, ",")


def _expect(text: str, position: int, mark: str) -> int:
    """The first character behind a mark that must come next."""
    position = _skip(text, position)
    if not text.startswith(mark, position):
        raise _BrokenTextError("not JSON", position)
    return _skip(text, position + 1)


def _skip(text: str, position: int) -> int:
    match = _BLANKS.match(text, position)
    return match.end() if match else position


def _integer(digits: str) -> int | str:
    # a number of a million digits stays text: Python refuses to make it a number, and no id or count is one
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


_DECODER = json.JSONDecoder(parse_int=_integer)
