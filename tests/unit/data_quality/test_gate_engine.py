"""The edges of Great Expectations that we lean on: the private patch, the silence, the cost of importing."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import data_quality.gate as gate_module
from data_quality.expectations import RUN_PARAMETERS, Gate, Suite, nothing_in
from data_quality.gate import GateError, evaluate_gate
from data_quality.gx_engine import gx_context
from data_quality.suites import gate_named

PROJECT = Path(__file__).parents[3]


def test_importing_the_package_imports_neither_great_expectations_nor_dagster() -> None:
    modules = "data_quality.suites, data_quality.gate, data_quality.worker, data_quality.expectations"
    code = f"import sys, {modules}; print(sorted({{'great_expectations', 'dagster', 'sqlalchemy'}} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_private_patch_is_applied_once() -> None:
    gx_context()
    gx_context()
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine_module

    assert [d.value for d in engine_module._PERSISTED_CONNECTION_DIALECTS].count("duckdb") == 1


def test_private_patch_is_still_needed(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """When this fails, Great Expectations reads DuckDB by itself: drop the patch in `gx_context` and this test."""
    gx_context()
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine_module

    without = tuple(d for d in engine_module._PERSISTED_CONNECTION_DIALECTS if d.value != "duckdb")
    monkeypatch.setattr(engine_module, "_PERSISTED_CONNECTION_DIALECTS", without)

    with pytest.raises(GateError, match="could not be computed"):
        world.evaluate("edges")


def test_evaluation_opens_no_network_connection(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a gate opened a network connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert world.evaluate("raw").is_passed


def test_evaluation_prints_nothing_and_leaves_nothing(world: Any, capfd: pytest.CaptureFixture[str]) -> None:
    world.write()
    before = sorted(world.root.rglob("*"))
    capfd.readouterr()

    world.judge("raw")

    assert capfd.readouterr() == ("", "")
    assert sorted(world.root.rglob("*")) == before
    assert gx_context().data_sources.all() == {}


def test_warehouse_is_only_read(world: Any) -> None:
    world.write()
    before = (world.root / "warehouse.duckdb").read_bytes()

    world.judge("edges")

    assert (world.root / "warehouse.duckdb").read_bytes() == before


def test_warehouse_is_let_go_after_the_gate(world: Any) -> None:
    """Another process could not write it while ours still had it attached: dbt builds again after the edges gate."""
    world.evaluate("edges")
    code = f"import duckdb; duckdb.connect({str(world.root / 'warehouse.duckdb')!r}).execute('create table t (a int)')"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stderr == ""


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"as_of": None}, r"needs \['run_key', 'as_of'\]"),
        (
            {"ceiling": 1},
            r"no parameter \['ceiling'\]; it accepts \['as_of', 'quarantined_share_ceiling', 'run_key'",
        ),
    ],
)
def test_wrong_parameters_are_named(tmp_path: Path, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate_gate(
            gate_named("raw", source="portal", entity="post"),
            database=None,
            search_path=tmp_path,
            parameters=parameters,
        )


@pytest.mark.parametrize(
    ("name", "selection", "message"),
    [
        ("rows", {}, r"Unknown gate 'rows'; accepted: \['raw', 'annotations', 'routes', 'edges', 'scores', 'marts'\]"),
        ("raw", {"source": "a/b", "entity": "post"}, "Source 'a/b' is not a name"),
        ("raw", {"source": "a", "entity": "tweet"}, "Unknown entity 'tweet'; accepted"),
    ],
)
def test_unknown_gate_source_or_entity_is_named(name: str, selection: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gate_named(name, **selection)


def test_missing_warehouse_is_named(tmp_path: Path) -> None:
    with pytest.raises(GateError, match="reads the warehouse, and there is none"):
        evaluate_gate(
            gate_named("edges"),
            database=tmp_path / "warehouse.duckdb",
            search_path=tmp_path,
            parameters={"run_key": "r", "as_of": "2026-03-01 00:00:00Z"},
        )


def test_error_never_quotes_the_value_it_failed_on(tmp_path: Path) -> None:
    suite = Suite("words", "select cast('Мария' as integer) as n", (nothing_in("n", "-"),), is_computed_once=True)

    with pytest.raises(GateError) as caught:
        evaluate_gate(
            Gate("words", "-", (suite,), RUN_PARAMETERS),
            database=None,
            search_path=tmp_path,
            parameters={"run_key": "r", "as_of": "2026-03-01 00:00:00Z"},
        )

    assert "Conversion Error" in str(caught.value)
    assert "Мария" not in str(caught.value)


def test_worker_gives_the_same_verdicts_and_reports_its_death(world: Any) -> None:
    import os
    import signal

    from data_quality.worker import GateWorker

    here = world.evaluate("raw")
    arguments: dict[str, Any] = {
        "database": None,
        "search_path": world.root,
        "parameters": {"run_key": "run-1", "as_of": here.table["as_of"][0].as_py()},
    }
    gate = gate_named("raw", source="portal", entity="post")
    with GateWorker() as worker:
        assert worker.evaluate(gate, **arguments).table.equals(here.table)
        assert worker._pool is not None
        (process,) = worker._pool._processes
        os.kill(process, signal.SIGKILL)
        with pytest.raises(GateError, match=r"evaluating gate 'raw\.portal\.post' died"):
            worker.evaluate(gate, **arguments)
    with pytest.raises(GateError, match="worker is closed"):
        worker.evaluate(gate, **arguments)
    assert gate_module.GATE_RESULT_SCHEMA.names[0] == "run_key"
