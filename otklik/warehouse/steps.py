"""The two steps of dbt in a run, and which models each builds."""

from collections.abc import Mapping
from typing import Any

# What SQL says of facts and labels, then what the Python stage in between feeds: scores, groups, bursts, judged
# replies. Two definitions and not one that Dagster splits: the steps are the same in every run, and every test has a
# step after which its tables are all there.
DBT_STEPS = ("dbt_facts", "dbt_inferences")
INFERRED_TABLES = (
    *("leader_score", "interest_group", "group_release", "role", "group_event"),
    *("preference", "loyalty", "communication_level"),
    *("burst", "formal_reply", "municipality_rank"),
)


def models_of_step(manifest: Mapping[str, Any], step: str) -> list[str]:
    """Names of the models and seeds that a dbt step builds, sorted: for whoever runs one without Dagster.

    Args:
        manifest: the project's manifest.
        step: one of DBT_STEPS.
    """
    found: set[str] = set()
    fed = [
        id_
        for id_, node in manifest["sources"].items()
        if node["source_name"] == "enriched" and node["name"] in INFERRED_TABLES
    ]
    while fed:
        for child in manifest["child_map"][fed.pop()]:
            if child not in found:
                found.add(child)
                fed.append(child)
    is_late = DBT_STEPS.index(step) == 1
    nodes = manifest["nodes"].items()
    return sorted(
        node["name"] for id_, node in nodes if node["resource_type"] in ("model", "seed") and (id_ in found) == is_late
    )
