"""`otklik publish --target postgres`, and the same after an erasure: the snapshot in force, once more."""

import os

import typer

from otklik.home.errors import ConfigurationError
from otklik.home.settings import Settings
from otklik.intake.sources.configuration import load_configuration
from otklik.intake.sources.targets import postgres_target
from otklik.publishing.postgres import publish_to_postgres


def publish_to(target: str, settings: Settings) -> None:
    """Put the snapshot in force into a target, and say what was done.

    Raises:
        ConfigurationError: another target than `postgres`, or the sources file names none.
    """
    if target != "postgres":
        raise ConfigurationError(f"--target: found {target!r}; accepted are files and postgres.")
    connection_string = postgres_target(load_configuration(settings.source_files), os.environ)
    if connection_string is None:
        raise ConfigurationError(
            "No `postgres` in the sources file: say where, such as postgres: ${OTKLIK_POSTGRES}, and set the variable."
        )
    done = publish_to_postgres(settings.home.published, connection_string)
    typer.echo(
        f"PostgreSQL shows {done.snapshot_id}: {done.n_loaded} tables loaded, {done.n_kept} there already, "
        f"{done.n_removed} of earlier snapshots removed."
    )


def republish(settings: Settings) -> None:
    """Bring the second target, if the deployment has one, to what the files hold now: after an erasure."""
    files = [file for file in settings.source_files if file.exists()]
    if files and load_configuration(files).postgres and (settings.home.published / "current").exists():
        publish_to("postgres", settings)
