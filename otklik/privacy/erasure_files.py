"""Takes people out of Parquet files and published snapshots: which rows go, which are altered, and what a file was.

Works from temporary tables in one DuckDB connection: `erased_subject(id)`, `erased_post(source, source_post_id,
post_id)`, `erased_message(message_id)` and `gone_text(text_hash)`, the words nobody else wrote. Whom to erase, the
vault and the receipt are `otklik/privacy/erasure.py`.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from otklik.home import lake
from otklik.home.engine import text_literal
from otklik.home.files import move_into_place
from otklik.home.settings import Home
from otklik.intake.entities import entities
from otklik.intake.entity import Entity, Realm, Role
from otklik.intake.tombstones import ROW_GOES_WITH
from otklik.publishing.manifests import MANIFEST_NAME, write_manifests
from otklik.publishing.mart_contracts import Surface
from otklik.publishing.snapshot_files import DATABASE_NAME, build_database
from otklik.publishing.snapshots import set_readers
from otklik.report.rendering import REPORT_FOLDER
from otklik.report.writers import rewrite_pages

_ENTITIES_WITH_WORDS = ("post", "case_event", "message")


@dataclass(frozen=True)
class FileChange:
    """One rewritten file: counts of rows, and SHA-256 of its bytes before and after."""

    path: str
    rows_removed: int
    rows_altered: int
    sha256_before: str
    sha256_after: str


def dataset_files(home: Home, pattern: str) -> list[Path]:
    """Files of a dataset in the lake, and of its loads that were retired, sorted."""
    retired = home.restricted / "retired"
    return sorted([*home.root.glob(pattern), *(retired.glob(pattern) if retired.exists() else [])])


def trace(connection: duckdb.DuckDBPyConnection, home: Home, subjects: Sequence[str]) -> None:
    """Create the tables that say what is to go."""
    connection.execute("create or replace temp table erased_subject as select unnest(?::varchar[]) as id", [subjects])
    # a lambda takes no subquery
    connection.execute("set variable erased_subjects = (select list(id) from erased_subject)")
    posts = _every(home, "post", ("author_subject_id", "source_post_id", "post_id"))
    connection.execute(
        f"""
        create or replace temp table erased_post as
        select distinct source, source_post_id, post_id
        from ({posts}) where author_subject_id in (from erased_subject)
        """
    )
    messages = _every(home, "message", ("sender_subject_id", "message_id"))
    connection.execute(
        f"""
        create or replace temp table erased_message as
        select distinct message_id from ({messages}) where sender_subject_id in (from erased_subject)
        """
    )
    selects = []
    for name in _ENTITIES_WITH_WORDS:
        removed = _is_removed(entities()[name], "source")
        columns = ("text_hash", *_columns_of_removal(entities()[name]))
        selects.append(f"select text_hash, {removed} as is_removed from ({_every(home, name, columns)})")
    connection.execute(
        f"""
        create or replace temp table gone_text as
        select text_hash from ({" union all ".join(selects)})
        group by text_hash having bool_and(is_removed)
        """
    )


def _columns_of_removal(entity: Entity) -> list[str]:
    ids = ["source_post_id"] if any(field.name == "source_post_id" for field in entity.fields) else []
    return [*ids, *(field.stored_name for field in entity.account_fields)]


def _every(home: Home, entity: str, columns: Sequence[str]) -> str:
    """A SELECT over every load of an entity, with its source."""
    files = dataset_files(home, f"lake/raw/{entity}/*/*.parquet")
    kinds = entities()[entity].stored_columns
    empty = ", ".join(f"null::{kinds[name]} as {name}" for name in columns)
    if not files:
        return f"select null::varchar as source, {empty} where false"
    listed = ", ".join(text_literal(file) for file in files)
    # typed columns first: loads from before a field was added have none for it
    return (
        f"select regexp_extract(filename, 'source=([^/]+)/[^/]+$', 1) as source, {', '.join(columns)} "
        f"from (select {empty} where false union all by name "
        f"from read_parquet([{listed}], filename = true, hive_partitioning = false, union_by_name = true))"
    )


def _is_removed(entity: Entity, source: str) -> str:
    """SQL: a raw row goes as a whole."""
    conditions = ["false"]
    if any(field.name == "source_post_id" for field in entity.fields):
        # tombstones and events of an erased post name no author
        conditions.append(f"({source}, source_post_id) in (select (source, source_post_id) from erased_post)")
    if any(field.name == "of_source_post_id" for field in entity.fields):
        conditions.append("(of_source, of_source_post_id) in (select (source, source_post_id) from erased_post)")
    if any(field.name == "with_source_post_id" for field in entity.fields):
        other = "(coalesce(with_source, of_source), with_source_post_id)"
        conditions.append(f"{other} in (select (source, source_post_id) from erased_post)")
    for field in entity.account_fields:
        name = field.stored_name
        if field.role is Role.ACCOUNT and field.name in ROW_GOES_WITH:
            conditions.append(f"{name} in (from erased_subject)")
        elif field.role is Role.ACCOUNTS and field.name in ROW_GOES_WITH:
            conditions.append(f"list_has_any({name}, getvariable('erased_subjects'))")
        elif field.role is Role.ACCOUNTS:
            # a message whose only recipient is erased was a message to nobody
            conditions.append(f"(len({name}) > 0 and list_has_all(getvariable('erased_subjects'), {name}))")
    return f"coalesce({' or '.join(conditions)}, false)"


def erase_raw(connection: duckdb.DuckDBPyConnection, home: Home) -> Iterator[FileChange]:
    """Rewrite the raw loads, retired ones too, that hold an erased subject or an erased post's events."""
    for name in entities():
        for path in dataset_files(home, f"lake/raw/{name}/*/*.parquet"):
            entity = _as_stored(entities()[name], path)
            kept = {
                field.stored_name: _without(field.stored_name, field.role)
                for field in entity.account_fields
                if field.name not in ROW_GOES_WITH
            }
            replaced = ", ".join(f"{sql} as {column}" for column, sql in kept.items())
            altered = " or ".join(f"{column} is distinct from {sql}" for column, sql in kept.items()) or "false"
            source = text_literal(path.parent.name.removeprefix("source="))
            yield from _rewrite(
                connection, home, path, removed=_is_removed(entity, source), replaced=replaced, altered=altered
            )


def _as_stored(entity: Entity, path: Path) -> Entity:
    """The entity with the fields that a load has columns for: one from before a field was added lacks it."""
    columns = pq.read_schema(path).names
    return replace(entity, fields=tuple(one for one in entity.fields if one.stored_name in columns), added=())


def _without(name: str, role: Role) -> str:
    if role is Role.ACCOUNTS:
        return f"list_filter({name}, lambda one: not list_contains(getvariable('erased_subjects'), one))"
    return f"case when {name} not in (from erased_subject) then {name} end"


def erase_words(connection: duckdb.DuckDBPyConnection, home: Home) -> Iterator[FileChange]:
    """Rewrite the restricted words and everything inferred that speak of an erased subject or of words now gone."""
    words = home.restricted.relative_to(home.root) / "message_text"
    for path in [*dataset_files(home, f"{words}/*/*.parquet"), *sorted(home.lake.glob("enriched/**/*.parquet"))]:
        yield from _rewrite(connection, home, path, removed=_mentions(connection, path))


# Columns that hold ids of posts: a thread and a matter are named by the post they began with.
POST_IDS = frozenset(
    {"post_id", "opening_post_id", "linked_post_id", "thread_id", "matter_id", "linked_thread_id"}
    | {"evidenced_matter_id", "site_id"}
)

# Columns of rows about others that point to a post: the row stays, and points nowhere.
POINTERS = frozenset({"first_post_id", "earlier_post_id", "parent_post_id"})


def _mentions(connection: duckdb.DuckDBPyConnection, path: Path, incidents: str = "") -> str:
    """SQL: a derived row names an erased subject in any column, or stands for an erased post, incident or text."""
    conditions = ["false"]
    columns = connection.execute(
        f"select column_name, column_type from (describe from read_parquet({text_literal(path)}, "
        "hive_partitioning = false))"
    ).fetchall()
    for name, kind in columns:
        if kind == "VARCHAR":
            conditions.append(f'"{name}" in (from erased_subject)')
        elif kind == "VARCHAR[]":
            conditions.append(f"list_has_any(\"{name}\", getvariable('erased_subjects'))")
        if name in POST_IDS:
            conditions.append(f"{name} in (select post_id from erased_post)")
        elif name == "message_id":
            conditions.append("message_id in (from erased_message)")
        elif name == "text_hash":
            conditions.append("text_hash in (from gone_text)")
        elif name == "incident_id" and incidents:
            conditions.append(f"incident_id in ({incidents})")
    return f"coalesce({' or '.join(conditions)}, false)"


def erase_quarantine(home: Home, accounts: Mapping[Realm, Collection[str]]) -> Iterator[FileChange]:
    """Drop rejected rows that mention an account as a word of its own: they are kept as they came, accounts and all."""
    for name, entity in sorted(entities().items()):
        realm = Realm.STAFF if entity.realm is Realm.STAFF else Realm.CITIZENS
        names = sorted(accounts.get(realm, ()), key=lambda account: (-len(account), account))
        if not names:
            continue
        mention = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(account) for account in names) + r")(?!\w)")
        for path in sorted(home.quarantine.glob(f"{name}/*/*.parquet")):
            table = pq.ParquetFile(path).read()
            keep = [not mention.search(_comparable(raw or "")) for raw in table["raw"].to_pylist()]
            if not all(keep):
                before = _sha256(path)
                lake.write_table(path, table.filter(pa.array(keep)))
                yield FileChange(str(path.relative_to(home.root)), keep.count(False), 0, before, _sha256(path))


def _comparable(raw: str) -> str:
    return unicodedata.normalize("NFKC", raw).casefold()


def erase_snapshots(connection: duckdb.DuckDBPyConnection, home: Home, receipt_id: str) -> Iterator[FileChange]:
    """Rewrite every published snapshot that holds an erased subject or post: Parquet, DuckDB file and manifest.

    Readers that have a file open keep what they opened. Totals were counted before and are corrected by the next run.
    """
    for folder in sorted(path for path in home.published.glob("snapshots/*") if path.is_dir()):
        opened = folder / Surface.ANALYST / "fct_incident.parquet"
        incidents = ""
        if opened.exists():
            incidents = (
                f"select incident_id from read_parquet({text_literal(opened)}) "
                "where opening_post_id in (select post_id from erased_post)"
            )
            # evaluated once: the file itself is about to change
            connection.execute(f"create or replace temp table erased_incident as {incidents}")
            incidents = "from erased_incident"
        changes: list[FileChange] = []
        for path in sorted(folder.glob("*/*.parquet")):
            gone = {
                name: f"{name} in (select post_id from erased_post)"
                for name in pq.read_schema(path).names
                if name in POINTERS
            }
            changes += _rewrite(
                connection,
                home,
                path,
                removed=_mentions(connection, path, incidents),
                replaced=", ".join(
                    f"case when not {is_gone} then {name} end as {name}" for name, is_gone in gone.items()
                ),
                altered=" or ".join(gone.values()) or "false",
            )
        if changes:
            yield from changes
            for surface in sorted({Path(change.path).parent.name for change in changes}):
                yield _rebuild_database(home, folder, surface)
            _amend_manifest(home, folder, changes, receipt_id)
            set_readers(folder)


def _rebuild_database(home: Home, folder: Path, surface: str) -> FileChange:
    """Make a surface's DuckDB file anew from its Parquet files: deleted rows would linger in the old one's blocks."""
    path = folder / surface / DATABASE_NAME
    building = path.with_name(f".{DATABASE_NAME}.tmp")
    building.unlink(missing_ok=True)
    before = _sha256(path)
    manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    build_database(building, manifest["surfaces"][surface], surface)
    move_into_place(building, path)
    if (folder / surface / REPORT_FOLDER).exists():
        rewrite_pages(folder / surface, path, datetime.fromisoformat(manifest["as_of"]))
    return FileChange(str(path.relative_to(home.root)), 0, 0, before, _sha256(path))


def _amend_manifest(home: Home, folder: Path, changes: Sequence[FileChange], receipt_id: str) -> None:
    manifest = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    for change in changes:
        file = home.root / change.path
        entry = manifest["surfaces"][file.parent.name].get(file.stem)
        if entry is not None:
            entry["row_count"] -= change.rows_removed
            entry["bytes"] = file.stat().st_size
            entry["sha256"] = change.sha256_after
    manifest["erasures"] = [*manifest.get("erasures", []), receipt_id]
    write_manifests(folder, manifest)


def _rewrite(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    path: Path,
    *,
    removed: str,
    replaced: str = "",
    altered: str = "false",
) -> Iterator[FileChange]:
    """Write a Parquet file again without the rows to go, if there are any; in the order it had."""
    rows = f"read_parquet({text_literal(path)}, hive_partitioning = false)"
    counted = connection.execute(
        f"select coalesce(count_if({removed}), 0), coalesce(count_if(not {removed} and ({altered})), 0) from {rows}"
    ).fetchone()
    n_removed, n_altered = counted or (0, 0)
    if not n_removed and not n_altered:
        return
    before = _sha256(path)
    temporary = path.with_name(f".{path.name}.tmp")
    columns = f"* replace ({replaced})" if replaced else "*"
    connection.execute(
        f"copy (select {columns} from {rows} where not {removed}) to {text_literal(temporary)} "
        "(format parquet, compression zstd)"
    )
    move_into_place(temporary, path)
    yield FileChange(str(path.relative_to(home.root)), int(n_removed), int(n_altered), before, _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
