"""The vault: the only thing that knows which account is which subject (definition 23).

An account becomes HMAC-SHA-256(key, realm | namespace | normalised account), and that digest a random subject id. The
realm is part of both the digest and the id's prefix, so a citizen and a member of staff never share a subject, even
with one e-mail address. The file and its key live in an owner-only folder and are opened by ingestion, naming,
erasure and key rotation alone; who did so is written down by `access_log.py`.
"""

import hashlib
import hmac
import secrets
import sqlite3
import unicodedata
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from otklik.intake.entity import Realm
from otklik.intake.owner_keys import VaultError, read_key

DATABASE_NAME = "vault.sqlite"
_PREFIX = {Realm.CITIZENS: "c_", Realm.STAFF: "s_"}

_SCHEMA = """
create table if not exists {table} (
    digest blob primary key,
    key_version integer not null,
    realm text not null,
    namespace text not null,
    account text not null,
    subject_id text not null
) without rowid
"""

# so that a rotation's memory does not grow with the vault
_ROTATED_AT_ONCE = 50_000


@dataclass(frozen=True)
class Account:
    """One account of a subject: whose it is, where it is compared, and its normalised name."""

    realm: Realm
    namespace: str
    name: str


def normalise_account(account: str) -> str:
    """An account as it is compared: Unicode NFKC, trimmed, lower case. `Ivanov@Example ` and `ivanov@example` match."""
    # of plain ASCII nothing else changes, and nearly all accounts are
    return account.strip().lower() if account.isascii() else unicodedata.normalize("NFKC", account).strip().casefold()


class Vault:
    """Accounts to subjects, kept in `<folder>/vault.sqlite` with the key in `<folder>/key_v<version>`.

    Use as a context manager: the subjects given out inside are durable once the block ends without an error.

    Raises:
        VaultError: the key is missing while the vault holds accounts, the key is not 32 bytes, or others may read
            the folder's files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection: sqlite3.Connection
        self._key: bytes
        self._key_version: int

    def __enter__(self) -> Self:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        database = self._folder / DATABASE_NAME
        is_new = not database.exists()
        database.touch(mode=0o600)
        if database.stat().st_mode & 0o077:
            raise VaultError(f"{database}: other users may read it; run: chmod 600 {database}")
        # a load asks from the threads of its engine, one at a time
        self._connection = sqlite3.connect(database, check_same_thread=False)
        try:
            # what is deleted is overwritten, not only unlinked from the file's tree
            self._connection.execute("pragma secure_delete = on")
            # KiB; accounts come in no order, so the trees are walked all over
            self._connection.execute("pragma cache_size = -65536")
            self._key_version = self._stored_key_version()
            self._key = self._read_key(may_create=is_new)
            self._connection.execute(_SCHEMA.format(table="account"))
        except BaseException:
            self._connection.close()
            raise
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
        normal = {account: normalise_account(account) for account in accounts}
        account_of = {self._digest(realm, namespace, account): account for account in normal.values()}
        digest_of = {account: digest for digest, account in account_of.items()}
        known = self._known(account_of)
        new = [digest for digest in account_of if digest not in known]
        drawn = secrets.token_hex(8 * len(new))
        new_rows = []
        for number, digest in enumerate(new):
            known[digest] = _PREFIX[realm] + drawn[16 * number : 16 * (number + 1)]
            new_rows.append((digest, self._key_version, realm.value, namespace, account_of[digest], known[digest]))
        self._connection.executemany("insert into account values (?, ?, ?, ?, ?, ?)", new_rows)
        return {account: known[digest_of[same]] for account, same in normal.items()}

    @property
    def key_version(self) -> int:
        """Version of the key in force."""
        return self._key_version

    def accounts_of(self, subject_id: str) -> list[Account]:
        """Every account of one subject, sorted; empty when the vault does not know it."""
        rows = self._connection.execute(
            "select realm, namespace, account from account where subject_id = ? order by 1, 2, 3", [subject_id]
        ).fetchall()
        return [Account(Realm(realm), namespace, name) for realm, namespace, name in rows]

    def delete_subject(self, subject_id: str) -> int:
        """Forget a subject: none of its accounts can be linked to it again, and one given out later is a new subject.

        Returns:
            How many accounts were forgotten.
        """
        return self._connection.execute("delete from account where subject_id = ?", [subject_id]).rowcount

    def rotate(self) -> int:
        """Replace the key: every digest is computed again from the stored account; no subject changes.

        Only the vault is rewritten. The new key is on disk before any digest made with it, and the old one is removed
        after the last made with it is gone, so a crash at any point leaves a vault that opens.

        Returns:
            The new key's version.
        """
        old_version, new_version = self._key_version, self._key_version + 1
        # a leftover of a rotation that did not commit made no digest
        self._key_path(new_version).unlink(missing_ok=True)
        self._key_version = new_version
        self._key = self._read_key(may_create=True)
        if not self._connection.in_transaction:
            self._connection.execute("begin")
        self._connection.execute(_SCHEMA.format(table="renewed"))
        accounts = self._connection.execute("select realm, namespace, account, subject_id from account")
        while rows := accounts.fetchmany(_ROTATED_AT_ONCE):
            renewed = (
                (self._digest(Realm(realm), namespace, account), new_version, realm, namespace, account, subject_id)
                for realm, namespace, account, subject_id in rows
            )
            self._connection.executemany("insert into renewed values (?, ?, ?, ?, ?, ?)", sorted(renewed))
        self._connection.execute("drop table account")
        self._connection.execute("alter table renewed rename to account")
        self._connection.execute(f"pragma user_version = {new_version}")
        self._connection.commit()
        for version in range(1, old_version + 1):
            self._key_path(version).unlink(missing_ok=True)
        return new_version

    def _stored_key_version(self) -> int:
        (version,) = self._connection.execute("pragma user_version").fetchone()
        return int(version) or 1

    def _key_path(self, version: int) -> Path:
        return self._folder / f"key_v{version}"

    def _digest(self, realm: Realm, namespace: str, normal_account: str) -> bytes:
        # \x1f cannot stand in a realm or namespace, so no two triples spell one message
        message = f"{realm.value}\x1f{namespace}\x1f{normal_account}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, hashlib.sha256)

    def _known(self, digests: Iterable[bytes]) -> dict[bytes, str]:
        self._connection.execute("create temp table if not exists wanted (digest blob primary key) without rowid")
        self._connection.execute("delete from wanted")
        # sorted: both trees are then walked once from end to end
        self._connection.executemany("insert into wanted values (?)", ((digest,) for digest in sorted(digests)))
        return dict(self._connection.execute("select digest, subject_id from wanted join account using (digest)"))

    def _read_key(self, *, may_create: bool) -> bytes:
        without_it = "known accounts would become new subjects and every count of people would be wrong"
        return read_key(self._key_path(self._key_version), may_create=may_create, without_it=without_it)
