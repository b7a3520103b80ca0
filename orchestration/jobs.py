"""A job for each selection that somebody has a reason to run by itself."""

from typing import Any

import dagster as dg

from orchestration.assets.publication import SNAPSHOT_KEY
from orchestration.resources import PUBLISH, REFRESH


def build_jobs() -> dict[str, Any]:
    """Jobs by name."""
    # fetching is a job of days, and has its own (`assets/harvest.py`); training waits for new labels
    everything = dg.AssetSelection.all() - dg.AssetSelection.groups("inbox", "training")
    staff_graph = dg.AssetSelection.groups("graph", "communication")
    selections = {
        REFRESH: (everything, "Everything: take in what is new, rebuild, check, publish."),
        "ingest": (dg.AssetSelection.groups("raw"), "Take in what is new and check it; nothing is published."),
        "annotate": (dg.AssetSelection.groups("text"), "Label the texts the current model has not seen."),
        "communication": (staff_graph, "Rebuild ties, scores and groups from the lake as it is."),
        "train": (dg.AssetSelection.groups("training"), "Train the topic model on declared and corrected labels."),
        PUBLISH: (dg.AssetSelection.assets(SNAPSHOT_KEY), "Publish the warehouse as it is."),
    }
    return {
        name: dg.define_asset_job(name, selection, description=description)
        for name, (selection, description) in selections.items()
    }
