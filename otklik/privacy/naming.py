"""Naming: the accounts of one subject, for a reason that the deployment accepts, written down before it is answered."""

from collections.abc import Mapping
from datetime import datetime

from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.home.versions import require_current
from otklik.intake.access_log import note_access
from otklik.intake.vault import Account, Vault
from otklik.privacy.subjects import require_no_subject, require_subject


def reveal_subject(
    home: Home, subject_id: str, *, who: str, at: datetime, reason: str, note: str, accepted: Mapping[str, str]
) -> list[Account]:
    """The accounts of one subject; the act is in the access log before they are returned.

    Args:
        home: the deployment's folder.
        subject_id: one subject.
        who: the operator.
        at: the instant, with its zone.
        reason: one of `accepted`.
        note: where to find more, such as a case number; it names nobody. May be empty.
        accepted: reasons for which the deployment names people, code → what it means.

    Raises:
        ConfigurationError: not an accepted reason, not one subject id, a note that names a subject, a subject the vault
            does not know, or a home of another format.
    """
    require_current(home)
    require_subject(subject_id)
    if reason not in accepted:
        listed = "\n".join(f"  {code}: {meaning}" for code, meaning in accepted.items())
        raise ConfigurationError(f"--reason: found {reason!r}; accepted, by `naming_reasons`, are\n{listed}")
    require_no_subject(note, "--note")
    if not home.vault.exists():
        raise ConfigurationError(f"{home.root}: there is no vault here; name the home with --home.")
    with Vault(home.vault) as vault:
        accounts = vault.accounts_of(subject_id)
    if not accounts:
        raise ConfigurationError(f"{subject_id}: the vault does not know this subject; it may have been erased.")
    why = f"{reason}: {note.strip()}" if note.strip() else reason
    note_access(home, "reveal", who=who, at=at, why=why, subject_id=subject_id)
    return accounts
