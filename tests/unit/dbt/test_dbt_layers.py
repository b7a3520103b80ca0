"""Who may read whom: the layers, and the wall between citizens' words and staff's contacts."""

import re

from tests.unit.dbt import dbt_files
from tests.unit.dbt.dbt_files import assert_none

MODELS = dbt_files.models()
realms = dbt_files.realms
PREFIXES = {
    "staging": ("stg_",),
    "intermediate": ("int_",),
    "marts": ("fct_", "dim_", "bridge_", "agg_", "meta_", "escalation", "public_"),
}
# Rows of the two realms stand under one another there, and nowhere else.
UNIONS = {"int_tie", "dim_subject"}
# Reads both unions and looks up subjects of a realm in the same realm: their ids are disjoint by construction.
READERS_OF_UNIONS = {"fct_tie", "bridge_group_member"}


RUN = {"run.settings", "run.source"}
OPERATIONS = RUN | {"ledger.load", "gates.gate_result", "history.published_figure", "arrivals.missing"}


def of_layer(layer):
    return {name: model for name, model in MODELS.items() if model.layer == layer}


def test_names_say_the_layer():
    wrong = (
        f"{name} in {model.layer}/" for name, model in MODELS.items() if not name.startswith(PREFIXES[model.layer])
    )
    assert_none(wrong, f"models of a layer begin with {PREFIXES}:")


def test_staging_reads_one_source_and_no_model():
    wrong = (name for name, model in of_layer("staging").items() if model.refs or len(model.sources) != 1)
    assert_none(wrong, "a staging model reads one source(…) and no ref(…):")


def test_intermediate_reads_staging_and_seeds_but_no_mart():
    read = {name: model.refs & of_layer("marts").keys() | model.sources - RUN for name, model in MODELS.items()}
    wrong = (f"{name} reads {sorted(read[name])}" for name in of_layer("intermediate") if read[name])
    assert_none(wrong, "read int_ models, a staging model of the source, or a seed:")


def test_marts_never_read_staging_or_raw_data():
    wrong = []
    for name, model in of_layer("marts").items():
        allowed = OPERATIONS if model.domain == "operations" else RUN
        read = model.refs & of_layer("staging").keys() | model.sources - allowed
        wrong += [f"{name} reads {sorted(read)}"] * bool(read)
    assert_none(wrong, "put an int_ model in between:")


def test_only_the_named_models_see_both_realms():
    both = {name for name in MODELS if realms(name) == {"citizens", "staff"}}
    assert both == UNIONS | (READERS_OF_UNIONS & both), (
        f"{sorted(both - UNIONS - READERS_OF_UNIONS)} would bring staff's contacts and citizens' posts together"
    )


def test_a_union_of_realms_joins_nothing_but_the_settings():
    for name in sorted(UNIONS):
        joined = set(re.findall(r"\bjoin\s+(\w+)", MODELS[name].code))
        assert joined <= {"settings"}, f"{name} joins {sorted(joined)}"
        assert "union all" in MODELS[name].code, name


def test_no_model_but_a_union_reads_a_citizen_model_beside_a_staff_model():
    wrong = []
    for name, model in MODELS.items():
        pure = {realm for ref in model.refs if ref in MODELS for realm in [realms(ref)] if len(realm) == 1}
        wrong += [f"{name} reads {sorted(model.refs)}"] * (len(pure) > 1 and name not in UNIONS)
    assert_none(wrong, "staff's contacts and citizens' words are never brought together:")


def test_words_of_internal_messages_are_read_by_nothing():
    assert_none((name for name, model in MODELS.items() if "message_text" in model.code), "reads restricted words:")
    labels = (name for name, model in MODELS.items() if "enriched.message_label" in model.sources)
    assert_none(set(labels) - of_layer("staging").keys(), "read the staging model of message labels:")
