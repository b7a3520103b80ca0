"""Gates as Dagster asset checks: the one file of this package that imports Dagster.

A check asks the resource `gates` for the verdicts and shows them. Which asset a gate guards is the wiring's decision;
what the gate demands stands in the suites.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import dagster as dg

from data_quality.expectations import Severity
from data_quality.gate import GateResult


class Gates(Protocol):
    """What a check needs of the resource `gates`."""

    def evaluate(self, gate_name: str, **selection: Any) -> GateResult:
        """Evaluate `suites.gate_named(gate_name, **selection)` for the current run and keep the verdicts."""
        ...


AssetKey = str | Sequence[str] | dg.AssetKey


def gate_check(
    gate_name: str, *, asset_key: AssetKey, additional_deps: Sequence[AssetKey] = (), **selection: str
) -> dg.AssetChecksDefinition:
    """A blocking check of one gate: when it fails, nothing downstream of the asset runs.

    Args:
        gate_name: A name of `suites.GATE_NAMES`.
        asset_key: The asset that the gate stands behind.
        additional_deps: Other assets that must be there before the gate can judge.
        **selection: What the gate is narrowed to; `source` and `entity` for "raw".

    Returns:
        The check `gate_<gate name>`. It requires the resource `gates`.
    """

    @dg.asset_check(
        name=f"gate_{gate_name}",
        asset=_key(asset_key),
        additional_deps=[_key(key) for key in additional_deps],
        blocking=True,
        required_resource_keys={"gates"},
        description=f"Every blocking expectation of the gate '{gate_name}' holds.",
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        gates: Gates = context.resources.gates
        return check_result(gates.evaluate(gate_name, **selection))

    return check


def check_result(result: GateResult) -> dg.AssetCheckResult:
    """A gate's verdicts as Dagster shows them: counts, the failures in words, and every expectation in a table."""
    rows = result.table.to_pylist()
    failed = result.failures
    n_blocking = sum(row["severity"] == Severity.BLOCKING for row in failed)
    return dg.AssetCheckResult(
        passed=result.is_passed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=result.summary(),
        metadata={
            "expectations": dg.MetadataValue.int(len(rows)),
            "failed_blocking": dg.MetadataValue.int(n_blocking),
            "failed_warning": dg.MetadataValue.int(len(failed) - n_blocking),
            "verdicts": _verdict_table(rows),
        },
    )


# Column of the shown table → column of the verdicts, and its Dagster type.
_SHOWN = {
    "table": ("table_name", "string"),
    "column": ("column_name", "string"),
    "expected": ("expected", "string"),
    "observed": ("observed", "string"),
    "passed": ("is_passed", "bool"),
    "severity": ("severity", "string"),
    "why": ("explanation", "string"),
}


def _verdict_table(rows: list[dict[str, Any]]) -> dg.TableMetadataValue:
    """Failures first, each part in the order of the suites."""
    ordered = sorted(rows, key=lambda row: bool(row["is_passed"]))
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord({shown: row[name] if row[name] is not None else "" for shown, (name, _) in _SHOWN.items()})
            for row in ordered
        ],
        schema=dg.TableSchema([dg.TableColumn(shown, kind) for shown, (_, kind) in _SHOWN.items()]),
    )


def _key(key: AssetKey) -> dg.AssetKey:
    return key if isinstance(key, dg.AssetKey) else dg.AssetKey(key)
