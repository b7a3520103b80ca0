"""Dagster's UI and daemon work over a home while people run commands on it, as docs/operations.md says they may."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.broken_runs import Place, add_a_day, small_region
from tests.faults.test_side_by_side import ROOT
from tests.integration.conftest import Deployment

# Whole runs beside two servers.
pytestmark = pytest.mark.soak

OF_CODE = '{repositoryLocationName: "otklik", repositoryName: "__repository__"'
SENSOR = f'{OF_CODE}, sensorName: "new_files"}}'


@dataclass
class Ui:
    """`otklik ui` on a home: Dagster's web server and its daemon, spoken to as a browser does."""

    place: Place
    port: int

    @property
    def deployment(self) -> Deployment:
        return Deployment(self.place.home, self.place.sources)

    def ask(self, query: str) -> dict[str, Any]:
        """What GraphQL answers."""
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql",
            json.dumps({"query": query}).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                found = json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error
        assert "errors" not in found, found
        return found["data"]

    def is_ready(self) -> bool:
        """Whether the server answers and has loaded our code."""
        try:
            found = self.ask("{repositoriesOrError {... on RepositoryConnection {nodes {name}}}}")
        except OSError:
            return False
        return bool(found["repositoriesOrError"].get("nodes"))

    def watch_files(self) -> None:
        """Turn the sensor on new files on."""
        done = self.ask(f"mutation {{startSensor(sensorSelector: {SENSOR}) {{__typename}}}}")
        assert done["startSensor"]["__typename"] == "Sensor", done

    def skipped(self) -> list[str]:
        """Why the sensor started nothing, newest first."""
        state = "sensorState {ticks(limit: 20) {status skipReason}}"
        found = self.ask(f"{{sensorOrError(sensorSelector: {SENSOR}) {{... on Sensor {{{state}}}}}}}")
        return [tick["skipReason"] for tick in found["sensorOrError"]["sensorState"]["ticks"] if tick["skipReason"]]

    def statuses(self) -> list[str]:
        """Of all runs the home knows, whoever started them, oldest first."""
        found = self.ask("{runsOrError {... on Runs {results {status}}}}")
        return [run["status"] for run in reversed(found["runsOrError"]["results"])]


def until(holds: Callable[[], Any], what: str, seconds: float = 1800) -> Any:
    """Wait for something true, and return it."""
    limit = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < limit, f"waited in vain: {what}"
        time.sleep(1)
    return found


def heed_signals() -> None:
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_DFL)


@pytest.fixture
def ui(tmp_path: Path) -> Iterator[Ui]:
    """The UI and its daemon over a home that nothing was taken into yet."""
    place = small_region(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"OTKLIK_HOME": str(place.home), "OTKLIK_SOURCES": str(place.sources)}
    with (tmp_path / "ui.log").open("w") as log:
        server = subprocess.Popen(
            [str(Path(sys.executable).with_name("otklik")), "ui", "--port", str(port)],
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=heed_signals,
        )
    try:
        one = Ui(place, port)
        until(one.is_ready, "the UI answers", 300)
        yield one
    finally:
        server.terminate()
        try:
            server.wait(60)
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def holder(place: Place) -> dict[str, Any]:
    """The note of who holds the home; empty too while it is being written."""
    try:
        return json.loads((place.home / "run.lock").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


@contextmanager
def held_up(place: Place) -> Iterator[tuple[str, int]]:
    """Stop the next run that takes the home, as if it had much to do; its name and process."""
    until(lambda: str(holder(place).get("holder", "")).startswith("run "), "a run takes the home")
    note = holder(place)
    os.kill(note["process"], signal.SIGSTOP)
    try:
        yield note["holder"], note["process"]
    finally:
        os.kill(note["process"], signal.SIGCONT)


def test_the_ui_its_daemon_and_the_command_line_work_on_one_home(ui: Ui):
    files = ui.place.sources.parent / "social"
    # the daemon sees files nobody has taken in, and runs; that run is held up until two more have come
    ui.watch_files()
    with held_up(ui.place) as (name, process):
        refused = ui.deployment.otklik("run")
        assert refused.returncode == 4, refused.stderr
        assert f"held by {name} (process {process})" in refused.stderr
        add_a_day(ui.place)
        until(lambda: ui.statuses() == ["STARTED", "QUEUED"], "the sensor queues a run")
        again = (files / "wall_90.jsonl").read_text(encoding="utf-8").replace('"id": 90', '"id": 91')
        (files / "wall_91.jsonl").write_text(again, encoding="utf-8")
        until(lambda: "A run that has not begun yet will take them in." in ui.skipped(), "the sensor sees both")
        assert ui.statuses() == ["STARTED", "QUEUED"]
    until(lambda: ui.statuses() == ["SUCCESS", "SUCCESS"], "both runs end")
    loads = "select count(*) from meta_load where source = 'wall' and entity = 'post'"
    assert ui.deployment.query(loads) == [(len(list(files.glob("wall_*.jsonl"))),)]
