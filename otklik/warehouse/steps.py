"""The steps of dbt in a run, and which models each builds."""

from collections.abc import Mapping
from typing import Any

# A step builds what reads the tables that Python computed before it, and what follows from them. Definitions of their
# own and not one that Dagster splits: the steps are the same in every run, and every test has a step after which its
# tables are all there.
STEP_INPUTS: dict[str, tuple[str, ...]] = {
    "dbt_facts": (),
    "dbt_scores": ("joining_weight", "joining_model"),
    "dbt_incidents": ("incident_member", "incident_regrouping"),
    "dbt_inferences": (
        *("leader_score", "interest_group", "group_release", "role", "group_event"),
        *("preference", "loyalty", "communication_level"),
        *("burst", "formal_reply", "municipality_rank"),
    ),
}
DBT_STEPS = tuple(STEP_INPUTS)


def selection_of_step(step: str) -> tuple[str, str]:
    """What dbt selects and excludes in a step, in its own syntax; an empty text excludes nothing."""
    later = DBT_STEPS[DBT_STEPS.index(step) + 1 :]
    return _fed_by(STEP_INPUTS[step]) or "fqn:*", " ".join(filter(None, (_fed_by(STEP_INPUTS[one]) for one in later)))


def indirect_selection_of_step(step: str) -> str:
    """Which tests come along: `buildable` leaves out one that also reads tables of a later step."""
    return "eager" if step == DBT_STEPS[-1] else "buildable"


def models_of_step(manifest: Mapping[str, Any], step: str) -> list[str]:
    """Names of the models and seeds that a dbt step builds, sorted: for whoever runs one without Dagster.

    Args:
        manifest: the project's manifest.
        step: one of DBT_STEPS.
    """
    step_of: dict[str, str] = {}
    for name, tables in STEP_INPUTS.items():
        fed = [
            id_
            for id_, node in manifest["sources"].items()
            if node["source_name"] == "enriched" and node["name"] in tables
        ]
        seen: set[str] = set()
        while fed:
            for child in manifest["child_map"][fed.pop()]:
                if child not in seen:
                    seen.add(child)
                    fed.append(child)
        step_of |= dict.fromkeys(seen, name)  # the last step that feeds a model is the one that builds it
    nodes = manifest["nodes"].items()
    return sorted(
        node["name"]
        for id_, node in nodes
        if node["resource_type"] in ("model", "seed") and step_of.get(id_, DBT_STEPS[0]) == step
    )


def _fed_by(tables: tuple[str, ...]) -> str:
    return " ".join(f"source:enriched.{table}+" for table in tables)
