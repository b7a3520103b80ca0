"""Whether the access log is whole: its own chain, and what snapshots and receipts say of it."""

import json
from dataclasses import replace
from pathlib import Path

from otklik.home.settings import Home
from otklik.intake.access_log import Head, Verdict, verify_log
from otklik.publishing.manifests import MANIFEST_NAME


def audit(home: Home, *, told: Head | None = None) -> Verdict:
    """Look whether a line of the access log was changed or removed.

    Args:
        home: the deployment's folder.
        told: where the log ended when somebody last looked, from a note kept elsewhere.

    Returns:
        The verdict. A line may lose whom it is about by an erasure alone: receipts say how many did.
    """
    noted = {} if told is None else {"the note": told}
    for path in sorted(home.published.glob(f"snapshots/*/{MANIFEST_NAME}")):
        if (head := _head_in(path)) is not None:
            noted[f"snapshot {path.parent.name}"] = head
    verdict = verify_log(home, noted)
    n_taken_out = sum(
        int(json.loads(path.read_text(encoding="utf-8"))["n_log_lines"]) for path in home.lake.glob("erasures/*.json")
    )
    if verdict.n_erased > n_taken_out:
        problem = f"{verdict.n_erased} lines name nobody any more, and erasures account for {n_taken_out}"
        return replace(verdict, problems=(*verdict.problems, problem))
    return verdict


def _head_in(path: Path) -> Head | None:
    """What a manifest notes; None for those from before."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["access_log"]
        return Head(int(found["lines"]), str(found["sha256"]))
    except (ValueError, KeyError, TypeError):
        return None
