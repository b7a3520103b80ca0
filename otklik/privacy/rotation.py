"""Other keys in the place of those in force: when one may have become known, or published ids shall lead nowhere.

What a key is for belongs to `vault.py` and `keyed_ids.py`; what else must follow, and the line in the log, here.
"""

from datetime import datetime

from otklik.home.seal import remove_seal
from otklik.home.settings import Home
from otklik.intake.access_log import note_access
from otklik.intake.keyed_ids import rotate_ids
from otklik.intake.vault import Vault
from otklik.upgrade import forget_ids, hold_current


def rotate_id_key(home: Home, *, who: str, at: datetime, why: str) -> int:
    """Give every post, message and instruction another id, and forget what was made of the old ones.

    The next run makes the tables again. Snapshots from before keep the ids that they were published with.

    Args:
        home: the deployment's folder; held while this runs.
        who: the operator.
        at: the instant, with its zone.
        why: the reason; it is kept in the access log.

    Returns:
        How many files of the lake were written.
    """
    with hold_current(home, holder="otklik rotate ids"):
        remove_seal(home)  # it is of the home as it was
        n_files = rotate_ids(home)
        forget_ids(home)
        note_access(home, "rotate ids", who=who, at=at, why=why, subject_id=None)
    return n_files


def rotate_account_key(home: Home, *, who: str, at: datetime, why: str) -> int:
    """Put another key in the place of the one that accounts are looked up by. No subject and no table changes.

    Args:
        home: the deployment's folder; held while this runs.
        who: the operator.
        at: the instant, with its zone.
        why: the reason; it is kept in the access log.

    Returns:
        The new key's version.
    """
    with hold_current(home, holder="otklik rotate accounts"):
        remove_seal(home)
        with Vault(home.vault) as vault:
            version = vault.rotate()
        note_access(home, "rotate accounts", who=who, at=at, why=why, subject_id=None)
    return version
