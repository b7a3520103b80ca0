"""The vocabulary of a gate: parameters, expectations, suites. Plain data, picklable, without Great Expectations.

What each gate demands stands in `lake_suites.py`, `graph_suites.py` and `mart_suites.py`; `gate.py` runs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What a failed expectation does to the run."""

    BLOCKING = "blocking"
    """Nothing downstream runs, and the last good snapshot stays published."""
    WARNING = "warning"
    """The run goes on; the verdict is published beside the data."""


@dataclass(frozen=True)
class Parameter:
    """A value a gate is given at run time. Suites read it as `(select <name> from parameter)`.

    A parameter that is neither required nor passed has its default, which may be null.
    """

    name: str
    duckdb_type: str
    description: str
    default: Any = None
    is_required: bool = False


@dataclass(frozen=True)
class FromParameter:
    """Stands in an expectation's arguments for the value of the gate's parameter of that name."""

    name: str


@dataclass(frozen=True)
class Expectation:
    """One assertion. `kind` is Great Expectations' name for it and `kwargs` are its arguments besides the column."""

    kind: str
    column: str | None
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.BLOCKING
    explanation: str = ""


@dataclass(frozen=True)
class Suite:
    """The expectations on one table.

    Attributes:
        table: Name of the table in verdicts.
        query: DuckDB SQL that yields the table, from Parquet relative to the home, `relations` and `parameter`.
        expectations: What must hold, in the order in which verdicts list it.
        relations: Names of warehouse tables the query reads, without their schema.
        is_computed_once: True stores the query's rows before checking them: right for joins and sums, which every
            expectation would otherwise repeat. False checks in place: right for a plain scan of a big table.
    """

    table: str
    query: str
    expectations: tuple[Expectation, ...]
    relations: tuple[str, ...] = ()
    is_computed_once: bool = False


RUN_PARAMETERS = (
    Parameter("run_key", "VARCHAR", "Names the run in verdicts.", is_required=True),
    Parameter("as_of", "TIMESTAMPTZ", "The instant the run describes.", is_required=True),
)


@dataclass(frozen=True)
class Gate:
    """Suites that stand together after one stage. `name` keys its verdicts, so it is safe in a file name."""

    name: str
    description: str
    suites: tuple[Suite, ...]
    parameters: tuple[Parameter, ...] = RUN_PARAMETERS

    def bind(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The value of every parameter of the gate, in declared order.

        Raises:
            ValueError: A parameter is unknown, or a required one is missing.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        if unknown := sorted(set(given) - set(known)):
            raise ValueError(f"Gate {self.name!r} has no parameter {unknown}; it accepts {sorted(known)}.")
        values = {name: given.get(name, parameter.default) for name, parameter in known.items()}
        if missing := [name for name, value in values.items() if value is None and known[name].is_required]:
            raise ValueError(f"Gate {self.name!r} needs {missing}; pass them in `parameters`.")
        return values

    @property
    def relations(self) -> tuple[str, ...]:
        """Warehouse tables the gate reads, sorted."""
        return tuple(sorted({name for suite in self.suites for name in suite.relations}))


# Short constructors, so that a suite reads as a list of demands.


def not_null(column: str, explanation: str) -> Expectation:
    """Every row has a value in `column`."""
    return Expectation("expect_column_values_to_not_be_null", column, explanation=explanation)


def between(
    column: str,
    explanation: str,
    *,
    least: Any = None,
    most: Any = None,
    is_strict: bool = False,
    severity: Severity = Severity.BLOCKING,
) -> Expectation:
    """Every value lies from `least` to `most`, ends included unless `is_strict`; nulls are left to `not_null`."""
    kwargs = {"min_value": least, "max_value": most, "strict_min": is_strict, "strict_max": is_strict}
    kwargs = {name: value for name, value in kwargs.items() if value is not None and value is not False}
    return Expectation("expect_column_values_to_be_between", column, kwargs, severity, explanation)


def in_set(column: str, accepted: tuple[Any, ...], explanation: str) -> Expectation:
    """Every value is one of `accepted`."""
    return Expectation("expect_column_values_to_be_in_set", column, {"value_set": accepted}, explanation=explanation)


def is_true(column: str, explanation: str) -> Expectation:
    """Every value is true."""
    return in_set(column, (True,), explanation)


def is_false(column: str, explanation: str) -> Expectation:
    """Every value is false."""
    return in_set(column, (False,), explanation)


def equal(column: str, other: str, explanation: str) -> Expectation:
    """In every row `column` equals `other`; a null equals only another null."""
    kwargs = {"other": other, "ignore_row_if": "both_values_are_missing"}
    return Expectation("expect_column_pair_values_to_be_equal", column, kwargs, explanation=explanation)


def at_least(column: str, other: str, explanation: str) -> Expectation:
    """In every row `column` is `other` or more."""
    kwargs = {"other": other, "or_equal": True, "ignore_row_if": "either_value_is_missing"}
    return Expectation("expect_column_pair_values_a_to_be_greater_than_b", column, kwargs, explanation=explanation)


def total(
    column: str, explanation: str, *, least: Any = None, most: Any = None, severity: Severity = Severity.BLOCKING
) -> Expectation:
    """The sum of `column` lies from `least` to `most`: in a table of one row, the sum is the figure found."""
    kwargs = {name: value for name, value in {"min_value": least, "max_value": most}.items() if value is not None}
    return Expectation("expect_column_sum_to_be_between", column, kwargs, severity, explanation)


def nothing_in(column: str, explanation: str, *, severity: Severity = Severity.BLOCKING) -> Expectation:
    """The sum of `column`, a count of broken things, is zero."""
    return total(column, explanation, least=0, most=0, severity=severity)
