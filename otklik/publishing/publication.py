"""Publishing one run's marts: the verdicts go with them, and the run is remembered so that it need not be repeated."""

import json
from pathlib import Path

import pyarrow.parquet as pq

from otklik.home.settings import Home
from otklik.publishing.mart_contracts import Mart
from otklik.publishing.snapshots import PublishResult, publish_snapshot
from otklik.run_context import RunContext, inputs_fingerprint


def publish(context: RunContext, marts: list[Mart]) -> PublishResult:
    """Publish the marts of a run's warehouse with the verdicts of its gates.

    Args:
        context: the run.
        marts: contracts of what is published.
    """
    result = publish_snapshot(
        warehouse=context.home.warehouse,
        published=context.home.published,
        marts=marts,
        as_of=context.as_of,
        gate_verdicts=_verdicts(context.home, context.run_key),
    )
    note = {"inputs_fingerprint": inputs_fingerprint(context), "snapshot_id": result.snapshot_id}
    _note_path(context.home).write_text(json.dumps(note) + "\n", encoding="utf-8")
    return result


def published_for(context: RunContext) -> str | None:
    """Id of the current snapshot if it was published from exactly these inputs, else None."""
    path = _note_path(context.home)
    current = context.home.published / "current"
    if not path.exists() or not current.exists():
        return None
    note = json.loads(path.read_text(encoding="utf-8"))
    if note["snapshot_id"] != current.resolve().name or note["inputs_fingerprint"] != inputs_fingerprint(context):
        return None
    return str(note["snapshot_id"])


def _note_path(home: Home) -> Path:
    return home.published / "last_run.json"


def _verdicts(home: Home, run_key: str) -> list[dict[str, object]]:
    """One verdict a gate, from the expectations it kept: passed unless a blocking one failed."""
    verdicts = []
    for path in sorted((home.lake / "gates" / f"run={run_key}").glob("gate=*.parquet")):
        rows = pq.read_table(path).to_pylist()
        failed = [row for row in rows if not row["is_passed"]]
        verdicts.append(
            {
                "gate": path.stem.removeprefix("gate="),
                "is_passed": not any(row["severity"] == "blocking" for row in failed),
                "n_expectations": len(rows),
                "n_warnings": sum(row["severity"] != "blocking" for row in failed),
            }
        )
    return verdicts
