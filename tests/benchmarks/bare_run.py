"""The platform's functions and SQL one after the other, in one process, without Dagster: what a run costs at least.

Usage: python bare_run.py HOME SOURCES [gates]   prints one JSON object: seconds by stage.
"""

import json
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path


def main(home_root: str, sources: str, *, has_gates: bool) -> None:
    """Run every stage and print its seconds."""
    seconds: dict[str, float] = {}

    @contextmanager
    def stage(name):
        began = time.perf_counter()
        yield
        seconds[name] = round(time.perf_counter() - began, 2)

    with stage("import"):
        from data_quality.gate import evaluate_gate
        from data_quality.suites import gate_named
        from nlp.pipeline import model_version
        from otklik.home.settings import DBT_PROJECT_DIR, Home, Settings
        from otklik.intake.ingestion.ingest import ingest
        from otklik.intake.sources.configuration import load_configuration
        from otklik.publishing.mart_contracts import mart_contracts, suppressions
        from otklik.publishing.snapshots import publish_snapshot
        from otklik.run_context import decide
        from otklik.stages import annotation, grouping, participation, releasing, scoring
        from otklik.stages.graph_tables import read_messages
        from otklik.stages.incident_joining import fit_joining_weights, join_incidents
        from otklik.stages.incident_statistics import find_bursts, judge_replies, rank_municipalities
        from otklik.stages.near_duplicates import find_near_duplicates
        from otklik.stages.preparation import prepare_home
        from otklik.stages.public_cells import find_incident_cells, find_post_cells
        from otklik.warehouse.dbt_args import build_args
        from otklik.warehouse.dbt_project import dbt_manifest, invoke_dbt
        from otklik.warehouse.steps import DBT_STEPS, checks_of_step, models_of_step

    home = Home(Path(home_root))
    settings = Settings(home, (Path(sources),))
    configuration = load_configuration(settings.source_files)
    context = decide(settings, configuration, datetime.now(UTC))
    prepare_home(context)
    with stage("ingest"):
        for source in configuration.sources.values():
            for entity in source.entities:
                ingest(home, source, entity, received_at=context.received_at)
    with stage("annotate"):
        annotation.annotate_posts(home)
        annotation.annotate_messages(home)
        find_near_duplicates(home)
    manifest = dbt_manifest(home)

    def build(step: str) -> None:
        models = models_of_step(manifest, step)
        tests = checks_of_step(manifest, step, models)
        invoke_dbt(home, build_args(DBT_PROJECT_DIR, home.dbt_target, is_full_refresh=False), [*models, *tests])

    facts, scores, incidents, inferences = DBT_STEPS
    with stage("dbt before graph"):
        build(facts)
    with stage("incidents"):
        fit_joining_weights(home, context.as_of)
        build(scores)
        join_incidents(home, context.as_of)
        build(incidents)
    with stage("graph"):
        grouping.find_groups(home)
        releasing.find_releases(home)
        grouping.find_roles(home)
        participation.find_preferences(home)
        messages = read_messages(home)
        scoring.score_leaders(home, messages)
        grouping.find_group_events(home, messages)
        participation.find_loyalty(home, messages)
        participation.find_levels(home, messages)
    with stage("statistics"):
        find_bursts(home)
        judge_replies(home)
        rank_municipalities(home)
        find_incident_cells(home)
        find_post_cells(home)
    with stage("dbt after graph"):
        build(inferences)
    if has_gates:
        with stage("gates"):
            asked = {"run_key": context.run_key, "as_of": context.as_of}
            for source in configuration.sources.values():
                for entity in source.entities:
                    gate = gate_named("raw", source=source.name, entity=entity)
                    evaluate_gate(gate, database=None, search_path=home.root, parameters=asked)
            more = {
                "annotations": {"model_version": model_version(annotation.gazetteer(home))},
                "edges": {},
                "scores": {},
                "marts": {"min_group_size": 5},
            }
            for name, parameters in more.items():
                gate = gate_named(name, **({"suppressions": suppressions(manifest)} if name == "marts" else {}))
                database = home.warehouse if gate.relations else None
                evaluate_gate(gate, database=database, search_path=home.root, parameters=asked | parameters)
    with stage("publish"):
        publish_snapshot(
            warehouse=home.warehouse,
            published=home.published,
            marts=mart_contracts(manifest),
            as_of=context.as_of,
            gate_verdicts=[],
        )
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], has_gates="gates" in sys.argv[3:])
