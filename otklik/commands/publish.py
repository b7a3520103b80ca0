"""`otklik publish --target postgres`, and the same after an erasure: the snapshot in force, once more."""

import os
from datetime import datetime

import typer

from otklik.commands.options import operator
from otklik.commands.run import run_and_report
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Settings
from otklik.home.versions import version_of
from otklik.intake.sources.configuration import load_configuration
from otklik.intake.sources.targets import postgres_target
from otklik.privacy.erasure import erase_subject, print_receipt
from otklik.publishing.postgres import publish_to_postgres


def publish_again(settings: Settings, target: str, *, clock: datetime) -> None:
    """Publish the warehouse as it is, if its gates pass, or put the snapshot in force into another target.

    Raises:
        ConfigurationError: no such target, or the sources file does not say where it is.
    """
    if target == "files":
        run_and_report(settings, selection="key:published/snapshot", is_full_refresh=False, is_json=False, clock=clock)
    else:
        version_of(settings.home)  # one of a newer platform is refused
        publish_to(target, settings)


def erase_everywhere(settings: Settings, subject_id: str, *, reason: str, at: datetime) -> None:
    """Erase a person, print the receipt, and bring a second target to what the files hold then."""
    print_receipt(erase_subject(settings.home, subject_id, who=operator(), at=at, why=reason))
    files = [file for file in settings.source_files if file.exists()]
    if files and load_configuration(files).postgres and (settings.home.published / "current").exists():
        publish_to("postgres", settings)


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
