"""Every table and every test of the tables has one step of dbt."""

from otklik.home.settings import Home
from otklik.warehouse.dbt_project import dbt_manifest
from otklik.warehouse.steps import DBT_STEPS, checks_of_step, models_of_step


def test_every_model_and_every_test_has_one_step(tmp_path):
    manifest = dbt_manifest(Home(tmp_path))
    models = [name for step in DBT_STEPS for name in models_of_step(manifest, step)]
    tests = [name for step in DBT_STEPS for name in checks_of_step(manifest, step, models_of_step(manifest, step))]
    nodes = manifest["nodes"].values()
    assert sorted(models) == sorted(node["name"] for node in nodes if node["resource_type"] in ("model", "seed"))
    assert sorted(tests) == sorted(node["name"] for node in nodes if node["resource_type"] == "test")


def test_a_table_is_built_after_the_stage_that_it_reads(tmp_path):
    manifest = dbt_manifest(Home(tmp_path))
    step_of = {name: step for step in DBT_STEPS for name in models_of_step(manifest, step)}
    assert step_of["int_incident_pair_evidence"] == "dbt_facts"
    assert step_of["int_incident_pair_score"] == "dbt_scores"
    assert step_of["fct_incident"] == "dbt_incidents"
    assert step_of["fct_burst"] == "dbt_inferences"


def test_a_test_of_a_part_waits_for_what_it_compares(tmp_path):
    manifest = dbt_manifest(Home(tmp_path))
    compared = "assert_every_compared_pair_is_scored"
    assert compared not in checks_of_step(manifest, "dbt_facts", ["int_incident_pair_evidence"])
    assert compared in checks_of_step(manifest, "dbt_scores", ["int_incident_pair_score"])
