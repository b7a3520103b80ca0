"""What a snapshot says of itself: its manifest, and that of its public surface."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from otklik.home.files import write_text
from otklik.publishing.mart_contracts import Surface
from otklik.publishing.snapshot_files import PublishError

MANIFEST_NAME = "manifest.json"
MANIFEST_FORMAT = 2


def current_manifest(published: Path) -> dict[str, Any] | None:
    """The manifest of the current snapshot, or None before the first one.

    Keys: `format`, `snapshot_id`, `as_of` (ISO 8601, UTC), `content_hash`, `duckdb_version`, `gates` (verdicts),
    `judged` (table of the warehouse → hash of the rows that the verdicts are of), `data_docs` (file with what the gates
    found, for people), `missing` (what the tables lack, by source and entity, since when and why) and `surfaces`:
    `analyst` or `public` → name of a mart → `row_count`, `sha256` and `bytes` of `file`, its `relation` in the
    warehouse, `version`, `definitions`, `description`, `columns`.

    Raises:
        PublishError: there is a manifest that cannot be read.
    """
    try:
        # One open of the resolved file: the link may be switched meanwhile.
        found = ((published / "current").resolve(strict=True) / MANIFEST_NAME).read_bytes()
    except FileNotFoundError:
        return None
    if (manifest := parsed_manifest(found)) is None:
        raise PublishError(
            f"{published / 'current' / MANIFEST_NAME} is damaged. Publish the snapshot again: otklik run"
        )
    return manifest


def last_good_manifest(published: Path) -> dict[str, Any] | None:
    """`current_manifest` for whoever is about to publish: a damaged one is none."""
    try:
        return current_manifest(published)
    except PublishError:
        return None


def parsed_manifest(found: bytes) -> dict[str, Any] | None:
    """A manifest out of its bytes; None where they are none, or not of the content it names."""
    try:
        manifest: dict[str, Any] = json.loads(found)
        is_good = str(manifest["snapshot_id"]).endswith(f"-{manifest['content_hash'][:8]}")
        is_good = is_good and isinstance(manifest["surfaces"], dict) and isinstance(manifest["gates"], list)
    except (ValueError, KeyError, TypeError):
        return None
    return manifest if is_good else None


def write_manifests(snapshot: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a snapshot, and into the public surface what concerns it."""
    public = {key: manifest[key] for key in ("format", "snapshot_id", "as_of", "duckdb_version") if key in manifest}
    public["missing"] = [
        {key: one[key] for key in ("source", "entity", "missing_since")} for one in manifest.get("missing", [])
    ]
    public["surfaces"] = {Surface.PUBLIC: manifest["surfaces"].get(Surface.PUBLIC, {})}
    for path, content in ((snapshot / Surface.PUBLIC / MANIFEST_NAME, public), (snapshot / MANIFEST_NAME, manifest)):
        if path.parent.is_dir():
            write_text(path, json.dumps(content, sort_keys=True, ensure_ascii=False, indent=2) + "\n")


def row_counts(surfaces: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, int]]:
    """Surface → mart → rows, out of the `surfaces` of a manifest."""
    return {
        str(surface): {name: entry["row_count"] for name, entry in marts.items()} for surface, marts in surfaces.items()
    }


def each_mart(surfaces: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, Any]]:
    """Surface, name and entry of every mart."""
    return ((surface, name, entry) for surface, marts in surfaces.items() for name, entry in marts.items())
