"""The command line without its imports: a process that has them forks a child for each command.

A run imports for five seconds of its thirty; the suite runs the platform fifty times. The child is the real command in
a process of its own; that `otklik` starts from nothing is seen by the tests that start it so (`test_run.py`,
`test_installed_wheel.py`).

`python -m tests.forked` reads a JSON object a line (`args`, `env`, `cwd`, `output`: folder of `stdin` and of what it
prints, `timeout` in seconds) and prints the wait status of each.
"""

import atexit
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("otklik", "orchestration", "incidents", "nlp", "graph")


def run_forked(
    args: Sequence[str], *, env: Mapping[str, str], timeout: float, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """`otklik ARGS` as `subprocess.run` would do it, with what somebody types.

    Raises:
        subprocess.TimeoutExpired: it took longer, and was killed.
    """
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with tempfile.TemporaryDirectory(prefix="otklik-command-") as output:
        Path(output, "stdin").write_text(typed, encoding="utf-8")
        order = {"args": list(args), "env": dict(env), "cwd": str(ROOT), "output": output, "timeout": timeout}
        server.stdin.write(json.dumps(order) + "\n")
        server.stdin.flush()
        told = server.stdout.readline()
        printed = [Path(output, name).read_text(encoding="utf-8") for name in ("stdout", "stderr")]
    if told == "late\n":
        raise subprocess.TimeoutExpired(["otklik", *args], timeout, *printed)
    return subprocess.CompletedProcess(["otklik", *args], os.waitstatus_to_exitcode(int(told)), *printed)


@cache
def _server() -> subprocess.Popen[str]:
    """One for this process."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forked"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert server.stdout is not None
    assert server.stdout.readline() == "ready\n"
    atexit.register(server.communicate)  # the end of its input is its own end
    return server


def _import_everything() -> None:
    importlib.import_module("dbt.cli.main")
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(module.name)


def _be_the_command(order: dict) -> None:
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(Path(order["output"], name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(Path(order["output"], "stdin"), os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(order["env"])
    tempfile.tempdir = None
    os.chdir(order["cwd"])
    sys.argv = ["otklik", *order["args"]]
    from otklik.cli import main

    main()


def _wait_for(child: int, timeout: float) -> str:
    limit = time.monotonic() + timeout
    while time.monotonic() < limit:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return str(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "late"


def _say(told: str) -> None:
    sys.stdout.write(f"{told}\n")
    sys.stdout.flush()


def _serve() -> None:
    _import_everything()
    _say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child:
            _say(_wait_for(child, order["timeout"]))
            continue
        code = 1
        try:
            _be_the_command(order)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


if __name__ == "__main__":
    _serve()
