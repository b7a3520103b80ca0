"""What is owed when a process ends, however it ends: workers end with their parent, temporary folders go."""

import faulthandler
import logging
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Waits until nobody holds the other end of its standard input any more.
_REMOVE = "import shutil, sys; sys.stdin.buffer.read(); shutil.rmtree(sys.argv[1], ignore_errors=True)"


def settle_stderr() -> None:
    """What this process says beside its own sentences: where it was if native code crashes, and of its logs nothing.

    A log that cannot be written, as on a full disk, would print a stack trace beside the sentence that says so.
    """
    faulthandler.enable()
    os.environ["PYTHONFAULTHANDLER"] = "1"  # of the processes that it starts too
    logging.raiseExceptions = False


@contextmanager
def vanishing_folder(prefix: str) -> Iterator[Path]:
    """A temporary folder that goes when the block ends, and also when this process is killed within it.

    A process of its own removes it, since nobody who is killed cleans up.

    Args:
        prefix: how its name begins.
    """
    folder = tempfile.mkdtemp(prefix=prefix)
    remover = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-S", "-c", _REMOVE, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield Path(folder)
    finally:
        remover.communicate()


def serve_parent() -> None:
    """Called first in a worker: end with the parent, however it ends, and leave its standard output alone.

    A worker that outlives a killed run would keep its memory, and whoever reads the run's output would wait for it.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)


def _end_with_parent() -> None:
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(1)
