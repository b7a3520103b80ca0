"""A definition that is cited stands in docs/definitions.md, and a metric names one."""

import csv
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEFINED = set(
    re.findall(r"^### (\d+[a-z]?)\. ", (ROOT / "docs/definitions.md").read_text(encoding="utf-8"), re.MULTILINE)
)
_NUMBER = r"\d+(?:[a-z]\b)?"
_CITED = re.compile(rf"\bdefinitions?:? \[?({_NUMBER}(?:(?:, | and ){_NUMBER})*)", re.IGNORECASE)


def _cited() -> dict[str, set[str]]:
    """Number → files that cite it."""
    files = subprocess.run(
        ["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout.splitlines()
    found: dict[str, set[str]] = {}
    for name in files:
        if name.endswith((".py", ".sql", ".yml", ".md", ".csv", ".toml")) and name != "docs/definitions.md":
            for numbers in _CITED.findall((ROOT / name).read_text(encoding="utf-8")):
                for number in re.findall(_NUMBER, numbers):
                    found.setdefault(number, set()).add(name)
    return found


def test_every_definition_that_is_cited_is_written_down():
    missing = {number: sorted(files) for number, files in _cited().items() if number not in DEFINED}
    assert missing == {}, "add the definition to docs/definitions.md, or cite another"


def test_citations_are_found_at_all():
    assert {"3", "5", "14", "24"} <= set(_cited())


@pytest.mark.parametrize("seed", ["metric", "column_formula"])
def test_every_metric_names_a_definition(seed):
    with (ROOT / "dbt_project/seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        numbers = {row["metric_code"]: row["definition_number"] for row in csv.DictReader(file)}
    assert {code: number for code, number in numbers.items() if number not in DEFINED} == {}
