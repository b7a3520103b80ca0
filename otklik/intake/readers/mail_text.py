"""Words out of the bytes of a mail: charsets, transfer encodings, encoded headers, addresses, HTML.

Every function is linear in its input whatever the input is, and none raises: what cannot be decoded is shown in
hexadecimal, so that nothing is lost in silence. The structure of a message is `mail_message.py`.
"""

import binascii
import codecs
import html
import quopri
import re
from functools import lru_cache

from otklik.intake.readers.accounts import spelled_address

# Text codecs whose decoding is not linear, or gives meaning to backslashes.
_REFUSED_CODECS = frozenset(("idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"))
_CHARSET_NAME = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")
_SYNONYMS = {"ks_c_5601-1987": "cp949", "x-sjis": "cp932", "x-mac-cyrillic": "mac-cyrillic"}

_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?]*)\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")

# Each alternative takes the rest of the text where its end is missing: no start is ever tried twice.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.?)*+"?', re.DOTALL)
_COMMENT = re.compile(r"\([^()]*+\)?")
_GROUP_NAME = re.compile(r"^[^:@<]*:")

_TAG = re.compile(r"<(!--|[!?]|/?[a-zA-Z][a-zA-Z0-9]*+)[^>]*+>?")
_BLOCKS = frozenset(("br", "p", "div", "tr", "li", "ul", "ol", "table", "blockquote", "pre", "hr", "section")) | {
    f"h{level}" for level in range(1, 7)
}
_CLOSINGS = {
    "!--": re.compile("-->"),
    **{name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "title")},
}
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")
_BLANK_LINES = re.compile(r" ?\n[ \n]*\n *")


@lru_cache(maxsize=1_024)
def _codec(charset: str) -> str | None:
    """The Python codec of a charset's name, or None where there is none that may be used."""
    name = charset.strip().strip("'\"").lower()
    name = _SYNONYMS.get(name, name)
    if not _CHARSET_NAME.fullmatch(name):
        return None
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, ImportError):
        return None
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name.replace("_", "-") not in _REFUSED_CODECS else None


def decode(raw: bytes, charset: str | None = None) -> str:
    """Bytes as text: the declared charset, else UTF-8, else a Cyrillic guess, else ASCII with the rest in hex."""
    codec = _codec(charset) if charset else None
    if codec is None or codec == "ascii":
        return raw.decode("ascii") if raw.isascii() else _undeclared(raw)
    try:
        return raw.decode(codec)
    except UnicodeError:
        return _nearly(raw, codec) or _undeclared(raw)


def _undeclared(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _nearly(raw, "utf-8") or raw.decode(_cyrillic(raw) or "ascii", "backslashreplace")


def _nearly(raw: bytes, codec: str) -> str | None:
    """Text with a few bad bytes in hex (cut in the middle of a character), or None where most of it is bad."""
    n_high = len(raw.translate(None, bytes(range(0x80))))
    n_bad = raw.decode(codec, "replace").count("\N{REPLACEMENT CHARACTER}")
    return raw.decode(codec, "backslashreplace") if n_bad * 4 <= n_high else None


def _cyrillic(raw: bytes) -> str | None:
    """windows-1251 or KOI8-R, for bytes that say nothing about themselves.

    Small letters outnumber capitals in any text; they are 0xE0–0xFF in windows-1251 and 0xC0–0xDF in KOI8-R. Bytes
    of which less than half of the letters are in that range (Latin-1, binary) are not guessed at.
    """
    high = raw.translate(None, bytes(range(0xC0)))
    latin = raw.translate(None, bytes(b for b in range(256) if not (0x41 <= b <= 0x5A or 0x61 <= b <= 0x7A)))
    other = raw.translate(None, bytes([*range(0x80), *range(0xC0, 256)]))
    if len(high) < 4 or len(high) < len(latin) or len(other) * 4 > len(high):
        return None
    upper_half = len(high.translate(None, bytes(range(0xE0))))
    return "windows-1251" if upper_half * 2 > len(high) else "koi8-r"


def transfer_decode(body: bytes, encoding: str) -> bytes:
    """A part's bytes without their transfer encoding; broken base64 gives what can be saved of it."""
    match encoding:
        case "base64":
            return base64_bytes(body)
        case "quoted-printable":
            return quopri.decodestring(body)
        case _:
            return body


def base64_bytes(text: bytes) -> bytes:
    """Base64 as far as it goes: other characters are skipped, a cut-off end is dropped."""
    packed = _NOT_BASE64.sub(b"", text)
    packed = packed[: len(packed) - (len(packed) % 4 == 1)]
    return binascii.a2b_base64(packed + b"=" * (-len(packed) % 4))


def header_text(raw: bytes) -> str:
    """A header's value as people see it: encoded words (RFC 2047) and raw 8-bit bytes decoded."""
    text = decode(raw)
    if "=?" not in text:
        return text.strip()
    # neighbours of one charset are joined before decoding: a character may be split between two words
    pieces: list[tuple[str | None, bytearray, str]] = []
    position = 0
    for match in _ENCODED_WORD.finditer(text):
        between = text[position : match.start()]
        position = match.end()
        charset, words = match[1].partition("*")[0].lower(), _encoded_word(match[2], match[3])
        if pieces and not between.strip():
            if pieces[-1][0] == charset:
                pieces[-1][1].extend(words)
                continue
            between = ""
        pieces += [(None, bytearray(), between), (charset, bytearray(words), "")]
    decoded = "".join(plain if charset is None else decode(bytes(words), charset) for charset, words, plain in pieces)
    return (decoded + text[position:]).strip()


def _encoded_word(kind: str, words: str) -> bytes:
    raw = words.encode("utf-8", "surrogateescape")
    return base64_bytes(raw) if kind in "bB" else quopri.decodestring(raw, header=True)


def addresses(header: str) -> list[str]:
    """The addresses of a To-like header (raw, encoded words not yet decoded), lower case, in order, once each.

    Archives of lists obscure them (`ivan at example.org`): these are spelled out.
    """
    if "@" not in header and (hidden := list(filter(None, map(spelled_address, header.split(","))))):
        return list(dict.fromkeys(hidden))
    if '"' in header:
        # a name in quotes goes; a quoted account ("a b"@example.org) stays
        header = _QUOTED.sub(lambda m: m[0].replace(" ", "") if header[m.end() : m.end() + 1] == "@" else " ", header)
    if "(" in header:
        header = _COMMENT.sub(" ", header)
    found: dict[str, None] = {}
    for piece in header.replace(";", ",").split(","):
        address = _address(piece)
        if address:
            found[address] = None
    return list(found)


def _address(piece: str) -> str | None:
    opening = piece.rfind("<")
    if opening >= 0:
        inside = "".join(piece[opening + 1 :].partition(">")[0].split())
        return inside.rpartition(":")[2].lower() or None if "@" in inside else inside.lower() or None
    words = _GROUP_NAME.sub("", piece).split()
    with_at = [word for word in words if "@" in word]
    if with_at:
        return with_at[0].replace('"', "").strip("'()").lower()
    # a local account without a domain, as cron writes it
    return words[0].lower() if len(words) == 1 and words[0].isalnum() else None


def html_text(source: str) -> str:
    """The words of an HTML page; block tags become line ends, scripts and styles vanish."""
    pieces: list[str] = []
    position, end = 0, len(source)
    while position < end:
        tag = _TAG.search(source, position)
        if tag is None:
            pieces.append(source[position:])
            break
        pieces.append(source[position : tag.start()])
        name = tag[1].lower()
        position = tag.end()
        if name in _CLOSINGS:
            closing = _CLOSINGS[name].search(source, tag.start() + 4)
            # the closing tag itself is taken by the next turn
            position = end if closing is None else closing.end() if name == "!--" else closing.start()
        elif name.lstrip("/") in _BLOCKS:
            pieces.append("\n")
    text = _SPACES.sub(" ", html.unescape("".join(pieces)))
    return _BLANK_LINES.sub("\n", text).strip()
