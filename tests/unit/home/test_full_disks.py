"""What is said when there is no room: a disk that is full is told so, and one that is broken is not."""

import sqlite3
from pathlib import Path

import pytest

from otklik.home.settings import Home
from otklik.home.space import NoRoomError, telling_no_room

NEEDED = 80 * 2**20


def fail(said: str) -> None:
    """As libraries over SQLite do."""
    try:
        raise sqlite3.OperationalError(said)
    except sqlite3.OperationalError as cause:
        raise RuntimeError("a run could not be written down") from cause


@pytest.mark.parametrize(
    ("said", "free", "is_full"),
    [
        ("disk I/O error", NEEDED - 1, True),
        ("disk I/O error", NEEDED, False),
        ("database or disk is full", NEEDED, True),
        ("no such table: runs", 2**20 - 1, True),
        ("no such table: runs", NEEDED - 1, False),
    ],
)
def test_a_fault_of_the_database_of_runs_is_a_full_disk_only_where_room_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, free: int, is_full: bool
) -> None:
    monkeypatch.setattr("otklik.home.space.free_bytes", lambda _: free)
    expected = NoRoomError if is_full else RuntimeError
    with pytest.raises(expected) as raised, telling_no_room(Home(tmp_path), NEEDED):
        fail(said)
    assert raised.type is expected
    assert ("the disk is full" in str(raised.value)) is is_full
