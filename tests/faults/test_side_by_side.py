"""Runs beside each other, beside the UI and its daemon, and files that change while a run is on."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from lab.compare_snapshots import differences
from orchestration.definitions import build_defs
from otklik.home.settings import Home, Settings

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent


def start(deployment: Any, *args: str, **more: str) -> subprocess.Popen[str]:
    environment = os.environ | {"OTKLIK_HOME": str(deployment.home), "OTKLIK_SOURCES": str(deployment.sources)} | more
    return subprocess.Popen(
        [str(BIN / args[0]), *args[1:]],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_of_two_runs_at_once_one_works_and_the_other_names_it(published, tmp_path):
    mine = published.copy(tmp_path)
    runs = [start(mine, "otklik", "run", "--select", "group:raw") for _ in range(2)]
    ended = [(run.communicate(timeout=900)[1], run.returncode) for run in runs]
    assert sorted(code for _, code in ended) == [0, 4], ended
    (refused,) = [err for err, code in ended if code == 4]
    assert "held by " in refused
    assert "(process " in refused
    assert differences(published.current, mine.current) == {}


def test_two_changes_during_a_run_queue_one_run_and_a_third_after_it_began_another(published, tmp_path):
    demo = tmp_path / "demo"
    shutil.copytree(published.sources.parent, demo)
    repository = build_defs(Settings(Home(tmp_path / "home"), (demo / "sources.yaml",))).get_repository_def()
    sensor, refresh = repository.get_sensor_def("new_files"), repository.get_job("refresh")
    with dg.DagsterInstance.ephemeral() as instance:
        cursor = None

        def requests(name: str) -> int:
            nonlocal cursor
            (demo / "social" / name).write_text("{}\n", encoding="utf-8")
            tick = sensor.evaluate_tick(
                dg.build_sensor_context(instance=instance, cursor=cursor, repository_def=repository)
            )
            cursor = tick.cursor
            return len(tick.run_requests)

        instance.create_run_for_job(refresh, status=dg.DagsterRunStatus.STARTED)
        assert requests("wall_97.jsonl") == 1
        queued = instance.create_run_for_job(refresh, status=dg.DagsterRunStatus.QUEUED)
        assert requests("wall_98.jsonl") == 0
        instance.delete_run(queued.run_id)
        assert requests("wall_99.jsonl") == 1


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@pytest.fixture
def ui(published: Any, tmp_path: Path) -> Iterator[Any]:
    """A home of one's own with the UI and the daemon on it."""
    mine = published.copy(tmp_path)
    port = free_port()
    server = start(mine, "otklik", "ui", "--port", str(port))
    try:
        limit = time.monotonic() + 600
        while time.monotonic() < limit:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=5).read()
                break
            except OSError:
                time.sleep(1)
        yield mine
    finally:
        server.terminate()
        server.communicate(timeout=120)


@pytest.mark.long
def test_a_run_beside_the_ui_and_its_daemon_and_a_job_that_waits_for_it(ui):
    home = ui.home / "dagster"
    run = start(ui, "otklik", "run", "--full-refresh", "--json")
    time.sleep(20)
    launched = start(
        ui,
        *("dagster", "job", "launch", "--job", "publish", "--workspace", str(ROOT / "workspace.yaml")),
        DAGSTER_HOME=str(home),
    )
    _, err = launched.communicate(timeout=600)
    assert launched.returncode == 0, err
    out, err = run.communicate(timeout=3600)
    assert run.returncode == 0, err
    assert json.loads(out)["status"] in ("published", "unchanged")
    limit, statuses = time.monotonic() + 1800, {}
    while time.monotonic() < limit:
        with dg.DagsterInstance.from_config(str(home)) as instance:
            statuses = {one.run_id: one.status for one in instance.get_runs()}
        if all(status in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE) for status in statuses.values()):
            break
        time.sleep(5)
    assert set(statuses.values()) == {dg.DagsterRunStatus.SUCCESS}
    assert len(statuses) == 3  # the region's first run, the full refresh, and the job
