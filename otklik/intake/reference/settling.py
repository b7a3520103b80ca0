"""Reference tables of a run: checked against each other and written to `lake/reference/`, where dbt reads them.

One row that cannot be read would change what every other row of its table decides, so none is left out: a run stops
until all of them hold, and what was published stays.
"""

import duckdb

from otklik.home import lake
from otklik.home.engine import connect
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.intake.reference.contradictions import contradictions
from otklik.intake.reference.rows import Problem, Row, refused_rows, standing_rows
from otklik.intake.reference_entities import REFERENCE_ENTITIES
from otklik.intake.sources.configuration import Configuration

_MOST_TOLD = 20


def settle_reference(home: Home, configuration: Configuration) -> dict[str, int]:
    """Check the deployment's reference tables as their files are now, and write `lake/reference/<entity>.parquet`.

    Args:
        home: the deployment's folder; the files were taken in.
        configuration: which sources feed reference entities.

    Returns:
        Rows of each table; 0 where the built-in ones hold.

    Raises:
        ConfigurationError: rows break their contract or contradict each other: each with file, row, field, what was
            found and what is accepted.
    """
    with connect() as connection:
        rows, problems = _examined(connection, home, configuration)
        if problems:
            raise ConfigurationError(_told(problems))
        for entity in REFERENCE_ENTITIES:
            table = connection.execute(f"select * from standing_{entity.name}").to_arrow_table()
            lake.write_table(lake.reference_path(home, entity.name), table.cast(entity.reference_schema))
    return {name: len(of_entity) for name, of_entity in rows.items()}


def reference_problems(home: Home, configuration: Configuration) -> list[Problem]:
    """What would keep `settle_reference` from writing the tables."""
    with connect() as connection:
        return _examined(connection, home, configuration)[1]


def _examined(
    connection: duckdb.DuckDBPyConnection, home: Home, configuration: Configuration
) -> tuple[dict[str, list[Row]], list[Problem]]:
    """Rows that stand, by entity, also as tables in the connection; and everything that is wrong with them."""
    rows = {entity.name: standing_rows(connection, home, configuration, entity) for entity in REFERENCE_ENTITIES}
    refused = [
        problem for entity in REFERENCE_ENTITIES for problem in refused_rows(connection, home, configuration, entity)
    ]
    return rows, [*refused, *contradictions(rows)]


def _told(problems: list[Problem]) -> str:
    lines = [str(problem) for problem in problems[:_MOST_TOLD]]
    if len(problems) > _MOST_TOLD:
        lines.append(f"… and {len(problems) - _MOST_TOLD} more.")
    return "\n".join([*lines, "Correct these rows and run again: docs/reference-data.md shows each table."])
