"""docs/privacy.md lists every published column that concerns a person, as the contracts have it."""

import pytest
from ruamel.yaml import YAML

from otklik.privacy.published_columns import PAGE, UnexplainedColumnsError, _rows, page
from tests.unit.dbt import dbt_files

PUBLISHED = {
    (name, column["name"])
    for name, model in dbt_files.models().items()
    if model.layer == "marts"
    for column in model.columns
    if column["config"]["meta"]["audience"] != "restricted"
}
ABOUT_PEOPLE = ("subject_id", "member_id", "post_id", "message_id", "incident_id", "author", "n_people", "n_members")


def test_the_page_is_as_the_contracts_are():
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run `make accept` and read the difference"


def test_no_column_that_names_a_person_or_what_they_did_is_missing():
    text = PAGE.read_text(encoding="utf-8")
    missing = []
    for table, column in sorted(PUBLISHED):
        if any(column == name or column.endswith(f"_{name}") for name in ABOUT_PEOPLE):
            lines = [line for line in text.splitlines() if line.startswith(f"| `{table.removeprefix('public_')}`")]
            missing += [f"{table}.{column}"] * (not any(column in line for line in lines))
    assert missing == []


def test_a_mart_about_people_says_why_it_is_published():
    mart = YAML(typ="safe").load(
        """
        name: fct_post
        config: {meta: {definition: [1]}}
        data_tests: [{grain: {arguments: {columns: [post_id]}}}]
        columns: [{name: post_id, config: {meta: {audience: analyst}}}]
        """
    )
    with pytest.raises(UnexplainedColumnsError, match=r"Mart fct_post: a row is about something one person wrote"):
        list(_rows(mart))
