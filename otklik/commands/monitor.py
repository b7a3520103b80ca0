"""`otklik monitor`: the figures of a home for Prometheus, printed or served, and whether the services are well."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.home.versions import version_of
from otklik.monitoring.exposition import exposition
from otklik.monitoring.figures import figures
from otklik.monitoring.history import RunHistory, daemons
from otklik.monitoring.server import Answer, health, metrics, server
from otklik.orchestrator import open_history


def tell(home: Home, port: int | None) -> None:
    """Print the figures; or, on a port of 127.0.0.1, answer until the process is ended."""
    if port is None:
        typer.echo(figures_as_text(home), nl=False)
    else:
        _serve(home, port)


def figures_as_text(home: Home) -> str:
    """Everything that can be told of a home, in Prometheus's text format."""
    with _history(home) as history:
        return exposition(figures(home, history))


def problems(home: Home) -> list[str]:
    """Why runs would not start by themselves; empty where they would."""
    try:
        version_of(home)
    except ConfigurationError as error:
        return [str(error)]
    try:
        with _history(home) as history:
            if history is None:
                return [f"{home.dagster}: no dagster.yaml; run `otklik run`, or start the web server."]
            return [f"Daemon {one.name} gives no sign; is it running?" for one in daemons(history) if not one.is_well]
    except Exception as error:  # noqa: BLE001 (a database that does not answer raises its driver's own)
        return [f"The history of runs does not answer ({type(error).__name__})."]


def _serve(home: Home, port: int) -> None:
    def metrics_page() -> Answer:
        return metrics(figures_as_text(home))

    def health_page() -> Answer:
        return health(problems(home))

    with server(port, {"/metrics": metrics_page, "/healthz": health_page}) as serving:
        serving.serve_forever()


@contextmanager
def _history(home: Home) -> Iterator[RunHistory | None]:
    # opening makes the folder of a home that has none: whoever watches makes nothing
    if not (home.dagster / "dagster.yaml").exists():
        yield None
        return
    with open_history(home) as history:
        yield history
