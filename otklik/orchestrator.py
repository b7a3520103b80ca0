"""What the platform asks of whoever runs its assets; Dagster's answer is `orchestration/runner.py`.

Orchestration reads the platform and never the other way round, so the command line finds its orchestrator by an entry
point of the installed package and not by an import.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any, Protocol, cast

from otklik.home.settings import Home, Settings

_ENTRY_POINTS = "otklik.orchestrator"
_HISTORY = "otklik.history"

OnStep = Callable[[str, int], None]
"""Called with the name of a step that begins and the number of steps that ended."""


@dataclass
class Stage:
    """One step of a run: wall seconds, and the process's highest memory so far in MB."""

    name: str
    seconds: float
    peak_mb: int


@dataclass
class RunReport:
    """What a run did.

    Attributes:
        snapshot: metadata of the published snapshot; None when the selection did not publish.
        stages: its steps in the order they ended.
    """

    snapshot: dict[str, Any] | None
    stages: list[Stage] = field(default_factory=list)


class Orchestrator(Protocol):
    """A module or object that materialises the platform's assets."""

    def run_platform(
        self, settings: Settings, *, selection: str | None, is_full_refresh: bool, on_step: OnStep
    ) -> RunReport:
        """Run the assets selected, gate by gate, and report."""
        ...

    def foresee_raw_gate(
        self,
        home: Home,
        source: str,
        entity: str,
        figures: Sequence[tuple[str, float | None, float | None]],
        parameters: Mapping[str, Any],
        *,
        on_failure: str,
    ) -> list[str]:
        """What of a source's deliveries would fail the gate, in sentences."""
        ...

    def open_ui(self, settings: Settings, *, port: int) -> None:
        """Become the orchestrator's own UI on loopback; does not return."""
        ...


def open_history(home: Home) -> AbstractContextManager[Any]:
    """The history of a home's runs, open while the block lasts; loads a third of what running them needs."""
    (entry,) = metadata.entry_points(group=_HISTORY)
    return cast(Callable[[Home], AbstractContextManager[Any]], entry.load())(home)


def orchestrator() -> Orchestrator:
    """The orchestrator that this installation brings."""
    (entry,) = metadata.entry_points(group=_ENTRY_POINTS)
    return cast(Orchestrator, entry.load())
