"""A process that dies holding a home leaves a home that the next one can work on, and nothing running."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from orchestration.dead_runs import close_dead_runs
from orchestration.instance import prepare_instance
from otklik.home import lake
from otklik.home.errors import HomeLockedError
from otklik.home.lock import hold_home, holder_name, noted_holder, require_free_home
from otklik.home.settings import Home

ROOT = Path(__file__).parents[2]

HOLDER = """
import sys, time
from pathlib import Path
from otklik.home.lock import hold_home
from otklik.home.settings import Home
with hold_home(Home(Path(sys.argv[1])), holder=sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""

# A run's process with a gate worker, as the resource `gates` starts it.
RUN_WITH_WORKER = """
import time
from data_quality.worker import GateWorker
if __name__ == "__main__":
    with GateWorker() as gates:
        print(*gates._pool._processes, flush=True)
        time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def die_holding(home: Home, holder: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.root), holder], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with pytest.raises(HomeLockedError, match=f"held by {holder}"):
        require_free_home(home)
    process.kill()
    process.wait()


def test_the_next_holder_learns_who_died_until_somebody_has_looked_after_it(home):
    die_holding(home, "run 1")
    die_holding(home, "run 2")
    assert noted_holder(home) == "run 2"
    with hold_home(home, holder="otklik erase") as hold:
        assert hold.died == ["run 1", "run 2"]
    with hold_home(home, holder="run 3") as hold:
        assert hold.died == ["run 1", "run 2"]
        hold.died.clear()
    with hold_home(home, holder="run 4") as hold:
        assert hold.died == []
    assert noted_holder(home) is None


def test_looking_whether_a_home_is_free_disturbs_nobody_and_changes_nothing(home):
    require_free_home(home)
    assert not home.root.exists()
    die_holding(home, "run 1")
    before = home.lock_file.read_bytes()
    require_free_home(home)
    assert home.lock_file.read_bytes() == before


@pytest.mark.parametrize("note", ["", "{", "[1]", "null"])
def test_a_damaged_note_stops_nobody(home, note):
    home.root.mkdir()
    home.lock_file.write_text(note)
    with hold_home(home, holder="run 1") as hold:
        assert hold.died == []


def make(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_whoever_takes_the_home_removes_what_was_never_finished_and_nothing_else(home):
    kept = [
        make(lake.load_path(home, "post", "wall", "1-a")),
        make(lake.ledger_path(home, "post", "wall", "1-a")),
        make(lake.load_path(home, "post", "_none", "_empty")),
        make(home.work / "deliveries.sqlite"),
        make(home.published / "snapshots/20260301T000000Z-1/fct_post.parquet"),
    ]
    left = [
        make(home.lake / "raw/post/source=wall/.load=2-a.parquet.tmp"),
        make(lake.load_path(home, "post", "wall", "2-a")),
        make(lake.quarantine_path(home, "post", "wall", "2-a")),
        make(lake.message_text_path(home, "mail", "2-a")),
        make(home.work / "tmp1234/rows.parquet"),
        make(home.published / "snapshots/.building/fct_post.parquet"),
        make(home.published / ".last_run.json.tmp"),
        make(home.root / ".gate_spill/1.tmp"),
        make(home.root / "warehouse.duckdb.tmp/2.tmp"),
        make(home.dbt_target / ".proof.json.tmp"),
        make(home.restricted / "duplicate_index/manifest.json.new"),
    ]
    with hold_home(home, holder="a run"):
        assert [path for path in kept if not path.exists()] == []
        assert [path for path in left if path.exists()] == []


def test_rows_of_a_load_whose_line_was_retired_follow_it_and_are_not_lost(home):
    line = make(home.restricted / "retired/lake/ledger/source=wall/entity=post/load=1-a.parquet")
    rows = make(lake.load_path(home, "post", "wall", "1-a"))
    refused = make(lake.quarantine_path(home, "post", "wall", "1-a"))
    with hold_home(home, holder="a run"):
        assert not rows.exists()
        assert (home.restricted / "retired/lake/raw/post/source=wall/load=1-a.parquet").exists()
        assert line.exists()
        assert refused.exists()  # the quarantine of a retired load stays where it was


@pytest.fixture
def instance(home):
    prepare_instance(home)
    with dg.DagsterInstance.from_config(str(home.dagster)) as made:
        yield made


def started(instance: dg.DagsterInstance) -> dg.DagsterRun:
    """A run that Dagster saw start and never saw end."""
    run = instance.create_run_for_job(dg.job(name="refresh")(lambda: None))
    instance.handle_new_event(
        dg._core.events.log.EventLogEntry(
            error_info=None,
            level=20,
            user_message="",
            run_id=run.run_id,
            timestamp=time.time(),
            dagster_event=dg.DagsterEvent(dg.DagsterEventType.RUN_START.value, job_name="refresh"),
        )
    )
    return run


def status(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    return found.status.value


def test_a_run_that_died_holding_the_home_is_closed_at_once_and_its_slot_is_free(instance):
    dead, young = started(instance), started(instance)
    storage = instance.event_log_storage
    storage.initialize_concurrency_limit_to_default("pool")
    storage.set_concurrency_slots("pool", 1)
    assert storage.claim_concurrency_slot("pool", dead.run_id, "step").is_claimed
    now = datetime.now(UTC)

    closed = close_dead_runs(instance, died=[holder_name(dead.run_id)], alive=None, now=now)

    assert closed == [dead.run_id]
    assert (status(instance, dead), status(instance, young)) == ("FAILURE", "STARTED")
    assert storage.claim_concurrency_slot("pool", young.run_id, "step").is_claimed


def test_a_run_that_never_took_the_home_is_closed_after_its_time_and_the_holder_never(instance):
    lost, working = started(instance), started(instance)
    later = datetime.now(UTC) + timedelta(hours=9)

    assert close_dead_runs(instance, died=[], alive=holder_name(working.run_id), now=later) == [lost.run_id]

    assert (status(instance, lost), status(instance, working)) == ("FAILURE", "STARTED")


def wait_until_gone(pid: int, seconds: float) -> bool:
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        try:
            if Path(f"/proc/{pid}/stat").read_text().split(") ")[1].startswith("Z"):
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("pause", [0.0, 1.5], ids=["while it starts", "while it imports"])
def test_the_gate_worker_dies_with_a_killed_run_and_lets_go_of_its_output(tmp_path, pause):
    script = tmp_path / "run.py"
    script.write_text(RUN_WITH_WORKER)
    run = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert run.stdout is not None
    (worker,) = map(int, run.stdout.readline().split())
    time.sleep(pause)

    os.kill(run.pid, signal.SIGKILL)

    # whoever reads a run's output to its end waits for nobody else
    assert run.stdout.read() == ""
    run.wait()
    assert wait_until_gone(worker, 60), f"the worker {worker} outlived its run"


def test_a_crash_in_native_code_tells_where_it_was():
    crash = "import otklik.cli as cli, os, signal; cli.app = lambda: os.kill(os.getpid(), signal.SIGSEGV); cli.main()"
    ended = subprocess.run([sys.executable, "-c", crash], capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGSEGV
    assert ended.stderr.startswith("Fatal Python error: Segmentation fault")
    assert "cli.py" in ended.stderr
    assert "in main" in ended.stderr


def test_a_log_that_cannot_be_written_says_nothing_on_stderr():
    script = (
        "import logging, os, otklik.cli as cli\n"
        "log = logging.StreamHandler(open('/dev/full', 'w', buffering=1))\n"
        "cli.app = lambda: (log.handle(logging.makeLogRecord({'msg': 'x'})), os._exit(7))\n"
        "cli.main()"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (ended.returncode, ended.stderr) == (7, "")


def test_the_note_tells_the_process_that_holds(home):
    with hold_home(home, holder="run 7"):
        note = json.loads(home.lock_file.read_text())
    assert (note["holder"], note["process"]) == ("run 7", os.getpid())
