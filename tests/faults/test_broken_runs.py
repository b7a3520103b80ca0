"""A run that is broken off anywhere loses nothing: the next plain run publishes what an undisturbed one would have."""

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.compare_snapshots import differences

from .broken_runs import BOUNDARIES, Place, Zygote, add_a_day, left_over, small_region, zygote
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
    return place


@pytest.fixture(scope="module")
def next_day(runs: Zygote, whole: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The same region after a day's deliveries and a daily run that nobody disturbed."""
    place = whole.copy(tmp_path_factory.mktemp("next"))
    add_a_day(place)
    ended = runs.run(place)
    assert ended.code == 0, ended.stderr
    return place


def before_the_first(whole: Place, folder: Path) -> Place:
    """A home that nothing was taken into; with the vault of the whole one, so that people get the same ids."""
    return whole.copy(folder, "vault", "dbt")


def before_the_next_day(whole: Place, folder: Path) -> Place:
    """A home after its first run, with a day's deliveries that it has not seen."""
    place = whole.copy(folder)
    add_a_day(place)
    return place


def assert_like(place: Place, reference: Place, ended_stderr: str) -> None:
    """Equal tables, nothing left over."""
    assert differences(reference.tables, place.tables) == {}, ended_stderr
    assert left_over(place, reference) == []


def kill_at_each(runs: Zygote, place: Place, reference: Place, steps: tuple[str, ...]) -> None:
    """Kill one run after the other, each at the beginning of a later step; then run to the end."""
    for step in steps:
        assert runs.run(place, at=step, how="kill").code == KILLED, step
    ended = runs.run(place)
    assert ended.code == 0, ended.stderr
    assert_like(place, reference, ended.stderr)


def test_a_first_run_killed_between_its_stages_is_finished_by_the_next(runs, whole, tmp_path):
    kill_at_each(runs, before_the_first(whole, tmp_path), whole, A_FEW)


@pytest.mark.soak
def test_a_first_run_killed_before_every_stage_is_finished_by_the_next(runs, whole, tmp_path):
    kill_at_each(runs, before_the_first(whole, tmp_path), whole, BOUNDARIES)


@pytest.mark.soak
def test_a_daily_run_killed_before_every_stage_is_finished_by_the_next(runs, whole, next_day, tmp_path):
    kill_at_each(runs, before_the_next_day(whole, tmp_path), next_day, BOUNDARIES)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(N_CHAINS))
@pytest.mark.parametrize("kind", ["first", "daily"])
def test_runs_killed_one_after_the_other_at_any_instant_are_finished_by_the_next(
    runs, whole, next_day, tmp_path, kind, number
):
    made, reference = (before_the_first, whole) if kind == "first" else (before_the_next_day, next_day)
    place, chance = made(whole, tmp_path), random.Random(f"{kind} {number}")
    instants = []
    while len(instants) < N_KILLS:
        ended = runs.run(place, kill_after=chance.uniform(0, runs.usual_seconds))
        assert ended.code in (KILLED, 0), ended.stderr
        if ended.code == 0:  # the machine was faster this time: what it published is looked at, and it begins anew
            assert_like(place, reference, ended.stderr)
            shutil.rmtree(tmp_path)
            place = made(whole, tmp_path)
        else:
            instants.append(round(ended.seconds, 1))
    ended = runs.run(place)
    assert ended.code == 0, ended.stderr
    assert_like(place, reference, ended.stderr)
    print(f"\n{kind}, chain {number}: killed after {instants} s, then finished")  # noqa: T201


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
    ended = runs.run(place)
    assert ended.code == 0, ended.stderr
    assert_like(place, reference, ended.stderr)


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
