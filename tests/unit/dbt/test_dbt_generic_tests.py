"""Our generic tests of dbt: which rows they find, rendered without dbt and run by DuckDB."""

from pathlib import Path

import duckdb
import jinja2
import pytest

GENERIC = Path(__file__).parents[3] / "dbt_project" / "tests" / "generic"


def found(name: str, rows: str, **arguments) -> list[tuple]:
    text = (GENERIC / f"{name}.sql").read_text(encoding="utf-8")
    text = text.replace("{% test ", "{% macro ").replace("{% endtest %}", "{% endmacro %}")
    module = jinja2.Environment(autoescape=False).from_string(text).module
    with duckdb.connect() as connection:
        connection.execute(f"create table given as select * from (values {rows}) as given (a, b, c)")
        return sorted(connection.sql(getattr(module, name)("given", **arguments)).fetchall(), key=str)


@pytest.mark.parametrize(
    ("rows", "bad"),
    [
        ("('x', 1, 'p'), ('x', 2, 'p'), ('y', 1, 'p')", []),
        ("('x', 1, 'p'), ('x', 1, 'q')", [("x", 1, 2)]),
        ("('x', null, 'p'), ('x', null, 'q')", [("x", None, 2)]),
        ("('x', 1, null), ('y', 1, 'p')", [("x", 1, 1)]),
        ("(null, 1, 'p'), ('y', null, 'p')", [(None, 1, 1)]),
    ],
    ids=["as it should be", "a key twice", "nulls are equal", "a null beside the key", "a null in the key"],
)
def test_grain_finds_keys_that_repeat_and_nulls(rows, bad):
    assert found("grain", rows, columns=["a", "b"], never_null=["a", "c"]) == bad


def test_within_range_lets_the_limits_and_nulls_pass():
    assert found("within_range", "('x', 0, 'p'), ('x', 5, 'p'), ('x', 6, 'p'), ('x', null, 'p')",
                 column_name="b", low=0, high=5) == [(6,)]  # fmt: skip
