"""A window that slides over the text of a JSON document: values decoded where they stand, one at a time.

Memory is bounded by the biggest value, and a value that is broken can be passed over to the next one that is not. What
the values mean, and which of them are wanted, is `json_items.py`. Why no streaming parser does it for us:
docs/decisions/0012-json-walker.md.
"""

import codecs
import json
import re
from collections.abc import Set as AbstractSet
from typing import IO, Any, NoReturn

from otklik.intake.readers.json_lines import MAX_DEPTH, is_too_deep

MAX_VALUE_CHARACTERS = 16 << 20

NOT_JSON = "broken record: not JSON"
BAD_ENCODING = "bad encoding: bytes that are not UTF-8"
CUT_OFF = "broken record: the JSON document is cut off"
TOO_DEEP = f"broken record: JSON nested more than {MAX_DEPTH} deep"

# Small, because an error of Python's decoder counts the lines from the window's beginning to the error.
CHUNK_CHARACTERS = 16 << 10
# Of broken text the beginning is kept: it is looked at, not loaded, and the file stays where it lies.
_SHOWN_CHARACTERS = 1 << 20
_MAX_DIGITS = 18
# no escape, number or word is longer: an error nearer to the window's end may be one of the window, not of the text
_LONGEST_TOKEN = 32

_BLANKS = re.compile(r"[ \t\r\n]*")
# Possessive: no text is tried twice. The group is empty where a string has no end yet.
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:\\\Z)?("?)|[\[\]{}]', re.DOTALL)
_TO_NEXT = re.compile(r"(?!,).[^,\[\]{}]*|", re.DOTALL)
_BETWEEN_OBJECTS = re.compile(r"\}[ \t\r\n]*(?=,[ \t\r\n]*\{)")
_CLOSING = {"[": "]", "{": "}"}


class BrokenJsonError(Exception):
    """Text that is not JSON as we accept it; the message says why.

    Attributes:
        before: text that belongs to what is broken, and stands before the window.
    """

    before = ""


def _refused_constant(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is not JSON", name, 0)


def number_or_text(digits: str) -> int | str:
    """A whole number; text where it has thousands of digits: Python refuses those, and no id or count is one."""
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


_DECODER = json.JSONDecoder(parse_constant=_refused_constant)
# several times slower: a call for every number
_DECODER_OF_LONG_NUMBERS = json.JSONDecoder(parse_constant=_refused_constant, parse_int=number_or_text)


def parse(raw: bytes) -> Any:
    """One JSON text, such as a line.

    Raises:
        BrokenJsonError: it is not UTF-8, not JSON or nested too deep.
    """
    if is_too_deep(raw):
        raise BrokenJsonError(TOO_DEEP)
    try:
        text = raw.decode("utf-8-sig")
        try:
            return _DECODER.decode(text)
        except json.JSONDecodeError:
            raise
        except ValueError:
            return _DECODER_OF_LONG_NUMBERS.decode(text)
    except UnicodeDecodeError:
        raise BrokenJsonError(BAD_ENCODING) from None
    except json.JSONDecodeError:
        raise BrokenJsonError(NOT_JSON) from None


class Window:
    """The part of a document that is being looked at.

    Args:
        stream: the document's bytes. Bytes that are not UTF-8 become half characters, which `value` refuses.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        # read from the stream before, and handed out again from this place on
        self._returned, self._returned_at = "", 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._is_at_end = False
        self._has_bad_bytes = False
        # characters that may be looked at in vain, so that no damage makes time grow with the square of the document
        self._patience = 4 * MAX_VALUE_CHARACTERS
        self.text = ""
        self.position = 0
        self._grow()
        self.text = self.text.removeprefix("\ufeff")

    def peek(self) -> str:
        """The next character that is no blank, which is where the window stands then; empty at the document's end."""
        while True:
            match = _BLANKS.match(self.text, self.position)
            self.position = match.end() if match else self.position
            if self.position < len(self.text):
                return self.text[self.position]
            if not self._grow():
                return ""

    def take(self, mark: str) -> None:
        """Go on behind a mark that must come next.

        Raises:
            BrokenJsonError: something else does.
        """
        if self.peek() != mark:
            raise BrokenJsonError(NOT_JSON if self.text[self.position :] else CUT_OFF)
        self.position += 1

    def value(self) -> tuple[Any, str]:
        """The value that comes next and its text; the window then stands behind it.

        Raises:
            BrokenJsonError: it is cut off, not JSON, not UTF-8, nested too deep or too big; the window stays before it.
        """
        while True:
            try:
                value, end = self._decoded()
            except json.JSONDecodeError as error:
                if self._may_be_cut(error) and self._grow():
                    continue
                raise BrokenJsonError(CUT_OFF if self._is_over(error) else NOT_JSON) from None
            except RecursionError:
                raise BrokenJsonError(TOO_DEEP) from None
            # "1" may be the beginning of "1.5e+3"
            is_whole = end + _LONGEST_TOKEN < len(self.text) or not isinstance(value, int | float)
            if is_whole or not self._grow():
                break
        text = self.text[self.position : end]
        self._refuse(text)
        self.position = end
        self._shrink()
        return value, text

    def pass_over(self, alike: AbstractSet[str]) -> str:
        """Pass over a broken member of a list; the window then stands behind it. Returns its text, or its beginning.

        The member ends where its brackets and quotes say so. Where they do not match up, the next object that has at
        least half of the keys of its neighbours is taken to be the next member; without one the document is over.

        Args:
            alike: keys of the last member that was not broken.
        """
        end = self._end_by_brackets()
        if end is not None:
            text = self.text[self.position : end]
            self.position = end
            self._shrink()
            return text[:_SHOWN_CHARACTERS]
        shown = self.rest()
        self._shrink()
        while not self._is_before_one_alike(alike):
            if not self._grows_further():
                self.text, self.position, self._returned, self._is_at_end = "", 0, "", True
                break
        return shown

    def rest(self) -> str:
        """What is left of the text, or its beginning."""
        return self.text[self.position : self.position + _SHOWN_CHARACTERS]

    def _decoded(self) -> tuple[Any, int]:
        try:
            return _DECODER.raw_decode(self.text, self.position)
        except json.JSONDecodeError:
            raise
        except ValueError:
            return _DECODER_OF_LONG_NUMBERS.raw_decode(self.text, self.position)

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos > len(self.text) - _LONGEST_TOKEN

    def _is_over(self, error: json.JSONDecodeError) -> bool:
        is_cut = error.msg.startswith("Unterminated string") or not self.text[error.pos :].strip()
        return is_cut and self._is_all_read()

    def _refuse(self, text: str) -> None:
        if text.count("[") + text.count("{") > MAX_DEPTH and is_too_deep(text.encode("utf-8", "surrogatepass")):
            raise BrokenJsonError(TOO_DEEP)
        if self._has_bad_bytes and _is_half(text):
            raise BrokenJsonError(BAD_ENCODING)

    def _grow(self) -> bool:
        """Read on, and let go of what lies before the position; False at the document's end.

        By doubling, so that a long value is not decoded more than twice in sum.

        Raises:
            BrokenJsonError: what is held is too big.
        """
        kept = self.text[self.position :]
        if len(kept) > MAX_VALUE_CHARACTERS:
            raise BrokenJsonError(
                f"broken record: an item of more than {MAX_VALUE_CHARACTERS >> 20} million characters"
            )
        more = self._read(max(CHUNK_CHARACTERS, len(kept)))
        if more:
            self.text, self.position = kept + more, 0
        return bool(more)

    def _read(self, size: int) -> str:
        """The next text; what was returned comes first. Empty at the document's end."""
        if self._returned:
            more = self._returned[self._returned_at : self._returned_at + size]
            self._returned_at += size
            if self._returned_at >= len(self._returned):
                self._returned, self._returned_at = "", 0
            return more
        more = ""
        while not more and not self._is_at_end:
            chunk = self._stream.read(size)
            self._is_at_end = not chunk
            more = self._decoder.decode(chunk, final=self._is_at_end)
            self._has_bad_bytes = self._has_bad_bytes or (not more.isascii() and _is_half(more))
        return more

    def _is_all_read(self) -> bool:
        return self._is_at_end and not self._returned

    def _shrink(self) -> None:
        """Return what a big value made the window hold."""
        end = self.position + CHUNK_CHARACTERS
        if len(self.text) > end + CHUNK_CHARACTERS:
            self._returned = self.text[end:] + self._returned[self._returned_at :]
            self._returned_at = 0
            self.text, self.position = self.text[self.position : end], 0

    def _end_by_brackets(self) -> int | None:
        """Where the value that begins here ends, by its brackets and quotes; None where they do not match up."""
        if self.peek() not in ("[", "{", '"'):
            match = _TO_NEXT.match(self.text, self.position)
            return match.end() if match and match.end() < len(self.text) else None
        at, open_brackets = self.position, list[str]()
        while self._patience > 0:
            match = _STRING_OR_BRACKET.search(self.text, at)
            if match is None or (match[1] == "" and match[0].startswith('"')):
                at = (len(self.text) if match is None else match.start()) - self.position
                if not self._grows_further():
                    return None
                continue
            self._patience -= match.end() - at
            at = match.end()
            if match[0] in _CLOSING:
                open_brackets.append(_CLOSING[match[0]])
            elif match[0] in ("]", "}") and (not open_brackets or open_brackets.pop() != match[0]):
                return None
            if not open_brackets:
                return at if self._is_followed(at) else None
        return None

    def _grows_further(self) -> bool:
        try:
            return self._patience > 0 and self._grow()
        except BrokenJsonError:
            return False

    def _is_followed(self, end: int) -> bool:
        """Whether a value that ends there is followed as one must be."""
        match = _BLANKS.match(self.text, end)
        return match is not None and self.text[match.end() : match.end() + 1] in (",", "]", "}", "")

    def _is_before_one_alike(self, alike: AbstractSet[str]) -> bool:
        """Go to before the comma that the next object like its neighbours follows; False where the window has none."""
        for match in _BETWEEN_OBJECTS.finditer(self.text, self.position + 1):
            start = self.text.index("{", match.end())
            if self._patience <= 0:
                break
            try:
                value, _ = _DECODER.raw_decode(self.text, start)
            except json.JSONDecodeError as error:
                self._patience -= error.pos - start
                if self._may_be_cut(error) and not self._is_all_read():
                    self.position = match.start()
                    return False
                continue
            except (ValueError, RecursionError):
                self._patience -= len(self.text) - start
                continue
            if value and len(value.keys() & alike) * 2 >= len(alike):
                self.position = match.end()
                return True
        # the last characters may be half of a boundary
        self.position = len(self.text) if self._is_all_read() else max(self.position, len(self.text) - _LONGEST_TOKEN)
        return False


def _is_half(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
