"""A run that is broken off, or a home that is damaged, loses nothing: the next run publishes what it would have."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lab.compare_snapshots import differences
from otklik.commands.doctor import Level, examine
from otklik.home.settings import Home, Settings

from .broken_runs import BOUNDARIES, Place, Zygote, add_a_day, left_over, small_region, zygote
from .damages import BY_NAME
from .zygote import fill_the_disk

A_FEW = ("raw__wall__post_gate_raw", "dbt_facts")  # of the early stages: later ones cost a run each
N_CHAINS, N_KILLS = 5, 10  # of a first run and of a daily one: a hundred kills at any instant
KILLED, NO_ROOM = -9, 1


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    """A process that forks runs."""
    with zygote(tmp_path_factory.mktemp("zygote")) as process:
        yield process


@pytest.fixture(scope="module")
def whole(runs: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A small region after a first run that nobody disturbed."""
    place = small_region(tmp_path_factory.mktemp("whole"))
    ended = runs.run(place)
    assert ended.code == 0, ended.stderr
    return replace(place, seconds=ended.seconds)


@pytest.fixture(scope="module")
def next_day(runs: Zygote, whole: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The same region after a day's deliveries and a daily run that nobody disturbed."""
    place = whole.copy(tmp_path_factory.mktemp("next"))
    add_a_day(place)
    ended = runs.run(place)
    assert ended.code == 0, ended.stderr
    return replace(place, seconds=ended.seconds)


def before_the_first(whole: Place, folder: Path) -> Place:
    """A home that nothing was taken into; with the vault of the whole one, so that people get the same ids."""
    place = whole.copy(folder, "vault", "dbt")
    (place.home / "dbt" / "proof.json").unlink()
    return place


def before_the_next_day(whole: Place, folder: Path) -> Place:
    """A home after its first run, with a day's deliveries that it has not seen."""
    place = whole.copy(folder)
    add_a_day(place)
    return place


def finish(runs: Zygote, place: Place, reference: Place) -> None:
    """A plain run to the end: equal tables, nothing left over or damaged, and nothing to do for another one."""
    ended = runs.run(place)
    assert ended.code == 0, ended.stderr
    assert differences(reference.tables, place.tables) == {}, ended.stderr
    assert left_over(place, reference) == []
    found = [one for one in examine(Settings(Home(place.home), (place.sources,))) if one.subject == "damage"]
    assert [one.level for one in found] == [Level.FINE], found
    assert '"unchanged"' in runs.run(place).stdout


def kill_at_each(runs: Zygote, place: Place, reference: Place, steps: tuple[str, ...]) -> None:
    """Kill one run after the other, each at the beginning of a later step; then run to the end."""
    for step in steps:
        assert runs.run(place, at=step, how="kill").code == KILLED, step
    finish(runs, place, reference)


def test_a_first_run_killed_between_its_stages_is_finished_by_the_next(runs, whole, tmp_path):
    kill_at_each(runs, before_the_first(whole, tmp_path), whole, A_FEW)


@pytest.mark.soak
def test_a_first_run_killed_before_every_stage_is_finished_by_the_next(runs, whole, tmp_path):
    kill_at_each(runs, before_the_first(whole, tmp_path), whole, BOUNDARIES)


@pytest.mark.soak
def test_a_daily_run_killed_before_every_stage_is_finished_by_the_next(runs, whole, next_day, tmp_path):
    kill_at_each(runs, before_the_next_day(whole, tmp_path), next_day, BOUNDARIES)


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["first", "daily"])
@pytest.mark.parametrize("number", range(N_CHAINS))
def test_runs_killed_one_after_the_other_at_any_instant_are_finished_by_the_next(
    runs, whole, next_day, tmp_path, kind, number
):
    made, reference = (before_the_first, whole) if kind == "first" else (before_the_next_day, next_day)
    place, chance = made(whole, tmp_path), random.Random(f"{kind} {number}")
    instants = [chance.uniform(0, reference.seconds) for _ in range(N_KILLS)]
    killed = 0
    for instant in instants:  # one that comes too late for its run finds the next one with nothing to do
        killed += runs.run(place, kill_after=instant).code == KILLED
    finish(runs, place, reference)
    told = ", ".join(f"{instant / reference.seconds:.2f}" for instant in instants)
    print(f"\n{kind}, chain {number}: {killed} of {N_KILLS} killed, at {told} of a run, then finished")  # noqa: T201


def test_several_damages_at_once_are_mended_by_one_run_into_the_same_tables(runs, whole, tmp_path):
    place = whole.copy(tmp_path)
    names = (
        *("flip raw load", "delete ledger", "flip findings", "delete place", "flip index", "truncate warehouse"),
        *("delete published table", "empty manifest", "empty note", "truncate history"),
    )
    for name in names:
        BY_NAME[name].do(place.home)
    ended = runs.run(place)
    assert ended.code == 0, ended.stderr
    assert '"status": "published"' in ended.stdout
    assert ended.stderr.count("otklik: ") >= len(names) - 2  # load and ledger are one load, a snapshot has two files
    assert differences(whole.tables, place.tables) == {}
    assert place.current.name == whole.current.name
    assert '"status": "unchanged"' in runs.run(place).stdout


def test_a_home_that_lost_lake_and_warehouse_reads_its_deliveries_again(runs, whole, tmp_path):
    place = whole.copy(tmp_path)
    shutil.rmtree(place.home / "lake")
    (place.home / "warehouse.duckdb").unlink()
    ended = runs.run(place)
    assert ended.code == 0, ended.stderr
    told = [line for line in ended.stderr.splitlines() if line.startswith("otklik: ")]
    assert "lake/raw: " in "\n".join(told)
    assert len(told) < 20
    # groups are named anew, for what they were called is lost too
    assert differences(whole.tables, place.tables).keys() <= {"dim_interest_group", "bridge_group_member"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own in memory, with room for a home and little more."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", str(folder)], check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting a small file system is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill_at_each(runs: Zygote, place: Place, reference: Place, steps: tuple[str, ...]) -> None:
    """Let the disk be full from the beginning of a step, one run after the other; then free it and run."""
    before = place.current.name if (place.home / "published" / "current").exists() else None
    for step in steps:
        ended = runs.run(place, at=step, how="fill")
        (place.folder / "filler").unlink()
        assert ended.code == NO_ROOM, (step, ended.stderr)
        # what the run before left half written may be told first
        told = [line for line in ended.stderr.splitlines() if line.startswith("otklik: ")][-1]
        assert "the disk is full (" in told, (step, ended.stderr)
        assert "free about " in told
        assert "Traceback" not in ended.stderr, (step, ended.stderr)
        if before is not None:
            assert place.current.name == before
            assert differences(reference.tables, place.tables) != {}
    finish(runs, place, reference)


@pytest.mark.soak
def test_a_disk_that_is_full_at_any_stage_of_a_first_run_is_told_in_a_sentence(runs, whole, small_disk):
    fill_at_each(runs, before_the_first(whole, small_disk), whole, BOUNDARIES)


@pytest.mark.soak
def test_a_disk_that_is_full_at_any_stage_of_a_daily_run_leaves_the_snapshot_in_force(
    runs, whole, next_day, small_disk
):
    fill_at_each(runs, before_the_next_day(whole, small_disk), next_day, BOUNDARIES)


def test_a_disk_that_is_full_already_is_told_in_a_sentence(runs, whole, small_disk):
    place = before_the_first(whole, small_disk)
    fill_the_disk(place.home)
    ended = runs.run(place)
    assert ended.code == NO_ROOM
    assert "Traceback" not in ended.stderr, ended.stderr
    (told,) = [line for line in ended.stderr.splitlines() if line.startswith("otklik: ")]
    assert "a run may need " in told or "the disk is full (" in told


def test_a_disk_that_is_too_small_is_told_before_anything_is_begun(runs, whole, tmp_path, small_disk):
    place = before_the_first(whole, small_disk)
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    before = sorted(path for path in place.home.rglob("*"))
    ended = runs.run(place)
    assert ended.code == NO_ROOM
    assert "a run may need " in ended.stderr
    assert "are free; nothing was begun" in ended.stderr
    assert not (place.home / "dagster").exists()
    assert [path for path in before if not path.exists()] == []
