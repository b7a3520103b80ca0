"""A home does not grow without an end: what is only remembered of runs is forgotten after its time."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from orchestration.instance import prepare_instance
from otklik.commands.doctor import Level, examine
from otklik.home.history import forget_old, forget_old_runs
from otklik.home.settings import Home, Settings

NOW = datetime(2026, 9, 30, 5, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def folder_of(path: Path, days_ago: float) -> Path:
    path.mkdir(parents=True)
    (path / "gate=marts.parquet").write_bytes(b"x" * 100)
    moment = (NOW - timedelta(days=days_ago)).timestamp()
    os.utime(path / "gate=marts.parquet", (moment, moment))
    return path


def test_verdicts_and_damaged_histories_go_after_thirty_days_and_the_newest_verdicts_stay(home):
    gates = home.lake / "gates"
    stays = [folder_of(gates / "run=_none", 99), folder_of(gates / "run=20260901T000000Z-a", 29)]
    old = [folder_of(gates / "run=20260801T000000Z-a", 31), folder_of(home.dagster / "damaged-1", 31)]
    stays.append(folder_of(home.dagster / "damaged-2", 1))

    assert forget_old(home, now=NOW) == sorted(old)
    assert [folder.exists() for folder in (*stays, *old)] == [True, True, True, False, False]
    assert forget_old(home, now=NOW + timedelta(days=365)) == [stays[2]]
    assert stays[1].exists()


@pytest.fixture
def instance(home):
    prepare_instance(home)
    with dg.DagsterInstance.from_config(str(home.dagster)) as made:
        yield made


def test_runs_of_the_last_thirty_days_and_the_newest_twenty_are_remembered_and_no_others(home, instance):
    @dg.asset
    def table() -> None:
        return None

    job = dg.Definitions(assets=[table], jobs=[dg.define_asset_job("refresh")]).resolve_job_def("refresh")
    first = job.execute_in_process(instance=instance).run_id
    done = dg.DagsterRunStatus.SUCCESS
    ids = [first, *(instance.create_run_for_job(job, status=done).run_id for _ in range(21))]
    ids.append(job.execute_in_process(instance=instance).run_id)
    working = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED).run_id
    assert (home.dagster / "history" / "runs" / f"{first}.db").exists()

    def remembered() -> set[str]:
        return {run.run_id for run in instance.get_runs()}

    now = datetime.now(UTC)
    assert forget_old_runs(instance, home, now=now + timedelta(days=29)) == []
    assert forget_old_runs(instance, home, now=now + timedelta(days=31)) == ids[:4]  # 19 newer ones and the one at work
    assert remembered() == {*ids[4:], working}
    logs = {path.stem for path in (home.dagster / "history" / "runs").glob("*-*.db")}
    assert logs.isdisjoint(ids[:4])
    assert instance.get_latest_materialization_event(dg.AssetKey("table")).run_id == ids[-1]
    assert forget_old_runs(instance, home, now=now + timedelta(days=31)) == []


def test_doctor_tells_what_takes_the_room_and_what_is_kept(home):
    (home.root / "lake").mkdir(parents=True)
    (home.root / "lake" / "rows.parquet").write_bytes(bytes(3 * 2**20))
    (home.published / "snapshots" / "20260930T000000Z-1").mkdir(parents=True)
    (home.published / "snapshots" / ".building").mkdir()
    folder_of(home.lake / "gates" / "run=20260930T000000Z-a", 1)
    (finding,) = [one for one in examine(Settings(home, ())) if one.subject == "sizes"]
    assert finding.level is Level.FINE
    assert finding.found == ("4 MB: lake 4 MB. Kept: 1 snapshots of 5; logs of 0 runs and verdicts of 1, for 30 days.")
