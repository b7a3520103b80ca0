"""How a command ends: an error meant for a person is one block on stderr and its own exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from otklik.home import processes, space
from otklik.home.errors import OtklikError

_CTRL_C = 130
# DuckDB raises this in place of the KeyboardInterrupt that it found waiting when it looked for signals.
_DUCKDB_HEARD_CTRL_C = "Query interrupted"


@contextmanager
def told() -> Iterator[None]:
    """Turn what a command raises into what a person reads; an error nobody thought of keeps its traceback."""
    processes.settle_stderr()
    try:
        yield
    except OtklikError as error:
        _end_with(error)
    except Exception as error:
        if str(error) == _DUCKDB_HEARD_CTRL_C:
            raise SystemExit(_CTRL_C) from error
        if (full := space.no_room(error)) is None:
            raise
        _end_with(full)


def _end_with(error: OtklikError) -> NoReturn:
    from rich.console import Console
    from rich.markup import escape

    Console(stderr=True, highlight=False).print(f"[bold red]otklik:[/bold red] {escape(str(error))}", soft_wrap=True)
    raise SystemExit(error.exit_code) from error
