"""Who was erased stays erased: keyed digests of accounts and posts, consulted at the door.

An erasure leaves, for every account and every post of the person, a digest under a key of its own
(`vault/tombstone_key`) and the instant of the erasure. A delivery that is read again brings rows of that time: the door
knows them by the digest and leaves them out, counted as `rows_erased`. What somebody writes after their erasure is
theirs to say, and is taken in as by somebody new. From a digest nobody gets the account back; only who has the key and
guesses the account can test one.
"""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from otklik.home.settings import Home
from otklik.intake.entity import Realm
from otklik.intake.owner_keys import KeyedDigests, read_key
from otklik.intake.vault import DATABASE_NAME, Account, normalise_account

KEY_NAME = "tombstone_key"
ROW_GOES_WITH = frozenset({"author", "sender", "accounts"})
"""Fields of accounts without which a row says nothing any more; any other mention is taken out and the row stays."""

_TABLE = "create table if not exists tombstone (digest text primary key, erased_us integer not null) without rowid"
_WORD = re.compile(r"[^\s,;<>()\[\]{}\"'|]+")


@dataclass(frozen=True)
class Tombstones:
    """The tombstones of a home as one door sees them.

    Attributes:
        digests: what they are made by.
        erased_us: digest → when it was erased, microseconds since 1970, UTC.
        realm: whose accounts the door takes in; None for none.
        namespace: where it compares them.
    """

    digests: KeyedDigests
    erased_us: Mapping[str, int]
    realm: Realm | None
    namespace: str

    def of_accounts(self, accounts: Iterable[str]) -> dict[str, int]:
        """Those of some accounts that were erased → when, microseconds since 1970."""
        if self.realm is None:
            return {}
        found = ((account, self.erased_us.get(self._account(account))) for account in accounts)
        return {account: at for account, at in found if at is not None}

    def is_erased_post(self, source: str, source_post_id: str) -> bool:
        """Whether the post was erased with its writer."""
        return self.digests.of("post", source, source_post_id) in self.erased_us

    def is_mentioned(self, raw: str) -> bool:
        """Whether words as they came mention an erased account as a value or a word of their own."""
        values = set(_values(raw))
        values |= {word for value in values for word in _WORD.findall(value)}
        return bool(self.of_accounts(values))

    def _account(self, account: str) -> str:
        return _digest_of_account(self.digests, str(self.realm), self.namespace, normalise_account(account))


def read_tombstones(home: Home, realm: Realm | None, namespace: str) -> Tombstones | None:
    """The tombstones of a home for one door; None where nobody was ever erased.

    Raises:
        VaultError: there are tombstones, and their key is gone or not as it should be.
    """
    database = home.vault / DATABASE_NAME
    if not database.exists():
        return None
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        is_there = connection.execute("select count(*) from sqlite_master where name = 'tombstone'").fetchone()
        rows = connection.execute("select digest, erased_us from tombstone").fetchall() if is_there[0] else []
    if not rows:
        return None
    without_it = "whoever was erased would come back with the next delivery"
    key = read_key(home.vault / KEY_NAME, may_create=False, without_it=without_it)
    return Tombstones(KeyedDigests(key), dict(rows), realm, namespace)


def bury(home: Home, accounts: Iterable[Account], posts: Iterable[tuple[str, str]], *, at: datetime) -> int:
    """Leave tombstones, durable before this returns; one that stands keeps the later instant.

    Args:
        home: the deployment's folder; its vault is there.
        accounts: of the person.
        posts: source and id there of every post they wrote.
        at: the instant of the erasure, with its zone.

    Returns:
        How many digests were written.
    """
    accounts, posts = list(accounts), list(posts)
    if not accounts and not posts:
        return 0
    with closing(sqlite3.connect(home.vault / DATABASE_NAME)) as connection:
        connection.execute(_TABLE)
        (n_before,) = connection.execute("select count(*) from tombstone").fetchone()
        without_it = "whoever was erased would come back with the next delivery"
        digests = KeyedDigests(read_key(home.vault / KEY_NAME, may_create=n_before == 0, without_it=without_it))
        found = {_digest_of_account(digests, one.realm.value, one.namespace, one.name) for one in accounts}
        found |= {digests.of("post", source, post) for source, post in posts}
        us = round(at.astimezone(UTC).timestamp() * 1_000_000)
        connection.executemany(
            "insert into tombstone values (?, ?) "
            "on conflict do update set erased_us = max(erased_us, excluded.erased_us)",
            sorted((digest, us) for digest in found),
        )
        connection.commit()
    return len(found)


def _digest_of_account(digests: KeyedDigests, realm: str, namespace: str, normal_account: str) -> str:
    return digests.of("account", realm, namespace, normal_account)


def _values(raw: str) -> Iterator[str]:
    """The strings that a row as it came holds; the row itself where it is no JSON."""
    try:
        waiting = [json.loads(raw)]
    except ValueError:
        waiting = [raw]
    while waiting:
        match waiting.pop():
            case dict() as found:
                waiting += found.values()
            case list() as found:
                waiting += found
            case str() as found:
                yield found
            case int() | float() as found:
                yield str(found)
