"""Deliveries: which files or folders a source's path names now, and the hash that makes one the same as another.

Two deliveries are the same when their content is, whatever they are called and however they were zipped.
"""

import glob
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from orchestration.errors import ConfigurationError
from orchestration.readers.archive import is_archive, open_archive
from orchestration.readers.records import reader_of
from orchestration.readers.tabular import CHUNK_BYTES, UnreadableDeliveryError, open_binary
from orchestration.sources.configuration import Source


def deliveries(source: Source) -> list[Path]:
    """What a source's path names now, sorted.

    Raises:
        ConfigurationError: the path names one file, not a pattern, and the file is not there.
    """
    takes_folders = not source.format.is_table and reader_of(source.format).TAKES_FOLDERS
    # glob and not Path.glob: the pattern is absolute
    found = sorted(Path(name) for name in glob.glob(source.path, recursive=True))  # noqa: PTH207
    wanted = [path for path in found if path.is_file() or (takes_folders and path.is_dir())]
    if not wanted and not glob.has_magic(source.path):
        raise ConfigurationError(
            f"source {source.name!r}: no file at {source.path}. Correct `path`, or use a pattern such as inbox/*.csv "
            "if files arrive later."
        )
    return wanted


def content_hash(path: Path) -> str:
    """SHA-256 of what a delivery holds: a file's bytes, decompressed where it is .gz; the members of a zip or folder.

    What cannot be unpacked is taken by its bytes as they are: reading it will say what is wrong.
    """
    try:
        if path.is_dir():
            return _hash_of_parts(_stream_hash(file.open("rb")) for file in path.rglob("*") if file.is_file())
        if is_archive(path):
            with open_archive(path) as archive:
                # the content and not its stated checksums: a damaged archive must not pass for the whole one
                return archive.digest()
        return _stream_hash(open_binary(path))
    except UnreadableDeliveryError:
        return _stream_hash(path.open("rb"))


def _hash_of_parts(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()


def _stream_hash(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    with stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
