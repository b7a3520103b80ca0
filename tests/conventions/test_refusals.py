"""What the platform refuses to say of people: nothing in its tables, entities or frames infers a special category.

The list is of article 9 of the GDPR and article 10 of the Russian law 152-FZ: race, ethnicity, politics, religion,
philosophy, health, sexuality, union membership, biometrics, genetics, criminal record; and loyalty to persons or power.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from otklik.intake.entities import entities
from tests.unit.dbt.dbt_files import models

ROOT = Path(__file__).parents[2]
SPECIAL = {
    *("race", "racial", "ethnic", "ethnicity", "nationality", "citizenship", "language"),
    *("politics", "political", "party", "partisan", "opposition", "ideology", "extremism", "vote", "voter"),
    *("religion", "religious", "faith", "belief", "beliefs", "philosophy", "confession"),
    *("health", "diagnosis", "disability", "disabled", "pregnant", "medical", "genetic", "biometric", "face"),
    *("sex", "sexual", "sexuality", "gender", "orientation", "union", "criminal", "conviction"),
    *("attitude", "sympathy", "mood", "trustworthy", "trustworthiness", "reliability", "risk", "troublemaker"),
}


def special_words(name: str) -> set[str]:
    """Words of a column's name that tell of a special category."""
    return set(name.lower().split("_")) & SPECIAL


def columns() -> Iterator[tuple[str, str]]:
    """Every column a table or an entity has, and every constant name in the code of `graph/` and `nlp/`."""
    for model in models().values():
        for column in model.properties.get("columns", []):
            yield model.name, column["name"]
    for entity in entities().values():
        for field in entity.fields:
            yield f"entity {entity.name}", field.name
    for path in sorted([*(ROOT / "graph").glob("*.py"), *(ROOT / "nlp").glob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_name = isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier()
            if is_name and "_" in node.value:
                yield path.name, node.value


def test_no_column_infers_a_special_category():
    found = sorted({(table, name) for table, name in columns() if special_words(name)})
    assert found == [], "the mission refuses to infer this of anybody"


def test_every_place_is_looked_at():
    seen = list(columns())
    assert len({table for table, _ in seen}) > 100
    assert {("fct_loyalty", "is_loyal"), ("entity post", "author")} <= set(seen)


@pytest.mark.parametrize("name", ["political_view", "religion", "is_union_member", "health_score", "protest_risk"])
def test_a_column_with_such_a_name_would_be_found(name):
    assert special_words(name)
