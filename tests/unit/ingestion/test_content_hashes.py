"""A delivery that has not changed is not read again; one that has, is, whatever its times say."""

import os
from pathlib import Path

import pytest

from otklik.home.settings import Home
from otklik.intake.ingestion import deliveries
from otklik.intake.ingestion.deliveries import ContentHashes, content_hash


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def reads(monkeypatch):
    """Names of the files that were read to be hashed."""
    names = []
    stream_hash = deliveries._stream_hash

    def counted(stream):
        names.append(getattr(stream, "name", "?"))
        return stream_hash(stream)

    monkeypatch.setattr(deliveries, "_stream_hash", counted)
    return names


def _of(home, path):
    with ContentHashes(home) as hashes:
        return hashes.of(path)


@pytest.fixture
def settled(monkeypatch):
    """As if every file had lain there for an hour."""
    monkeypatch.setattr(ContentHashes, "_SETTLED_NS", -(10**9))


def test_an_unchanged_file_is_read_once(home, tmp_path, reads, settled):
    path = tmp_path / "a.csv"
    path.write_text("x")
    assert _of(home, path) == _of(home, path) == content_hash(path)
    assert len(reads) == 2  # one of them is this test's own


def test_other_content_of_the_same_size_and_modification_time_is_noticed(home, tmp_path, settled):
    path = tmp_path / "a.csv"
    path.write_text("x")
    os.utime(path, ns=(1, 1))
    first = _of(home, path)
    path.write_text("y")
    os.utime(path, ns=(1, 1))
    assert _of(home, path) == content_hash(path) != first


def test_a_file_that_was_just_written_is_not_remembered(home, tmp_path, reads):
    path = tmp_path / "a.csv"
    path.write_text("x")
    _of(home, path)
    _of(home, path)
    assert len(reads) == 2


def test_of_a_folder_only_new_files_are_read(home, tmp_path, reads, settled):
    folder = tmp_path / "maildir"
    folder.mkdir()
    for name in ("1", "2"):
        (folder / name).write_text(name)
    _of(home, folder)
    (folder / "3").write_text("3")
    reads.clear()
    assert _of(home, folder) == content_hash(folder)
    # the first is the remembering one's, the others are this test's own
    assert [Path(name).name for name in reads][:1] == ["3"]
    assert len(reads) == 1 + 3


def test_a_name_that_is_not_utf_8_is_remembered_too(home, tmp_path, settled):
    path = tmp_path / os.fsdecode(b"\xff.csv")
    path.write_text("x")
    assert _of(home, path) == _of(home, path) == content_hash(path)
