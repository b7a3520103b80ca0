"""Publishing one run's marts: the verdicts go with them, and the run is remembered so that it need not be repeated."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from otklik.home.engine import connect
from otklik.home.files import write_text
from otklik.home.settings import Home
from otklik.publishing.manifests import last_good_manifest
from otklik.publishing.mart_contracts import META_PREFIX, Mart
from otklik.publishing.snapshots import PublishResult, publish_snapshot
from otklik.report.writers import WRITERS
from otklik.run_context import RunContext, inputs_fingerprint


def publish(
    context: RunContext,
    marts: list[Mart],
    verdicts: Sequence[Mapping[str, Any]],
    judged: Mapping[str, str],
    data_docs: str,
    missing: Sequence[Mapping[str, Any]] = (),
) -> PublishResult:
    """Publish the marts of a run's warehouse with the verdicts of its gates.

    Args:
        context: the run.
        marts: contracts of what is published.
        verdicts: of every gate that guards the tables.
        judged: mart → content hash of the rows that the verdicts are of; other rows are not published.
        data_docs: what the gates found, as a document that goes with the tables.
        missing: what the tables lack, by source and entity.
    """
    return publish_snapshot(
        warehouse=context.home.warehouse,
        published=context.home.published,
        marts=marts,
        as_of=context.as_of,
        gate_verdicts=verdicts,
        judged=judged,
        data_docs=data_docs,
        missing=missing,
        write_reports=WRITERS,
    )


def previous_row_counts(home: Home) -> dict[str, int]:
    """Rows of the marts in the last snapshot, but for operational ones, which change with every run.

    A mart that is no more is left out: publishing asks for those it needs.
    """
    manifest = last_good_manifest(home.published)
    if manifest is None:
        return {}
    with connect(home.warehouse) as connection:
        there = {name for (name,) in connection.execute("select table_name from information_schema.tables").fetchall()}
    return {
        entry["relation"]: entry["row_count"]
        for marts in manifest["surfaces"].values()
        for entry in marts.values()
        if entry["relation"] in there and not entry["relation"].startswith(META_PREFIX)
    }


def note_whole_run(home: Home, fingerprint: str, snapshot_id: str) -> None:
    """Remember that a snapshot stands for these inputs, so that a run from them may be left out.

    Args:
        home: the deployment's folder.
        fingerprint: `inputs_fingerprint` from before the run took anything in: what came later is new to the next one.
        snapshot_id: of a run that did everything; one that only published has not looked at the deliveries.
    """
    note = {"inputs_fingerprint": fingerprint, "snapshot_id": snapshot_id}
    write_text(_note_path(home), json.dumps(note) + "\n")


def published_for(context: RunContext) -> str | None:
    """Id of the current snapshot if it was published from exactly these inputs, else None."""
    path = _note_path(context.home)
    current = context.home.published / "current"
    if not path.exists() or not current.exists():
        return None
    try:
        note = json.loads(path.read_bytes())
        snapshot_id, fingerprint = str(note["snapshot_id"]), note["inputs_fingerprint"]
    except (ValueError, KeyError, TypeError):
        return None  # damaged: without it a run does everything again
    is_same = snapshot_id == current.resolve().name and fingerprint == inputs_fingerprint(context)
    return snapshot_id if is_same else None


def _note_path(home: Home) -> Path:
    return home.published / "last_run.json"
