"""How a run ends that a person has to read about: with the platform's sentence, in the UI as on the command line.

Dagster shows an error with the stack of whatever raised it. A defect should be shown so; an error that was written for
a person should not. Dagster shows the error of another process as that process told it, and so ours are told.
"""

import functools
import inspect
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, ParamSpec, TypeVar, cast

# Dagster has no public way to give an error without its stack; a test looks at what the UI is given
from dagster._core.errors import DagsterUserCodeProcessError
from dagster_shared.error import SerializableErrorInfo

from otklik.home.errors import OtklikError
from otklik.home.space import telling_no_room

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def told(run: Any = None) -> Iterator[None]:
    """Give Dagster an error for a person as its sentence alone; with the resource `run` a full disk is one as well."""
    try:
        with telling_no_room(run.home, run.needed_bytes) if run else nullcontext():
            yield
    except OtklikError as error:
        sentence = SerializableErrorInfo(message=str(error), stack=[], cls_name=type(error).__name__)
        raise DagsterUserCodeProcessError.from_error_info(sentence) from error  # type: ignore[no-untyped-call]


def telling(compute: Callable[P, R]) -> Callable[P, R]:
    """Let what a step or a check computes fail with a sentence; stands under every decorator of Dagster's."""
    if inspect.isgeneratorfunction(compute):

        @functools.wraps(compute)
        def each(*args: P.args, **kwargs: P.kwargs) -> Generator[object]:
            with told(kwargs.get("run")):
                yield from compute(*args, **kwargs)

        return cast(Callable[P, R], each)

    @functools.wraps(compute)
    def once(*args: P.args, **kwargs: P.kwargs) -> R:
        with told(kwargs.get("run")):
            return compute(*args, **kwargs)

    return once
