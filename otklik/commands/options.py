"""Options that several commands share, and the settings and homes that they name."""

import os
import pwd
from pathlib import Path
from typing import Annotated

import typer

from otklik.home.settings import Home, Settings, parse_instant

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Folder of the deployment.", envvar="OTKLIK_HOME", show_default="./var")
]
SourcesOption = Annotated[
    list[Path] | None,
    typer.Option("--sources", help="A sources file; give it again for more.", show_default="<home>/sources.yaml"),
]
OnFailureOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[SOURCE=]ANSWER",
        help="For this run, where the gate on new deliveries fails: stop, publish_without or accept.",
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="INSTANT", help="Look from this instant, such as 2026-09-30T00:00:00+03:00."),
]


def settings_of(home: Path | None, sources: list[Path] | None, as_of: str | None = None) -> Settings:
    """What a command works on: its options over the environment.

    Raises:
        ConfigurationError: `as_of` is not an instant with a zone.
    """
    environment = dict(os.environ)
    if home is not None:
        environment["OTKLIK_HOME"] = str(home)
    if sources:
        environment["OTKLIK_SOURCES"] = ":".join(str(path) for path in sources)
    if as_of is not None:
        environment["OTKLIK_AS_OF"] = parse_instant(as_of, "--as-of").isoformat()
    return Settings.from_environment(environment)


def current_home(folder: Path | None) -> Home:
    """The home of a command that works on it without holding it.

    Raises:
        ConfigurationError: it is of another format; the message says what to do.
    """
    from otklik.home.versions import require_current

    home = settings_of(folder, None).home
    require_current(home)
    return home


def published_home(folder: Path | None) -> Home:
    """The home of a command that reads published tables alone, which stay as they are when a home is brought forward.

    Raises:
        ConfigurationError: a newer platform wrote it.
    """
    from otklik.home.versions import version_of

    home = settings_of(folder, None).home
    version_of(home)
    return home


def operator() -> str:
    """The operating system's name of whoever runs the command; the environment could be made to say anything."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
