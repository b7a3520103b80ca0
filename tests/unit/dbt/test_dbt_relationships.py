"""Keys of the published tables are declared in one file, the seed `relationship`, and codes have Russian labels."""

import csv
import re

from tests.unit.dbt import dbt_files
from tests.unit.dbt.dbt_files import assert_none

SEEDS = dbt_files.PROJECT / "seeds"
MARTS = {name: model for name, model in dbt_files.models().items() if model.layer == "marts"}
# What a column of one of these names holds is a key of a dimension or a fact, with these exceptions.
KEYS = re.compile(
    r"(\w+_)?(authority_id|municipality_id|post_id|incident_id|burst_id|interest_group_id|subject_id|topic_code"
    r"|group_code|rule_code|sla_term_code)|source|channel|intent|state|clock"
)
NO_KEYS = {
    "fct_post.parent_post_id": "the post that was answered need not be in the lake",
    "fct_post.source_post_id": "a name of the source's own",
    "fct_incident_change.from_incident_id": "nothing may be left of it",
    "fct_incident_change.to_incident_id": "it may since have gone on to another",
    "fct_leak_finding.sender_subject_id": "restricted",
    "meta_published_figure.authority_id": "as it was known then",
    "meta_published_figure.municipality_id": "as it was known then",
    "meta_published_figure.group_code": "as it was known then",
}


def rows(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def columns_of(mart: str) -> set[str]:
    return {column["name"] for column in MARTS[mart].columns}


def grain_of(mart: str) -> list[str]:
    tests = [test["grain"] for test in MARTS[mart].properties["data_tests"] if "grain" in test]
    return tests[0]["arguments"]["columns"]


def test_every_relationship_leads_from_a_column_to_a_key():
    wrong = []
    for row in rows("relationship"):
        child, parent = row["table_name"], row["parent_table_name"]
        if row["column_name"] not in columns_of(child) or grain_of(parent) != [row["parent_column_name"]]:
            wrong.append(" ".join(row.values()))
    assert_none(wrong, "relationship.csv: name a column of a mart, and the one column of the grain of another:")


def test_every_key_of_a_mart_is_declared():
    declared = {f"{row['table_name']}.{row['column_name']}" for row in rows("relationship")}
    keys = {
        f"{name}.{column}"
        for name in MARTS
        if not name.startswith("public_")
        for column in columns_of(name)
        if KEYS.fullmatch(column) and grain_of_or_none(name) != [column]
    }
    assert_none(keys - declared - NO_KEYS.keys(), "add the key to seeds/relationship.csv, or say here why it is none:")
    assert_none(NO_KEYS.keys() - keys, "this is no key any more:")


def grain_of_or_none(mart: str) -> list[str]:
    tests = [test["grain"] for test in MARTS[mart].properties.get("data_tests", []) if "grain" in test]
    return tests[0]["arguments"]["columns"] if tests else []


def test_every_code_that_is_accepted_has_a_russian_label():
    labelled = {(row["column_name"], row["code"]) for row in rows("code")}
    keys = {f"{row['table_name']}.{row['column_name']}" for row in rows("relationship")}
    silent = []
    for name, mart in MARTS.items():
        for column in mart.columns:
            accepted = [test["accepted_values"] for test in column.get("data_tests", []) if "accepted_values" in test]
            for value in accepted[0]["arguments"]["values"] if accepted else ():
                known = (column["name"], str(value)) in labelled or f"{name}.{column['name']}" in keys
                silent += [] if known else [f"{name}.{column['name']}: {value}"]
    assert_none(silent, "add a line to seeds/code.csv:")
