"""Runs a gate's suites with Great Expectations over DuckDB and returns its verdicts as a table.

Nothing here knows Dagster. How Great Expectations is brought to read DuckDB stands in `gx_engine.py`. Verdicts hold
counts and aggregates, never a value of a row: they are published.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from data_quality.data_docs import document, gate_section, suite_section
from data_quality.expectations import Expectation, FromParameter, Gate, Severity, Suite
from data_quality.gx_engine import open_datasource
from otklik.home.engine import DISABLED_OPTIMIZERS, quoted_name, text_literal
from otklik.home.errors import GateFailedError, OtklikError
from otklik.home.lake import GATE_RESULT_SCHEMA

if TYPE_CHECKING:
    import sqlalchemy as sa
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from great_expectations.expectations.expectation import Expectation as GreatExpectation

# No samples: `partial_unexpected_count` 0 keeps every value of a row out of the result.
_RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


class GateError(OtklikError):
    """A gate could not be evaluated: that is neither a pass nor a failure."""


@dataclass(frozen=True)
class GateResult:
    """The verdicts of one gate, in the order of its suites, and the same as a document for people.

    Attributes:
        gate: its name.
        table: a row for each expectation.
        document: Data Docs of the gate, one HTML file that loads nothing.
        kept_at: where the document is kept; None where nobody kept it.
    """

    gate: str
    table: pa.Table
    document: str = ""
    kept_at: Path | None = None

    @property
    def is_passed(self) -> bool:
        """Whether every blocking expectation holds; failed warnings do not count."""
        return not any(row["severity"] == Severity.BLOCKING for row in self.failures)

    @property
    def failures(self) -> list[dict[str, Any]]:
        """Rows of `table` that did not pass, warnings included."""
        return [row for row in self.table.to_pylist() if not row["is_passed"]]

    @property
    def verdict(self) -> dict[str, Any]:
        """The gate in one line: what a manifest says of it."""
        failures = self.failures
        return {
            "gate": self.gate,
            "is_passed": self.is_passed,
            "n_expectations": self.table.num_rows,
            "n_warnings": sum(row["severity"] != Severity.BLOCKING for row in failures),
            "content_hash": self.table["content_hash"][0].as_py() if self.table.num_rows else "",
        }

    @property
    def headline(self) -> str:
        """How many expectations hold, such as `16 of 17 expectations hold`."""
        return f"{self.table.num_rows - len(self.failures)} of {self.table.num_rows} expectations hold"

    @property
    def file_name(self) -> str:
        """Name of the verdicts' file within its run's folder."""
        return f"gate={self.gate}.parquet"

    def summary(self) -> str:
        """One line on the gate and one per failure: counts and aggregates, no personal data."""
        head = f"Gate {self.gate}: {self.headline}."
        return "\n".join([head, *(f"- {row['severity']}: {_sentence(row)}" for row in self.failures)])

    @property
    def blocking_failures(self) -> list[str]:
        """The failures that block, a sentence each."""
        return [_sentence(row) for row in self.failures if row["severity"] == Severity.BLOCKING]


def _sentence(row: Mapping[str, Any]) -> str:
    """A failed verdict in words: counts and aggregates, no personal data."""
    name = f"{row['table_name']}{'.' if row['column_name'] else ''}{row['column_name'] or ''}"
    return f"{name}: expected {row['expected']}, found {row['observed']}. {row['explanation']}"


def evaluate_gate(
    gate: Gate, *, database: Path | None, search_path: Path, parameters: Mapping[str, Any], content_hash: str = ""
) -> GateResult:
    """Check every expectation of a gate.

    Args:
        gate: From `suites.gate_named`.
        database: The warehouse, attached read-only; None for gates that read only Parquet. Nobody may be writing it.
        search_path: The home that the suites' relative file names start from.
        parameters: Values of `gate.parameters`: `run_key` (str) and `as_of` (datetime with a zone) always.
        content_hash: What the verdicts are of, from `judged_content`; written beside each.

    Returns:
        The verdicts, one row of `GATE_RESULT_SCHEMA` per expectation. Equal data give equal tables and documents.

    Raises:
        ValueError: A parameter is unknown or missing.
        GateError: A table the gate reads is missing, or an expectation could not be computed.
    """
    values = gate.bind(parameters)
    run = {name: values[name] for name in ("run_key", "as_of")}
    about = {**run, "gate": gate.name, "content_hash": content_hash}
    with open_datasource() as datasource:
        with datasource.get_engine().connect() as connection:
            _prepare(connection, gate, database, search_path, values)
        found = [(suite, *_verdicts(datasource, suite, values)) for suite in gate.suites]
    rows = [{**about, **row} for _, verdicts, _ in found for row in verdicts]
    result = GateResult(gate.name, pa.Table.from_pylist(rows, schema=GATE_RESULT_SCHEMA))
    sections = [suite_section(suite.table, outcome) for suite, _, outcome in found]
    body = gate_section(gate.name, gate.description, result.headline, sections)
    title = f"Gate {gate.name} as of {values['as_of'].isoformat()}"
    return replace(result, document=document(title, body))


def _prepare(
    connection: "sa.Connection", gate: Gate, database: Path | None, search_path: Path, values: Mapping[str, Any]
) -> None:
    """Create the table of parameters, a view per warehouse relation, and a view or table per suite."""
    home = search_path.resolve()
    for setting in (
        f"file_search_path = {text_literal(home)}",
        f"temp_directory = {text_literal(home / '.gate_spill')}",
        "TimeZone = 'UTC'",
        f"disabled_optimizers = '{DISABLED_OPTIMIZERS}'",
        "autoinstall_known_extensions = false",
        "preserve_insertion_order = false",
    ):
        connection.exec_driver_sql(f"set global {setting}")
    columns = ", ".join(f"cast(? as {parameter.duckdb_type}) as {parameter.name}" for parameter in gate.parameters)
    connection.exec_driver_sql(f"create table parameter as select {columns}", tuple(values.values()))
    if gate.relations:
        _attach(connection, gate, database)
    for suite in gate.suites:
        shape = "table" if suite.is_computed_once else "view"
        try:
            connection.exec_driver_sql(f"create {shape} {quoted_name(_suite_table(suite))} as {suite.query}")
        except Exception as error:
            raise GateError(f"Gate {gate.name!r} cannot compute {suite.table!r}: {_reason(error)}") from error
    connection.commit()


def _attach(connection: "sa.Connection", gate: Gate, database: Path | None) -> None:
    """Give every relation of the warehouse that the gate reads a view of its bare name, whatever its schema."""
    if database is None or not database.is_file():
        raise GateError(f"Gate {gate.name!r} reads the warehouse, and there is none at {database}; build it first.")
    # dbt writes the file's stem into its views as the catalogue's name.
    catalogue = database.stem
    connection.exec_driver_sql(f"attach {text_literal(database)} as {quoted_name(catalogue)} (read_only)")
    found: dict[str, list[str]] = {}
    for schema, name in connection.exec_driver_sql(
        "select table_schema, table_name from information_schema.tables where table_catalog = ? order by all",
        (catalogue,),
    ):
        found.setdefault(str(name), []).append(str(schema))
    for relation in gate.relations:
        schemas = found.get(relation, [])
        if len(schemas) != 1:
            raise GateError(
                f"Gate {gate.name!r} reads {relation!r}, found in schemas {schemas} of {database.name}; "
                f"exactly one is accepted. Build the model, or drop the stale copy."
            )
        source = ".".join(quoted_name(part) for part in (catalogue, schemas[0], relation))
        connection.exec_driver_sql(f"create view {quoted_name(relation)} as select * from {source}")


def _verdicts(
    datasource: "SQLDatasource", suite: Suite, values: Mapping[str, Any]
) -> "tuple[list[dict[str, Any]], ExpectationSuiteValidationResult]":
    """Our rows on one table, and what Great Expectations made of it."""
    import great_expectations as gx

    demands = [(expectation, _arguments(expectation, values)) for expectation in suite.expectations]
    batch = (
        datasource.add_table_asset(suite.table, table_name=_suite_table(suite))
        .add_batch_definition_whole_table("all")
        .get_batch()
    )
    gx_suite = gx.ExpectationSuite(
        name=suite.table,
        expectations=[_great_expectation(demand, kwargs, n) for n, (demand, kwargs) in enumerate(demands)],
    )
    outcome: ExpectationSuiteValidationResult = batch.validate(gx_suite, result_format=_RESULT_FORMAT)
    # Results come back in an order of Great Expectations' own.
    by_ordinal = {
        config.meta["ordinal"]: result
        for result in outcome.results
        if (config := result.expectation_config) is not None
    }
    rows = [
        {
            "table_name": suite.table,
            "expectation": expectation.kind,
            "column_name": expectation.column,
            "severity": str(expectation.severity),
            "is_passed": bool(by_ordinal[n].success),
            "observed": _observed(suite, expectation, by_ordinal[n]),
            "expected": describe(expectation, kwargs),
            "explanation": expectation.explanation,
        }
        for n, (expectation, kwargs) in enumerate(demands)
    ]
    return rows, outcome


def _arguments(expectation: Expectation, values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: values[value.name] if isinstance(value, FromParameter) else value
        for name, value in expectation.kwargs.items()
    }


def _great_expectation(expectation: Expectation, kwargs: Mapping[str, Any], ordinal: int) -> "GreatExpectation":
    from great_expectations.expectations.registry import get_expectation_impl

    arguments: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in kwargs.items()
    }
    if "other" in arguments:
        arguments |= {"column_A": expectation.column, "column_B": arguments.pop("other")}
    elif expectation.column is not None:
        arguments["column"] = expectation.column
    # what people read in the document, in the words of the verdict
    words = f"{describe(expectation, kwargs)}. {expectation.explanation}"
    return get_expectation_impl(expectation.kind)(**arguments, meta={"ordinal": ordinal}, description=words)


def _observed(suite: Suite, expectation: Expectation, result: "ExpectationValidationResult") -> str:
    """What was found, as a count of rows or an aggregate.

    Raises:
        GateError: The expectation raised instead of judging.
    """
    found = result.result
    if "unexpected_count" in found:
        # Over an empty table the count of rows that break it is a null.
        return f"{found['unexpected_count'] or 0} of {found['element_count']} rows break it"
    if "observed_value" in found:
        value = found["observed_value"]
        return "nothing" if value is None else f"{float(value):.6g}"
    infos = [result.exception_info, *result.exception_info.values()]
    messages = {info["exception_message"] for info in infos if isinstance(info, dict) and "exception_message" in info}
    reasons = "; ".join(sorted(_reason(message) for message in messages if message))
    raise GateError(f"{expectation.kind} on {suite.table}.{expectation.column} could not be computed: {reasons}")


def describe(expectation: Expectation, kwargs: Mapping[str, Any]) -> str:
    """The demand in words, with its thresholds filled in."""
    subject = {
        "expect_column_sum_to_be_between": f"{expectation.column}",
        "expect_table_row_count_to_be_between": "number of rows",
    }.get(expectation.kind, "every value")
    match expectation.kind:
        case "expect_column_values_to_not_be_null":
            return "a value in every row"
        case "expect_column_values_to_be_in_set" if kwargs["value_set"] in ((True,), (False,)):
            return f"every value {str(kwargs['value_set'][0]).lower()}"
        case "expect_column_values_to_be_in_set":
            return f"every value one of {', '.join(str(value) for value in kwargs['value_set'])}"
        case "expect_column_pair_values_to_be_equal":
            return f"{expectation.column} = {kwargs['other']} in every row"
        case "expect_column_pair_values_a_to_be_greater_than_b":
            return f"{expectation.column} ≥ {kwargs['other']} in every row"
    least, most = kwargs.get("min_value"), kwargs.get("max_value")
    if least is not None and least == most:
        return f"{subject} = {least}"
    lower = "" if least is None else f"{least} {'<' if kwargs.get('strict_min') else '≤'} "
    upper = "" if most is None else f" {'<' if kwargs.get('strict_max') else '≤'} {most}"
    return f"{lower}{subject}{upper}"


def _suite_table(suite: Suite) -> str:
    # Apart from the relations' own names, which a suite's table may share.
    return f"suite_{suite.table}"


def _reason(error: Exception | str) -> str:
    """The engine's first line, without the value that a conversion failed on: the rest would repeat the query."""
    line = str(error).splitlines()[0]
    return line.partition("Conversion Error")[0] + "Conversion Error" if "Conversion Error" in line else line


def require_passed(results: Sequence[GateResult]) -> None:
    """Raise what the gates found that did not pass.

    Raises:
        GateFailedError: one of them did not.
    """
    if failed := [result.summary() for result in results if not result.is_passed]:
        raise GateFailedError("\n".join(failed))
