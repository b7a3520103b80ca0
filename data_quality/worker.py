"""Evaluates gates in a process of its own.

Importing Great Expectations takes seconds; started at the beginning of a run, the process imports it while the run
ingests. Its memory, too, is given back when the run ends, however it ends. What a gate is stands in `gate.py`.
"""

import multiprocessing
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from data_quality.expectations import Gate
from data_quality.gate import GateError, GateResult, evaluate_gate
from data_quality.gx_engine import gx_context
from otklik.home.processes import serve_parent

# Far beyond what any gate takes; a wait without an end would hold the home.
_LIMIT_SECONDS = 2 * 3600


class GateWorker:
    """One process that evaluates gates, one after the other. Use it as a context manager.

    Example:
        with GateWorker() as gates:   # returns at once; the import goes on beside the caller
            ...
            result = gates.evaluate(gate, database=None, search_path=home, parameters=parameters)
    """

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        # Spawned, not forked: the caller may have threads and open databases.
        self._pool = ProcessPoolExecutor(
            max_workers=1, mp_context=multiprocessing.get_context("spawn"), initializer=_warm_up
        )
        # The pool starts its process with the first task.
        self._pool.submit(_nothing)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def evaluate(
        self,
        gate: Gate,
        *,
        database: Path | None,
        search_path: Path,
        parameters: Mapping[str, Any],
        content_hash: str = "",
    ) -> GateResult:
        """`gate.evaluate_gate` with the same arguments, in the other process; waits for its verdicts.

        Raises:
            GateError: As `evaluate_gate`; or the worker is not open, or its process died.
            ValueError: As `evaluate_gate`.
        """
        if self._pool is None:
            raise GateError("The gate worker is closed; use it inside `with GateWorker() as gates:`.")
        try:
            return self._pool.submit(
                evaluate_gate,
                gate,
                database=database,
                search_path=search_path,
                parameters=dict(parameters),
                content_hash=content_hash,
            ).result(timeout=_LIMIT_SECONDS)
        except TimeoutError as error:
            raise GateError(f"Gate {gate.name!r} gave no verdict in {_LIMIT_SECONDS // 3600} hours.") from error
        except BrokenProcessPool as error:
            raise GateError(
                f"The process evaluating gate {gate.name!r} died, so there is no verdict. The system may have killed "
                f"it for want of memory, or Great Expectations could not be imported; see the log above, run again."
            ) from error


def _warm_up() -> None:
    serve_parent()
    gx_context()


def _nothing() -> None:
    """Makes the pool start its process."""
