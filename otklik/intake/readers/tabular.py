"""What every file that mapping SQL can read has in common: it becomes the DuckDB view `source`, row by numbered row.

Whole records that cannot be read (broken JSON, wrong number of fields, bytes that are not the declared encoding) are
set aside as `BrokenRecord`; what the readable ones mean is the mapping's business, in
`otklik/intake/ingestion/mapping.py`.
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, count, pairwise
from pathlib import Path
from typing import IO, Any, Self, cast

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from otklik.home.engine import text_literal
from otklik.intake.sources.configuration import Source

CHUNK_BYTES = 1 << 20

# Text packs 5 to 60 times; deflate ends at 1,032. What is small may be as repetitive as it likes.
MAX_GZIP_RATIO = 200
_RATIO_FROM_BYTES = 64 << 20

_BROKEN_BATCH = 1_000
_BACKSLASHES_BEFORE_HEX = re.compile(r"\\++(?=x[0-9a-f]{2}|[\udc80-\udcff])")


@dataclass(frozen=True)
class BrokenRecord:
    """A record that could not be read: where it stands, why, and its bytes as text, bad ones in hexadecimal."""

    origin_row: int
    reason: str
    raw: str


class BrokenLog:
    """Broken records on disk as they are found: a file may consist of nothing else.

    Use as a context manager while adding; iterate afterwards, as often as needed.

    Args:
        path: the Parquet file to write.
    """

    _SCHEMA = pa.schema([("origin_row", pa.int64()), ("reason", pa.string()), ("raw", pa.string())])
    _BATCH_CHARACTERS = 4 << 20

    def __init__(self, path: Path) -> None:
        self.path = path
        self.n_records = 0
        self._batch: list[BrokenRecord] = []
        self._n_characters = 0
        self._writer = pq.ParquetWriter(path, self._SCHEMA, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        self._writer.close()

    def __iter__(self) -> Iterator[BrokenRecord]:
        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches():
                yield from (BrokenRecord(**record) for record in batch.to_pylist())

    def add(self, record: BrokenRecord) -> None:
        """Write a record down."""
        self.n_records += 1
        self._batch.append(record)
        self._n_characters += len(record.raw)
        if self._n_characters > self._BATCH_CHARACTERS or len(self._batch) == _BROKEN_BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._batch:
            self._writer.write_table(pa.Table.from_pylist([asdict(one) for one in self._batch], schema=self._SCHEMA))
        self._batch, self._n_characters = [], 0


class UnreadableDeliveryError(Exception):
    """A delivery cannot be read at all: broken, cut off, or refused as dangerous. The message is the reason.

    It becomes one quarantined row of the ledger, never a failed run: nobody vouches for what lands in an inbox.
    """


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

    def attach_without_broken(self) -> bool:
        """Create the view over what can be read, after reading all of it has failed; False if there is no such view."""
        return False

    def why_unreadable(self) -> str | None:
        """Why not even a plain reading gets to the file's end; None where the mapping is at fault, not the file."""
        return None

    def complaint(self) -> str | None:
        """What DuckDB says when it reads every value of the view and nothing else is asked of it."""
        try:
            self.connection.execute("select max(hash(columns(*))) from source").fetchall()
        except duckdb.Error as error:
            return str(error).splitlines()[0]
        return None

    def broken_records(self) -> Iterable[BrokenRecord]:
        """What could not be read. Complete once the view has been read to its end."""
        return ()

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

    def why_unreadable(self) -> str | None:
        """DuckDB's complaint over the file, if it has one without any mapping."""
        try:
            self.attach()
        except duckdb.Error as error:
            return f"not a Parquet file that can be read: {str(error).splitlines()[0]}"
        found = self.complaint()
        return None if found is None else f"not a Parquet file that can be read: {found}"


class _Gunzipped(io.RawIOBase):
    """A `.gz` file's content; damage is a reason and not a crash, and what unpacks without end is refused."""

    def __init__(self, path: Path) -> None:
        self._packed = path.open("rb")
        self._content = gzip.GzipFile(fileobj=self._packed, mode="rb")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._content.seek(offset, whence)

    def tell(self) -> int:
        return self._content.tell()

    def readinto(self, buffer: Any) -> int:
        try:
            piece = self._content.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableDeliveryError(f"cannot be decompressed: {error}") from error
        # by what has been unpacked so far: a bomb is left at its beginning, however big it is
        if self._content.tell() > max(_RATIO_FROM_BYTES, MAX_GZIP_RATIO * self._packed.tell()):
            raise UnreadableDeliveryError(f"refused: it unpacks to more than {MAX_GZIP_RATIO} times its packed size")
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._content.close()
        self._packed.close()
        super().close()


def column_names(rows: Sequence[Sequence[str | None]]) -> list[str]:
    """Names of columns from the row, or the rows over each other, that name them.

    A name over several columns stands in the first of them alone: it counts for those to its right too, where the row
    below names them. A column without a name is called by its place, and of two columns with one name (SQL knows no
    case) the second gets a number.

    Examples:
        >>> column_names([["id", "text", "Text", ""]])
        ['id', 'text', 'Text_1', 'column_4']
        >>> column_names([["id", "writer", None], [None, "name", "phone"]])
        ['id', 'writer name', 'writer phone']
    """
    width = max(map(len, rows), default=0)
    filled = [[*row, *[None] * (width - len(row))] for row in rows]
    for above, below in pairwise(filled):
        for place in range(1, width):
            if not above[place] and below[place]:
                above[place] = above[place - 1]
    names: list[str] = []
    taken: set[str] = set()
    for place, parts in enumerate(zip(*filled, strict=True), start=1):
        wanted = " ".join(dict.fromkeys(part for part in parts if part and part.strip())) or f"column_{place}"
        name = next(one for one in chain([wanted], (f"{wanted}_{n}" for n in count(1))) if one.lower() not in taken)
        names.append(name)
        taken.add(name.lower())
    return names


def open_binary(path: Path) -> IO[bytes]:
    """The file's bytes, decompressed where the name ends in `.gz`.

    Reading raises `UnreadableDeliveryError` where the `.gz` is damaged, cut off or a bomb.
    """
    return (
        cast(IO[bytes], io.BufferedReader(_Gunzipped(path), CHUNK_BYTES)) if path.suffix == ".gz" else path.open("rb")
    )


def require_whole(path: Path) -> None:
    """Read a `.gz` file to its end: DuckDB takes one that is cut off for one that ends there.

    Raises:
        UnreadableDeliveryError: it is damaged, cut off or a bomb.
    """
    if path.suffix == ".gz" and path.is_file():
        with open_binary(path) as stream:
            while stream.read(CHUNK_BYTES):
                pass


def is_blank(path: Path) -> bool:
    """Whether a file holds nothing but white space in its first megabyte."""
    with open_binary(path) as stream:
        return not stream.read(CHUNK_BYTES).strip()


def readable(line: bytes) -> str:
    r"""A line as text; a byte that is not UTF-8 as `\xff`, and nothing else so, so that none is lost.

    Backslashes that stand before something that looks like such a byte, or before such a byte, are doubled.
    """
    text = line.rstrip(b"\r\n").decode("utf-8", "surrogateescape")
    doubled = _BACKSLASHES_BEFORE_HEX.sub(lambda match: match[0] * 2, text)
    return doubled.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def printable(text: str) -> str:
    """Text without half characters and zeros: names of files and complaints about them may hold both."""
    return text.replace("\x00", "\\x00").encode("utf-8", "backslashreplace").decode()


def struct_literal(columns: Mapping[str, str]) -> str:
    """Column names and types as the readers' `columns` option takes them."""
    return "{" + ", ".join(f"{text_literal(name)}: {text_literal(kind)}" for name, kind in columns.items()) + "}"
