"""What a file is: an export with a reader of its own, or a table, with its dialect and a sample of its columns.

Exports are told by `recognising.py`; which column is which field is `guessing.py`; the entry that comes of both is
written by `proposing.py`.
"""

import codecs
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice
from pathlib import Path

import duckdb

from otklik.home.engine import connect, text_literal
from otklik.home.errors import ConfigurationError
from otklik.intake.readers.archive import is_archive
from otklik.intake.readers.csv_file import csv_records, is_delimiter_line
from otklik.intake.readers.json_file import holds_one_document_a_line
from otklik.intake.readers.tabular import UnreadableDeliveryError, column_names, open_binary
from otklik.intake.readers.xlsx import first_rows
from otklik.intake.sources.columns import Column
from otklik.intake.sources.configuration import Format
from otklik.intake.sources.encodings import encoding_of
from otklik.intake.sources.header_rows import header_rows, is_value
from otklik.intake.sources.json_shapes import columns_of, documents, is_keyed, rows_of, types_of
from otklik.intake.sources.recognising import recognise

SAMPLE_BYTES = 2 << 20
SAMPLE_ROWS = 2_000

_DELIMITERS = (";", ",", "\t", "|")
_TABLES = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json", ".geojson", ".xlsx", ".parquet")
_COMPARED_FILES = 8

Option = str | int | list[int] | list[str]


@dataclass(frozen=True)
class Sniffed:
    """What a delivery turned out to be.

    Attributes:
        format: its format.
        entities: those an export holds; empty for tables, where columns tell.
        columns: of a table.
        options: of `TableOptions`.
        types: the DuckDB types of the fields of JSON.
        notes: what is not sure of the above, or left out.
        path: what `path` of the entry is to be, where that is a pattern.
    """

    format: Format
    entities: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    options: Mapping[str, Option] | None = None
    types: Mapping[str, str] | None = None
    notes: tuple[str, ...] = ()
    path: Path | None = None


def sniff(path: Path) -> Sniffed:
    """Tell what a file or folder is, from the beginning of it.

    Raises:
        ConfigurationError: no such file, nothing in it, or it is none of the formats that can be told by looking.
    """
    if not path.exists():
        raise ConfigurationError(f"{path}: no such file.")
    found = recognise(path)
    if found is not None:
        return Sniffed(found.format, found.entities)
    if path.is_dir():
        return _sniff_folder(path)
    head = _head(path)
    if head.startswith(b"PAR1"):
        return Sniffed(Format.PARQUET, columns=_parquet_columns(path))
    if is_archive(path) or head.startswith(b"PK"):
        return _sniff_workbook(path)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return _sniff_json(path, head)
    if re.match(rb"\s*(\xef\xbb\xbf)?\s*<(\?xml|!doctype|html|[a-zA-Z])", head):
        raise ConfigurationError(
            f"{path}: XML or HTML. Of these, Open311 answers (format: open311) are read, in files that end in .xml."
        )
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ConfigurationError(f"{path}: an old Office file (.xls, .doc, .msg). Save it as .xlsx, or a mail as .eml.")
    is_utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if is_utf16 and head.decode("utf-16", "replace").lstrip().startswith(("[", "{")):
        raise ConfigurationError(
            f"{path}: JSON in UTF-16, and JSON is UTF-8: iconv -f utf-16 -t utf-8 {path.name} > new.json"
        )
    return _sniff_csv(path, head)


def _head(path: Path) -> bytes:
    try:
        with open_binary(path) as stream:
            head = stream.read(SAMPLE_BYTES)
    except (OSError, EOFError, UnreadableDeliveryError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}.") from error
    if not head.strip():
        raise ConfigurationError(f"{path}: the file is empty; there is nothing to look at.")
    return head


def _sniff_folder(path: Path) -> Sniffed:
    """A folder of tables of one kind is a source whose files come by and by."""
    files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
    endings = Counter("".join(file.suffixes[-2:]) if file.suffix == ".gz" else file.suffix for file in files)
    ending, _ = max(endings.items(), key=lambda found: found[1], default=("", 0))
    if not ending.lower().removesuffix(".gz").endswith(_TABLES):
        raise ConfigurationError(
            f"{path}: a folder that is no export we know, and holds no tables. Name one file of it."
        )
    alike = [file for file in files if file.name.endswith(ending)]
    largest = max(alike, key=lambda file: (file.stat().st_size, file.name))
    found = sniff(largest)
    notes = [f"told from {largest.name}, the largest of {len(alike)} files"]
    if len(files) > len(alike):
        notes.append(f"not read: {', '.join(file.name for file in files if file not in alike)[:200]}")
    names = {column.name for column in found.columns}
    for file in alike[:_COMPARED_FILES]:
        other = {column.name for column in sniff(file).columns}
        if other != names:
            notes.append(f"{file.name} has other columns: {', '.join(sorted(other ^ names))[:200]}")
    return replace(found, path=path / f"*{ending}", notes=(*notes, *found.notes))


def _sniff_csv(path: Path, head: bytes) -> Sniffed:
    encoding = encoding_of(head)
    text = head.decode(encoding.name, "replace").removeprefix("\ufeff")
    if len(head) == SAMPLE_BYTES:
        text = text[: text.rfind("\n") + 1]
    options: dict[str, Option] = {}
    said = text.split("\n", 1)[0].strip("\r") if is_delimiter_line(text.split("\n", 1)[0]) else None
    body = text if said is None else text.split("\n", 1)[1]
    delimiter = said.strip('"')[4:5] if said else max(_DELIMITERS, key=lambda one: _fit(body, one))
    if delimiter != ",":
        options["delimiter"] = delimiter
    quote = (
        "'"
        if '"' not in body and re.search(rf"(?m)(^|{re.escape(delimiter)})'[^'\n]*'({re.escape(delimiter)}|$)", body)
        else '"'
    )
    if quote != '"':
        options["quote"] = quote
    escape = "\\" if re.search(r'[^\\]\\"', body) and '""' not in body.replace(f'{delimiter}""', "") else None
    if escape:
        options["escape"] = escape
    if encoding.name != "utf-8":
        options["encoding"] = encoding.name
    rows = _csv_rows(text, delimiter, SAMPLE_ROWS + 20, quote, escape)
    skipped = 0 if said is None else 1
    places = [place + skipped for place in header_rows(rows[skipped:])]
    if len(rows[places[-1]]) < 2 and not any(character.isalpha() for character in "".join(rows[places[-1]])):
        raise ConfigurationError(f"{path}: no table: no row that could name columns, and no export we know.")
    _require_names(path, rows[places[0]])
    _say_header(options, places, rows[skipped:], skipped)
    header = column_names([rows[place] for place in places])
    whole = [row for row in rows[places[-1] + 1 :] if len(row) == len(header)]
    if any(cell == r"\N" for row in whole for cell in row):
        options["null"] = r"\N"
    columns = tuple(Column(name, tuple(row[i] for row in whole)) for i, name in enumerate(header))
    notes = [f"encoding: {encoding.doubt}"] if encoding.doubt else []
    n_unlike = len([row for row in rows[places[-1] + 1 :] if row]) - len(whole)
    if n_unlike:
        notes.append(f"{n_unlike} rows of the sample are wider or narrower than the header and go to quarantine")
    return Sniffed(Format.CSV, columns=columns, options=options, notes=(*notes, *_renamed(header, rows, places)))


def _require_names(path: Path, header: Sequence[str | None]) -> None:
    """Refuse a table whose first row is one of values: it would be lost as a header."""
    n_values = sum(map(is_value, header))
    if n_values and n_values * 4 >= len(header):
        first = ", ".join(cell or "" for cell in header)[:200]
        raise ConfigurationError(
            f"{path}: no row names the columns; the first is {first}. Write a row of names above it, such as "
            "id,date,author,text."
        )


def _say_header(options: dict[str, Option], places: list[int], rows: Sequence[Sequence[str]], skipped: int) -> None:
    """Write down where the header stands, unless a reader finds it there by itself."""
    first = next((place for place, row in enumerate(rows) if any(row)), 0) + skipped
    if places != [first]:
        options["header_row"] = places[0] + 1 if len(places) == 1 else [place + 1 for place in places]


def _renamed(header: list[str], rows: Sequence[Sequence[str | None]], places: list[int]) -> list[str]:
    """A note where columns are not called as the file calls them."""
    if len(places) > 1:
        return []
    own = [(name or "").strip() for name in rows[places[0]]]
    pairs = zip(header, own, strict=False)
    changed = [f"{name} (column {n})" for n, (name, was) in enumerate(pairs, 1) if name.strip() != was]
    return [f"columns without a name, or with one that stands twice: {', '.join(changed)}"] if changed else []


def _csv_rows(text: str, delimiter: str, limit: int, quote: str = '"', escape: str | None = None) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(islice(csv_records(StringIO(text, newline=""), delimiter, quote, escape), limit))
    except Exception:  # noqa: BLE001 - csv.Error over a field longer than it takes: what came before is sample enough
        return rows or [[]]
    return rows or [[]]


def _fit(text: str, delimiter: str) -> float:
    """How well a delimiter cuts: the commonest number of fields, times the share of rows that have it."""
    widths = Counter(len(row) for row in _csv_rows(text, delimiter, 200) if row)
    width, n_rows = max(widths.items(), key=lambda found: (found[0] > 1, found[1]), default=(1, 0))
    return 0.0 if width < 2 else width * n_rows / sum(widths.values())


def _sniff_json(path: Path, head: bytes) -> Sniffed:
    text = head.decode("utf-8-sig", "replace")
    found = documents(text, is_cut=len(head) == SAMPLE_BYTES)
    if len(found) == 1 and is_keyed(found[0]):
        raise ConfigurationError(
            f"{path}: JSON with a row under each key. Make a list of them: "
            f"jq '[to_entries[] | {{id: .key}} + .value]' {path.name}"
        )
    where, rows = rows_of(found)
    if not rows:
        raise ConfigurationError(f"{path}: JSON, but no list of objects, and not one object a line.")
    rows = rows[:SAMPLE_ROWS]
    with open_binary(path) as stream:
        in_lines = holds_one_document_a_line(stream) or (len(found) == 1 and text.count("\n") <= 1 and not where)
    is_lines = in_lines and not where and not isinstance(found[0], list)
    options: dict[str, Option] = {"rows": where} if where else {}
    notes = [f"rows are those of {where}; each becomes one row of the entity"] if where else []
    return Sniffed(
        Format.JSONL if is_lines else Format.JSON,
        columns=columns_of(rows),
        options=options,
        types=types_of(rows),
        notes=tuple(notes),
    )


def _sniff_workbook(path: Path) -> Sniffed:
    try:
        sheets = first_rows(path, SAMPLE_ROWS)
    except UnreadableDeliveryError as error:
        raise ConfigurationError(
            f"{path}: an archive that is no export we know, nor a workbook ({error}). Unpack it and name a file or "
            "the folder."
        ) from error
    tables = {name: (rows, header_rows(rows)) for name, rows in sheets.items() if any(map(any, rows))}
    if not tables:
        raise ConfigurationError(f"{path}: no sheet of the workbook holds anything.")
    named = {
        name: column_names([[(cell or "").strip() for cell in rows[place]] for place in places])
        for name, (rows, places) in tables.items()
    }
    alike = Counter(tuple(sorted(names)) for name, names in named.items() for _ in tables[name][0])
    chosen, _ = max(alike.items(), key=lambda found: (found[1], found[0]))
    read = [name for name, names in named.items() if tuple(sorted(names)) == chosen]
    rows, places = tables[read[0]]
    options: dict[str, Option] = {}
    notes = []
    if len(read) > 1:
        notes.append(f"sheets of the same columns are read as one table: {', '.join(read)}")
    if len(read) < len(tables):
        options["sheet"] = read[0] if len(read) == 1 else read
        unread = [f"{name} ({', '.join(named[name])[:80]})" for name in tables if name not in read]
        notes.append(f"not read, since they have other columns: {'; '.join(unread)}")
    _require_names(path, rows[places[0]])
    _say_header(options, places, [[cell or "" for cell in row] for row in rows], 0)
    names = named[read[0]]
    values = [
        dict(zip(named[sheet], row, strict=False))
        for sheet in read
        for row in tables[sheet][0][tables[sheet][1][-1] + 1 :]
        if any(row)
    ]
    columns = tuple(Column(name, tuple(row.get(name) for row in values)) for name in names)
    return Sniffed(Format.XLSX, columns=columns, options=options, notes=(*notes, *_renamed(names, rows, places)))


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
