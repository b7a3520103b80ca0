"""Before a run: look for damage, take away what a run makes again, and stop where only a person can help."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from otklik.home.errors import OtklikError
from otklik.home.lock import Hold
from otklik.home.seal import remove_seal, seal_home
from otklik.home.settings import Home
from otklik.intake.ingestion.deliveries import ContentHashes
from otklik.intake.sources.configuration import Configuration
from otklik.mending.damage import Damage, find_damage

_TOLD_ONE_BY_ONE = 3


class DamagedHomeError(OtklikError):
    """Something is damaged that the platform cannot make again; nothing was changed."""


def mend_home(home: Home, configuration: Configuration, hold: Hold) -> list[str]:
    """Make a damaged home fit for a run.

    Args:
        home: the deployment's folder.
        configuration: of the run.
        hold: on the home, by the caller.

    Returns:
        A sentence for each damage: what is damaged and what the run does about it. Empty for a sound home.

    Raises:
        DamagedHomeError: something only a person can help with; the message says what.
    """
    with ContentHashes(home) as hashes:
        damages = find_damage(home, configuration, hashes.of, died_at=hold.died_at)
        if lost := [damage for damage in damages if damage.mend is None]:
            listed = "\n".join(f"- {sentence}" for sentence in sentences(lost))
            raise DamagedHomeError(f"{home.root} is damaged, and a run cannot make this again:\n{listed}")
        for damage in damages:
            if damage.mend is not None:
                damage.mend()
        if damages or hold.died_at is not None:
            seal_home(home, hashes.of)
    return sentences(damages)


def seal(home: Home) -> None:
    """Seal what a run leaves behind. The caller holds the home."""
    try:
        with ContentHashes(home) as hashes:
            seal_home(home, hashes.of)
    except (OSError, sqlite3.Error):
        # on a full disk: an old seal would call this run's own work damage, none at all only compares nothing
        remove_seal(home)


def sentences(damages: Sequence[Damage]) -> list[str]:
    """A sentence for each damage; one for all of a folder of the home where they are many."""
    folders: dict[str, list[Damage]] = defaultdict(list)
    for damage in damages:
        folders["/".join(Path(damage.path).parts[:2])].append(damage)
    told = []
    for folder, several in folders.items():
        if len(several) <= _TOLD_ONE_BY_ONE:
            told += [str(damage) for damage in several]
        else:
            told.append(f"{folder}: {len(several)} files are missing or changed. The first: {several[0]}")
    return told
