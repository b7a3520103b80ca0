"""Who may read whom: the layers, and the wall between citizens' words and staff's contacts."""

import re

import pytest

from tests.unit.dbt import dbt_files

MODELS = dbt_files.models()
realms = dbt_files.realms
SEEDS = set(dbt_files.seeds())
PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "marts": ("fct_", "dim_", "bridge_", "agg_", "meta_", "escalation"),
}
# Rows of the two realms stand under one another there, and nowhere else.
UNIONS = {"int_tie", "dim_subject"}
# Reads both unions and looks up subjects of a realm in the same realm: their ids are disjoint by construction.
READERS_OF_UNIONS = {"fct_tie", "bridge_group_member"}


def of_layer(layer):
    return [name for name, model in MODELS.items() if model.layer == layer]


@pytest.mark.parametrize("name", MODELS)
def test_name_says_the_layer(name):
    assert name.startswith(PREFIXES[MODELS[name].layer])


@pytest.mark.parametrize("name", of_layer("staging"))
def test_staging_reads_one_source_and_no_model(name):
    assert not MODELS[name].refs
    assert len(MODELS[name].sources) == 1


@pytest.mark.parametrize("name", of_layer("intermediate"))
def test_intermediate_reads_staging_and_seeds_but_no_mart(name):
    assert not {ref for ref in MODELS[name].refs if ref in of_layer("marts")}
    assert MODELS[name].sources <= {"run.settings", "run.source"}


@pytest.mark.parametrize("name", of_layer("marts"))
def test_mart_never_reads_staging_or_raw_data(name):
    assert not {ref for ref in MODELS[name].refs if ref in of_layer("staging")}, "put an int_ model in between"
    allowed = {"run.settings", "run.source"}
    if MODELS[name].domain == "operations":
        allowed |= {"ledger.load", "gates.gate_result"}
    assert MODELS[name].sources <= allowed


@pytest.mark.parametrize("name", MODELS)
def test_every_reference_exists(name):
    assert MODELS[name].refs <= set(MODELS) | SEEDS


def test_only_the_named_models_see_both_realms():
    both = {name for name in MODELS if realms(name) == {"citizens", "staff"}}
    assert both == UNIONS | (READERS_OF_UNIONS & both), (
        f"{sorted(both - UNIONS - READERS_OF_UNIONS)} would bring staff's contacts and citizens' posts together"
    )


@pytest.mark.parametrize("name", sorted(UNIONS))
def test_a_union_of_realms_joins_nothing_but_the_settings(name):
    joined = re.findall(r"\bjoin\s+(\w+)", MODELS[name].code)
    assert set(joined) <= {"settings"}
    assert "union all" in MODELS[name].code


def test_no_model_but_a_union_reads_a_citizen_model_beside_a_staff_model():
    for name, model in MODELS.items():
        pure = {realm for ref in model.refs if ref in MODELS for realm in [realms(ref)] if len(realm) == 1}
        assert len(pure) <= 1 or name in UNIONS, f"{name} reads {sorted(model.refs)}"


def test_words_of_internal_messages_are_read_by_nothing():
    for name, model in MODELS.items():
        assert "enriched.message_label" not in model.sources or model.layer == "staging"
        assert "message_text" not in model.code, f"{name} reads restricted words"
