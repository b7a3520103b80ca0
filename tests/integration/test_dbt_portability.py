"""The models run on DuckDB and keep to what Spark's SQL can say; what the two write differently goes through macros."""

import re

import pytest
import sqlglot
from sqlglot import exp

from otklik.home.settings import Home
from tests.unit.dbt.dbt_files import PROJECT, assert_none, models

MODELS = sorted(models())
_MACROS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((PROJECT / "macros").rglob("*.sql")))
_DEFAULT_BODIES = re.findall(r"\{%-? macro default__\w+.*?endmacro", _MACROS, re.DOTALL)


@pytest.fixture(scope="module")
def compiled(published) -> dict[str, exp.Expression]:
    """Every model as dbt compiled it for DuckDB in the first run, parsed."""
    folder = Home(published.home).dbt_target / "compiled"
    files = [path for path in folder.rglob("*.sql") if path.stem in MODELS]
    parsed = {path.stem: sqlglot.parse_one(path.read_text(encoding="utf-8"), read="duckdb") for path in files}
    for tree in parsed.values():
        # where a source lies is dbt-duckdb's; on Spark it is a table
        for source in list(tree.find_all(exp.ReadParquet)):
            source.replace(exp.to_identifier("source_table"))
    return parsed


def test_every_model_is_compiled(compiled):
    assert set(compiled) == set(MODELS)


def test_every_model_is_rendered_for_spark(compiled):
    unrendered = []
    for name, tree in compiled.items():
        try:
            rendered = tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
            sqlglot.parse_one(rendered, read="spark")
        except sqlglot.errors.SqlglotError as error:
            unrendered.append(f"{name}: {error}")
    assert_none(unrendered, "say it so that Spark understands, or by a macro with adapter.dispatch:")


def test_functions_that_are_not_standard_come_from_dispatched_macros(compiled):
    dispatched = " ".join(_DEFAULT_BODIES).lower()
    called = {(name, call.name.lower()) for name, tree in compiled.items() for call in tree.find_all(exp.Anonymous)}
    unknown = (f"{name}: {function}" for name, function in called if f"{function}(" not in dispatched)
    assert_none(unknown, "call it by a macro with adapter.dispatch:")


def test_dispatched_macros_are_written_for_both_engines():
    names = set(re.findall(r"adapter\.dispatch\('(\w+)'", _MACROS))
    assert len(names) > 5
    written = {f"{engine}__{name}" for name in names for engine in ("default", "spark")}
    assert_none((name for name in written if f"macro {name}(" not in _MACROS), "write the macro:")
