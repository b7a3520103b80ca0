"""The seal: what a home held when the last run let go of it, a hash for every file that should not change by itself.

Whoever takes the home next compares, and so learns of files that were lost, cut short or changed in between. Only the
holder of the home writes to these files. Kept as `<home>/seal.json`; without it nothing can be compared.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from otklik.home.files import write_text
from otklik.home.settings import Home

CURRENT = "published/current"
"""Stands in a seal with the name of the snapshot it led to."""

_SEALED = (
    "lake/raw/*/*/load=*.parquet",
    "lake/ledger/*/*/load=*.parquet",
    "lake/enriched/*/*.parquet",
    "lake/gates/*/*.parquet",
    "lake/history/*/*.parquet",
    "lake/erasures/*.json",
    "restricted/message_text/*/load=*.parquet",
    "restricted/duplicate_index/*",
    "quarantine/*/*/load=*.parquet",
    "models/*/*",
    "vault/vault.sqlite",
    "vault/key_v*",
    "vault/*_key",
    "published/snapshots/*/*",
    "published/snapshots/*/*/*",
    "published/last_run.json",
    "dbt/proof.json",
    "warehouse.duckdb",
)

HashOfFile = Callable[[Path], str]


def seal_home(home: Home, hash_of: HashOfFile) -> None:
    """Write the seal of everything as it is now. The caller holds the home."""
    _write(home, {str(path.relative_to(home.root)): hash_of(path) for path in _sealed(home)} | _current(home))


def reseal(home: Home, paths: Iterable[str], hash_of: HashOfFile) -> None:
    """Take over some files into the seal as they are now, after an act that changed them and nothing else.

    Args:
        home: the deployment's folder; the caller holds it.
        paths: relative to the home; a file that is gone leaves the seal. Files that no seal covers are passed over.
        hash_of: content hash of one file.
    """
    seal = read_seal(home)
    if seal is None:
        return
    entries, sealed = dict(seal), {str(path.relative_to(home.root)) for path in _sealed(home)}
    for path in paths:
        entries.pop(path, None)
        if path in sealed:
            entries[path] = hash_of(home.root / path)
    _write(home, entries)


def remove_seal(home: Home) -> None:
    """Make nothing comparable until the next seal."""
    for path in (_path(home), _path(home).with_name(f".{_path(home).name}.tmp")):
        path.unlink(missing_ok=True)


def read_seal(home: Home) -> dict[str, str] | None:
    """Path relative to the home → hash; None where there is no seal that can be read."""
    try:
        seal = json.loads(_path(home).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return seal if isinstance(seal, dict) else None


def broken_seals(home: Home, hash_of: HashOfFile) -> list[str]:
    """Paths of sealed files that are missing or hold something else, sorted; empty where there is no seal."""
    seal = read_seal(home) or {}
    current = {CURRENT: seal.pop(CURRENT)} if CURRENT in seal else {}
    broken = [path for path, content in seal.items() if not _is_as_sealed(home.root / path, content, hash_of)]
    is_lost = bool(current) and not (home.root / CURRENT).exists()
    return sorted([*broken, CURRENT] if is_lost else broken)


def _is_as_sealed(path: Path, content: str, hash_of: HashOfFile) -> bool:
    return path.is_file() and hash_of(path) == content


def _sealed(home: Home) -> Iterator[Path]:
    for pattern in _SEALED:
        yield from sorted(path for path in home.root.glob(pattern) if path.is_file())


def _current(home: Home) -> dict[str, str]:
    link = home.root / CURRENT
    return {CURRENT: link.readlink().name} if link.is_symlink() else {}


def _write(home: Home, entries: Mapping[str, str]) -> None:
    write_text(_path(home), json.dumps(dict(sorted(entries.items())), indent=0) + "\n")
    _path(home).chmod(0o600)


def _path(home: Home) -> Path:
    return home.root / "seal.json"
