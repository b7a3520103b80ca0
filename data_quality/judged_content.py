"""What a verdict is of: one hash over the demands of a gate and over every file and table it looks at.

Equal hashes mean equal verdicts, so a verdict that was kept may stand for a gate that is asked again; and a verdict
whose hash is another one says nothing of what is there now.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data_quality.expectations import Gate
from data_quality.gate import GateResult
from otklik.home.contents import warehouse_hashes
from otklik.home.files import write_text
from otklik.home.lake import GATE_RESULT_SCHEMA, write_table
from otklik.home.settings import Home

# Suites name Parquet relative to the home, within quotes.
_FILES = re.compile(r"'(lake/[^']+\.parquet)'")


def judged_content(
    gate: Gate,
    *,
    home: Home,
    parameters: Mapping[str, Any],
    tables: Sequence[str] = (),
    hash_of_file: Callable[[Path], str],
) -> str:
    """SHA-256 of all that a gate's verdict depends on.

    Args:
        gate: from `suites.gate_named`.
        home: whose warehouse and lake it looks at.
        parameters: values of the gate's parameters.
        tables: further tables of the warehouse that the verdict is to speak for.
        hash_of_file: content hash of one file.

    Raises:
        ValueError: a parameter is unknown or missing.
    """
    digest = hashlib.sha256(repr((gate, sorted(gate.bind(parameters).items()))).encode())
    for pattern in sorted({found for suite in gate.suites for found in _FILES.findall(suite.query)}):
        for path in sorted(home.root.glob(pattern)):
            digest.update(f"{path.relative_to(home.root)}\x1f{hash_of_file(path)}\n".encode())
    for name, content in warehouse_hashes(home, {*gate.relations, *tables}).items():
        digest.update(f"{name}\x1f{content}\n".encode())
    return digest.hexdigest()


def keep_result(result: GateResult, path: Path) -> GateResult:
    """Keep the document of a gate at a path that ends with .html, and its verdicts beside it."""
    # the verdicts go last: where they are kept, the document is
    write_text(path, result.document)
    write_table(path.with_suffix(".parquet"), result.table)
    return replace(result, kept_at=path)


def kept_result(path: Path, gate_name: str, content_hash: str) -> GateResult | None:
    """What was kept at a path, if it is of this content."""
    try:
        table = pq.read_table(path.with_suffix(".parquet"), partitioning=None)
        document = path.read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError, pa.ArrowException):
        return None
    if table.schema.equals(GATE_RESULT_SCHEMA) and set(table["content_hash"].to_pylist()) == {content_hash}:
        return GateResult(gate_name, table, document, path)
    return None


def kept_or_judged(
    gate: Gate, evaluate: Callable[..., GateResult], *, home: Home, parameters: Mapping[str, Any], content_hash: str
) -> GateResult:
    """The verdicts of this run that were kept, if they are of just this content; else the gate looks, and they are.

    Args:
        gate: what is demanded.
        evaluate: looks, as `GateWorker.evaluate` does.
        home: whose lake keeps them.
        parameters: of the gate; `run_key` names the run.
        content_hash: of all that the gate looks at (`judged_content`).
    """
    path = home.lake / "gates" / f"run={parameters['run_key']}" / f"gate={gate.name}.html"
    if (known := kept_result(path, gate.name, content_hash)) is not None:
        return known
    database = home.warehouse if gate.relations else None
    result = evaluate(gate, database=database, search_path=home.root, parameters=parameters, content_hash=content_hash)
    return keep_result(result, path)
