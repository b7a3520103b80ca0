"""What is damaged in a home, in sentences, with what can be done about it. Looks; changes nothing.

Facts are read again from their deliveries, inference is computed again from the lake, tables are built again from both,
a published file is published again. Nobody but a backup knows who a subject is, who was erased, and deliveries that are
gone.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from otklik.home import lake
from otklik.home.engine import open_warehouse
from otklik.home.errors import ConfigurationError
from otklik.home.seal import CURRENT, HashOfFile, broken_seals, read_seal
from otklik.home.settings import Home
from otklik.intake.entities import entities
from otklik.intake.ingestion.deliveries import deliveries
from otklik.intake.sources.configuration import Configuration
from otklik.mending import repairs


@dataclass(frozen=True)
class Damage:
    """One thing that is damaged.

    Attributes:
        path: relative to the home.
        found: what is wrong, after the path.
        remedy: what the next run does about it; where it cannot, what a person must do.
        mend: does what must be done before a run can; None where only a person can.
    """

    path: str
    found: str
    remedy: str
    mend: Callable[[], None] | None

    def __str__(self) -> str:
        return f"{self.path} {self.found}. {self.remedy}"


@dataclass(frozen=True)
class _Look:
    """One look at a home.

    Attributes:
        died_at: when a run that died took the home, seconds since 1970: what it wrote later is no damage.
    """

    home: Home
    configuration: Configuration
    hash_of: HashOfFile
    died_at: float | None

    def found(self, path: str) -> str:
        is_there = (self.home.root / path).exists()
        return "is not what the last run left: it was cut short or changed" if is_there else "is missing"

    def is_own_work(self, path: str) -> bool:
        """Whether a run that died may have left the file so."""
        if self.died_at is None:
            return False
        file = self.home.root / path
        # what it may take away is made again by the next one anyway
        return not file.exists() or file.stat().st_mtime >= self.died_at - 2


_TRAIN_AGAIN = "The trained model is taken away and labels come without it: train again (job `train`)."
_FITTED_AGAIN = "Weights of evidence are fitted again from the labels."
_FORGOTTEN = {
    "gates": "Verdicts of that run are forgotten.",
    "history": "What was published at that instant is forgotten, unless you restore the file from your backup.",
}
_HISTORY = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")


def find_damage(
    home: Home, configuration: Configuration, hash_of: HashOfFile, *, died_at: float | None = None
) -> list[Damage]:
    """Everything that is damaged, in the order of the paths.

    Args:
        home: the deployment's folder; nobody may be working on it.
        configuration: of the run, which says where deliveries are.
        hash_of: content hash of one file.
        died_at: when the last run took the home, if it died; None if it ended.
    """
    look = _Look(home, configuration, hash_of, died_at)
    broken = [path for path in broken_seals(home, hash_of) if not look.is_own_work(path)]
    found = [*_loads(look, broken), *_by_path(look, broken), *_vault(look, broken), *_warehouse(look, broken)]
    found += _history(look)
    return sorted(found, key=lambda damage: damage.path)


def _by_path(look: _Look, broken: Sequence[str]) -> Iterator[Damage]:
    """What each file of the seal is to the platform, but for those judged with others."""
    home = look.home
    for path in broken:
        file = home.root / path
        match Path(path).parts:
            case ["lake", "enriched", table, name]:
                yield _inference(look, path, table, name)
            case ["lake", "gates" | "history" as kind, *_]:
                yield Damage(path, look.found(path), _FORGOTTEN[kind], partial(repairs.drop, file))
            case ["lake", "erasures", _]:
                remedy = "Restore it from your backup: it tells which deliveries must not be read again as they were."
                yield Damage(path, look.found(path), remedy, None)
            case ["restricted", "duplicate_index", _]:
                remedy = "Texts are compared with each other again."
                yield Damage(path, look.found(path), remedy, partial(repairs.drop_near_duplicates, home))
            case ["models", kind, _]:
                remedy = _FITTED_AGAIN if home.root / "models" / kind == home.joining_models else _TRAIN_AGAIN
                yield Damage(path, look.found(path), remedy, partial(repairs.drop_folder, home.root / "models" / kind))
            case ["published", "snapshots", snapshot, *_]:
                yield _snapshot(look, path, snapshot)
            case ["published", _] if path == CURRENT:
                yield Damage(path, "leads nowhere", "It is set again when the run publishes.", repairs.nothing)
            case ["published" | "dbt", _]:
                remedy = "It only saves work: the run does everything again."
                yield Damage(path, look.found(path), remedy, partial(repairs.drop, file))


def _inference(look: _Look, path: str, table: str, name: str) -> Damage:
    home, found = look.home, look.found(path)
    match table:
        case "near_duplicate":
            remedy = "Texts are compared with each other again."
            return Damage(path, found, remedy, partial(repairs.drop_near_duplicates, home))
        case "public_incident_cell" | "public_post_cell":
            remedy = (
                "Cells of the public surface are cut anew, and two cuts can be subtracted: remove earlier snapshots "
                "where that matters."
            )
            return Damage(path, found, remedy, partial(repairs.drop_inference, home, table, name))
        case "released_list":
            remedy = "Lists of people that figures were published of are forgotten; those published next are noted."
            return Damage(path, found, remedy, partial(repairs.drop_inference, home, table, name))
        case "message_label" | "leak_scan" | "leak_finding":
            loads, n_gone = _readable_messages(look)
            remedy = "It is computed again; messages are read again, since words are not kept for ever."
            if n_gone:
                remedy += f" {n_gone} loads whose delivery is gone, or that people were erased from, stay without."
            return Damage(path, found, remedy, partial(repairs.drop_message_inference, home, table, name, loads))
    return Damage(path, found, "It is computed again.", partial(repairs.drop_inference, home, table, name))


def _snapshot(look: _Look, path: str, snapshot: str) -> Damage:
    home, found = look.home, look.found(path)
    folder = home.published / "snapshots" / snapshot
    link = home.root / CURRENT
    if link.is_symlink() and link.readlink().name == snapshot:
        # whoever opens it meanwhile finds no file instead of wrong rows
        return Damage(path, found, "It is published again.", partial(repairs.drop, home.root / path))
    return Damage(path, found, "The old snapshot is taken away.", partial(repairs.drop_folder, folder))


def _loads(look: _Look, broken: Sequence[str]) -> Iterator[Damage]:
    """One damage for each load, whichever of its files is damaged: it is read again as a whole."""
    loads: dict[tuple[str, str, str], str] = {}
    for path in [*broken, *_lines_without_rows(look.home)]:
        if (key := _load_of(path)) is not None and key[2] != "_empty":
            loads.setdefault(key, path)
        elif key is not None:
            file = look.home.root / path
            yield Damage(path, look.found(path), "It is written again.", partial(repairs.drop, file))
    for (entity, source, load_id), path in sorted(loads.items()):
        drop = partial(repairs.drop_load, look.home, entity, source, load_id)
        if load_path := repairs.erased_from(look.home, entity, source, load_id):
            remedy = (
                f"People were erased from {load_path}, so the delivery is not read again: restore the file from a "
                "backup made after the erasure."
            )
            yield Damage(path, look.found(path), remedy, None)
        elif (delivery := _delivery(look, source, load_id)) is not None:
            yield Damage(path, look.found(path), f"{entity} is read again from {delivery.name}.", drop)
        elif path.startswith("quarantine/"):
            remedy = "Its delivery is gone too; the counts of refused rows stay in meta_load."
            yield Damage(path, look.found(path), remedy, repairs.nothing)
        else:
            remedy = (
                f"Its delivery ({_file_name(look.home, entity, source, load_id)}) is not where source {source!r} looks "
                "any more: put it back, or restore the home from your backup."
            )
            yield Damage(path, look.found(path), remedy, None)


def _load_of(path: str) -> tuple[str, str, str] | None:
    """Entity, source and load id of a file of a load."""
    match Path(path).parts:
        case ["lake", "raw", entity, source, name] | ["quarantine", entity, source, name]:
            pass
        case ["lake", "ledger", source, entity, name]:
            entity = entity.removeprefix("entity=")
        case ["restricted", "message_text", source, name]:
            entity = "message"
        case _:
            return None
    return entity, source.removeprefix("source="), Path(name).stem.removeprefix("load=")


def _lines_without_rows(home: Home) -> Iterator[str]:
    for line in sorted(home.lake.glob("ledger/source=*/entity=*/load=*.parquet")):
        entity, source, load_id = _load_of(str(line.relative_to(home.root))) or ("", "", "")
        rows = lake.load_path(home, entity, source, load_id)
        if load_id != "_empty" and not rows.exists():
            yield str(rows.relative_to(home.root))


def _readable_messages(look: _Look) -> tuple[list[tuple[str, str]], int]:
    """Source and load id of the loads of messages that can be read again, and the number of those that cannot."""
    loads, n_gone = [], 0
    for line in sorted(look.home.lake.glob("ledger/source=*/entity=message/load=*.parquet")):
        _, source, load_id = _load_of(str(line.relative_to(look.home.root))) or ("", "", "_empty")
        if load_id == "_empty":
            continue
        if _delivery(look, source, load_id) and not repairs.erased_from(look.home, "message", source, load_id):
            loads.append((source, load_id))
        else:
            n_gone += 1
    return loads, n_gone


def _delivery(look: _Look, source: str, load_id: str) -> Path | None:
    """The file a load was read from, if it is still there with the same content."""
    if source not in look.configuration.sources:
        return None
    try:
        files = deliveries(look.configuration.sources[source])
    except ConfigurationError:
        return None
    content = load_id.partition("-")[0]
    return next((path for path in files if look.hash_of(path)[: len(content)] == content), None)


def _file_name(home: Home, entity: str, source: str, load_id: str) -> str:
    line = lake.ledger_path(home, entity, source, load_id)
    try:
        row = duckdb.sql(f"select file_name from read_parquet('{line}', hive_partitioning = false)").fetchone()
    except duckdb.Error:
        row = None
    return str(row[0]) if row else "whose name is lost with it"


def _vault(look: _Look, broken: Sequence[str]) -> Iterator[Damage]:
    """The vault is as it was, or nothing goes on: without it known people would be counted as new ones."""
    home = look.home
    advice = "Restore the folder vault/ from your backup: without it everybody would become somebody new."
    told = [path for path in broken if path.startswith("vault/")]
    for path in told:
        yield Damage(path, look.found(path), advice, None)
    if told:
        return
    database = home.vault / "vault.sqlite"
    if database.exists() and not _is_sound(database):
        yield Damage("vault/vault.sqlite", "cannot be read", advice, None)
    elif not database.exists() and _has_people(home):
        yield Damage("vault/vault.sqlite", "is missing", advice, None)


def _has_people(home: Home) -> bool:
    """Whether loads hold subjects that only a vault could have given out."""
    with_people = [one.name for one in entities().values() if one.account_fields]
    lines = (home.lake.glob(f"ledger/source=*/entity={name}/load=*.parquet") for name in with_people)
    return any(path.stem != "load=_empty" for paths in lines for path in paths)


def _warehouse(look: _Look, broken: Sequence[str]) -> Iterator[Damage]:
    home, name = look.home, "warehouse.duckdb"
    mend = partial(repairs.drop_warehouse, home)
    if name in broken:
        yield Damage(name, look.found(name), "Its tables are built again from the lake.", mend)
        return
    log = home.root / f"{name}.wal"
    if home.warehouse.exists() or log.exists():
        try:
            with open_warehouse(home) as connection:
                connection.execute("select count(*) from duckdb_tables()")
        except duckdb.Error:
            # the file, or the log of changes that a killed run left beside it
            path = log.name if log.exists() else name
            yield Damage(path, "cannot be read", "The tables are built again from the lake.", mend)


def _history(look: _Look) -> Iterator[Damage]:
    """Dagster's SQLite files: who ran what and when. An empty one is a sound database, and its runs are lost."""
    home = look.home
    if not home.dagster.exists() and read_seal(home) is not None:
        remedy = "A new history of runs begins; no data is lost. If dagster.yaml in it was changed, restore that file."
        yield Damage("dagster", "is missing", remedy, partial(home.dagster.mkdir, parents=True))
        return
    # neither is there where the history is in PostgreSQL
    is_kept = any((home.dagster / name).exists() for name in ("history", "schedules"))
    kept = (home.dagster / name for name in _HISTORY if is_kept)
    for path in sorted({*home.dagster.glob("**/*.db"), *kept}):
        if path.relative_to(home.dagster).parts[0].startswith("damaged"):
            continue
        # a run that died may have just begun to make them
        is_lost = look.died_at is None and (not path.exists() or path.stat().st_size == 0)
        if is_lost or (path.exists() and not _is_sound(path)):
            found = "cannot be read" if path.exists() else "is missing"
            remedy = "The history of runs is set aside as dagster/damaged-… and a new one begins; no data is lost."
            mend = partial(repairs.set_history_aside, home)
            yield Damage(str(path.relative_to(home.root)), found, remedy, mend)
            return


def _is_sound(database: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)) as connection:
            return bool(connection.execute("pragma quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False
