"""Who gives the accounts of a load their subjects: the vault, or in a dry run its stand-in."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from otklik.home.settings import Home
from otklik.intake.entity import Entity, Realm
from otklik.intake.ingestion.staging import Subjects
from otklik.intake.sources.configuration import Source
from otklik.intake.vault import Vault

Pseudonyms = Callable[[Realm, str, Iterable[str]], dict[str, str]]
"""Realm, namespace and accounts to the subject of each account."""

_MAX_REMEMBERED_ACCOUNTS = 200_000


def namespace_of(source: Source, entity: Entity) -> str:
    """Where a source's accounts are compared with each other."""
    return source.account_namespace or ("staff" if entity.realm is Realm.STAFF else source.name)


@contextmanager
def subjects_of(home: Home, source: Source, entity: Entity, give: Pseudonyms | None) -> Iterator[Subjects]:
    """Who gives a load's accounts their subjects. Those of the vault are durable before any row that names them is."""
    if entity.realm is None:
        yield lambda accounts: {}
        return
    namespace = namespace_of(source, entity)
    if give is not None:
        yield partial(give, entity.realm, namespace)
        return
    with Vault(home.vault) as vault:
        yield _remembering(partial(vault.subjects, entity.realm, namespace))


def _remembering(give: Subjects) -> Subjects:
    """Most accounts of a batch stood in the one before; the vault is asked for the others. Bounded in size."""
    remembered: dict[str, str] = {}

    def subjects(accounts: Iterable[str]) -> dict[str, str]:
        wanted = list(accounts)
        if len(remembered) > _MAX_REMEMBERED_ACCOUNTS:
            remembered.clear()
        remembered.update(give([account for account in wanted if account not in remembered]))
        return remembered

    return subjects
