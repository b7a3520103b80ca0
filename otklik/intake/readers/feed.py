"""RSS 2.0 and Atom: the entries of a feed as posts, with GeoRSS points; the file, a folder, or a zip of such files."""

import re
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from otklik.intake.readers.archive import BREAKAGES
from otklik.intake.readers.json_items import members
from otklik.intake.readers.mail_text import html_text
from otklik.intake.readers.open311 import parse_tree
from otklik.intake.readers.records import Record
from otklik.intake.readers.social import SCHEMA as SCHEMA
from otklik.intake.readers.social import broken, degrees, made_id, post_mapping, row
from otklik.intake.readers.tabular import BrokenRecord, UnreadableDeliveryError, readable

MAPPINGS = {"post": post_mapping("other")}
TAKES_FOLDERS = True

_MAX_BYTES = 64 << 20
_NAMES = (".xml", ".rss", ".atom", ".xml.gz", ".rss.gz", ".atom.gz")
_NAMESPACE = re.compile(r"^\{[^}]*\}")


def read(path: Path) -> Iterator[Record | BrokenRecord]:
    """Entries of every feed in the delivery, in order."""
    for number, found in enumerate(_found(path), start=1):
        yield BrokenRecord(number, found.reason, found.raw) if isinstance(found, BrokenRecord) else found


def _found(path: Path) -> Iterator[Record | BrokenRecord]:
    try:
        for _, stream in members(path, lambda name: name.lower().endswith(_NAMES)):
            content = stream.read(_MAX_BYTES + 1)
            try:
                yield from _entries(content)
            except ValueError as error:
                yield BrokenRecord(0, f"broken record: {error}", readable(content[:_MAX_BYTES]))
    except (*BREAKAGES, UnreadableDeliveryError) as error:
        yield BrokenRecord(0, f"broken record: cannot be unpacked: {error}", path.name)


def _entries(content: bytes) -> Iterator[Record | BrokenRecord]:
    root = parse_tree(content)
    entries = [one for one in root.iter() if _name(one) in ("item", "entry")]
    if not entries and _name(root) not in ("rss", "feed", "RDF"):
        yield broken(f"neither RSS nor Atom: its document is called {_name(root)[:100]}", None)
    for entry in entries:
        fields = _fields(entry)
        yield row(fields, {name: value for name, value in fields.items() if value is not None})


def _name(element: Any) -> str:
    return _NAMESPACE.sub("", str(element.tag))


def _fields(entry: Any) -> dict[str, Any]:
    texts: dict[str, str] = {}
    link = None
    for part in entry.iter():
        name, words = _name(part), (part.text or "").strip()
        if name == "link" and part.get("rel", "alternate") == "alternate":
            link = link or part.get("href") or words or None
        if words:
            texts.setdefault(name, words)
    title, told = texts.get("title"), texts.get("encoded") or texts.get("content") or texts.get("description")
    words = [html_text(one) for one in (title, told or texts.get("summary")) if one]
    moment = texts.get("pubDate") or texts.get("published") or texts.get("date") or texts.get("updated")
    lat, _, lon = texts.get("point", "").replace(",", " ").partition(" ")
    key = texts.get("guid") or texts.get("id") or link
    return {
        "source_post_id": key or made_id(title, moment),
        "posted_at": _moment(moment),
        "author": texts.get("creator") or texts.get("name") or texts.get("author"),
        "text": "\n".join(dict.fromkeys(one for one in words if one)) or None,
        "url": link,
        "lat": degrees(lat or texts.get("lat")),
        "lon": degrees(lon.strip() or texts.get("long")),
    }


def _moment(written: str | None) -> str | None:
    """RSS writes times as mail does, Atom in ISO 8601; anything else stays as it came."""
    if written is None:
        return None
    try:
        moment = parsedate_to_datetime(written)
    except (ValueError, TypeError, IndexError, OverflowError):
        return written
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
