"""Two runs at once on one home."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from otklik.home.lock import noted_holder
from otklik.home.settings import Home

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


def wait_until_held(home: Home, by: str) -> None:
    """Until a process holds the home under a name that begins so."""
    limit = time.monotonic() + 600
    while not (noted_holder(home) or "").startswith(by):
        assert time.monotonic() < limit, f"nobody took the home as {by!r}"
        time.sleep(0.2)


@pytest.mark.soak
def test_of_two_runs_at_once_one_works_and_the_other_names_it(published, tmp_path):
    mine = published.copy(tmp_path)
    first = start(mine, "otklik", "run", "--full-refresh", "--json")
    wait_until_held(Home(mine.home), "run ")
    second = mine.otklik("run")
    out, err = first.communicate(timeout=1800)
    assert (second.returncode, first.returncode) == (4, 0), (second.stderr, err)
    assert "held by run " in second.stderr
    assert "(process " in second.stderr
    assert json.loads(out)["snapshot_id"] == published.manifest["snapshot_id"]
