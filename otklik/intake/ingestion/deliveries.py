"""Deliveries: which files or folders a source's path names now, and the hash that makes one the same as another.

Two deliveries are the same when their content is, whatever they are called and however they were zipped. A file that
has not changed since it was last looked at is not read again: a run costs what is new, not what lies there.
"""

import glob
import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Self

from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.intake.readers.archive import is_archive, open_archive
from otklik.intake.readers.records import reader_of
from otklik.intake.readers.tabular import CHUNK_BYTES, UnreadableDeliveryError, open_binary
from otklik.intake.sources.configuration import Configuration, Source
from otklik.intake.sources.on_failure import OnFailure


def deliveries(source: Source) -> list[Path]:
    """Which files or folders a source's path names now, sorted. Links that lead out of the inbox are none.

    Raises:
        ConfigurationError: the path names one file, not a pattern, and the file is not there, or is such a link.
    """
    named = _named(source)
    wanted = [path for path in named if not _leads_out(path, source)]
    if wanted or glob.has_magic(source.path):
        return wanted
    if named:
        raise ConfigurationError(
            f"source {source.name!r}: {source.path} is a link that leads out of its folder, and whoever may write "
            "there could have any file read. Give the file itself in `path`."
        )
    if Path(source.path).is_dir():
        raise ConfigurationError(
            f"source {source.name!r}: {source.path} is a folder, and {source.format.value} is read from files. "
            f"Name them in `path`: {source.path}/*"
        )
    raise ConfigurationError(
        f"source {source.name!r}: no file at {source.path}. Correct `path`, or use a pattern such as inbox/*.csv "
        "if files arrive later."
    )


def strays(source: Source) -> list[Path]:
    """Links at a source's path that lead out of its inbox, sorted: what they lead to is never opened."""
    return [path for path in _named(source) if _leads_out(path, source)] if glob.has_magic(source.path) else []


def _named(source: Source) -> list[Path]:
    takes_folders = not source.format.is_table and reader_of(source.format).TAKES_FOLDERS
    # glob and not Path.glob: the pattern is absolute
    found = sorted(Path(name) for name in glob.glob(source.path, recursive=True))  # noqa: PTH207
    return [path for path in found if path.is_file() or (takes_folders and path.is_dir())]


def _leads_out(path: Path, source: Source) -> bool:
    """Whether a name in the inbox stands for something outside of it; links within the inbox are fine.

    The inbox is what stands before the first wildcard of the path: that part the operator wrote.
    """
    parts = Path(source.path).parts
    fixed = next((number for number, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    return not path.resolve().is_relative_to(Path(*parts[:fixed]).resolve())


def deliveries_there(source: Source) -> list[Path]:
    """`deliveries` that need not be there, where the others go on without the source."""
    try:
        return deliveries(source)
    except ConfigurationError:
        if source.on_failure is OnFailure.PUBLISH_WITHOUT:
            return []
        raise


def inbox_state(configuration: Configuration) -> str:
    """Hash of names, sizes and times of every source's files; cheap, since a run itself looks at the bytes."""
    digest = hashlib.sha256()
    for line in _states(configuration):
        digest.update(line.encode())
    return digest.hexdigest()


def _states(configuration: Configuration) -> Iterator[str]:
    for source in configuration.sources.values():
        try:
            files = deliveries(source)
        except ConfigurationError:
            continue  # not there yet; a run would say so
        for path in files:
            status = path.stat()
            yield f"{path}\x1f{status.st_size}\x1f{status.st_mtime_ns}\n"


class ContentHashes:
    """Hashes of deliveries, remembered under `<home>/work` by each file's size, times and inode.

    Use as a context manager. What is remembered may be deleted at any time; it only saves reading.

    Args:
        home: the deployment's folder.
    """

    # a file changed within the clock's step of having been read could look unchanged
    _SETTLED_NS = 2_000_000_000

    def __init__(self, home: Home) -> None:
        self._folder = home.work
        self._connection: sqlite3.Connection

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / "deliveries.sqlite"
        try:
            self._connection = _opened(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise  # locked, or no space: not damaged
            path.unlink()
            self._connection = _opened(path)
        return self

    def __exit__(self, *_: object) -> None:
        with closing(self._connection):
            self._connection.commit()

    def of(self, path: Path) -> str:
        """SHA-256 of what a delivery holds, as `content_hash` gives it."""
        if path.is_dir():
            return _hash_of_parts(self._of_file(file, _stream_hash_of_file) for file in _files_in(path))
        return self._of_file(path, content_hash)

    def _of_file(self, path: Path, read: Callable[[Path], str]) -> str:
        before = path.stat()
        state = f"{before.st_size} {before.st_mtime_ns} {before.st_ctime_ns} {before.st_ino}"
        # a name may hold half characters, which SQLite's text cannot
        name = os.fsencode(path).hex()
        row = self._connection.execute("select hash from delivery where path = ? and state = ?", [name, state])
        if found := row.fetchone():
            return str(found[0])
        digest = read(path)
        # only the change time counts: whoever writes a file may set the others as they like
        if time.time_ns() - before.st_ctime_ns > self._SETTLED_NS and path.stat() == before:
            self._connection.execute("insert or replace into delivery values (?, ?, ?)", [name, state, digest])
        return digest


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=60)
    try:
        connection.execute(
            "create table if not exists delivery (path text primary key, state text not null, hash text not null)"
        )
        if connection.execute("pragma quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError(f"{path} is damaged")
    except BaseException:
        connection.close()
        raise
    return connection


def content_hash(path: Path) -> str:
    """SHA-256 of what a delivery holds: a file's bytes, decompressed where it is .gz; the members of a zip or folder.

    What cannot be unpacked is taken by its bytes as they are: reading it will say what is wrong.
    """
    try:
        if path.is_dir():
            return _hash_of_parts(_stream_hash_of_file(file) for file in _files_in(path))
        if is_archive(path):
            with open_archive(path) as archive:
                # the content and not its stated checksums: a damaged archive must not pass for the whole one
                return archive.digest()
        return _stream_hash(open_binary(path))
    except UnreadableDeliveryError:
        return _stream_hash_of_file(path)


def _hash_of_parts(parts: Iterable[str]) -> str:
    """One hash of several, whatever their order."""
    return hashlib.sha256("\n".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()


def files_of(delivery: Path) -> list[Path]:
    """The files that a delivery is made of: itself, or those in the folder it is."""
    return list(_files_in(delivery)) if delivery.is_dir() else [delivery]


def _files_in(folder: Path) -> Iterator[Path]:
    # no reader opens a link within a folder
    return (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def _stream_hash_of_file(path: Path) -> str:
    return _stream_hash(path.open("rb"))


def _stream_hash(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    with stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
