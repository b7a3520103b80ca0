"""One spelling of spaces, dashes and digits, so that patterns see through typography and through hiding.

A number may be written with no-break spaces, long dashes, full-width digits or with invisible characters inside. The
cleaned text has none of these; places in it can be told in the original.
"""

import re
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

_INVISIBLE = (
    0x00AD,
    0x034F,
    0x061C,
    0x180E,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
)
_SPACES = (0x0009, 0x000B, 0x000C, 0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_DASHES = (*range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D)
_DIGITS = (0x0660, 0x06F0, 0x0966, 0xFF10, *range(0x1D7CE, 0x1D800, 10))  # zeros of other scripts
_MARKS = (0x01, 0x02)  # used as marks by nlp.leaks

_TABLE: dict[int, str] = {
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_MARKS, " "),
    **dict.fromkeys(_DASHES, "-"),
    **{zero + value: str(value) for zero in _DIGITS for value in range(10)},
    0xFF20: "@",
    0xFF0B: "+",
    0xFF0E: ".",
}
_UNCLEAN = "[" + "".join(f"\\x{{{code:x}}}" for code in sorted({*_TABLE, *_INVISIBLE})) + "]"
_RESPELLED = re.compile("[" + "".join(map(chr, _TABLE)) + "]")
_HIDDEN = re.compile("[" + "".join(map(chr, _INVISIBLE)) + "]+")


class CleanText(NamedTuple):
    """A cleaned text and where its characters stood.

    Attributes:
        text: the cleaned text.
        places: place of each character in the original; None when none was taken out.
    """

    text: str
    places: list[int] | None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original that a span of the cleaned text stands for."""
        if self.places is None or end == 0:
            return start, end
        return self.places[start] if start < len(self.places) else self.places[-1] + 1, self.places[end - 1] + 1


def needs_cleaning(texts: pa.Array) -> pa.Array:
    """Which texts hold a character that cleaning changes."""
    return pc.match_substring_regex(texts, _UNCLEAN)


def clean(text: str) -> CleanText:
    """The text in one spelling."""
    spelled = _RESPELLED.sub(lambda match: _TABLE[ord(match[0])], text)
    if _HIDDEN.search(spelled) is None:
        return CleanText(spelled, None)
    places: list[int] = []
    place = 0
    for hidden in _HIDDEN.finditer(spelled):
        places += range(place, hidden.start())
        place = hidden.end()
    places += range(place, len(spelled))
    return CleanText(_HIDDEN.sub("", spelled), places)
