"""How long a mapping may work on one file: a SELECT that never ends would hold the home for ever."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from otklik.home.errors import ConfigurationError

_AGAIN_SECONDS = 0.2


@contextmanager
def limited(connection: duckdb.DuckDBPyConnection, seconds: float, told: str) -> Iterator[None]:
    """Stop what a connection does once the time is over.

    Args:
        connection: whose queries are interrupted, from another thread.
        seconds: how long they may take together.
        told: what the error says.

    Raises:
        ConfigurationError: the time was over; whatever the interruption raised is its cause.
    """
    is_done, is_over = threading.Event(), threading.Event()

    def watch() -> None:
        if is_done.wait(seconds):
            return
        is_over.set()
        # more than once: an interruption between two queries stops neither
        while not is_done.wait(_AGAIN_SECONDS):
            connection.interrupt()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except Exception as error:
        if is_over.is_set():
            raise ConfigurationError(told) from error
        raise
    finally:
        is_done.set()
        watcher.join()
