"""Exports with a structure of their own, told by what they hold and not by what they are called.

A format proposes itself by signs in names or bytes; its reader then has the last word: it reads the beginning, and what
of the format's mappings gives rows is what the export holds (a Telegram account may hold public groups and private
chats). So a sign that is met by chance costs nothing.
"""

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from otklik.home.engine import connect
from otklik.intake.left_out import LEFT_OUT
from otklik.intake.readers.archive import BREAKAGES, is_archive, open_archive
from otklik.intake.readers.records import reader_of
from otklik.intake.readers.tabular import BrokenRecord, UnreadableDeliveryError, open_binary
from otklik.intake.sources.configuration import Format

_HEAD_BYTES = 64 << 10
_MEMBERS = 2_000
_LOOKED_INTO = 6
_TRIED_RECORDS = 2_000


class _Signs(NamedTuple):
    """What an export shows: by a pattern over the names of its files, or over the beginning of one."""

    names: str | None = None
    content: str | None = None


# The order matters where one format's files could pass for another's.
_SIGNS: Mapping[Format, _Signs] = {
    Format.X_ARCHIVE: _Signs(
        r"(^|/)data/(deleted-)?tweets?(-part\d+)?\.js$",
        r"^\s*window\.YTD\.[a-z_]*tweets?\.part\d+",
    ),
    Format.SLACK: _Signs(r"^([^/]+/)?[^/]+/\d{4}-\d\d-\d\d\.json$"),
    Format.EXCHANGE_TRACKING: _Signs(r"(^|/)MSGTRK[^/]*\.(log|csv)$", r"^#Fields:.*\bmessage-id\b"),
    Format.PURVIEW: _Signs(
        None,
        r"\A\ufeff?[^\n]*\bAuditData\b|\A\ufeff?(?=[^\n]*origin_timestamp_utc)[^\n]*recipient_status",
    ),
    Format.MATTERMOST: _Signs(None, r"\A\s*\{\s*\"type\"\s*:\s*\"(version|info|team|channel|user|post)\""),
    Format.TELEGRAM: _Signs(
        r"(^|/)result\.json$",
        r"\"(messages|chats)\"\s*:[\s\S]*\"(from_id|actor_id|date_unixtime)\"\s*:",
    ),
    Format.INSTAGRAM: _Signs(
        r"(^|/)your_instagram_activity/",
        r"\"(media_map_data|comments_(media|reels)_comments|ig_\w+_media|ig_stories)\"\s*:|\"creation_timestamp\"\s*:",
    ),
    Format.FACEBOOK: _Signs(
        r"(^|/)(your_facebook_activity|profile_information)/|(^|/)your_posts\w*\.json$",
        r"\"(comments_v2|group_posts_v2|status_updates)\"\s*:|\"data\"\s*:\s*\[\s*\{\s*\"(post|update_timestamp|comment)\"",
    ),
    Format.OPEN311: _Signs(None, r"\"service_request_id\"\s*:|<service_requests\b"),
    Format.SEECLICKFIX: _Signs(None, r"\"(issues|html_url)\"\s*:[\s\S]*\"request_type\"\s*:"),
    Format.FEED: _Signs(None, r"<(rss|feed)\b"),
    Format.WHATSAPP: _Signs(
        None, r"\A\ufeff?\u200e?(\[\d[\d./-]+,? [^\]\n]{4,20}\] |\d[\d./-]+,? \d[^\n-]{3,14} [-\u2013] )"
    ),
    Format.ZULIP: _Signs(r"(^|/)messages-\d+\.json$"),
    Format.ROCKETCHAT: _Signs(None, r"\"rid\"\s*:[\s\S]*\"u\"\s*:\s*\{|\"u\"\s*:\s*\{[\s\S]*\"rid\"\s*:"),
    Format.GRAPH: _Signs(None, r"\"(messageType|toRecipients|channelIdentity)\"\s*:"),
    Format.VK: _Signs(None, r"\"(owner|from)_id\"\s*:\s*-?\d+[\s\S]*\"(from|owner)_id\"\s*:\s*-?\d"),
    Format.OK: _Signs(None, r"\"media_topics\"\s*:|\"discussionId\"\s*:|\"author_ref\"\s*:"),
    Format.MAILDIR: _Signs(r"(^|/)(cur|new)/[^/]+$"),
    Format.MBOX: _Signs(r"\.mbox(\.gz)?$", r"\AFrom \S[^\n]*\d{4}\s*\n[A-Za-z-]+:"),
    Format.EML: _Signs(
        r"\.eml$",
        r"\A(?=[\s\S]*^(From|Sender):)(?=[\s\S]*^(Message-ID|Received|MIME-Version|To|Date):)"
        r"([A-Za-z][A-Za-z0-9-]*:[^\n]*\n([ \t][^\n]*\n)*)+",
    ),
}  # fmt: skip


class Recognised(NamedTuple):
    """A format, and those of its entities that the beginning of the export holds."""

    format: Format
    entities: tuple[str, ...]


def recognise(path: Path) -> Recognised | None:
    """The export that a file, zip or folder is; None where it is none of those we read."""
    names = _names(path)
    heads = _heads(path, names)
    for kind, signs in _SIGNS.items():
        by_name = signs.names and any(re.search(signs.names, name, re.IGNORECASE) for name in names)
        by_content = signs.content and any(re.search(signs.content, head, re.MULTILINE) for head in heads)
        if (by_name or by_content) and (held := _held(kind, path)):
            return Recognised(kind, held)
    return None


def _names(path: Path) -> list[str]:
    if path.is_dir():
        files = (file for file in path.rglob("*") if file.is_file() and not file.is_symlink())
        return sorted(file.relative_to(path).as_posix() for file in islice(files, _MEMBERS))
    if is_archive(path):
        with suppress(UnreadableDeliveryError, *BREAKAGES), open_archive(path) as archive:
            return archive.names[:_MEMBERS]
    return [path.name]


def _heads(path: Path, names: list[str]) -> list[str]:
    """Beginnings of a few files, as text."""
    telling = [name for name in names if re.search(r"\.(jsonl?|ndjson|xml|csv|log|eml|js)(\.gz)?$", name.lower())]
    found: list[str] = []
    with suppress(UnreadableDeliveryError, *BREAKAGES):
        if path.is_dir():
            for name in (telling or names)[:_LOOKED_INTO]:
                with open_binary(path / name) as stream:
                    found.append(_text(stream.read(_HEAD_BYTES)))
        elif is_archive(path):
            with open_archive(path) as archive:
                for name in (telling or names)[:_LOOKED_INTO]:
                    with archive.open(name) as member:
                        found.append(_text(member.read(_HEAD_BYTES)))
        else:
            with open_binary(path) as stream:
                found.append(_text(stream.read(_HEAD_BYTES)))
    return found


def _text(head: bytes) -> str:
    return io.TextIOWrapper(io.BytesIO(head), "utf-8-sig", errors="replace").read()


def _held(kind: Format, path: Path) -> tuple[str, ...]:
    """The entities of a format of which the beginning of a delivery gives rows; none where its reader reads nothing."""
    reader = reader_of(kind)
    if path.is_dir() and not reader.TAKES_FOLDERS:
        return ()
    rows: list[dict[str, Any]] = []
    try:
        rows = [{"source_row": n, **record} for n, record in enumerate(_records(kind, path), start=1)]
        table = pa.Table.from_pylist(rows, schema=pa.schema([("source_row", pa.int64()), *reader.SCHEMA]))
    except (UnreadableDeliveryError, ValueError, TypeError, OverflowError):
        return ()
    if not rows:
        return ()
    with connect() as connection:
        connection.register("source", table)
        return tuple(name for name, select in sorted(reader.MAPPINGS.items()) if _gives_rows(connection, select))


def _gives_rows(connection: duckdb.DuckDBPyConnection, select: str) -> bool:
    """Whether a mapping gives a row that it does not leave out by design."""
    found = connection.execute(f"from ({select}) limit 0").description or []
    taken = f"where {LEFT_OUT} is null" if LEFT_OUT in {name for name, *_ in found} else ""
    return connection.execute(f"select 1 from ({select}) {taken} limit 1").fetchone() is not None


def _records(kind: Format, path: Path) -> Iterator[Mapping[str, Any]]:
    found = (one for one in reader_of(kind).read(path) if not isinstance(one, BrokenRecord))
    return islice(found, _TRIED_RECORDS)
