"""`otklik rotate`: another key for ids or for accounts."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from otklik.commands.options import HomeOption, operator, settings_of

rotate_app = typer.Typer(no_args_is_help=True, help="Put another key in the place of one that may have become known.")

ReasonOption = Annotated[str, typer.Option(help="Why; kept in the access log.")]


@rotate_app.command("ids")
def ids(reason: ReasonOption, home: HomeOption = None) -> None:
    """Give every post, message and instruction another id; the next run makes the tables again."""
    from otklik.privacy.rotation import rotate_id_key

    n_files = rotate_id_key(settings_of(home, None).home, who=operator(), at=datetime.now(UTC), why=reason)
    typer.echo(f"Ids are made under another key; {n_files} loads were written. Back up vault/, then: otklik run")


@rotate_app.command("accounts")
def accounts(reason: ReasonOption, home: HomeOption = None) -> None:
    """Look accounts up by another key; no subject and no table changes."""
    from otklik.privacy.rotation import rotate_account_key

    version = rotate_account_key(settings_of(home, None).home, who=operator(), at=datetime.now(UTC), why=reason)
    typer.echo(f"Accounts are looked up by key_v{version}. Back up vault/: the old key opens nothing any more.")
