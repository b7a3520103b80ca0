"""Gates as Dagster asset checks: the one file of this package that imports Dagster.

A check asks the resource `gates` for the verdicts and shows them. Which asset a gate guards is the wiring's decision;
what the gate demands stands in the suites.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import dagster as dg

from data_quality.expectations import Severity
from data_quality.gate import GateResult
from orchestration.failures import telling
from otklik.home.errors import GateFailedError

AssetKey = str | Sequence[str] | dg.AssetKey


def gate_check(
    gate_name: str,
    *,
    asset_key: AssetKey,
    additional_deps: Sequence[AssetKey] = (),
    tell: Callable[..., list[str]] | None = None,
    settle: Callable[..., GateResult] | None = None,
    **selection: str,
) -> dg.AssetChecksDefinition:
    """A blocking check of one gate: when it fails, nothing downstream of the asset runs.

    Args:
        gate_name: A name of `suites.GATE_NAMES`.
        asset_key: The asset that the gate stands behind.
        additional_deps: Other assets that must be there before the gate can judge.
        tell: Further lines on what failed, such as the names of files, from the home and the selection.
        settle: What becomes of a gate that fails: gives its verdicts after that, from the resources and the verdicts.
        **selection: What the gate is narrowed to; `source` and `entity` for "raw".

    Returns:
        The check `gate_<gate name>`. It requires the resource `gates`, and `run` where it settles.
    """

    def check(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        gates = context.resources.gates  # GatesResource, whose module imports the platform
        result = gates.evaluate(gate_name, **selection)
        further = tell(gates.home, **selection) if tell is not None and result.failures else []
        if settle is not None and not result.is_passed:
            result = settle(context.resources.run, gates, result, **selection)
        yield check_result(result, further)
        if not result.is_passed:
            # the step would fail anyway, with a sentence of Dagster's and its stack
            raise GateFailedError("\n".join([result.summary(), *further]))

    return dg.asset_check(
        name=f"gate_{gate_name}",
        asset=_key(asset_key),
        additional_deps=[_key(key) for key in additional_deps],
        blocking=True,
        required_resource_keys={"gates"} if settle is None else {"gates", "run"},
        description=f"Every blocking expectation of the gate '{gate_name}' holds.",
    )(telling(cast(Callable[[dg.AssetCheckExecutionContext], dg.AssetCheckResult], check)))


def check_result(result: GateResult, further: Sequence[str] = ()) -> dg.AssetCheckResult:
    """A gate's verdicts as Dagster shows them: counts, the failures in words, and every expectation in a table.

    Args:
        result: the verdicts.
        further: lines behind the failures.
    """
    rows = result.table.to_pylist()
    failed = result.failures
    n_blocking = sum(row["severity"] == Severity.BLOCKING for row in failed)
    metadata: dict[str, dg.MetadataValue] = {
        "expectations": dg.MetadataValue.int(len(rows)),
        "failed_blocking": dg.MetadataValue.int(n_blocking),
        "failed_warning": dg.MetadataValue.int(len(failed) - n_blocking),
        "verdicts": _verdict_table(rows),
    }
    if result.kept_at is not None:
        metadata["data_docs"] = dg.MetadataValue.path(str(result.kept_at))
    return dg.AssetCheckResult(
        passed=result.is_passed,
        severity=dg.AssetCheckSeverity.ERROR,
        description="\n".join([result.summary(), *further]),
        metadata=metadata,
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
