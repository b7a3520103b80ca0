"""CSV: read by DuckDB as text under the names of its header; rows that do not fit the header are set aside."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from otklik.home.engine import text_literal
from otklik.home.errors import ConfigurationError
from otklik.intake.readers.tabular import CHUNK_BYTES, BrokenRecord, TabularFile, open_binary, readable, struct_literal

_BATCH_ROWS = 1_000

_REASONS = {
    "TOO MANY COLUMNS": "broken record: more fields than the header",
    "MISSING COLUMNS": "broken record: fewer fields than the header",
    "UNQUOTED VALUE": "broken record: a quote is not closed",
    "INVALID ENCODING": "bad encoding: bytes that are not the declared encoding",
    "LINE SIZE OVER MAXIMUM": "broken record: the line is too long",
}


class CsvFile(TabularFile):
    """A CSV file; every column is VARCHAR, types are the mapping's business."""

    def attach(self) -> None:
        """Create the view; the header is read, and the whole file if it must be decoded first.

        Raises:
            ConfigurationError: the header cannot name columns.
        """
        options = self.source.options
        self._decoded_path = self._decoded()
        columns = struct_literal(dict.fromkeys(self._header(), "VARCHAR"))
        self.create_view(
            "select row_number() over () as source_row, * "
            f"from read_csv({text_literal(self._decoded_path)}, columns = {columns}, header = true, "
            f"auto_detect = false, store_rejects = true, delim = {text_literal(options.delimiter)}, "
            f"quote = {text_literal(options.quote)}, escape = {text_literal(options.quote)})"
        )

    def why_unreadable(self) -> str | None:
        """DuckDB's complaint over the file, if it has one without any mapping."""
        return self.complaint_over("a CSV file")

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

    def _header(self) -> list[str]:
        options = self.source.options
        with open_binary(self._decoded_path) as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="backslashreplace", newline="")
            if options.quote:
                reader = csv.reader(text, delimiter=options.delimiter, quotechar=options.quote)
            else:
                reader = csv.reader(text, delimiter=options.delimiter, quoting=csv.QUOTE_NONE)
            header = next(reader, [])
        repeated = sorted({name for name in header if header.count(name) > 1})
        if repeated:
            self._refuse(f"columns stand twice: {', '.join(repeated)}")
        if not all(header):
            self._refuse("a column has no name")
        return header

    def _line_at(self, offset: int) -> str:
        with open_binary(self._decoded_path) as stream:
            stream.seek(max(offset - 1, 0))
            return readable(stream.readline())

    def _refuse(self, problem: str) -> NoReturn:
        raise ConfigurationError(
            f"{self.name}: the header cannot be used: {problem}. "
            f"Check `options` of source {self.source.name!r} (delimiter, quote, encoding)."
        )
