"""Errors a person can act on. Each carries one readable block: what was found, what is accepted, what to do.

The command line prints the message as it stands and exits with the class's code; everything else is a defect and
keeps its traceback.
"""

from collections.abc import Iterator
from typing import Any


class OtklikError(Exception):
    """Base of every error meant for the person who runs the platform."""

    exit_code = 1


class ConfigurationError(OtklikError):
    """A setting, a sources file or a command-line value is not usable."""

    exit_code = 2


class GateFailedError(OtklikError):
    """A blocking gate failed; nothing was published."""

    exit_code = 3


class HomeLockedError(OtklikError):
    """Another run holds the home."""

    exit_code = 4


def kinds_of(kind: type[OtklikError]) -> Iterator[type[OtklikError]]:
    """An error and all its kinds that are loaded: whichever was raised in this process is among them."""
    yield kind
    for narrower in kind.__subclasses__():
        yield from kinds_of(narrower)


def known_error(error: Any) -> OtklikError:
    """The innermost error of ours in a chain of wrappers.

    Args:
        error: as Dagster tells it: `cls_name`, `message`, `stack` and, of the same kind or None, `cause`.
    """
    kinds = {kind.__name__: kind for kind in kinds_of(OtklikError)}
    chain = [error]
    while chain[-1].cause is not None:
        chain.append(chain[-1].cause)
    for one in reversed(chain):
        if one.cls_name in kinds:
            # told without a stack, it is the sentence alone
            return kinds[one.cls_name](_text(one.message) if one.stack else one.message)
    return OtklikError(_text(chain[-1].message))


def _text(message: str) -> str:
    """An exception's message without its class name."""
    return message.partition(": ")[2].strip() or message.strip()
