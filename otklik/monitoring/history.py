"""What is asked of Dagster's instance to tell how runs went and whether its daemon lives."""

from typing import Any, NamedTuple, Protocol


class RunHistory(Protocol):
    """The part of Dagster's instance that is read here."""

    def get_run_records(self, *, limit: int | None = None) -> Any:
        """Runs, the newest first."""
        ...

    def get_daemon_statuses(self) -> Any:
        """Every daemon that the instance needs, by name."""
        ...


class Daemon(NamedTuple):
    """A part of Dagster's daemon.

    Attributes:
        name: such as SCHEDULER.
        is_well: whether it gave a sign lately, as Dagster judges it.
        heartbeat: epoch seconds of the last sign; None if it never gave one.
    """

    name: str
    is_well: bool
    heartbeat: float | None


def daemons(history: RunHistory) -> list[Daemon]:
    """Every daemon that the instance needs, by name."""
    return [
        Daemon(name, bool(status.healthy), status.last_heartbeat.timestamp if status.last_heartbeat else None)
        for name, status in sorted(history.get_daemon_statuses().items())
    ]
