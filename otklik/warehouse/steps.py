"""The steps of dbt in a run, and which models each builds."""

from collections.abc import Collection, Mapping
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
        *("burst", "formal_reply", "municipality_rank", "public_incident_cell", "public_post_cell"),
    ),
}
DBT_STEPS = tuple(STEP_INPUTS)


def selection_of_step(step: str) -> tuple[str, str]:
    """What dbt selects and excludes in a step, in its own syntax; an empty text excludes nothing."""
    later = DBT_STEPS[DBT_STEPS.index(step) + 1 :]
    return _fed_by(STEP_INPUTS[step]) or "fqn:*", " ".join(filter(None, (_fed_by(STEP_INPUTS[one]) for one in later)))


def models_of_step(manifest: Mapping[str, Any], step: str) -> list[str]:
    """Names of the models and seeds that a dbt step builds, sorted: for whoever runs one without Dagster.

    Args:
        manifest: the project's manifest.
        step: one of DBT_STEPS.
    """
    return sorted(manifest["nodes"][id_]["name"] for id_, of in _steps(manifest).items() if of == step)


def checks_of_step(manifest: Mapping[str, Any], step: str, models: Collection[str]) -> list[str]:
    """Names of the data tests that can be run when a step has built some models: each has one step, its last table's.

    Args:
        manifest: the project's manifest.
        step: one of DBT_STEPS.
        models: names of those of its models and seeds that are built.

    Returns:
        Tests that read one of the models and no table of a later step, sorted. One that also reads a table of this step
        which is not built is left out, unless a model that is built reads that table too.
    """
    step_of, nodes = _steps(manifest), manifest["nodes"]
    built = {id_ for id_ in step_of if nodes[id_]["name"] in models}
    ready = built | {id_ for id_, of in step_of.items() if DBT_STEPS.index(of) < DBT_STEPS.index(step)}
    waiting = list(built)
    while waiting:
        for parent in nodes[waiting.pop()]["depends_on"].get("nodes", ()):
            if parent in step_of and parent not in ready:
                ready.add(parent)
                waiting.append(parent)
    found = []
    for node in nodes.values():
        if node["resource_type"] == "test":
            read = {id_ for id_ in node["depends_on"]["nodes"] if id_ in step_of}
            if read & built and read <= ready:
                found.append(node["name"])
    return sorted(found)


def _steps(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The step that builds each model and seed, by its id: the last one that feeds it."""
    built = {id_: DBT_STEPS[0] for id_, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")}
    for step, tables in STEP_INPUTS.items():
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
        built |= {id_: step for id_ in seen if id_ in built}
    return built


def _fed_by(tables: tuple[str, ...]) -> str:
    return " ".join(f"source:enriched.{table}+" for table in tables)
