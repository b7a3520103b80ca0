"""A process that has imported the whole platform and forks one child for each run, which may be killed.

`python -m tests.faults.zygote` reads a JSON object a line: `home`, `sources`, `output` (folder for what the run
prints), `temporary` and, where it is to be broken, `at` (the step at whose beginning) with `how`: `kill`, or `fill` for
a full disk; or `kill_after`, CPU seconds of the run's own process. It prints a JSON object: the child's wait `status`,
the `cpu` seconds it took, and `orphans`, the command lines of processes it left that were still there a minute later.
A fork costs nothing; importing costs seconds.
"""

import ctypes
import importlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PR_SET_CHILD_SUBREAPER = 36
ORPHANS_SECONDS = 60.0
TICKS = os.sysconf("SC_CLK_TCK")


def import_everything() -> None:
    """What a run imports, in this process, without opening anything."""
    for name in ("dbt.cli.main", "orchestration.runner", "otklik.cli", "otklik.commands.run"):
        importlib.import_module(name)


def adopt_orphans() -> None:
    """Become the parent of whatever a run's process leaves behind, so that nobody can be overlooked."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def fill_the_disk(home: Path) -> None:
    """Take all the room that the home's file system has left, up to its last block."""
    with (home.parent / "filler").open("wb", buffering=0) as filler:
        block = bytes(1 << 20)
        while len(block) >= 1:
            try:
                filler.write(block)
            except OSError:
                block = block[: len(block) // 2]


def run(order: dict[str, Any]) -> None:
    """Be `otklik run` on a home; never returns."""
    output = Path(order["output"])
    output.mkdir(parents=True, exist_ok=True)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(output / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ |= {"OTKLIK_HOME": order["home"], "OTKLIK_SOURCES": order["sources"], "TMPDIR": order["temporary"]}
    tempfile.tempdir = None
    if "at" in order:
        import otklik.commands.run

        otklik.commands.run._progress = breaking(order)  # type: ignore[assignment]
    sys.argv = ["otklik", "run", "--json"]
    from otklik.cli import main

    main()


def breaking(order: dict[str, Any]) -> Any:
    """Stands for the progress bar, which is told of every step before it begins and after it ended."""
    steps: list[str] = []

    def on_step(name: str, _: int) -> None:
        steps.append(name)
        if name == order["at"] and steps.count(name) == order.get("time", 1):
            if order["how"] == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            fill_the_disk(Path(order["home"]))

    @contextmanager
    def progress(*, is_shown: bool) -> Iterator[Callable[[str, int], None]]:
        del is_shown
        yield on_step

    return progress


def wait_for(child: int, kill_after: float | None) -> dict[str, Any]:
    """Wait for a child, which is killed when it has used some CPU seconds; then for those it left behind."""
    while not os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT | os.WNOHANG):
        if kill_after is not None and cpu_seconds(child) >= kill_after:
            os.kill(child, signal.SIGKILL)
            kill_after = None
        time.sleep(0.002)
    cpu = cpu_seconds(child)
    _, status = os.waitpid(child, 0)
    return {"status": status, "cpu": cpu, "orphans": orphans()}


def cpu_seconds(process: int) -> float:
    """What a process has used so far, without its children; of one that ended too, until it is waited for."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def orphans() -> list[str]:
    """Processes that a run left and that do not end by themselves; they are ended then."""
    limit = time.monotonic() + ORPHANS_SECONDS
    while True:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return []
        if not ended:
            if time.monotonic() > limit:
                break
            time.sleep(0.02)
    mine = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="utf-8").split()
    found = [Path(f"/proc/{one}/cmdline").read_bytes().replace(b"\0", b" ").decode() for one in mine]
    for one in mine:
        os.kill(int(one), signal.SIGKILL)
        os.waitpid(int(one), 0)
    return found


def say(told: object) -> None:
    """A line for whoever gives the orders."""
    sys.stdout.write(f"{told}\n")
    sys.stdout.flush()


def serve() -> None:
    """Fork a child for each line and wait for it."""
    import_everything()
    adopt_orphans()
    say("ready")
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                run(order)
            except SystemExit as end:
                sys.stdout.flush()
                os._exit(end.code if isinstance(end.code, int) else 1)
            except BaseException:
                import traceback

                traceback.print_exc()
                sys.stderr.flush()
                os._exit(70)
            sys.stdout.flush()
            os._exit(0)
        say(json.dumps(wait_for(child, order.get("kill_after"))))


if __name__ == "__main__":
    serve()
