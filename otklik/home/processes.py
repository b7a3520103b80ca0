"""What a worker process owes the process that started it."""

import multiprocessing
import os
import threading


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
