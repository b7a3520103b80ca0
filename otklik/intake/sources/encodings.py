"""Which encoding the bytes of a text are in, and how sure that is. Told from a sample, by charset-normalizer."""

import codecs
from dataclasses import dataclass
from itertools import pairwise

from charset_normalizer import from_bytes

# what tables come in; every other encoding of Python can be named by hand
_CANDIDATES = [
    "cp1251", "koi8_r", "cp866", "mac_cyrillic", "iso8859_5", "cp1252", "cp1250", "iso8859_2", "cp1253", "cp1254",
    "cp1255", "cp1256", "cp1257", "cp850", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr",
]  # fmt: skip
_NAMES = {"cp1251": "windows-1251", "koi8_r": "koi8-r", "cp1252": "windows-1252", "cp1250": "windows-1250"}
# Families whose encodings are alike to a measure of disorder, each with the letters its languages use most: those tell.
# Where they tell nothing the first of a family holds.
_CYRILLIC = dict.fromkeys(("cp1251", "koi8_r", "cp866", "mac_cyrillic", "iso8859_5"), "оеаинтсрвлкм")
_LATIN = {
    "cp1252": "äöüßéèàçêñáíóúâîôåøæãõ",
    "cp1250": "áéíóúýčďěňřšťůžąćęłńśźżőűöüäß",
    "iso8859_2": "áéíóúýčďěňřšťůžąćęłńśźżőűöüäß",
    "cp1254": "çğıöşüİ",
    "cp1257": "āčēģīķļņšūžąęėįųõäöü",
}
_USUAL = frozenset("«»„“”‘’–—…№§°€ ")
_CONTEXT_BYTES = 256
_MOST_BYTES = 64 << 10


@dataclass(frozen=True)
class Encoding:
    """An encoding, and what a person should know of how it was found; None where the bytes leave no doubt."""

    name: str
    doubt: str | None = None


def encoding_of(head: bytes) -> Encoding:
    """The encoding of a text by its first bytes."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
    ):
        if head.startswith(mark):
            return Encoding(name)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16")
    start = head[:400]
    if start.count(0) > len(start) // 8:
        return Encoding("utf-16-be" if start[::2].count(0) > start[1::2].count(0) else "utf-16-le")
    # a sample may end inside a character, so what is after its last line end does not count
    whole_lines = head[: head.rfind(b"\n") + 1] or head
    try:
        whole_lines.decode("utf-8")
    except UnicodeDecodeError:
        return _of_one_byte(whole_lines)
    return Encoding("utf-8")


def _of_one_byte(text: bytes) -> Encoding:
    sample = _telling(text)
    found = list(from_bytes(sample, cp_isolation=_CANDIDATES, threshold=0.5))
    if not found:
        return Encoding("windows-1252", "no encoding fits well: look at the sample of `otklik source check`")
    best = found[0].encoding
    for family in (_CYRILLIC, _LATIN):
        if best in family:
            best = max(family, key=lambda name: _likeness(sample, name, family[name]))
    chosen = next((one for one in found if one.encoding == best), found[0])
    others = [one.encoding for one in found if one.encoding != best][:2]
    sure = 100 * (1 - chosen.percent_chaos / 100)
    doubt = f"told from the letters, {sure:.0f} % in order"
    if others:
        doubt += f"; if words look wrong, try {' or '.join(_NAMES.get(name, name) for name in others)}"
    return Encoding(_NAMES.get(best, best), doubt)


def _telling(text: bytes) -> bytes:
    """The parts of a text that tell: what stands around bytes beyond ASCII, which may be rare."""
    kept, end = bytearray(), 0
    for place, byte in enumerate(text):
        if byte >= 0x80 and place >= end:
            kept += text[max(end, place - _CONTEXT_BYTES // 4) : place + _CONTEXT_BYTES]
            end = place + _CONTEXT_BYTES
        if len(kept) > _MOST_BYTES:
            break
    return bytes(kept)


def _likeness(sample: bytes, encoding: str, letters: str) -> int:
    """How much a text looks written in an encoding: its common letters, less what stands where no letter should."""
    text = sample.decode(encoding, "replace")
    n_common = sum(one in letters for one in text.lower() if one >= "\x80")
    n_strange = sum(one >= "\x80" and not one.isalpha() and one not in _USUAL for one in text)
    n_swapped = sum(here.islower() and after.isupper() for here, after in pairwise(text))
    return n_common - 2 * n_strange - 2 * n_swapped
