"""Whatever is damaged is told in one sentence and made again where it can be; it is never nothing new."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from otklik.commands.doctor import Level, examine
from otklik.home.lock import hold_home
from otklik.home.seal import remove_seal
from otklik.home.settings import Home, Settings
from otklik.intake.sources.configuration import load_configuration
from otklik.mending.mend import DamagedHomeError, mend_home
from tests.faults.damages import BY_NAME, CASES, Case, delete, empty, flip, scramble, truncate


@pytest.fixture
def mine(published: Any, tmp_path: Path) -> Any:
    """A published home of one's own."""
    return published.copy(tmp_path)


def mend(deployment: Any) -> list[str]:
    home = Home(deployment.home)
    with hold_home(home, holder="a test") as hold:
        return mend_home(home, load_configuration((deployment.sources,)), hold)


def examined(deployment: Any) -> list[tuple[Level, str]]:
    findings = examine(Settings(Home(deployment.home), (deployment.sources,)))
    return [(finding.level, f"{finding.found} {finding.advice}") for finding in findings if finding.subject == "damage"]


def test_a_copied_home_is_sound(mine):
    assert examined(mine) == [(Level.FINE, "every file is as the last run left it. ")]
    assert mend(mine) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_damage_is_found_by_doctor_and_told_by_the_next_run(mine, case: Case):
    path = case.do(mine.home)

    found = examined(mine)

    ((level, told),) = found
    assert told.startswith(path), told
    assert case.told in told
    assert level is (Level.DOUBTFUL if case.is_mended else Level.BROKEN)
    if case.is_mended:
        (sentence,) = mend(mine)
        assert sentence.startswith(path)
        assert case.told in sentence
        assert mend(mine) == []
    else:
        before = sorted(path for path in mine.home.rglob("*") if path.is_file() and path.name != "deliveries.sqlite")
        for _ in range(2):
            with pytest.raises(DamagedHomeError, match="a run cannot make this again") as raised:
                mend(mine)
            assert case.told in str(raised.value)
            assert raised.value.exit_code == 1
        after = sorted(path for path in mine.home.rglob("*") if path.is_file() and path.name != "deliveries.sqlite")
        assert after == before


def test_a_lost_vault_stops_the_run_and_the_snapshot_stays(mine):
    shutil.rmtree(mine.home / "vault")
    before = mine.manifest
    result = mine.otklik("run")
    assert result.returncode == 1
    assert "vault/vault.sqlite is missing. Restore the folder vault/ from your backup" in result.stderr
    assert "Traceback" not in result.stderr
    assert mine.manifest == before
    # even if the seal was lost with it
    remove_seal(Home(mine.home))
    with pytest.raises(DamagedHomeError, match=r"vault\.sqlite is missing"):
        mend(mine)


def test_a_load_whose_delivery_is_gone_stops_the_run_and_names_the_file(mine):
    path = BY_NAME["flip raw load"].do(mine.home)
    for delivery in (mine.sources.parent / "social").glob("wall_*.jsonl"):
        delivery.unlink()
    with pytest.raises(DamagedHomeError, match=r"delivery \(wall_\d+\.jsonl\) is not where source 'wall'") as e:
        mend(mine)
    assert path in str(e.value)


def test_a_load_that_people_were_erased_from_is_not_read_again(mine):
    ((author,),) = duckdb.sql(
        f"select any_value(author_subject_id) from '{mine.home}/lake/raw/post/source=wall/*.parquet'"
        " where author_subject_id is not null"
    ).fetchall() or [(None,)]
    assert mine.otklik("erase", author, "--reason", "asked for it").returncode == 0
    assert mend(mine) == []
    (receipt,) = (mine.home / "lake" / "erasures").glob("*.json")
    erased = [
        path
        for path in (mine.home / "lake/raw/post/source=wall").glob("load=*.parquet")
        if str(path.relative_to(mine.home)) in receipt.read_text()
    ]
    flip(erased[0])
    with pytest.raises(DamagedHomeError, match="People were erased from"):
        mend(mine)


@pytest.mark.parametrize("act", [truncate, empty, flip, delete])
def test_what_is_remembered_of_deliveries_is_no_loss(mine, act):
    act(mine.home / "work" / "deliveries.sqlite")
    assert mend(mine) == []


WRITER = """
import os, sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("create table half_done as select range as n from range(100000)")
connection.execute("update half_done set n = n + 1")
os._exit(0)  # as if killed: the changes stay in the log beside the file
"""


@pytest.mark.parametrize("act", [truncate, empty, flip, scramble])
def test_a_damaged_log_of_changes_leaves_a_warehouse_that_opens_or_none(mine, act):
    warehouse = mine.home / "warehouse.duckdb"
    subprocess.run([sys.executable, "-c", WRITER, str(warehouse)], check=True)
    log = mine.home / "warehouse.duckdb.wal"
    assert log.stat().st_size > 1000
    act(log)
    found = examined(mine)
    told = mend(mine)
    assert [level for level, _ in found] == [Level.DOUBTFUL if told else Level.FINE]
    if told:
        assert "The tables are built again from the lake" in told[0]
        assert not list(mine.home.glob("warehouse.duckdb*"))
    else:
        with duckdb.connect(str(warehouse)) as connection:
            assert connection.execute("select count(*) from fct_reply").fetchone() != (0,)


def test_an_old_snapshot_that_is_damaged_is_taken_away_and_the_current_one_stays(mine):
    snapshots = mine.home / "published" / "snapshots"
    shutil.copytree(mine.current, snapshots / "20260101T000000Z-0a0a0a0a")
    assert mend(mine) == []
    # the next run would have sealed it
    with hold_home(Home(mine.home), holder="a test"):
        from otklik.mending.mend import seal

        seal(Home(mine.home))
    flip(snapshots / "20260101T000000Z-0a0a0a0a" / "analyst" / "fct_post.parquet")
    (sentence,) = mend(mine)
    assert "The old snapshot is taken away" in sentence
    assert [path.name for path in snapshots.iterdir()] == [mine.current.name]


def test_current_that_leads_nowhere_is_told(mine):
    (mine.home / "published" / "current").unlink()
    (sentence,) = mend(mine)
    assert sentence == "published/current leads nowhere. It is set again when the run publishes."
