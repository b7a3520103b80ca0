"""`otklik source init`: looks into a file and proposes a `sources.yaml` for it.

Here: what the bytes are (format, encoding, delimiter), which columns they hold with a sample of their values, and the
YAML that comes out. Which column is which field, and the mapping's SQL, is `otklik/intake/sources/guessing.py`.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from otklik.home.engine import connect, text_literal
from otklik.home.errors import ConfigurationError
from otklik.intake.readers.tabular import UnreadableDeliveryError, open_binary
from otklik.intake.sources.configuration import Format
from otklik.intake.sources.guessed_columns import EntityGuess
from otklik.intake.sources.guessing import guess_entities
from otklik.intake.sources.vocabulary import Column, has_zone

SAMPLE_BYTES = 2 << 20
SAMPLE_ROWS = 2_000

_DELIMITERS = (";", ",", "\t", "|")
# the commonest Russian letters: a text read in the wrong one of two Cyrillic encodings has its case swapped
_COMMON_LETTERS = frozenset("оеаинтсрвлкм")


@dataclass(frozen=True)
class Sniffed:
    """What a file turned out to be. `options` are of `CsvOptions`; `types` the DuckDB types of JSON fields."""

    format: Format
    columns: tuple[Column, ...] = ()
    options: Mapping[str, str] | None = None
    types: Mapping[str, str] | None = None


def propose(path: Path) -> str:
    """A `sources.yaml` for one file: checked by `otklik source check`, finished by a person.

    Raises:
        ConfigurationError: no such file, nothing in it, or it is none of the formats that can be told by looking.
    """
    sniffed = sniff(path)
    guesses = guess_entities(sniffed.columns, path.stem) if sniffed.columns else [_entity_of_export(sniffed.format)]
    return _yaml(path, sniffed, guesses)


def sniff(path: Path) -> Sniffed:
    """Tell what a file is from its first two megabytes.

    Raises:
        ConfigurationError: see `propose`.
    """
    if path.is_dir():
        return _sniff_folder(path)
    if not path.is_file():
        raise ConfigurationError(f"{path}: no such file.")
    try:
        with open_binary(path) as stream:
            head = stream.read(SAMPLE_BYTES)
    except (OSError, EOFError, UnreadableDeliveryError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}.") from error
    if not head.strip():
        raise ConfigurationError(f"{path}: the file is empty; there is nothing to look at.")
    if head.startswith(b"PAR1"):
        return Sniffed(Format.PARQUET, _parquet_columns(path))
    export = _known_export(path, head)
    if export is not None:
        return _require_reader(path, export)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _sniff_json_lines(path, head)
    _refuse_unreadable(path, head)
    return _sniff_csv(path, head)


def _refuse_unreadable(path: Path, head: bytes) -> None:
    if head.startswith(b"PK"):
        raise ConfigurationError(
            f"{path}: a zip archive. Of archives, Slack exports (format: slack) and tables (format: xlsx) are read."
        )
    if head.lstrip().startswith(b"["):
        raise ConfigurationError(f"{path}: one JSON array. Write one object a line first: jq -c '.[]' {path.name}")
    if head.lstrip().startswith(b"<"):
        raise ConfigurationError(f"{path}: XML or HTML. Of these, Open311 answers are read (format: open311).")


def _known_export(path: Path, head: bytes) -> Format | None:
    if path.suffix == ".eml":
        return Format.EML
    if head.startswith(b"From ") and re.search(rb"\n[A-Za-z-]+: ", head):
        return Format.MBOX
    if path.name == "result.json" and b'"messages"' in head:
        return Format.TELEGRAM
    return None


def _sniff_folder(path: Path) -> Sniffed:
    if all((path / name).is_dir() for name in ("cur", "new")):
        return _require_reader(path, Format.MAILDIR)
    raise ConfigurationError(f"{path}: a folder, and no Maildir (cur, new, tmp). Name one file of it.")


def _require_reader(path: Path, kind: Format) -> Sniffed:
    if find_spec(f"otklik.intake.readers.{kind.value}") is None:
        raise ConfigurationError(f"{path}: looks like {kind.value}, which this version cannot read.")
    return Sniffed(kind)


def _entity_of_export(kind: Format) -> EntityGuess:
    return EntityGuess("message", None, (f"{kind.value} brings its own mapping",))


def encoding_of(head: bytes) -> str:
    """The encoding of a text by its first bytes: one of those `CsvOptions` accepts."""
    if head.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head[:200].count(0) > len(head[:200]) // 4:
        return "utf-16"
    # a sample may end inside a character, so what is after its last line end does not count
    whole_lines = head[: head.rfind(b"\n") + 1] or head
    try:
        whole_lines.decode("utf-8")
    except UnicodeDecodeError:
        return max(("windows-1251", "koi8-r"), key=lambda name: _n_common_letters(whole_lines, name))
    return "utf-8"


def _n_common_letters(sample: bytes, encoding: str) -> int:
    return sum(letter in _COMMON_LETTERS for letter in sample.decode(encoding, "ignore"))


def _sniff_csv(path: Path, head: bytes) -> Sniffed:
    encoding = encoding_of(head)
    text = head.decode(encoding, "replace").removeprefix("\ufeff")
    if len(head) == SAMPLE_BYTES:
        text = text[: text.rfind("\n") + 1]
    delimiter = max(_DELIMITERS, key=lambda one: _fit(text, one))
    rows = list(_csv_rows(text, delimiter, SAMPLE_ROWS + 1))
    header = rows[0]
    if not all(header) or len(set(header)) < len(header):
        raise ConfigurationError(
            f"{path}: the first line does not name columns once each (found {', '.join(map(repr, header))[:200]}). "
            "A CSV file needs a header."
        )
    whole = [row for row in rows[1:] if len(row) == len(header)]
    columns = tuple(Column(name, tuple(row[i] for row in whole)) for i, name in enumerate(header))
    options = {"delimiter": delimiter} if delimiter != "," else {}
    if encoding != "utf-8":
        options["encoding"] = encoding
    return Sniffed(Format.CSV, columns, options)


def _csv_rows(text: str, delimiter: str, limit: int) -> Sequence[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) == limit:
                break
    except csv.Error:
        # a field longer than csv takes: what came before is sample enough
        return rows or [[]]
    return rows or [[]]


def _fit(text: str, delimiter: str) -> float:
    """How well a delimiter cuts: the share of rows as wide as the header, times its width; 0 where it cuts nothing."""
    rows = _csv_rows(text, delimiter, 200)
    width = len(rows[0])
    if width < 2:
        return 0.0
    return width * sum(len(row) == width for row in rows) / len(rows)


def _sniff_json_lines(path: Path, head: bytes) -> Sniffed:
    lines = head.splitlines()
    if len(head) == SAMPLE_BYTES and len(lines) > 1:
        lines.pop()
    records = []
    for line in lines[:SAMPLE_ROWS]:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            records.append(record)
    if not records:
        raise ConfigurationError(
            f"{path}: JSON, but not one object a line. Write it so first: jq -c . {path.name}, or jq -c '.items[]' "
            "where the rows stand inside."
        )
    names = dict.fromkeys(name for record in records for name in record)
    columns = tuple(Column(name, tuple(record.get(name) for record in records)) for name in names)
    return Sniffed(Format.JSONL, columns, types={column.name: duckdb_type(column.values) for column in columns})


def duckdb_type(values: Sequence[Any]) -> str:
    """The DuckDB type that holds every one of some JSON values and loses none; text where they differ."""
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, bool) for value in present):
        return "BOOLEAN"
    if present and all(isinstance(value, int) and not isinstance(value, bool) for value in present):
        return "BIGINT"
    if present and all(isinstance(value, int | float) and not isinstance(value, bool) for value in present):
        return "DOUBLE"
    if present and all(isinstance(value, list) for value in present):
        return f"{duckdb_type([item for value in present for item in value])}[]"
    if present and all(isinstance(value, dict) for value in present):
        names = dict.fromkeys(name for value in present for name in value)
        fields = (f'"{name}" {duckdb_type([value.get(name) for value in present])}' for name in names)
        return f"STRUCT({', '.join(fields)})" if names else "JSON"
    return "JSON" if any(isinstance(value, list | dict) for value in present) else "VARCHAR"


def _parquet_columns(path: Path) -> tuple[Column, ...]:
    with connect() as connection:
        try:
            found = connection.execute(f"select * from read_parquet({text_literal(path)}) limit {SAMPLE_ROWS}")
        except duckdb.Error as error:
            raise ConfigurationError(
                f"{path}: a Parquet file that cannot be read: {str(error).splitlines()[0]}"
            ) from error
        names = [column[0] for column in found.description or ()]
        rows = found.fetchall()
    return tuple(Column(name, tuple(row[i] for row in rows)) for i, name in enumerate(names))


def _yaml(path: Path, sniffed: Sniffed, guesses: Sequence[EntityGuess]) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", path.name.split(".")[0].lower()).strip("_")
    lines = ["version: 1"]
    if not has_zone(sniffed.columns):
        lines.append("# times of this file carry no zone: say theirs, such as Europe/Moscow")
    lines += ["time_zone: UTC", *_context_to_fill_in(guesses), "sources:"]
    lines.append(f"  {name if re.match('[a-z]', name) else 'source'}:")
    lines += [f"    title: {json.dumps(path.name, ensure_ascii=False)}"]
    lines += [f"    path: {json.dumps(str(path.resolve()), ensure_ascii=False)}", f"    format: {sniffed.format.value}"]
    if sniffed.options:
        lines.append("    options:")
        lines += [f"      {key}: {json.dumps(value)}" for key, value in sniffed.options.items()]
    if sniffed.types:
        lines.append("    columns:")
        lines += [
            f"      {json.dumps(key, ensure_ascii=False)}: {json.dumps(kind, ensure_ascii=False)}"
            for key, kind in sniffed.types.items()
        ]
    lines.append("    entities:")
    for guess in guesses:
        lines += [f"      # {note}" for note in guess.notes]
        lines.append(f"      {guess.entity}:" if guess.select or guess.is_undated else f"      {guess.entity}: {{}}")
        if guess.is_undated:
            lines.append("        is_undated: true")
        if guess.select:
            lines.append("        select: |")
            lines += [f"          {line}" for line in guess.select.splitlines()]
    return "\n".join(lines) + "\n"


def _context_to_fill_in(guesses: Sequence[EntityGuess]) -> list[str]:
    """What no file says of itself: where its places are, whose people write."""
    found = {guess.entity for guess in guesses}
    lines = []
    if "post" in found:
        lines.append("# names of places are looked up in a region; without it no post has a municipality")
        lines.append("# region: Самарская область")
    if found & {"message", "person"}:
        lines.append("# the organisation whose people these are")
        lines.append("# organisation: Администрация города")
    return lines
