"""A home is backed up into one file and comes back whole or not at all; a restored one goes on as the first would."""

import json
import shutil
import sqlite3
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from otklik.home.backup import BackupError, back_up, restore
from otklik.home.errors import ConfigurationError, HomeLockedError
from otklik.home.lock import died_at, hold_home
from otklik.home.seal import seal_home
from otklik.home.settings import Home
from otklik.intake.ingestion.deliveries import content_hash

CLOCK = datetime(2026, 9, 30, 5, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A sealed home of a few files, one of them a person's secret, as a run leaves it."""
    home = Home(tmp_path / "home")
    texts = {
        "vault/key_v1": "k" * 32,
        "lake/raw/post/source=wall/load=1-a.parquet": "rows",
        "lake/ledger/source=wall/entity=post/load=1-a.parquet": "line",
        "published/snapshots/20260930T000000Z-1/fct_post.parquet": "posts",
        "work/deliveries.sqlite": "hashes",
        "version.json": '{"format": 2, "platform": "0.2.0"}',
    }
    for name, text in texts.items():
        path = home.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (home.published / "current").symlink_to("snapshots/20260930T000000Z-1")
    home.vault.chmod(0o700)
    (home.vault / "key_v1").chmod(0o600)
    (home.dagster / "history").mkdir(parents=True)
    seal_home(home, content_hash)
    return home


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Path → mode and bytes of every file but those of loads in progress and the lock."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode & 0o777, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != "work" and path.name != "run.lock"
    }


def test_a_home_comes_back_with_its_bytes_modes_and_links(home, tmp_path):
    made = back_up(home, tmp_path / "home.tar", clock=CLOCK)

    again = Home(tmp_path / "again")
    restored = restore(tmp_path / "home.tar", again)

    assert contents(again.root) == contents(home.root)
    assert (again.vault.stat().st_mode & 0o777, (again.published / "current").readlink().name) == (
        0o700,
        "20260930T000000Z-1",
    )
    assert made.n_files == restored.n_files == 7  # five files, the seal and the link
    assert restored.made_at == "2026-09-30T05:00:00+00:00"
    assert not (again.root / "work").exists()
    assert not again.lock_file.exists()


def test_a_backup_is_its_owners_alone_from_the_first_byte(home, tmp_path, monkeypatch):
    seen = []
    original = tarfile.TarFile.addfile

    def spy(self, *arguments):
        seen.append((tmp_path / ".home.tar.tmp").stat().st_mode & 0o777)
        return original(self, *arguments)

    monkeypatch.setattr(tarfile.TarFile, "addfile", spy)
    back_up(home, tmp_path / "home.tar", clock=CLOCK)
    assert set(seen) == {0o600}
    assert (tmp_path / "home.tar").stat().st_mode & 0o777 == 0o600


def test_what_daemons_history_writes_meanwhile_is_copied_as_of_one_moment(home, tmp_path):
    database = home.dagster / "history" / "runs.db"
    with sqlite3.connect(database) as writer:
        writer.execute("pragma journal_mode = wal")
        writer.execute("create table run (id integer)")
        writer.execute("insert into run values (1)")
        writer.commit()
        assert database.with_name("runs.db-wal").stat().st_size > 0
        back_up(home, tmp_path / "home.tar", clock=CLOCK)
    restore(tmp_path / "home.tar", again := Home(tmp_path / "again"))
    with sqlite3.connect(again.dagster / "history" / "runs.db") as reader:
        assert reader.execute("select id from run").fetchall() == [(1,)]


def test_a_run_that_died_stays_known_in_the_restored_home(home, tmp_path):
    home.lock_file.write_text('{"holder": "run 7", "process": 1, "since": 1790000000.5}')
    back_up(home, tmp_path / "home.tar", clock=CLOCK)
    restore(tmp_path / "home.tar", again := Home(tmp_path / "again"))
    assert died_at(again) == 1790000000.5
    with hold_home(again, holder="run 8") as hold:
        assert hold.died == ["run 7"]


def test_a_damaged_home_is_not_backed_up(home, tmp_path):
    (home.vault / "key_v1").write_text("another")
    with pytest.raises(BackupError, match=r"not what the last run left: vault/key_v1\. Nothing was written"):
        back_up(home, tmp_path / "home.tar", clock=CLOCK)
    (home.vault / "key_v1").unlink()
    with pytest.raises(BackupError, match=r"not what the last run left: vault/key_v1\. Nothing was written"):
        back_up(home, tmp_path / "home.tar", clock=CLOCK)
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_a_home_that_a_run_holds_is_not_backed_up(home, tmp_path):
    with hold_home(home, holder="run 7"), pytest.raises(HomeLockedError, match="held by run 7"):
        back_up(home, tmp_path / "home.tar", clock=CLOCK)


def test_a_backup_is_never_written_over_another_file_nor_into_the_home(home, tmp_path):
    (tmp_path / "home.tar").write_text("an earlier one")
    for target in (tmp_path / "home.tar", home.root / "home.tar"):
        with pytest.raises(ConfigurationError, match="name a file that is not there, elsewhere"):
            back_up(home, target, clock=CLOCK)
    with pytest.raises(ConfigurationError, match="there is no home to back up"):
        back_up(Home(tmp_path / "nowhere"), tmp_path / "other.tar", clock=CLOCK)
    assert (tmp_path / "home.tar").read_text() == "an earlier one"


def test_a_folder_that_lies_elsewhere_is_told_and_not_left_out_in_silence(home, tmp_path):
    (tmp_path / "big").mkdir()
    (home.root / "quarantine").symlink_to(tmp_path / "big")
    with pytest.raises(ConfigurationError, match="quarantine: leads out of the home"):
        back_up(home, tmp_path / "home.tar", clock=CLOCK)


def test_nothing_is_restored_over_what_is_there(home, tmp_path):
    back_up(home, tmp_path / "home.tar", clock=CLOCK)
    before = contents(home.root)
    with pytest.raises(ConfigurationError, match="is not empty"):
        restore(tmp_path / "home.tar", home)
    assert contents(home.root) == before


@pytest.mark.parametrize("where", [0.02, 0.3, 0.6, 0.9])
def test_a_backup_that_was_cut_short_or_changed_gives_no_home(home, tmp_path, where):
    (home.root / "lake/big.parquet").write_bytes(bytes(200_000))
    back_up(home, tmp_path / "home.tar", clock=CLOCK)
    whole = (tmp_path / "home.tar").read_bytes()
    position = int(len(whole) * where)
    changed = whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :]
    for found in (whole[:position], changed):
        (tmp_path / "other.tar").write_bytes(found)
        with pytest.raises(BackupError, match="Take an earlier one"):
            restore(tmp_path / "other.tar", Home(tmp_path / "again"))
        assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "home.tar", "other.tar"]


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "lake/../../outside"])
def test_a_backup_that_somebody_made_up_writes_nothing_outside_of_the_home(tmp_path, name):
    with tarfile.open(tmp_path / "home.tar", "w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(BackupError, match="leads out of it"):
        restore(tmp_path / "home.tar", Home(tmp_path / "again"))
    assert [path.name for path in tmp_path.iterdir()] == ["home.tar"]


def test_a_restored_home_is_sound_knows_what_is_published_and_runs_on(published, tmp_path):
    mine: Any = published.copy(tmp_path)
    result = mine.otklik("backup", str(tmp_path / "home.tar"))
    assert result.returncode == 0, result.stderr
    assert "It holds the vault and its key" in result.stdout
    shutil.rmtree(mine.home)

    restored = mine.otklik("restore", str(tmp_path / "home.tar"))

    assert restored.returncode == 0, restored.stderr
    examined = mine.otklik("doctor")
    assert "damage: every file is as the last run left it." in examined.stdout
    assert mine.run()["status"] == "unchanged"
    (wall, *_) = sorted((mine.sources.parent / "social").glob("wall_*.jsonl"))
    line = json.loads(wall.read_text(encoding="utf-8").splitlines()[0]) | {"id": 987654}
    wall.with_name("wall_98.jsonl").write_text(json.dumps(line, ensure_ascii=False) + "\n", encoding="utf-8")
    assert mine.run()["status"] == "published"
    assert mine.marts["fct_post"]["row_count"] > published.marts["fct_post"]["row_count"]
