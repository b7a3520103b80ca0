"""What every file that mapping SQL can read has in common: it becomes the DuckDB view `source`, row by numbered row.

Whole records that cannot be read (broken JSON, wrong number of fields, bytes that are not the declared encoding) are
set aside as `BrokenRecord`; what the readable ones mean is the mapping's business, in `orchestration/mapping.py`.
"""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import duckdb

from orchestration.sources import Source

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class BrokenRecord:
    """A record that could not be read: where it stands, why, and its bytes as text, bad ones in hexadecimal."""

    origin_row: int
    reason: str
    raw: str


class TabularFile:
    """A file seen as the view `source` of a connection; the formats are its subclasses.

    Args:
        connection: where the view is made; file access must be allowed for `path` and `work`.
        path: the file.
        source: its entry in `sources.yaml`.
        work: a folder for decoded or sifted copies, removed by the caller.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, source: Source, work: Path) -> None:
        self.connection = connection
        self.path = path
        self.source = source
        self.work = work

    @property
    def name(self) -> str:
        """The file's name, for messages and the ledger."""
        return self.path.name

    def attach(self) -> None:
        """Create the view. At most a header and a sample are read."""
        raise NotImplementedError

    def attach_without_broken(self) -> None:
        """Create the view again over the records that can be read, after reading the first view has failed."""

    def broken_records(self) -> list[BrokenRecord]:
        """What could not be read. Complete once the view has been read to its end."""
        return []

    def columns(self) -> list[str]:
        """Names of the view's columns, without `source_row`."""
        rows = self.connection.execute("select column_name from (describe source)").fetchall()
        return [name for (name,) in rows if name != "source_row"]

    def create_view(self, select: str) -> None:
        """Make `source` the rows of a SELECT."""
        self.connection.execute(f"create or replace temp view source as {select}")


class ParquetFile(TabularFile):
    """A Parquet file. One that is broken has no rows to save, and reading it fails as a whole."""

    def attach(self) -> None:
        """Create the view; only the file's footer is read."""
        self.create_view(
            "select file_row_number + 1 as source_row, * exclude (file_row_number) "
            f"from read_parquet({text_literal(self.path)}, file_row_number = true)"
        )


def open_binary(path: Path) -> IO[bytes]:
    """The file's bytes, decompressed where the name ends in `.gz`."""
    return cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def is_blank(path: Path) -> bool:
    """Whether a file holds nothing but white space in its first megabyte."""
    with open_binary(path) as stream:
        return not stream.read(CHUNK_BYTES).strip()


def readable(line: bytes) -> str:
    """A line as text; bytes that are not UTF-8 in hexadecimal, so that none is lost."""
    return line.rstrip(b"\r\n").decode("utf-8", "backslashreplace")


def text_literal(value: object) -> str:
    """A SQL string."""
    return "'" + str(value).replace("'", "''") + "'"


def struct_literal(columns: Mapping[str, str]) -> str:
    """Column names and types as the readers' `columns` option takes them."""
    return "{" + ", ".join(f"{text_literal(name)}: {text_literal(kind)}" for name, kind in columns.items()) + "}"
