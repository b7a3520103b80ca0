"""`otklik audit`: who opened the vault, and whether the log of it is whole."""

from typing import Annotated

import typer

from otklik.commands.options import HomeOption, settings_of
from otklik.home.errors import ConfigurationError

audit_app = typer.Typer(no_args_is_help=True, help="The log of who opened the vault.")


@audit_app.command("verify")
def verify(
    home: HomeOption = None,
    told: Annotated[
        str | None, typer.Option("--head", metavar="LINES:SHA256", help="Where the log ended, from a note of yours.")
    ] = None,
) -> None:
    """Tell whether a line was changed or removed; exits with 1 if so. Note its last line outside of this machine."""
    from otklik.intake.access_log import Head
    from otklik.privacy.audit import audit

    head = None
    if told is not None:
        lines, _, sha256 = told.partition(":")
        if not lines.isdecimal() or len(sha256) != 64:
            raise ConfigurationError(f"--head: found {told!r}; accepted is LINES:SHA256 as this command printed it.")
        head = Head(int(lines), sha256)
    verdict = audit(settings_of(home, None).home, told=head)
    for problem in verdict.problems:
        typer.echo(f"✗ {problem}.")
    erased = f", {verdict.n_erased} of them about somebody who was erased" if verdict.n_erased else ""
    typer.echo(f"{verdict.head.lines} lines{erased}: {'not whole' if verdict.problems else 'whole'}.")
    typer.echo(f"--head {verdict.head.lines}:{verdict.head.sha256}")
    if verdict.problems:
        raise typer.Exit(1)
