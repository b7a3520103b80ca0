"""CSV, JSON lines and Parquet: a file becomes the DuckDB view `source`, one row per record, with its `source_row`.

Whole records that cannot be read (broken JSON, wrong number of fields, bytes that are not the declared encoding) are
set aside as `BrokenRecord`; what the readable ones mean is the mapping's business, in `orchestration/ingest.py`.
"""

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.sources import Format, Source

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class BrokenRecord:
    """A record that could not be read: where it stands, why, and its bytes as text, bad ones in hexadecimal."""

    origin_row: int
    reason: str
    raw: str


def open_binary(path: Path) -> IO[bytes]:
    """The file's bytes, decompressed where the name ends in `.gz`."""
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def is_blank(path: Path) -> bool:
    """Whether a file holds no bytes other than white space in its first megabyte."""
    with open_binary(path) as stream:
        return not stream.read(_CHUNK_BYTES).strip()


class TabularFile:
    """A file seen as the view `source` of a connection.

    Args:
        connection: where the view is made; file access must be allowed for `path` and `work`.
        path: the file.
        source: its entry in `sources.yaml`.
        work: a folder for decoded or sifted copies, removed by the caller.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, source: Source, work: Path) -> None:
        self._connection = connection
        self._path = path
        self._source = source
        self._work = work
        self._sifted: list[BrokenRecord] = []

    @property
    def name(self) -> str:
        """The file's name, for messages and the ledger."""
        return self._path.name

    def attach(self) -> None:
        """Create the view. Nothing is read but a CSV's header and a sample of JSON."""
        match self._source.format:
            case Format.CSV:
                self._attach_csv()
            case Format.JSONL:
                self._attach_json()
            case Format.PARQUET:
                self._view(
                    "select file_row_number + 1 as source_row, * exclude (file_row_number) "
                    f"from read_parquet({_text(self._path)}, file_row_number = true)"
                )

    def attach_without_broken(self) -> None:
        """Create the view again over the records that can be read; the others become broken records.

        Only JSON needs this second look: CSV sets bad rows aside while it reads, and a broken Parquet file has no rows
        to save.
        """
        if self._source.format is Format.JSONL:
            self._attach_sifted_json()

    def broken_records(self) -> list[BrokenRecord]:
        """What could not be read. Complete once the view has been read to its end."""
        if self._source.format is Format.CSV:
            return self._rejected_csv()
        return self._sifted

    def columns(self) -> list[str]:
        """Names of the view's columns, without `source_row`."""
        rows = self._connection.execute("select column_name from (describe source)").fetchall()
        return [name for (name,) in rows if name != "source_row"]

    def _view(self, select: str) -> None:
        self._connection.execute(f"create or replace temp view source as {select}")

    # CSV

    def _attach_csv(self) -> None:
        options = self._source.options
        path = self._decoded()
        columns = _struct(dict.fromkeys(self._header(path), "VARCHAR"))
        self._csv = path
        self._view(
            "select row_number() over () as source_row, * "
            f"from read_csv({_text(path)}, columns = {columns}, header = true, auto_detect = false, "
            f"delim = {_text(options.delimiter)}, quote = {_text(options.quote)}, escape = {_text(options.quote)}, "
            "store_rejects = true)"
        )

    def _decoded(self) -> Path:
        encoding = self._source.options.encoding
        if encoding in ("utf-8", "utf-8-sig"):
            return self._path
        target = self._work / "decoded.csv"
        # A byte the encoding does not have becomes invalid UTF-8 here, so the CSV reader rejects that row alone.
        with open_binary(self._path) as raw, target.open("wb") as out:
            text = io.TextIOWrapper(raw, encoding=encoding, errors="surrogateescape", newline="")
            while chunk := text.read(_CHUNK_BYTES):
                out.write(chunk.encode("utf-8", "surrogateescape"))
        return target

    def _header(self, path: Path) -> list[str]:
        options = self._source.options
        with open_binary(path) as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="backslashreplace", newline="")
            quoting = csv.QUOTE_MINIMAL if options.quote else csv.QUOTE_NONE
            reader = csv.reader(text, delimiter=options.delimiter, quotechar=options.quote or None, quoting=quoting)
            header = next(reader, [])
        repeated = sorted({name for name in header if header.count(name) > 1})
        if repeated or not all(header):
            problem = f"columns stand twice: {', '.join(repeated)}" if repeated else "a column has no name"
            self._refuse(f"the header cannot be used, {problem}. Found: {', '.join(header)[:200]}")
        return header

    def _rejected_csv(self) -> list[BrokenRecord]:
        rows = self._connection.execute(
            "select line, min(line_byte_position), min_by(error_type, byte_position)::varchar, "
            "min_by(csv_line, byte_position)::varchar from reject_errors group by line order by line"
        ).fetchall()
        return [
            BrokenRecord(
                line, _CSV_REASONS.get(kind, kind.lower()), self._line_at(offset) if "ENCODING" in kind else raw
            )
            for line, offset, kind, raw in rows
        ]

    def _line_at(self, offset: int) -> str:
        with open_binary(self._csv) as stream:
            stream.seek(max(offset - 1, 0))
            return _readable(stream.readline())

    # JSON lines

    def _attach_json(self) -> None:
        self._view(f"select row_number() over () as source_row, * from {self._read_json(self._path)}")

    def _read_json(self, path: Path, *extra: str, columns: Mapping[str, str] | None = None) -> str:
        options = ["format = 'newline_delimited'", "maximum_object_size = 67108864", *extra]
        if columns or self._source.columns:
            options.append(f"columns = {_struct(columns or self._source.columns or {})}")
        return f"read_json({', '.join([_text(path), *options])})"

    def _attach_sifted_json(self) -> None:
        """Every line is parsed once more by itself; slow, and only done for a file that has a broken one."""
        path = self._work / "sifted.jsonl"
        skipped = self._sift(path)
        declared = self._source.columns
        if declared:
            readable = self._read_json(path, "ignore_errors = true")
            self._sifted += self._ill_typed(path, declared, skipped)
            skipped = sorted({*skipped, *(record.origin_row for record in self._sifted)})
        else:
            readable = self._read_json(path, "sample_size = -1")
        self._connection.execute("create or replace temp table skipped_row (source_row bigint)")
        self._connection.execute("insert into skipped_row select unnest(?::bigint[])", [skipped])
        self._view(
            f"select * from (select row_number() over () as source_row, * from {readable}) "
            "where source_row not in (from skipped_row)"
        )

    def _sift(self, target: Path) -> list[int]:
        """Copy the file with `{}` for every line that is no JSON object, so that row numbers stay true.

        Returns:
            Numbers of the lines replaced, blank ones among them; the broken ones are noted as well.
        """
        replaced = []
        with open_binary(self._path) as stream, target.open("wb") as out:
            for number, line in enumerate(stream, start=1):
                reason = _json_problem(line)
                if reason is None and line.strip():
                    out.write(line.rstrip(b"\r\n") + b"\n")
                    continue
                out.write(b"{}\n")
                replaced.append(number)
                if reason is not None:
                    self._sifted.append(BrokenRecord(number, reason, _readable(line)))
        return replaced

    def _ill_typed(self, path: Path, declared: Mapping[str, str], skipped: Sequence[int]) -> list[BrokenRecord]:
        """Records with a value that is not of its declared type: DuckDB would turn the value into NULL in silence."""
        typed = self._read_json(path, "ignore_errors = true")
        plain = self._read_json(path, columns=dict.fromkeys(declared, "JSON"))
        lost = [f"(typed.{_name(c)} is null and json_type(plain.{_name(c)}) <> 'NULL')" for c in declared]
        which = " ".join(f"when {condition} then {_text(name)}" for name, condition in zip(declared, lost, strict=True))
        rows = self._connection.execute(
            "select source_row, field, record from ("
            f"select row_number() over () as source_row, case {which} end as field, to_json(plain)::varchar as record "
            f"from {typed} as typed positional join {plain} as plain"
            ") where field is not null and source_row not in (select unnest(?::bigint[]))",
            [list(skipped)],
        ).fetchall()
        return [BrokenRecord(n, f"broken record: {field} is not {declared[field]}", raw) for n, field, raw in rows]

    def _refuse(self, problem: str) -> NoReturn:
        raise ConfigurationError(
            f"{self._path.name}: {problem}. "
            f"Check `options` of source {self._source.name!r} (delimiter, quote, encoding)."
        )


_CSV_REASONS = {
    "TOO MANY COLUMNS": "broken record: more fields than the header",
    "MISSING COLUMNS": "broken record: fewer fields than the header",
    "UNQUOTED VALUE": "broken record: a quote is not closed",
    "INVALID ENCODING": "bad encoding: bytes that are not the declared encoding",
    "LINE SIZE OVER MAXIMUM": "broken record: the line is too long",
}


def _json_problem(line: bytes) -> str | None:
    """Why a line is not one JSON object, or None if it is one (or blank)."""
    if not line.strip():
        return None
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        return "bad encoding: bytes that are not UTF-8"
    except RecursionError:
        return "broken record: JSON nested too deep"
    except ValueError:
        return "broken record: not JSON"
    return None if isinstance(value, dict) else "broken record: not a JSON object"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _readable(line: bytes) -> str:
    return line.rstrip(b"\r\n").decode("utf-8", "backslashreplace")


def _struct(columns: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_text(name)}: {_text(kind)}" for name, kind in columns.items()) + "}"


def _name(identifier: str) -> str:
    """A quoted SQL identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: object) -> str:
    """A SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"
