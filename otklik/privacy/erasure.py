"""Erasure: a person is taken out of the vault and out of every file of the home; a receipt stays that names nobody.

How files are
rewritten is `otklik/privacy/erasure_files.py`; which account is which subject is `otklik/intake/vault.py`.
"""

import json
import shutil
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from rich.console import Console

from otklik.home.engine import connect, text_literal
from otklik.home.errors import ConfigurationError
from otklik.home.files import move_into_place
from otklik.home.seal import reseal
from otklik.home.settings import Home
from otklik.intake.access_log import forget_in_log, note_access
from otklik.intake.entity import Realm
from otklik.intake.ingestion.deliveries import ContentHashes
from otklik.intake.tombstones import KEY_NAME, bury
from otklik.intake.vault import Account, Vault
from otklik.privacy.erasure_files import (
    FileChange,
    dataset_files,
    erase_quarantine,
    erase_raw,
    erase_snapshots,
    erase_words,
    trace,
)
from otklik.privacy.subjects import require_no_subject, require_subject
from otklik.publishing.manifests import MANIFEST_NAME
from otklik.publishing.mart_contracts import Surface
from otklik.stages.near_duplicates import forget_texts
from otklik.upgrade import hold_current


@dataclass(frozen=True)
class Receipt:
    """Proof of an erasure, without the person: when, why, how much, and what every rewritten file was and is.

    Attributes:
        receipt_id: the instant, to the microsecond; also the receipt's file name.
        erased_at: ISO 8601, UTC.
        reason: as given.
        realm: whose accounts they were.
        n_subjects: subjects erased; more than one where the staff directory joins accounts.
        n_accounts: accounts forgotten by the vault.
        n_tombstones: keyed digests left for the door, so that a delivery read again brings nobody back.
        n_log_lines: lines of the vault's log that no longer name the subject.
        rows_removed: rows removed, by dataset.
        rows_altered: rows that stay without their mention of the person, by dataset.
        removed_files: files removed as a whole, to be made again by the next run.
        files: every rewritten file.
    """

    receipt_id: str
    erased_at: str
    reason: str
    realm: str
    n_subjects: int
    n_accounts: int
    n_tombstones: int
    n_log_lines: int
    rows_removed: dict[str, int]
    rows_altered: dict[str, int]
    removed_files: list[str]
    files: list[FileChange]


def erase_subject(home: Home, subject_id: str, *, who: str, at: datetime, why: str) -> Receipt:
    """Erase the person a subject stands for, from every file of the home, and write the receipt.

    Posts the person wrote go with their events; internal messages they sent go with their words; they are taken off
    the recipients of others' messages. Everything inferred from what is gone, and their rows of every published
    snapshot, go as well. The warehouse is removed: the next run makes it again from what is left. The vault comes
    last, so that an erasure that was interrupted can be run again.

    Args:
        home: the deployment's folder; held while this runs.
        subject_id: one of the person's subjects.
        who: the operator.
        at: the instant, with its zone.
        why: the reason; it is kept in the receipt.

    Returns:
        The receipt, as written to `lake/erasures/<receipt id>.json`.

    Raises:
        ConfigurationError: no reason, not a subject id, a subject the home does not know, or a home that a newer
            platform wrote.
        HomeLockedError: a run holds the home.
    """
    require_subject(subject_id)
    if not why.strip():
        raise ConfigurationError("--reason is empty; say why, it is kept.")
    require_no_subject(why, "--reason")
    receipt_id = f"{at.astimezone(UTC):%Y%m%dT%H%M%S%fZ}"
    with hold_current(home, holder="otklik erase"):
        receipt = _erase(home, subject_id, receipt_id, who=who, at=at, why=why)
        with ContentHashes(home) as hashes:
            reseal(home, _touched(receipt), hashes.of)
    return receipt


def _erase(home: Home, subject_id: str, receipt_id: str, *, who: str, at: datetime, why: str) -> Receipt:
    with Vault(home.vault) as vault, connect() as connection:
        subjects = _person(connection, home, subject_id)
        accounts = {subject: vault.accounts_of(subject) for subject in subjects}
        trace(connection, home, subjects)
        # before anything goes: a delivery read in between must find them, and an erasure that is run again too
        posts = connection.execute("select distinct source, source_post_id from erased_post").fetchall()
        n_tombstones = bury(home, [one for several in accounts.values() for one in several], posts, at=at)
        gone = connection.execute("select text_hash from gone_text where text_hash is not null").to_arrow_table()
        forgotten = forget_texts(home, gone["text_hash"])
        # raw loads go last: what else is to go is known from them
        changes = [
            *erase_snapshots(connection, home, receipt_id),
            *erase_quarantine(home, _by_realm(accounts)),
            *erase_words(connection, home),
            *erase_raw(connection, home),
        ]
        if not changes and not any(accounts.values()):
            raise ConfigurationError(f"{subject_id}: neither the vault nor the lake knows this subject.")
        receipt = Receipt(
            receipt_id=receipt_id,
            erased_at=at.astimezone(UTC).isoformat(),
            reason=why,
            realm=(Realm.CITIZENS if subject_id.startswith("c_") else Realm.STAFF).value,
            n_subjects=len(subjects),
            n_accounts=sum(vault.delete_subject(subject) for subject in subjects),
            n_tombstones=n_tombstones,
            n_log_lines=sum(forget_in_log(home, subject) for subject in subjects),
            rows_removed=_by_dataset(changes, "rows_removed"),
            rows_altered=_by_dataset(changes, "rows_altered"),
            removed_files=[*forgotten, *_remove_rebuildable(home)],
            files=changes,
        )
        note_access(home, "erase", who=who, at=at, why=why, subject_id=None)
        _write_receipt(home, receipt)
    return receipt


def _touched(receipt: Receipt) -> list[str]:
    """Every file that an erasure wrote, relative to the home."""
    files = [change.path for change in receipt.files]
    snapshots = {Path(path).parents[1] for path in files if path.startswith("published/")}
    manifests = {str(part / MANIFEST_NAME) for folder in snapshots for part in (folder, folder / Surface.PUBLIC)}
    written = ["vault/vault.sqlite", f"vault/{KEY_NAME}", f"lake/erasures/{receipt.receipt_id}.json"]
    return [*files, *sorted(manifests), *receipt.removed_files, *written]


def print_receipt(receipt: Receipt) -> None:
    """Print what was done, for the person who asked."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"Erased {receipt.n_subjects} subjects with {receipt.n_accounts} accounts.")
    for dataset in sorted({*receipt.rows_removed, *receipt.rows_altered}):
        removed, altered = receipt.rows_removed.get(dataset, 0), receipt.rows_altered.get(dataset, 0)
        console.print(f"  {dataset}: {removed:,} rows removed, {altered:,} altered")
    console.print(f"Receipt: lake/erasures/{receipt.receipt_id}.json")
    console.print(
        "Next: otklik run makes the tables again. The files that were delivered are yours: take the person out of them "
        "too. Read again, they bring nobody back: their rows are left out and counted."
    )


def _person(connection: duckdb.DuckDBPyConnection, home: Home, subject_id: str) -> list[str]:
    """Every subject of one person, sorted. Only the staff directory joins accounts, and never through a shared one."""
    files = dataset_files(home, "lake/raw/person/*/*.parquet")
    if subject_id.startswith("c_") or not files:
        return [subject_id]
    listed = ", ".join(text_literal(file) for file in files)
    rows = connection.execute(
        f"""
        select distinct regexp_extract(filename, 'source=([^/]+)/[^/]+$', 1) as source, source_person_id,
            unnest(account_subject_ids) as subject_id
        from read_parquet([{listed}], filename = true, hive_partitioning = false)
        """
    ).fetchall()
    people: dict[str, set[tuple[str, str]]] = defaultdict(set)
    accounts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source, person, subject in rows:
        people[subject].add((source, person))
        accounts[source, person].add(subject)
    found, waiting = {subject_id}, [subject_id]
    while waiting:
        holders = people[waiting.pop()]
        if len({source for source, _ in holders}) < len(holders):
            continue
        new = set().union(*(accounts[holder] for holder in holders)) - found
        # an account that one directory gives to several people says nothing about who they are
        new = {one for one in new if len({source for source, _ in people[one]}) == len(people[one])}
        found |= new
        waiting += sorted(new)
    return sorted(found)


def _by_realm(accounts: dict[str, list[Account]]) -> dict[Realm, set[str]]:
    """Names a refused row may mention: accounts as they came, and the subject where the row kept its contract."""
    names: dict[Realm, set[str]] = defaultdict(set)
    for subject, several in accounts.items():
        for account in several:
            names[account.realm] |= {account.name, subject}
    return names


def _by_dataset(changes: list[FileChange], count: str) -> dict[str, int]:
    """Counts by dataset, such as `raw/post`, `enriched/post_label`, `quarantine/post` or `published`."""
    sums: dict[str, int] = defaultdict(int)
    for change in changes:
        parts = [part for part in Path(change.path).parts if part not in ("restricted", "retired", "lake")]
        sums[parts[0] if parts[0] in ("published", "message_text") else "/".join(parts[:2])] += getattr(change, count)
    return {dataset: n for dataset, n in sorted(sums.items()) if n}


def _remove_rebuildable(home: Home) -> list[str]:
    """Remove what the next run makes again, and what a killed run left: deleted rows would linger in DuckDB's blocks.

    The note of the last run goes too, or the next one would find that nothing is new; and models trained on words that
    are gone, until someone trains on what is left.
    """
    removed = []
    database = (home.warehouse, home.warehouse.with_suffix(".duckdb.wal"))
    for path in (*database, home.published / "last_run.json", *sorted((home.root / "models").glob("*/*"))):
        if path.exists():
            path.unlink()
            removed.append(str(path.relative_to(home.root)))
    for leftover in sorted((home.root / "work").glob("*")):
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    return removed


def _write_receipt(home: Home, receipt: Receipt) -> None:
    path = home.lake / "erasures" / f"{receipt.receipt_id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(json.dumps(asdict(receipt), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    move_into_place(temporary, path)
