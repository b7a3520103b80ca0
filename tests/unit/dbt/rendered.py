"""The SQL of a model as DuckDB runs it, rendered in milliseconds and without dbt: for tests of many small histories.

A reference becomes the bare name of a table, which the test makes. Unit tests of single cases stand beside the models.
"""

from functools import cache
from types import SimpleNamespace
from typing import Any

import jinja2

from tests.unit.dbt.dbt_files import PROJECT, models, read_yaml


@cache
def sql_of(model: str) -> str:
    """A model's SQL with its macros filled in as for DuckDB."""
    return _environment().from_string(models()[model].sql).render()


@cache
def _environment() -> jinja2.Environment:
    # `do` and the like are not used by the models rendered here.
    environment = jinja2.Environment(autoescape=False)
    constants = read_yaml(PROJECT / "dbt_project.yml")["vars"]
    environment.globals |= {
        "ref": lambda name: name,
        "source": lambda _, name: name,
        "var": lambda name: constants[name],
        "config": lambda **_: "",
        "return": lambda value: value,
        "dbt": SimpleNamespace(type_timestamp=lambda: "timestamp with time zone"),
        "adapter": SimpleNamespace(dispatch=lambda name, _: environment.globals[f"default__{name}"]),
    }
    for path in sorted((PROJECT / "macros").glob("*.sql")):
        module: Any = environment.from_string(path.read_text(encoding="utf-8"), globals=environment.globals).module
        environment.globals |= {name: value for name, value in vars(module).items() if not name.startswith("_")}
    return environment
