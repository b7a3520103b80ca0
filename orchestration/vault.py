"""The vault: the only thing that knows which account is which subject (definition 23).

An account becomes HMAC-SHA-256(key, realm | namespace | normalised account), and that digest a random subject id. The
realm is part of both the digest and the id's prefix, so a citizen and a member of staff never share a subject, even
with one e-mail address. The file and its key live in an owner-only folder and are opened by ingestion, naming and
erasure alone.
"""

import hashlib
import hmac
import secrets
import sqlite3
import unicodedata
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from orchestration.entities import Realm
from orchestration.errors import OtklikError

_PREFIX = {Realm.CITIZENS: "c_", Realm.STAFF: "s_"}
_BATCH = 500

_SCHEMA = """
create table if not exists account (
    digest blob primary key,
    key_version integer not null,
    realm text not null,
    namespace text not null,
    account text not null,
    subject_id text not null
) without rowid;
create unique index if not exists account_subject on account (subject_id, digest);
"""


class VaultError(OtklikError):
    """The vault cannot be opened as it should be."""


def normalise_account(account: str) -> str:
    """An account as it is compared: Unicode NFKC, trimmed, lower case. `Ivanov@Example ` and `ivanov@example` match."""
    return unicodedata.normalize("NFKC", account).strip().casefold()


class Vault:
    """Accounts to subjects, kept in `<folder>/vault.sqlite` with the key in `<folder>/key_v1`.

    Use as a context manager: the subjects given out inside are durable once the block ends without an error.

    Raises:
        VaultError: the key is missing while the vault holds accounts, the key is not 32 bytes, or others may read
            the folder's files.
    """

    KEY_VERSION = 1

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection: sqlite3.Connection
        self._key: bytes

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        database = self._folder / "vault.sqlite"
        is_new = not database.exists()
        database.touch(mode=0o600)
        if database.stat().st_mode & 0o077:
            raise VaultError(f"{database}: other users may read it; run: chmod 600 {database}")
        self._key = self._read_key(may_create=is_new)
        self._connection = sqlite3.connect(database)
        self._connection.executescript(_SCHEMA)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        with closing(self._connection):
            if kind is None:
                self._connection.commit()

    def subjects(self, realm: Realm, namespace: str, accounts: Iterable[str]) -> dict[str, str]:
        """The subject of every account; unknown accounts get a new random one.

        Args:
            realm: whose accounts they are.
            namespace: accounts of one namespace are compared with each other, those of two never are.
            accounts: account names as the source writes them.

        Returns:
            account as given → subject id, `c_` or `s_` and 16 hexadecimal digits.
        """
        digests = {account: self._digest(realm, namespace, account) for account in accounts}
        known = self._known(set(digests.values()))
        new_rows = []
        # sorted: which account draws which random number must not depend on the order of a file's rows
        for account, digest in sorted(digests.items(), key=lambda item: item[1]):
            if digest not in known:
                known[digest] = _PREFIX[realm] + secrets.token_hex(8)
                normal = normalise_account(account)
                new_rows.append((digest, self.KEY_VERSION, realm.value, namespace, normal, known[digest]))
        self._connection.executemany("insert into account values (?, ?, ?, ?, ?, ?)", new_rows)
        return {account: known[digest] for account, digest in digests.items()}

    def _digest(self, realm: Realm, namespace: str, account: str) -> bytes:
        # \x1f cannot stand in a realm or namespace, so no two triples spell one message
        message = f"{realm.value}\x1f{namespace}\x1f{normalise_account(account)}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, hashlib.sha256)

    def _known(self, digests: set[bytes]) -> dict[bytes, str]:
        known: dict[bytes, str] = {}
        wanted = sorted(digests)
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            marks = ", ".join("?" * len(batch))
            known.update(
                self._connection.execute(f"select digest, subject_id from account where digest in ({marks})", batch)
            )
        return known

    def _read_key(self, *, may_create: bool) -> bytes:
        path = self._folder / f"key_v{self.KEY_VERSION}"
        if may_create and not path.exists():
            path.touch(mode=0o600)
            path.write_bytes(secrets.token_bytes(32))
        if not path.exists():
            raise VaultError(
                f"{path}: the vault's key is gone. Restore it from your backup: without it known accounts "
                "would become new subjects and every count of people would be wrong."
            )
        if path.stat().st_mode & 0o077:
            raise VaultError(f"{path}: other users may read it; run: chmod 600 {path}")
        key = path.read_bytes()
        if len(key) != 32:
            raise VaultError(f"{path}: found {len(key)} bytes, a key has 32. Restore it from your backup.")
        return key
