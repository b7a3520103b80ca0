"""A home as one file, and back: what a person keeps on another disk, since no run can make it again.

A backup is a plain tar of everything under the home but what any run makes anew, vault and key included, so it is its
owner's alone. Its last member lists every file with its hash: a backup that was cut short has none, and restoring
compares each. A home is restored into a folder of its own and gets its name at the end, whole or not at all.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any, cast

from otklik.home.errors import ConfigurationError, OtklikError
from otklik.home.files import move_into_place
from otklik.home.lock import hold_home, leave_note
from otklik.home.seal import CURRENT, read_seal
from otklik.home.settings import Home
from otklik.home.space import telling_no_room
from otklik.home.versions import platform_version, version_of

_FORMAT = 1
_CONTENTS = "backup.json"
# Any run makes these again; the lock's note travels in the list of contents.
_LEFT_OUT = {"work", "run.lock", "dbt/logs", "dbt/lock"}
_TOLD = 3


class BackupError(OtklikError):
    """A backup that was not made, or is not as it was made."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds: files and bytes, and when it was made."""

    n_files: int
    n_bytes: int
    made_at: str


def back_up(home: Home, target: Path, *, clock: datetime) -> Backup:
    """Write everything a deployment owns into one file that only its owner may read.

    Holds the home, so no run changes it meanwhile; readers, the UI and its daemon go on.

    Args:
        home: the deployment's folder.
        target: the file to write; it must not exist, and lies outside of the home.
        clock: the time at the front door, kept in the backup.

    Raises:
        ConfigurationError: there is no home, the file is there already, or a link leads out of the home.
        HomeLockedError: a run holds the home.
        BackupError: a file is not what the last run left; a backup of damage would replace a good one.
        NoRoomError: the disk of the file is full.
    """
    if version_of(home) is None:
        raise ConfigurationError(f"{home.root}: there is no home to back up; name it with --home.")
    if target.exists() or target.resolve().is_relative_to(home.root.resolve()):
        raise ConfigurationError(f"{target}: exists, or lies in the home; name a file that is not there, elsewhere.")
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.tmp")
    with hold_home(home, holder="otklik backup") as hold:
        note = {"format": _FORMAT, "made_at": clock.isoformat(), "platform": platform_version()}
        note |= {"died": hold.died, "died_at": hold.died_at}
        with telling_no_room(Home(target.parent), _size_of(home)):
            unfinished.unlink(missing_ok=True)
            try:
                descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    contents = _write(home, file, note)
                if hold.died_at is None:
                    _require_sealed(home, contents)
                move_into_place(unfinished, target)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
    return Backup(len(contents), target.stat().st_size, clock.isoformat())


def restore(backup: Path, home: Home) -> Backup:
    """Make a home out of a backup, every file compared with its hash.

    Args:
        backup: a file that `back_up` wrote.
        home: the folder to make; it must not be there, or be empty.

    Raises:
        ConfigurationError: there is no such file, the folder holds something, or a newer platform wrote the backup.
        BackupError: the file is no backup, was cut short, or holds something else than it says.
        NoRoomError: the disk of the home is full.
    """
    if not backup.is_file():
        raise ConfigurationError(f"{backup}: there is no such file; name one that `otklik backup` wrote.")
    if home.root.exists() and (not home.root.is_dir() or any(home.root.iterdir())):
        raise ConfigurationError(
            f"{home.root}: is not empty, and nothing is restored over what is there. Move it away, or name another "
            "folder with --home."
        )
    building = home.root.with_name(f".{home.root.name}.restoring")
    shutil.rmtree(building, ignore_errors=True)
    with telling_no_room(Home(home.root.parent), backup.stat().st_size):
        try:
            building.mkdir(mode=0o700, parents=True)
            note = _unpack(backup, building)
            version_of(Home(building))  # refuses a newer platform's before it gets its name
            if note["died"]:
                leave_note(Home(building), died=note["died"], died_at=note["died_at"])
            if home.root.exists():
                home.root.rmdir()
            building.rename(home.root)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
    return Backup(len(note["files"]), backup.stat().st_size, str(note["made_at"]))


def _write(home: Home, file: IO[bytes], note: dict[str, Any]) -> dict[str, str]:
    """Write folders, files and the list of contents; returns path → hash, or `-> target` of a link."""
    contents: dict[str, str] = {}
    with tarfile.open(fileobj=file, mode="w") as archive, TemporaryDirectory() as scratch:
        for path in _paths(home):
            name = path.relative_to(home.root).as_posix()
            member = archive.gettarinfo(path, arcname=name)
            if path.is_symlink():
                archive.addfile(member)
                contents[name] = f"-> {member.linkname}"
            elif path.is_dir():
                archive.addfile(member)
            else:
                if path.suffix == ".db":  # Dagster's, which its daemon may be writing
                    member.size = _copied_database(path, copy := Path(scratch) / "copy.db")
                    path = copy
                with path.open("rb") as source:
                    hashed = _Hashed(source)
                    archive.addfile(member, hashed)
                contents[name] = hashed.digest.hexdigest()
        listed = json.dumps(note | {"files": contents}).encode()
        member = tarfile.TarInfo(_CONTENTS)
        member.size, member.mode = len(listed), 0o600
        archive.addfile(member, io.BytesIO(listed))
    return contents


def _paths(home: Home) -> Iterator[Path]:
    """Folders before what is in them, sorted; the home itself first."""
    yield home.root
    for folder, names, files in os.walk(home.root):
        here = Path(folder)
        names[:] = sorted(name for name in names if not _is_left_out(home, here / name))
        for path in [here / name for name in sorted([*names, *files])]:
            if path.is_symlink() and not path.resolve().is_relative_to(home.root.resolve()):
                raise ConfigurationError(
                    f"{path}: leads out of the home, to {path.resolve()}, so a backup would not hold it. Move it into "
                    "the home, or back it up together with the home by other means."
                )
            if not _is_left_out(home, path):
                yield path


def _is_left_out(home: Home, path: Path) -> bool:
    if path.relative_to(home.root).as_posix() in _LEFT_OUT:
        return True
    # logs of changes belong to the database beside them, which is copied with them in it
    return path.name.endswith((".db-wal", ".db-shm", ".db-journal"))


def _copied_database(path: Path, copy: Path) -> int:
    """A copy of a SQLite file as of one moment, whoever writes it; its size."""
    copy.unlink(missing_ok=True)
    source, target = sqlite3.connect(path, timeout=60), sqlite3.connect(copy)
    with closing(source), closing(target):
        source.backup(target)
    return copy.stat().st_size


class _Hashed:
    """A file that is read once, for the archive, and hashed by the way."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block


def _require_sealed(home: Home, contents: dict[str, str]) -> None:
    """Compare what was copied with what the last run left."""
    changed = sorted(
        path
        for path, content in (read_seal(home) or {}).items()
        if (path != CURRENT and contents.get(path) != content) or not (home.root / path).exists()
    )
    if changed:
        raise BackupError(
            f"{home.root}: not what the last run left: {', '.join(changed[:_TOLD])}"
            f"{f' and {len(changed) - _TOLD} more' if len(changed) > _TOLD else ''}. Nothing was written, so that "
            "your last good backup stays the last one. See: otklik doctor"
        )


def _unpack(backup: Path, building: Path) -> dict[str, Any]:
    """Write every member below a new folder; returns the list of contents, with which all of them agree."""
    found: dict[str, str] = {}
    folders: list[tuple[Path, tarfile.TarInfo]] = []
    note: dict[str, Any] | None = None
    try:
        with tarfile.open(backup, mode="r:") as archive:
            for member in archive:
                if member.name == _CONTENTS:
                    note = json.loads(cast(IO[bytes], archive.extractfile(member)).read())
                    break
                path = _place(building, member)
                if member.isdir():
                    path.mkdir(mode=0o700, exist_ok=True)
                    folders.append((path, member))
                elif member.issym():
                    path.symlink_to(member.linkname)
                    found[member.name] = f"-> {member.linkname}"
                else:
                    found[member.name] = _write_file(path, cast(IO[bytes], archive.extractfile(member)), member)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise BackupError(f"{backup}: is no backup, or was damaged ({error}). Take an earlier one.") from error
    if note is None:
        raise BackupError(f"{backup}: was cut short; the list of what it holds is missing. Take an earlier one.")
    files = note["files"]
    if other := sorted(name for name in found.keys() | files.keys() if found.get(name) != files.get(name)):
        raise BackupError(f"{backup}: {other[0]} is not what was backed up ({len(other)} in all). Take an earlier one.")
    for path, member in reversed(folders):
        path.chmod(member.mode & 0o777)
        os.utime(path, (member.mtime, member.mtime))
    return note


def _place(building: Path, member: tarfile.TarInfo) -> Path:
    """Where a member goes, which is never outside of the folder that is built."""
    parts = PurePosixPath(member.name).parts
    is_known = member.isfile() or member.isdir() or member.issym()
    target = building / member.name if not member.issym() else (building / member.name).parent / member.linkname
    is_inside = not PurePosixPath(member.name).is_absolute() and ".." not in parts
    if not is_known or not is_inside or not target.resolve().is_relative_to(building.resolve()):
        raise ValueError(f"{member.name!r} leads out of it")
    return building / member.name


def _write_file(path: Path, source: IO[bytes], member: tarfile.TarInfo) -> str:
    """Write one file with its mode and time; returns the hash of what was written."""
    hashed = _Hashed(source)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(cast(IO[bytes], hashed), file, 1 << 20)
        file.flush()
        os.fchmod(file.fileno(), member.mode & 0o777)
        os.fsync(file.fileno())
    os.utime(path, (member.mtime, member.mtime))
    return hashed.digest.hexdigest()


def _size_of(home: Home) -> int:
    return sum(path.lstat().st_size for path in _paths(home) if not path.is_dir())
