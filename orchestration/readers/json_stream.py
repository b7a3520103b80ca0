"""Items of huge JSON documents, one at a time: the members of chosen arrays as bytes, parsed by themselves.

A broken item spoils itself and not the rest of its file, memory is bounded by the biggest item, and nesting is counted
before anything parses it. For one object a line use `json_lines.py`.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from orchestration.readers.json_lines import MAX_DEPTH, is_too_deep
from orchestration.readers.tabular import CHUNK_BYTES

MAX_ITEM_BYTES = 64 << 20

# Possessive: no text is tried twice. The last group is empty where a string has no end yet.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:\\\Z)?("?)'
_OUTSIDE = re.compile(_STRING + rb'|[\[\]{},]|[^\s,:\[\]{}"]+', re.DOTALL)
_INSIDE = re.compile(_STRING + rb"|[\[\]{}]", re.DOTALL)

_MARKS = frozenset((b"[", b"]", b"{", b"}", b","))

# What an object says of itself (a chat's name and id) is short; nothing longer is kept.
_MAX_FIELD_BYTES = 4_096
_MAX_FIELDS = 64

Path = tuple[str, ...]


class BrokenJsonError(Exception):
    """Text that is not JSON as we accept it; the message says why, `raw` holds what was left of it."""

    def __init__(self, reason: str, raw: bytes = b"") -> None:
        super().__init__(reason)
        self.raw = raw


@dataclass(frozen=True)
class Item:
    """A member of a chosen array: its bytes, and the plain fields of the object that the array belongs to."""

    raw: bytes
    path: Path
    owner: dict[str, Any]


@dataclass
class _Frame:
    """An object or array the scan is in."""

    opening: bytes
    path: Path
    fields: dict[str, Any] = field(default_factory=dict)
    key: str | None = None


def parse(raw: bytes) -> Any:
    """One JSON text.

    Raises:
        BrokenJsonError: it is not UTF-8, not JSON, nested too deep, or holds a number of thousands of digits.
    """
    if is_too_deep(raw):
        raise BrokenJsonError(f"broken record: JSON nested more than {MAX_DEPTH} deep", raw)
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BrokenJsonError("bad encoding: bytes that are not UTF-8", raw) from error
    except json.JSONDecodeError as error:
        raise BrokenJsonError("broken record: not JSON", raw) from error
    except ValueError as error:
        raise BrokenJsonError("broken record: a number that no computer holds", raw) from error


def array_items(stream: IO[bytes], is_wanted: Callable[[Path], bool]) -> Iterator[Item]:
    """The members of the wanted arrays of one document, in order.

    Args:
        stream: the document.
        is_wanted: says it of an array's place: the keys that lead to it, `()` for a document that is an array.

    Raises:
        BrokenJsonError: the document's structure breaks off or does not fit; what came before was yielded.
    """
    window = _Window(stream)
    stack: list[_Frame] = []
    is_begun = False
    while (token := window.next(_OUTSIDE)) is not None:
        if is_begun and not stack:
            raise BrokenJsonError("broken record: text after the end of the JSON document", token)
        is_begun = True
        if token in (b"]", b"}"):
            if not stack or stack.pop().opening != (b"[" if token == b"]" else b"{"):
                raise BrokenJsonError("broken record: a bracket closes what it did not open")
            continue
        top = stack[-1] if stack else None
        if top is not None and top.opening == b"[" and token != b"," and is_wanted(top.path):
            owner = stack[-2].fields if len(stack) > 1 else {}
            yield Item(window.rest_of_item(token), top.path, owner)
        elif token in (b"[", b"{"):
            stack.append(_Frame(token, _path_of(top)))
            if len(stack) > MAX_DEPTH:
                raise BrokenJsonError(f"broken record: JSON nested more than {MAX_DEPTH} deep")
        elif top is not None and top.opening == b"{":
            _note_field(top, token)
    if stack or not is_begun:
        raise BrokenJsonError("broken record: the JSON document is cut off")


def _path_of(top: _Frame | None) -> Path:
    if top is None:
        return ()
    return (*top.path, top.key or "") if top.opening == b"{" else top.path


def _note_field(frame: _Frame, token: bytes) -> None:
    if token == b",":
        frame.key = None
    elif len(token) > _MAX_FIELD_BYTES:
        frame.key = frame.key or ""
    elif frame.key is None:
        frame.key = str(parse(token))
    elif len(frame.fields) < _MAX_FIELDS:
        frame.fields[frame.key] = parse(token)


def _no_constant(name: str) -> None:
    raise json.JSONDecodeError(f"{name} is not JSON", name, 0)


class _Window:
    """The part of a stream that is being looked at."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._text = stream.read(CHUNK_BYTES).removeprefix(b"\xef\xbb\xbf")
        self._position = 0
        self._held: int | None = None
        self._is_at_end = not self._text

    def next(self, pattern: re.Pattern[bytes]) -> bytes | None:
        """The next token, or None at the end of the stream."""
        while True:
            match = pattern.search(self._text, self._position)
            is_cut = match is None or (match.end() == len(self._text) and match[0] not in _MARKS)
            if match is not None and (not is_cut or self._is_at_end):
                if match[0].startswith(b'"') and not match[1]:
                    raise BrokenJsonError("broken record: the JSON document ends within a string", self._left(match))
                self._position = match.end()
                return match[0]
            if self._is_at_end:
                return None
            self._grow(len(self._text) if match is None else match.start())

    def rest_of_item(self, opening: bytes) -> bytes:
        """The item whose first token was just read, whole.

        Raises:
            BrokenJsonError: the stream ends within it.
        """
        if opening not in (b"[", b"{"):
            return opening
        self._held, depth = self._position - 1, 1
        while depth:
            token = self.next(_INSIDE)
            if token is None:
                raise BrokenJsonError("broken record: the JSON document is cut off", self._text[self._held :])
            depth += (token in (b"[", b"{")) - (token in (b"]", b"}"))
        item = self._text[self._held : self._position]
        self._held = None
        return item

    def _left(self, match: re.Match[bytes]) -> bytes:
        return self._text[match.start() if self._held is None else self._held :]

    def _grow(self, start: int) -> None:
        """Read on; `start` is where the search goes on. What lies before it, or before a held item, is let go."""
        keep = start if self._held is None else self._held
        kept = self._text[keep:]
        if len(kept) > MAX_ITEM_BYTES:
            raise BrokenJsonError(f"broken record: an item bigger than {MAX_ITEM_BYTES >> 20} MB", kept[:65_536])
        # by doubling, so that a long item is not looked at more than twice
        more = self._stream.read(max(CHUNK_BYTES, len(kept)))
        self._is_at_end = not more
        self._text, self._position = kept + more, start - keep
        if self._held is not None:
            self._held = 0
