"""The models run on DuckDB and keep to what Spark's SQL can say; what the two write differently goes through macros."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tests.unit.dbt.dbt_files import PROJECT, models

MODELS = sorted(models())
_MACROS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((PROJECT / "macros").rglob("*.sql")))
_DEFAULT_BODIES = re.findall(r"\{%-? macro default__\w+.*?endmacro", _MACROS, re.DOTALL)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, exp.Expression]:
    """Every model as dbt compiles it for DuckDB, parsed."""
    home = tmp_path_factory.mktemp("home")
    arguments = ["compile", "--quiet", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    arguments += [
        "--target-path",
        str(home / "target"),
        "--log-path",
        str(home / "logs"),
        "--select",
        "resource_type:model",
    ]
    subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), *arguments],
        check=True,
        capture_output=True,
        env=os.environ | {"OTKLIK_HOME": str(home)},
        timeout=300,
    )
    files = [path for path in (home / "target" / "compiled").rglob("*.sql") if path.stem in MODELS]
    parsed = {path.stem: sqlglot.parse_one(path.read_text(encoding="utf-8"), read="duckdb") for path in files}
    for tree in parsed.values():
        # where a source lies is dbt-duckdb's; on Spark it is a table
        for source in list(tree.find_all(exp.ReadParquet)):
            source.replace(exp.to_identifier("source_table"))
    return parsed


def test_every_model_is_compiled(compiled):
    assert set(compiled) == set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_model_is_rendered_for_spark(compiled, name):
    rendered = compiled[name].sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    sqlglot.parse_one(rendered, read="spark")


@pytest.mark.parametrize("name", MODELS)
def test_functions_that_are_not_standard_come_from_dispatched_macros(compiled, name):
    unknown = {call.name.lower() for call in compiled[name].find_all(exp.Anonymous)}
    dispatched = " ".join(_DEFAULT_BODIES).lower()
    assert {function for function in unknown if f"{function}(" not in dispatched} == set()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"adapter\.dispatch\('(\w+)'", _MACROS))))
def test_dispatched_macro_is_written_for_both_engines(name):
    assert f"macro default__{name}(" in _MACROS
    assert f"macro spark__{name}(" in _MACROS
