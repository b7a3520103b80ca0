"""What every file of the dbt project must say about itself."""

import csv
import re

from otklik.intake.entities import CHANNELS, EVENT_KINDS, INTENTS
from otklik.intake.reference_entities import REFERENCE_ENTITIES
from otklik.publishing.mart_contracts import mart_contracts, suppressions
from otklik.stages.dbt_sources import SOURCES_FILE, sources_yaml
from tests.unit.dbt import dbt_files
from tests.unit.dbt.dbt_files import assert_none

PROJECT = dbt_files.PROJECT
MODELS = dbt_files.models()
SEEDS = dbt_files.seeds()
SOURCES = dbt_files.sources()
MARTS = {name: model for name, model in MODELS.items() if model.layer == "marts"}
DESCRIBED = {name: model.properties for name, model in MODELS.items()} | SEEDS
GRAIN = re.compile(r"One row per [^.]+\.$")


def seed_values(name: str, column: str) -> list[str]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
        return [row[column] for row in csv.DictReader(file)]


def test_every_model_has_a_properties_file_of_its_own_name_and_none_is_left_over():
    listed = {
        path.stem: [model["name"] for model in dbt_files.read_yaml(path)["models"]]
        for path in (PROJECT / "models").rglob("*.yml")
        if path.stem not in ("sources", "metrics")
    }
    assert_none(MODELS.keys() - listed.keys(), "write <model>.yml beside the model, with description and columns:")
    assert_none(listed.keys() - MODELS.keys(), "no model of that name is left; delete its properties file:")
    assert_none((name for name in MODELS if listed[name] != [name]), "list one model, that of the file's name:")


def test_every_seed_has_properties():
    assert {path.stem for path in (PROJECT / "seeds").glob("*.csv")} == set(SEEDS)


def test_descriptions_end_with_the_grain():
    without = (name for name, properties in DESCRIBED.items() if not GRAIN.search(properties["description"].strip()))
    assert_none(without, "end the description with «One row per ….»:")


def test_every_column_is_described_once():
    silent, twice = [], []
    for name, properties in (DESCRIBED | SOURCES).items():
        above = dbt_files.passed_on(name) if name in MODELS else {}
        for column in properties.get("columns", []):
            said = column.get("description", "").strip()
            if not said and column["name"] not in above:
                silent.append(f"{name}.{column['name']}")
            if said and name.startswith("stg_") and said == above.get(column["name"]):
                twice.append(f"{name}.{column['name']}")
    assert_none(silent, "describe the column:")
    assert_none(twice, "the source says this already; leave the description out:")


def test_seeds_list_and_type_the_columns_of_their_file():
    for name, properties in SEEDS.items():
        with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8") as file:
            header = next(csv.reader(file))
        assert [column["name"] for column in properties["columns"]] == header, f"{name}.yml: columns as in the file"
        assert list(properties["config"]["column_types"]) == header, f"{name}.yml: column_types as in the file"


def test_every_mart_column_is_typed_and_classified():
    columns = {f"{name}.{column['name']}": column for name, mart in MARTS.items() for column in mart.columns}
    untyped = (name for name, column in columns.items() if not column.get("data_type"))
    assert_none(untyped, "state the column's data_type:")
    classified = {name: column.get("config", {}).get("meta", {}).get("audience") for name, column in columns.items()}
    accepted = {"public", "analyst", "restricted"}
    wrong = (f"{name}: {found!r}" for name, found in classified.items() if found not in accepted)
    assert_none(wrong, "say for whom the column is, as meta.audience; public, analyst or restricted:")


# Definition 24, a: the work of authorities is shown to analysts however few reported something.
COUNTS_PEOPLE_IN_FULL = {
    *("fct_incident", "fct_burst", "agg_topic", "agg_resolution", "agg_waiting_time"),
    *("agg_municipality_activity", "agg_municipality_rank"),
}
# A verdict on a whole table names no column, and a group splits and merges several times in a month.
WITHOUT_GRAIN = {"fct_group_event", "meta_gate_result", "public_fct_incident"}


def test_every_mart_has_one_grain_of_its_own_columns():
    wrong = []
    for name in sorted(set(MARTS) - WITHOUT_GRAIN):
        tests = [test["grain"] for test in MARTS[name].properties.get("data_tests", []) if "grain" in test]
        named = {column for test in tests for column in test["arguments"]["columns"]}
        if len(tests) != 1 or not named <= {column["name"] for column in MARTS[name].columns}:
            wrong.append(f"{name}: {len(tests)} tests `grain` on {sorted(named)}")
    assert_none(wrong, "one test `grain` names the columns that tell rows apart and order what is published:")


def test_every_mart_states_its_version_and_definitions():
    metas = {name: mart.properties["config"]["meta"] for name, mart in MARTS.items()}
    lacking = (name for name, meta in metas.items() if meta.get("version", 0) < 1 or "definition" not in meta)
    assert_none(lacking, "state config.meta.version, from 1, and config.meta.definition, a list that may be empty:")


def test_every_mart_says_how_it_hides_people():
    """One that does not cannot be published; here the sentence comes before a run does."""
    mart_contracts(dbt_files.manifest())


def _stands_on_people(name):
    """Definition 24: what stands on staff on both surfaces, and everything on the public one."""
    return name.startswith("public_agg_") or (name.startswith("agg_") and "staff" in dbt_files.realms(name))


def test_an_aggregate_of_staff_or_for_the_public_names_the_column_that_counts_its_people():
    rules = suppressions(dbt_files.manifest())
    silent = (name for name in MARTS if _stands_on_people(name) and not rules[name].people)
    assert_none(silent, "what is counted over messages, or for anybody, stands on people; state suppression.people:")


def test_a_mart_that_counts_people_names_the_column_that_does():
    counting = re.compile(r"n_(people|members|citizens|persons|subjects|employees|authors|active)")
    named = {name: rule.people for name, rule in suppressions(dbt_files.manifest()).items()}
    silent = (
        f"{name}.{column['name']}"
        for name, mart in MARTS.items()
        for column in mart.columns
        if counting.fullmatch(column["name"]) and not named[name] and name not in COUNTS_PEOPLE_IN_FULL
    )
    assert_none(silent, "state config.meta.suppression.people, and hide cells that stand on too few:")


def test_words_and_coordinates_are_never_public():
    columns = {(name, column["name"]): column for name, mart in MARTS.items() for column in mart.columns}
    for column in [("fct_post", "text"), ("fct_reply", "text")]:
        assert columns[column]["config"]["meta"]["audience"] == "analyst", column
    for column in [("fct_post", "lat"), ("fct_post", "lon"), ("fct_post", "source_post_id"), ("fct_post", "text_hash")]:
        assert columns[column]["config"]["meta"]["audience"] == "restricted", column


def test_an_aggregate_of_staff_says_whether_a_cell_is_hidden():
    marks = {"is_suppressed", "suppression_reason"}
    names = {name: {column["name"] for column in mart.columns} for name, mart in MARTS.items()}
    silent = (name for name, columns in names.items() if _hides_cells(name) and not marks <= columns)
    assert_none(silent, f"a cell of few people must be hidden and say so; add {sorted(marks)}:")


def _hides_cells(name):
    """The public surface rolls small cells up instead of hiding them."""
    return _stands_on_people(name) and not name.startswith("public_")


def test_every_formula_is_of_a_column_of_a_mart():
    columns = {f"{name}.{column['name']}" for name, mart in MARTS.items() for column in mart.columns}
    pairs = zip(seed_values("column_formula", "table_name"), seed_values("column_formula", "column_name"), strict=True)
    assert_none({".".join(pair) for pair in pairs} - columns, "column_formula.csv names a column that is not there:")


def test_seeds_and_ingestion_agree_on_codes():
    assert set(seed_values("channel", "channel")) == set(CHANNELS)
    assert set(seed_values("event_kind", "event_kind")) == set(EVENT_KINDS)
    assert set(seed_values("intent", "intent")) == set(INTENTS)


def test_sources_are_written_from_the_schemas_that_python_declares():
    assert SOURCES_FILE.read_text(encoding="utf-8") == sources_yaml(), "run `make accept` and read the difference"


def test_built_in_rows_have_the_columns_that_a_deployment_can_bring():
    only_built_in = {"municipality": {"full_name"}, "calendar_day": {"day_kind"}}
    fields = {entity.name: {field.name for field in entity.fields} for entity in REFERENCE_ENTITIES}
    foreign = {
        name: extra
        for name in fields.keys() & SEEDS.keys()
        if (extra := set(SEEDS[name]["config"]["column_types"]) - fields[name] - only_built_in.get(name, set()))
    }
    assert foreign == {}, "a deployment starts from a copy of the built-in rows"


def test_every_source_carries_its_dagster_asset_key():
    for name, properties in SOURCES.items():
        folder, table = name.split(".")
        expected = {"lake": ["raw", table], "gates": ["gates", table]}.get(folder, [folder, table])
        assert properties["config"]["meta"]["dagster"]["asset_key"] == expected, f"sources.yml: {name}"


def test_every_model_ends_by_selecting_its_last_step():
    other = (name for name, model in MODELS.items() if not re.search(r"\n\)\n\nselect \* from \w+\n$", model.sql))
    assert_none(other, "end the model with «select * from <last CTE>»:")


def test_sql_is_lowercase_in_lines_of_120_characters():
    shouted = re.compile(r"\b(SELECT|FROM|WHERE|JOIN|GROUP BY|UNION)\b")
    assert_none((name for name, model in MODELS.items() if shouted.search(model.code)), "write keywords in lowercase:")
    long = (
        f"{name}: line {number}"
        for name, model in MODELS.items()
        for number, line in enumerate(model.sql.splitlines(), 1)
        if len(line) > 120
    )
    assert_none(long, "break the line:")


def test_sql_asks_no_clock_and_no_dice():
    asking = re.compile(
        r"\b(now\(|current_timestamp|current_date|current_time|today\(|get_current|random\(|uuid|gen_random)"
    )
    found = (
        f"{path.relative_to(PROJECT)}: {match}"
        for path in PROJECT.rglob("*.sql")
        for match in asking.findall(path.read_text(encoding="utf-8").lower())
    )
    assert_none(found, "take as_of from source('run', 'settings'):")


def test_every_variable_is_a_constant_of_the_project():
    declared = set(dbt_files.read_yaml(PROJECT / "dbt_project.yml")["vars"])
    folders = [PROJECT / "models", PROJECT / "macros"]
    sql = "\n".join(path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.sql"))
    # `any_of` gives the words of a list
    used = set(re.findall(r"""\b(?:var|any_of)\(\s*['"](\w+)""", sql))
    assert used == declared, "a parameter of a run stands in run.settings; a constant of the method in dbt_project.yml"
