"""What every file of the dbt project must say about itself."""

import csv
import re

import pytest

from otklik.intake.entities import CHANNELS, EVENT_KINDS, INTENTS, entities
from tests.unit.dbt import dbt_files

PROJECT = dbt_files.PROJECT
MODELS = dbt_files.models()
SEEDS = dbt_files.seeds()
SOURCES = dbt_files.sources()
MARTS = {name: model for name, model in MODELS.items() if model.layer == "marts"}
GRAIN = re.compile(r"One row per [^.]+\.$")


def seed_values(name: str, column: str) -> list[str]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return [row[column] for row in csv.DictReader(file)]


@pytest.mark.parametrize("name", MODELS)
def test_model_has_one_properties_file_of_its_own_name(name):
    path = MODELS[name].path.with_suffix(".yml")
    assert path.exists(), f"{path.relative_to(PROJECT)} is missing"
    assert [model["name"] for model in dbt_files.read_yaml(path)["models"]] == [name]


def test_no_properties_file_is_left_without_its_model():
    yml = {path.stem for path in (PROJECT / "models").rglob("*.yml")} - {"sources"}
    assert yml == set(MODELS)


def test_every_seed_has_properties():
    assert {path.stem for path in (PROJECT / "seeds").glob("*.csv")} == set(SEEDS)


@pytest.mark.parametrize("name", [*MODELS, *SEEDS])
def test_description_ends_with_the_grain(name):
    properties = SEEDS.get(name) or MODELS[name].properties
    assert GRAIN.search(properties["description"].strip()), f"{name}: end the description with «One row per ….»"


@pytest.mark.parametrize("name", [*MODELS, *SEEDS, *SOURCES])
def test_every_column_is_described(name):
    properties = SEEDS.get(name) or SOURCES.get(name) or MODELS[name].properties
    silent = [column["name"] for column in properties["columns"] if not column.get("description", "").strip()]
    assert not silent, f"{name}: describe {silent}"


@pytest.mark.parametrize("name", SEEDS)
def test_every_seed_column_is_typed_and_listed(name):
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        header = next(csv.reader(file))
    assert [column["name"] for column in SEEDS[name]["columns"]] == header
    assert list(SEEDS[name]["config"]["column_types"]) == header


@pytest.mark.parametrize("name", MARTS)
def test_every_mart_column_is_typed_and_classified(name):
    for column in MARTS[name].columns:
        classification = column.get("config", {}).get("meta", {}).get("classification")
        assert column.get("data_type"), f"{name}.{column['name']}: state its data_type"
        assert classification in {"public", "restricted"}, (
            f"{name}.{column['name']}: classification is {classification!r}; accepted: public, restricted"
        )


# A verdict on a whole table names no column, and a group splits and merges several times in a month.
WITHOUT_GRAIN = {"fct_group_event", "meta_gate_result"}


@pytest.mark.parametrize("name", sorted(set(MARTS) - WITHOUT_GRAIN))
def test_mart_has_one_grain_of_its_own_columns(name):
    tests = [test["grain"] for test in MARTS[name].properties.get("data_tests", []) if "grain" in test]
    assert len(tests) == 1, f"{name}: {len(tests)} tests `grain`; one names what a row is and orders published rows"
    assert set(tests[0]["arguments"]["columns"]) <= {column["name"] for column in MARTS[name].columns}


@pytest.mark.parametrize("name", MARTS)
def test_mart_states_its_version_and_definitions(name):
    meta = MARTS[name].properties["config"]["meta"]
    assert meta["version"] >= 1
    assert set(meta["definition"]) <= set(range(1, 27)), f"{name}: definitions are numbered 1 to 26"


@pytest.mark.parametrize(
    ("table", "column"), [("fct_post", "text"), ("fct_post", "lat"), ("fct_post", "lon"), ("fct_reply", "text")]
)
def test_words_and_coordinates_are_never_public(table, column):
    properties = next(properties for properties in MARTS[table].columns if properties["name"] == column)
    assert properties["config"]["meta"]["classification"] == "restricted"


@pytest.mark.parametrize("name", [name for name in MARTS if name.startswith("agg_")])
def test_aggregate_says_whether_a_cell_is_hidden(name):
    assert {"is_suppressed", "suppression_reason"} <= {column["name"] for column in MARTS[name].columns}


def test_every_metric_names_a_column_of_a_mart():
    named = zip(seed_values("metric", "table_name"), seed_values("metric", "column_name"), strict=True)
    for table, column in named:
        assert column in {listed["name"] for listed in MARTS[table].columns}, f"metric.csv: no {table}.{column}"


def test_seeds_and_ingestion_agree_on_codes():
    assert set(seed_values("channel", "channel")) == set(CHANNELS)
    assert set(seed_values("event_kind", "event_kind")) == set(EVENT_KINDS)
    assert set(seed_values("intent", "intent")) == set(INTENTS)


@pytest.mark.parametrize("name", entities())
def test_lake_source_lists_the_columns_that_ingestion_stores(name):
    stored = [*entities()[name].stored_columns, "source", "filename"]
    assert [column["name"] for column in SOURCES[f"lake.{name}"]["columns"]] == stored


@pytest.mark.parametrize("name", SOURCES)
def test_source_carries_its_dagster_asset_key(name):
    folder, table = name.split(".")
    expected = {"lake": ["raw", table], "gates": ["gates", table]}.get(folder, [folder, table])
    assert SOURCES[name]["config"]["meta"]["dagster"]["asset_key"] == expected


@pytest.mark.parametrize("name", MODELS)
def test_sql_is_shaped_alike(name):
    sql = MODELS[name].sql
    assert re.search(r"\n\)\n\nselect \* from \w+\n$", sql), f"{name}: end with «select * from <last CTE>»"
    assert not re.search(r"\b(SELECT|FROM|WHERE|JOIN|GROUP BY|UNION)\b", MODELS[name].code), f"{name}: write lowercase"
    long_lines = [number for number, line in enumerate(sql.splitlines(), 1) if len(line) > 120]
    assert not long_lines, f"{name}: lines {long_lines} are longer than 120"


@pytest.mark.parametrize("path", sorted(PROJECT.rglob("*.sql")), ids=lambda path: path.name)
def test_sql_asks_no_clock_and_no_dice(path):
    found = re.findall(
        r"\b(now\(|current_timestamp|current_date|current_time|today\(|get_current|random\(|uuid|gen_random)",
        path.read_text(encoding="utf-8").lower(),
    )
    assert not found, f"{path.name}: {found}; take as_of from source('run', 'settings')"


def test_every_variable_is_a_constant_of_the_project():
    declared = set(dbt_files.read_yaml(PROJECT / "dbt_project.yml")["vars"])
    used = {name for model in MODELS.values() for name in re.findall(r"""var\(\s*['"](\w+)""", model.code)}
    assert used == declared, "a parameter of a run stands in run.settings; a constant of the method in dbt_project.yml"
