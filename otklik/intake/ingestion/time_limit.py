"""How long a mapping may work on one file: a SELECT that never ends would hold the home for ever."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

import duckdb

from otklik.home.errors import ConfigurationError

T = TypeVar("T")

_AGAIN_SECONDS = 0.2


def within(seconds: float, connection: duckdb.DuckDBPyConnection, work: Callable[[], T], *, told: str) -> T:
    """What `work` returns, if it is done in time.

    It is done in a thread of its own: DuckDB does not look for Ctrl-C while it hands rows to Arrow, nor while it closes
    a connection whose rows were not all read, and this thread, which only waits, hears it at once.

    Args:
        seconds: how long it may take.
        connection: whose queries are interrupted when the time is over, or when this thread is.
        work: uses the connection, and is the only one to.
        told: what the error says.

    Raises:
        ConfigurationError: the time was over; whatever the interruption raised is its cause.
    """
    outcome: Future[T] = Future()

    def do() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001  (the waiting thread raises it)
            outcome.set_exception(error)

    threading.Thread(target=do, daemon=True).start()
    try:
        is_over = bool(wait([outcome], seconds).not_done)
    finally:
        # more than once: an interruption between two queries stops neither
        while not outcome.done():
            connection.interrupt()
            wait([outcome], _AGAIN_SECONDS)
    if is_over and (error := outcome.exception()) is not None:
        raise ConfigurationError(told) from error
    return outcome.result()
