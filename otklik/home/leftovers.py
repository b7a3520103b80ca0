"""What a process that died may have left in a home, and its removal by whoever holds the home next.

Every file is written beside its place and renamed, so what has a name is whole; here goes what never got one, and rows
of a load that never got its line in the ledger.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from otklik.home.settings import Home


def remove_leftovers(home: Home) -> None:
    """Remove unfinished files, work folders, spilled pages, and loads without a line. The caller holds the home."""
    for path in (*_unfinished(home), *_spilled(home), *_work_folders(home)):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in _orphans(home):
        _settle_orphan(home, path)


def _unfinished(home: Home) -> Iterator[Path]:
    """Files and snapshots that never got their name, where none but the holder of the home writes."""
    restricted = (home.restricted / name for name in ("message_text", "retired", "duplicate_index"))
    for folder in (home.lake, home.quarantine, home.vault, home.root / "models", *restricted):
        for pattern in ("*.tmp", "*.new"):
            yield from folder.rglob(pattern)
    for folder in (home.published, home.dbt_target):
        yield from folder.glob(".*.tmp")
    for path in (home.published / "snapshots").glob(".*"):
        if path.name.startswith((".building", ".pruned")):
            yield path


def _spilled(home: Home) -> Iterator[Path]:
    yield from (path for path in (home.root / ".gate_spill", home.root / "warehouse.duckdb.tmp") if path.exists())


def _work_folders(home: Home) -> Iterator[Path]:
    """Of loads in progress; what is remembered of deliveries are files and stay."""
    yield from (path for path in home.work.glob("*") if path.is_dir())


def _orphans(home: Home) -> Iterator[Path]:
    """Files of loads that have no line in the ledger: the process died between the two."""
    for path in home.lake.glob("raw/*/source=*/load=*.parquet"):
        if not _has_line(home, path.parent.parent.name, path):
            yield path
    for path in home.quarantine.glob("*/source=*/load=*.parquet"):
        if not _has_line(home, path.parent.parent.name, path):
            yield path
    for path in home.restricted.glob("message_text/source=*/load=*.parquet"):
        if not _has_line(home, "message", path):
            yield path


def _has_line(home: Home, entity: str, path: Path) -> bool:
    lines = home.lake / "ledger" / path.parent.name / f"entity={entity}"
    return path.stem == "load=_empty" or (lines / path.name).exists()


def _settle_orphan(home: Home, path: Path) -> None:
    """Half a new load is removed and read again; half a retired one follows its line, which went first."""
    retired = home.restricted / "retired"
    relative = path.relative_to(home.root)
    entity = "message" if relative.parts[0] == "restricted" else path.parent.parent.name
    line = retired / "lake" / "ledger" / path.parent.name / f"entity={entity}" / path.name
    if line.exists() and relative.parts[0] != "quarantine":
        target = retired / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    elif not line.exists():
        path.unlink()
