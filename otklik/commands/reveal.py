"""`otklik reveal`: the accounts of one subject, for a reason that the deployment accepts."""

from datetime import datetime

import typer

from otklik.commands.options import operator
from otklik.home.settings import Settings
from otklik.home.versions import require_current
from otklik.intake.sources.configuration import load_configuration
from otklik.intake.sources.naming_reasons import NAMING_REASONS
from otklik.privacy.naming import reveal_subject


def reveal_and_print(settings: Settings, subject_id: str, *, reason: str, note: str, at: datetime) -> None:
    """Print a line for each account: realm, namespace, name."""
    # a newer platform's sources file may be one that only it can read
    require_current(settings.home)
    files = [file for file in settings.source_files if file.exists()]
    accepted = load_configuration(files).naming_reasons if files else NAMING_REASONS
    for account in reveal_subject(
        settings.home, subject_id, who=operator(), at=at, reason=reason, note=note, accepted=accepted
    ):
        typer.echo(f"{account.realm.value}\t{account.namespace}\t{account.name}")
