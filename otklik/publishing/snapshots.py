"""Publishes the marts as a snapshot: a finished folder that readers find whole or not at all.

A snapshot is built beside the others under a hidden name, flushed, renamed, and made current by replacing one symbolic
link. It is never changed afterwards, so BI tools read it while the next run writes the warehouse. It has two surfaces,
`analyst/` and `public/`, each with its own permissions. Knows no Dagster and no dbt: who may read which column comes in
as `Mart`s (`mart_contracts.py`); `snapshot_files.py` writes the tables.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from otklik.home.files import write_text
from otklik.home.lock import held_file
from otklik.home.permissions import let_anybody_read, let_group_read
from otklik.home.settings import Home
from otklik.home.versions import platform_version
from otklik.publishing.manifests import (
    MANIFEST_FORMAT,
    MANIFEST_NAME,
    each_mart,
    last_good_manifest,
    parsed_manifest,
    row_counts,
    write_manifests,
)
from otklik.publishing.mart_contracts import META_PREFIX, Mart, Surface
from otklik.publishing.snapshot_files import (
    DATABASE_NAME,
    Entries,
    PublishError,
    build_database,
    export_marts,
    holds_tables,
    sha256_of,
)

KEPT_SNAPSHOTS = 5
"""Snapshots that stay, the one in force included."""
DATA_DOCS_NAME = f"{Surface.ANALYST}/data_docs.html"
"""What the gates found, for people; the manifest names it as `data_docs`."""

_BUILDING = ".building"
_PRUNED = ".pruned"
_NEXT_LINK = ".current.next"
_LOCK = ".publish.lock"
# Readers that resolved the link just before a switch still need the folder it named.
_LEAST_KEPT = 2


@dataclass(frozen=True)
class PublishResult:
    """What a publish did.

    Attributes:
        snapshot_id: The snapshot that is current now.
        is_unchanged: True when the current snapshot already held this content and nothing was written.
        path: The current snapshot's folder.
        row_counts: Rows by surface and mart.
        pruned: Ids of snapshots removed, sorted.
    """

    snapshot_id: str
    is_unchanged: bool
    path: Path
    row_counts: dict[str, dict[str, int]]
    pruned: tuple[str, ...] = ()


def publish_snapshot(
    *,
    warehouse: Path,
    published: Path,
    marts: Sequence[Mart],
    as_of: datetime,
    gate_verdicts: Sequence[Mapping[str, Any]],
    judged: Mapping[str, str] | None = None,
    data_docs: str | None = None,
    missing: Sequence[Mapping[str, Any]] = (),
    keep: int = KEPT_SNAPSHOTS,
    write_reports: Mapping[str, Callable[[Path, Path, datetime], None]] | None = None,
) -> PublishResult:
    """Publish the marts on both surfaces and make the snapshot current.

    Anybody may read `public/`; `analyst/` and the manifest of the whole only the owner and the group of the folder.

    Content is every mart but `meta_…`, its contract, `as_of`, and what is missing; equal content is published once. A
    process killed at any point leaves `current` whole; what it left behind is removed by the next publish.

    Args:
        warehouse: DuckDB file with the marts, in the home its views' relative file names start from; opened read-only.
            Nobody may be writing it.
        published: Folder that holds `snapshots/` and `current`; created when missing.
        marts: What to publish.
        as_of: The instant the data describe, with a zone; names the snapshot. The clock is not read.
        gate_verdicts: JSON-serialisable verdicts, each with `gate` and `is_passed`; kept in the manifest.
        judged: Table of the warehouse → hash of its rows (`otklik.home.contents`) that the verdicts are of; kept in
            the manifest. None where nobody judged.
        data_docs: What the gates found, an HTML document that goes with the tables; None for none.
        missing: What the tables lack of what sources delivered or owe, with since when and why; kept in the manifest.
        keep: Snapshots to keep, the new one included; at least 2. The current and the previous one always stay.
        write_reports: Surface → what writes pages into its folder, from its database, as of an instant; they follow
            from the tables, so they are no part of what makes two snapshots differ.

    Returns:
        What was done.

    Raises:
        ValueError: `keep` is under 2, `as_of` has no zone, or marts are missing or named twice on one surface.
        PublishError: A gate did not pass, the rows are not those that were judged, a mart or column is not in the
            warehouse, or another publish is running.
    """
    _check(marts, as_of, gate_verdicts, keep)
    snapshots = published / "snapshots"
    snapshots.mkdir(parents=True, exist_ok=True)
    for folder in (published, snapshots):
        let_anybody_read(folder)
    refused = f"Another process is publishing into {published}; wait for it."
    with held_file(published / _LOCK, refusal=lambda _: PublishError(refused)):
        _clean(published, snapshots)
        previous = last_good_manifest(published)
        building = snapshots / _BUILDING
        building.mkdir()
        entries = export_marts(warehouse, building, marts, judged or {})
        lacking = [{name: _plain(value) for name, value in one.items()} for one in missing]
        content_hash = _content_hash(entries, as_of, lacking)
        snapshot_id = f"{as_of.astimezone(UTC):%Y%m%dT%H%M%SZ}-{content_hash[:8]}"
        folder = snapshots / snapshot_id
        is_whole = _is_whole(folder, content_hash, entries, has_docs=data_docs is not None)
        is_unchanged = is_whole and previous is not None and previous["content_hash"] == content_hash
        if is_whole:
            # in force already; or it was once, or its publisher was killed before the switch
            shutil.rmtree(building)
        else:
            for surface, marts_of_it in entries.items():
                build_database(building / surface / DATABASE_NAME, marts_of_it, surface)
            for surface, write_report in (write_reports or {}).items():
                write_report(building / surface, building / surface / DATABASE_NAME, as_of)
            facts: dict[str, Any] = {"content_hash": content_hash, "surfaces": entries, "judged": dict(judged or {})}
            facts |= {"missing": lacking, "access_log": _access_head(Home(published.parent))}
            if data_docs is not None:
                facts["data_docs"] = DATA_DOCS_NAME
                write_text(building / DATA_DOCS_NAME, data_docs)
            _write_manifests(building, snapshot_id, as_of, facts, gate_verdicts)
            set_readers(building)
            _flush_tree(building)
            _put_in_place(building, folder)
            _flush(snapshots)
        if not is_unchanged:
            _switch(published, snapshot_id)
        kept = {snapshot_id} | ({previous["snapshot_id"]} if previous else set())
        pruned = _prune(snapshots, kept, keep)
    return PublishResult(snapshot_id, is_unchanged, snapshots / snapshot_id, row_counts(entries), pruned)


def set_readers(snapshot: Path) -> None:
    """Let anybody read the public surface, and only the owner and the folder's group the rest of a snapshot."""
    let_anybody_read(snapshot)
    let_group_read(snapshot / MANIFEST_NAME)
    for surface in Surface:
        folder = snapshot / surface
        if folder.is_dir():
            let_read = let_anybody_read if surface is Surface.PUBLIC else let_group_read
            for path in (folder, *folder.rglob("*")):
                let_read(path)


def _is_whole(folder: Path, content_hash: str, entries: Entries, *, has_docs: bool) -> bool:
    """Whether a snapshot that is there already holds exactly this content, all of it."""
    try:
        manifest = parsed_manifest((folder / MANIFEST_NAME).read_bytes())
        if manifest is None or manifest["content_hash"] != content_hash:
            return False
        if has_docs and not (folder / DATA_DOCS_NAME).is_file():
            return False
        # of operational marts the snapshot keeps what it was published with
        own = {
            (surface, name): entry for surface, name, entry in each_mart(entries) if not name.startswith(META_PREFIX)
        }
        files = {(surface, name): entry for surface, name, entry in each_mart(manifest["surfaces"])} | own
        if not all(sha256_of(folder / at / entry["file"]) == entry["sha256"] for (at, _), entry in files.items()):
            return False
        # bytes of a DuckDB file differ from time to time with the same rows, so they are no part of the manifest
        return all(holds_tables(folder / at / DATABASE_NAME, marts) for at, marts in manifest["surfaces"].items())
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _put_in_place(building: Path, folder: Path) -> None:
    """Give a finished snapshot its name; where one of that name is damaged, replace its files one by one.

    Both are of one content, so a reader who opens an old file and a new one reads one state; the manifest comes last.
    """
    if not folder.exists():
        building.rename(folder)
        return
    files = [path.relative_to(building) for path in building.rglob("*") if not path.is_dir()]
    for path in sorted(files, key=lambda path: (path.name == MANIFEST_NAME, path)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (building / path).replace(folder / path)
    set_readers(folder)
    shutil.rmtree(building)


def _check(marts: Sequence[Mart], as_of: datetime, verdicts: Sequence[Mapping[str, Any]], keep: int) -> None:
    names = [f"{mart.surface}/{mart.name}" for mart in marts]
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"Marts to publish must be at least one and named once each on a surface; found {sorted(names)}."
        )
    if as_of.tzinfo is None:
        raise ValueError(f"as_of {as_of.isoformat()} has no time zone; pass an aware datetime.")
    if keep < _LEAST_KEPT:
        raise ValueError(f"keep is {keep}; at least {_LEAST_KEPT}, or readers of the last snapshot would lose it.")
    if failed := sorted(str(verdict["gate"]) for verdict in verdicts if not verdict["is_passed"]):
        raise PublishError(f"Gates {failed} did not pass, so nothing is published; mend the data and run again.")


def _clean(published: Path, snapshots: Path) -> None:
    """Remove what a killed publish left behind."""
    (published / _NEXT_LINK).unlink(missing_ok=True)
    for leftover in [snapshots / _BUILDING, *snapshots.glob(f"{_PRUNED}-*")]:
        if leftover.exists():
            shutil.rmtree(leftover)


def _plain(value: Any) -> Any:
    return _instant(value) if isinstance(value, datetime) else value


def _content_hash(entries: Entries, as_of: datetime, missing: Sequence[Mapping[str, Any]]) -> str:
    """What makes a snapshot another one: its instant, its rows, what they mean, and the platform that drew its pages.

    Of the tables about the run itself only the contracts count: their rows tell of every run, also of one that found
    nothing new.
    """
    content = ({"missing": missing} if missing else {}) | {
        "as_of": _instant(as_of),
        "platform": platform_version(),
        "told_of_runs": [
            [surface, name, entry["version"], entry["columns"]]
            for surface, name, entry in each_mart(entries)
            if name.startswith(META_PREFIX)
        ],
        "surfaces": [
            [surface, name, entry] for surface, name, entry in each_mart(entries) if not name.startswith(META_PREFIX)
        ],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _access_head(home: Home) -> dict[str, Any]:
    """Where the access log ends: whoever keeps a snapshot can tell later that it was cut short or changed."""
    if not home.access_head.exists():
        return {"lines": 0, "sha256": "0" * 64}
    head: dict[str, Any] = json.loads(home.access_head.read_text(encoding="utf-8"))
    return head


def _write_manifests(
    building: Path,
    snapshot_id: str,
    as_of: datetime,
    facts: Mapping[str, Any],
    gate_verdicts: Sequence[Mapping[str, Any]],
) -> None:
    """What the whole snapshot is, and within the public surface the same of that alone."""
    manifest = {
        "format": MANIFEST_FORMAT,
        "snapshot_id": snapshot_id,
        "as_of": _instant(as_of),
        "duckdb_version": duckdb.__version__,
        "gates": sorted((dict(verdict) for verdict in gate_verdicts), key=lambda verdict: str(verdict["gate"])),
        **facts,
    }
    write_manifests(building, manifest)


def _switch(published: Path, snapshot_id: str) -> None:
    """Make a snapshot current in one step: a rename over the link, which readers see before or after."""
    link = published / _NEXT_LINK
    # Relative, so that the folder may be moved or mounted elsewhere.
    link.symlink_to(Path("snapshots") / snapshot_id, target_is_directory=True)
    link.replace(published / "current")
    _flush(published)


def _prune(snapshots: Path, kept: set[str], keep: int) -> tuple[str, ...]:
    """Remove the oldest snapshots by their instant until `keep` are left, never one of `kept`."""
    ids = sorted((path.name for path in snapshots.iterdir() if not path.name.startswith(".")), reverse=True)
    others = [snapshot_id for snapshot_id in ids if snapshot_id not in kept]
    pruned = sorted(others[max(keep - len(kept), 0) :])
    for snapshot_id in pruned:
        # Renamed first: nobody who lists the folder finds a snapshot with half of its files.
        doomed = snapshots / f"{_PRUNED}-{snapshot_id}"
        (snapshots / snapshot_id).rename(doomed)
        shutil.rmtree(doomed)
    return tuple(pruned)


def _flush_tree(folder: Path) -> None:
    for path in (*sorted(folder.rglob("*")), folder):
        _flush(path)


def _flush(path: Path) -> None:
    """Have the system write a file, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
