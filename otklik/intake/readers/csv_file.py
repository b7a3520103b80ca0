"""CSV: read by DuckDB as text under the names of its header; rows that do not fit the header are set aside."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import duckdb

from otklik.home.engine import text_literal
from otklik.intake.readers.tabular import (
    CHUNK_BYTES,
    BrokenRecord,
    TabularFile,
    UnreadableDeliveryError,
    column_names,
    open_binary,
    readable,
    struct_literal,
)

_BATCH_ROWS = 1_000

# a first attempt may have left some behind
_FORGET_REJECTS = "drop table if exists reject_errors; drop table if exists reject_scans"

_REASONS = {
    "TOO MANY COLUMNS": "broken record: more fields than the header",
    "MISSING COLUMNS": "broken record: fewer fields than the header",
    "UNQUOTED VALUE": "broken record: a quote is not closed",
    "INVALID ENCODING": "bad encoding: bytes that are not the declared encoding",
    "LINE SIZE OVER MAXIMUM": "broken record: the line is too long",
}


class CsvFile(TabularFile):
    """A CSV file; every column is VARCHAR, types are the mapping's business."""

    _readable_path: Path
    _has_one_line_end = False

    def attach(self) -> None:
        """Create the view; the header is read, and the whole file if it must be decoded first.

        Raises:
            UnreadableDeliveryError: there is no row where the header should be.
        """
        self._readable_path = self._decoded()
        self._create_view()

    def attach_without_broken(self) -> bool:
        """Where lines end in several ways, which DuckDB refuses as a whole: create the view over a copy with one."""
        if self._has_one_line_end:
            return False
        target = self.work / "lines.csv"
        _with_one_line_end(self._readable_path, target)
        self._readable_path, self._has_one_line_end = target, True
        self._create_view()
        return True

    def _create_view(self) -> None:
        options = self.source.options
        names, n_before = self._header()
        columns = struct_literal(dict.fromkeys(names, "VARCHAR"))
        dialect = f"delim = {text_literal(options.delimiter)}, quote = {text_literal(options.quote)}"
        dialect += f", escape = {text_literal(options.escape or options.quote)}"
        if options.null is not None:
            dialect += f", nullstr = {text_literal(options.null)}"
            # strictly, DuckDB takes no such pair, which every dump of MySQL has
            dialect += ", strict_mode = false" if options.escape and options.escape in options.null else ""
        self.connection.execute(_FORGET_REJECTS)
        self.create_view(
            "select row_number() over () as source_row, * "
            f"from read_csv({text_literal(self._readable_path)}, columns = {columns}, header = true, "
            f"skip = {n_before}, auto_detect = false, store_rejects = true, {dialect})"
        )

    def why_unreadable(self) -> str | None:
        """What to correct where no mapping at all could read the file; the parser's own words would help nobody."""
        try:
            self.attach()
            if self.complaint() is None or (self.attach_without_broken() and self.complaint() is None):
                return None
        except duckdb.Error:
            pass
        options = self.source.options
        return (
            f"not a CSV file with delimiter {options.delimiter!r}, quote {options.quote!r} and encoding "
            f"{options.encoding}: correct `options`, or have the file written anew"
        )

    def broken_records(self) -> Iterator[BrokenRecord]:
        """Rows that DuckDB rejected, once each, with its first complaint."""
        found = self.connection.execute(
            "select line, min(line_byte_position), min_by(error_type, byte_position)::varchar, "
            "min_by(csv_line, byte_position)::varchar from reject_errors group by line order by line"
        )
        while rows := found.fetchmany(_BATCH_ROWS):
            for line, offset, kind, raw in rows:
                # DuckDB's own copy of a badly encoded line has lost the bytes
                record = self._line_at(offset) if "ENCODING" in kind else raw.rstrip("\r\n")
                yield BrokenRecord(line, _REASONS.get(kind, kind), record)

    def _decoded(self) -> Path:
        encoding = self.source.options.encoding
        if encoding in ("utf-8", "utf-8-sig"):
            return self.path
        target = self.work / "decoded.csv"
        # A byte the encoding does not have becomes invalid UTF-8 here, so that row alone is rejected.
        with open_binary(self.path) as raw, target.open("wb") as out:
            text = io.TextIOWrapper(raw, encoding=encoding, errors="surrogateescape", newline="")
            while chunk := text.read(CHUNK_BYTES):
                out.write(chunk.encode("utf-8", "surrogateescape"))
        return target

    def _header(self) -> tuple[list[str], int]:
        """Names of the columns, and how many records stand before the last that names them."""
        options = self.source.options
        wanted = options.header_rows
        with open_binary(self._readable_path) as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="backslashreplace", newline="")
            records = csv_records(text, options.delimiter, options.quote, options.escape)
            for number, record in enumerate(records, start=1):
                is_said_delimiter = number == 1 and is_delimiter_line(options.delimiter.join(record))
                if not wanted and any(record) and not is_said_delimiter:
                    return column_names([record]), number - 1
                if wanted and number == wanted[0]:
                    return column_names([record, *islice(records, len(wanted) - 1)]), wanted[-1] - 1
        raise UnreadableDeliveryError(
            f"no row {wanted[-1]} to name the columns; correct `header_row` in `options`" if wanted else "no header"
        )

    def _line_at(self, offset: int) -> str:
        with open_binary(self._readable_path) as stream:
            stream.seek(max(offset - 1, 0))
            return readable(stream.readline())


def is_delimiter_line(line: str) -> bool:
    """Whether a file's first line only tells a spreadsheet the delimiter (`sep=;`)."""
    return re.fullmatch(r"\ufeff?\"?sep=.?\"?", line.strip("\r\n"), re.IGNORECASE) is not None


def csv_records(text: Iterable[str], delimiter: str, quote: str, escape: str | None) -> Iterator[list[str]]:
    """Records of a CSV text, blank ones too."""
    if not quote:
        return csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(
        text, delimiter=delimiter, quotechar=quote, escapechar=None if escape == quote else escape, doublequote=True
    )


def _with_one_line_end(path: Path, target: Path) -> None:
    """Copy a text with LF for every CRLF and lone CR; those within quotes as well, where a reader sees the same."""
    with open_binary(path) as raw, target.open("wb") as out:
        held = b""
        while chunk := raw.read(CHUNK_BYTES):
            chunk = held + chunk
            # a chunk may end between the two halves of a CRLF
            held = b"\r" if chunk.endswith(b"\r") else b""
            out.write(chunk[: len(chunk) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        out.write(held.replace(b"\r", b"\n"))
