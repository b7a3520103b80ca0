"""An export of several files, as the zip it came in or as the folder that somebody unpacked it to."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from otklik.intake.readers.archive import open_archive
from otklik.intake.readers.tabular import UnreadableDeliveryError


class Packed(Protocol):
    """What `archive.Archive` is for a zip."""

    @property
    def names(self) -> Sequence[str]:
        """Names of the files in it, sorted."""

    def find(self, is_wanted: Callable[[str], bool], wanted: str) -> Sequence[str]:
        """Names of the files a reader wants; UnreadableDeliveryError where there are none."""

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A file's bytes."""


class _Folder:
    """An unpacked export. Links are not followed: they could lead out of it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        files = (file for file in root.rglob("*") if file.is_file() and not file.is_symlink())
        self.names = sorted(file.relative_to(root).as_posix() for file in files)

    def find(self, is_wanted: Callable[[str], bool], wanted: str) -> list[str]:
        found = [name for name in self.names if is_wanted(name)]
        if not found:
            raise UnreadableDeliveryError(f"the folder holds no {wanted}")
        return found

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        with (self._root / name).open("rb") as stream:
            yield stream


@contextmanager
def opened(path: Path) -> Iterator[Packed]:
    """A zip, inspected as `archive.open_archive` does, or a folder.

    Raises:
        UnreadableDeliveryError: no zip, or a refused one.
    """
    if path.is_dir():
        yield _Folder(path)
        return
    with open_archive(path) as archive:
        yield archive
