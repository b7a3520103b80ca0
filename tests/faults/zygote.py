"""A process that has imported the whole platform and forks one child for each run, which may be killed.

`python -m tests.faults.zygote` reads a JSON object a line: `home`, `sources`, `output` (folder for what the run prints)
and, where it is to be broken, `at` (the step at whose beginning) with `how`: `kill`, or `fill` for a full disk; or
`kill_after`, seconds. It prints the child's wait status. A fork costs nothing; importing costs seconds.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def import_everything() -> None:
    """What a run imports, in this process, without opening anything."""


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
    os.environ |= {"OTKLIK_HOME": order["home"], "OTKLIK_SOURCES": order["sources"]}
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


def status_of(child: int, kill_after: float | None) -> int:
    """Wait for a child, which is killed after some seconds if it is still there; its wait status."""
    limit = time.monotonic() + kill_after if kill_after is not None else None
    while limit is not None and time.monotonic() < limit:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.002)
    if limit is not None:
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def say(told: object) -> None:
    """A line for whoever gives the orders."""
    sys.stdout.write(f"{told}\n")
    sys.stdout.flush()


def serve() -> None:
    """Fork a child for each line and wait for it."""
    import_everything()
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
        say(status_of(child, order.get("kill_after")))


if __name__ == "__main__":
    serve()
