"""Zip archives from people nobody vouches for: members are read as streams, and nothing is ever extracted.

The directory is judged before anything is inflated: how many members, how big, how tightly packed, what they are
called, whether they lie over each other. An archive that fails is refused whole, with a reason. What the members mean
is the business of the reader that asked for them.
"""

import hashlib
import io
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import IO, Any

from otklik.intake.readers.tabular import CHUNK_BYTES, UnreadableDeliveryError


@dataclass(frozen=True)
class Limits:
    """What an archive may hold. A Slack export of 100 channels over two years has 73,000 members."""

    members: int = 100_000
    directory_bytes: int = 12 << 20
    member_bytes: int = 8 << 30
    total_bytes: int = 16 << 30
    # deflate cannot pack tighter than 1,032:1; logs and JSON reach 10 to 60
    ratio: int = 200
    # small members may be as repetitive as they like
    ratio_from_bytes: int = 4 << 20
    name_bytes: int = 1_024


LIMITS = Limits()

_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
_END_OF_DIRECTORY_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_LOCAL_HEADER_BYTES = 30
_ARCHIVE_BEGINNINGS = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
_WINDOWS_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{kind}{number}" for kind in ("com", "lpt") for number in range(1, 10)))
)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BREAKAGES = (
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    # zipfile's own over odd flags and names
    NotImplementedError,
    RuntimeError,
    UnicodeDecodeError,
)
"""What reading a damaged member raises."""


def is_archive(path: Path) -> bool:
    """Whether a file is a zip by its end, whatever it is called."""
    return path.is_file() and zipfile.is_zipfile(path)


class _Member(io.RawIOBase):
    """A member's bytes; damage found while reading is a reason, not a crash."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._member = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            piece = self._member.read(len(buffer))
        except BREAKAGES as error:
            raise UnreadableDeliveryError(f"a member of the archive is damaged: {error}") from error
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._member.close()
        super().close()


class Archive:
    """An archive that passed inspection; `open_archive` makes it."""

    def __init__(self, archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> None:
        self._archive = archive
        self._members = {member.filename: member for member in members}

    @property
    def names(self) -> list[str]:
        """Names of the files in it, sorted; folders are left out."""
        return sorted(self._members)

    def find(self, is_wanted: Callable[[str], bool], wanted: str) -> list[str]:
        """Names of the members a reader wants.

        Raises:
            UnreadableDeliveryError: there are none; the reason says what was wanted.
        """
        names = [name for name in self.names if is_wanted(name)]
        if not names:
            inner = next((name for name in self.names if name.lower().endswith((".zip", ".gz", ".7z", ".rar"))), None)
            hint = "; it holds another archive, which is not opened: deliver the inner one by itself" if inner else ""
            raise UnreadableDeliveryError(f"the archive holds no {wanted}{hint}")
        return names

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A member's bytes as a buffered stream.

        Raises:
            UnreadableDeliveryError: the member is an archive itself, or its header is broken.
        """
        try:
            stream = io.BufferedReader(_Member(self._archive.open(self._members[name])), CHUNK_BYTES)
            beginning = stream.peek(8)[:8]
        except BREAKAGES as error:
            raise UnreadableDeliveryError(f"a member of the archive cannot be opened: {error}") from error
        with stream:
            if beginning.startswith(_ARCHIVE_BEGINNINGS):
                raise UnreadableDeliveryError("an archive within the archive is not opened")
            yield stream

    def digest(self) -> str:
        """SHA-256 over the names and the unpacked bytes of all members: the same however it was zipped.

        Raises:
            UnreadableDeliveryError: a member cannot be unpacked to its end.
        """
        whole = hashlib.sha256()
        try:
            for number, (name, member) in enumerate(sorted(self._members.items())):
                one = hashlib.sha256()
                with self._archive.open(member) as stream:
                    while chunk := stream.read(CHUNK_BYTES):
                        one.update(chunk)
                part = f"{name}\x1f{one.hexdigest()}"
                whole.update((f"\n{part}" if number else part).encode("utf-8", "surrogatepass"))
        except BREAKAGES as error:
            raise UnreadableDeliveryError(f"a member of the archive is damaged: {error}") from error
        return whole.hexdigest()


@contextmanager
def open_archive(path: Path, limits: Limits = LIMITS) -> Iterator[Archive]:
    """Inspect an archive and open it for reading.

    Args:
        path: the zip.
        limits: what it may hold.

    Raises:
        UnreadableDeliveryError: it is no zip, is damaged, or is refused.
    """
    _refuse_long_directory(path, limits)
    try:
        archive = zipfile.ZipFile(path)
    except BREAKAGES as error:
        raise UnreadableDeliveryError(f"not a zip archive that can be read: {error}") from error
    with archive:
        members = archive.infolist()
        for member in members:
            _refuse_member(member, limits)
        _refuse_whole(members, archive.start_dir, limits)
        yield Archive(archive, [member for member in members if not member.is_dir()])


def _refuse_long_directory(path: Path, limits: Limits) -> None:
    """`zipfile` reads the whole directory into memory before anybody is asked: look at it first."""
    with path.open("rb") as stream:
        size = stream.seek(0, io.SEEK_END)
        start = max(0, size - _END_OF_DIRECTORY.size - _LOCATOR_64.size - _END_OF_DIRECTORY_64.size - 65_535)
        stream.seek(start)
        tail = stream.read()
        end, directory_bytes = _directory(tail)
        if directory_bytes > limits.directory_bytes:
            raise UnreadableDeliveryError(
                f"refused: the archive's directory has {directory_bytes} bytes; accepted are {limits.directory_bytes}"
            )
        # zipfile goes by the entries that are there, not by the count stated
        stream.seek(max(0, start + end - directory_bytes))
        _refuse_many_members(stream.read(directory_bytes).count(b"PK\x01\x02"), limits)


def _directory(tail: bytes) -> tuple[int, int]:
    """Where in an archive's last bytes its directory ends, and how long it is."""
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + _END_OF_DIRECTORY.size:
        raise UnreadableDeliveryError("not a zip archive: its end is missing, so it may have been cut off")
    directory_bytes = _END_OF_DIRECTORY.unpack_from(tail, end)[5]
    locator = tail.rfind(b"PK\x06\x07", 0, end)
    if locator < 0:
        return end, directory_bytes
    record = tail.rfind(b"PK\x06\x06", 0, locator)
    if record < 0:
        raise UnreadableDeliveryError("the archive's directory is damaged")
    return record, max(directory_bytes % 0xFFFFFFFF, _END_OF_DIRECTORY_64.unpack_from(tail, record)[8])


def _refuse_many_members(n_members: int, limits: Limits) -> None:
    if n_members > limits.members:
        raise UnreadableDeliveryError(f"refused: {n_members} members; accepted are {limits.members}")


def _refuse_member(member: zipfile.ZipInfo, limits: Limits) -> None:
    problem = _name_problem(member.orig_filename, limits) or _kind_problem(member) or _size_problem(member, limits)
    if problem:
        raise UnreadableDeliveryError(f"refused: {problem}")


def _name_problem(name: str, limits: Limits) -> str | None:
    """Names are never used as paths here; one that could leave a folder still says what the archive is for."""
    windows = PureWindowsPath(name)
    if "\x00" in name:
        return "a member's name holds a zero byte"
    if len(name.encode("utf-8", "surrogatepass")) > limits.name_bytes:
        return f"a member's name is longer than {limits.name_bytes} bytes"
    if windows.drive or windows.root or name.startswith("~"):
        return "a member's name is an absolute path"
    if ".." in windows.parts:
        return "a member's name leaves the archive's folder (..)"
    if any(part.split(".")[0].strip().lower() in _WINDOWS_DEVICES for part in windows.parts):
        return "a member is named like a device"
    return None


def _kind_problem(member: zipfile.ZipInfo) -> str | None:
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a member is a link or a device, not a file"
    if member.flag_bits & 0x1:
        return "the archive is encrypted; deliver it without a password"
    if member.compress_type not in _METHODS:
        return f"compression method {member.compress_type}; accepted are stored and deflated"
    return None


def _size_problem(member: zipfile.ZipInfo, limits: Limits) -> str | None:
    if member.file_size > limits.member_bytes:
        return f"a member unpacks to {member.file_size} bytes; accepted are {limits.member_bytes}"
    if member.file_size > limits.ratio_from_bytes and member.file_size > limits.ratio * member.compress_size:
        return f"a member unpacks to more than {limits.ratio} times its packed size"
    return None


def _refuse_whole(members: Sequence[zipfile.ZipInfo], directory_start: int, limits: Limits) -> None:
    _refuse_many_members(len(members), limits)
    total, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if total > limits.total_bytes:
        raise UnreadableDeliveryError(f"refused: it unpacks to {total} bytes; accepted are {limits.total_bytes}")
    # many members below the size where one is judged by its own ratio
    if total > limits.ratio_from_bytes and total > limits.ratio * packed:
        raise UnreadableDeliveryError(f"refused: it unpacks to more than {limits.ratio} times its packed size")
    # `zipfile` adds to header_offset whatever stands before the archive, so offsets and start share one origin
    end_of_last = 0
    for member in sorted(members, key=lambda m: m.header_offset):
        if member.header_offset < end_of_last:
            raise UnreadableDeliveryError("refused: members of the archive lie over each other")
        end_of_last = member.header_offset + _LOCAL_HEADER_BYTES + member.compress_size
    if end_of_last > directory_start:
        raise UnreadableDeliveryError("refused: a member of the archive lies over its directory")
    names = {unicodedata.normalize("NFC", m.filename).casefold().rstrip("/") for m in members}
    if len(names) != len(members):
        raise UnreadableDeliveryError("refused: two members have one name, but for upper and lower case")
