"""A gate that fails stops the run, and Dagster shows why without a person's words."""

from typing import Any

import dagster as dg  # tests the wiring
import pytest

from data_quality.gate import GateResult
from orchestration.asset_checks import gate_check


@dg.asset(key=["raw", "portal", "post"])
def raw_post() -> None:
    """Stands for the ingested posts."""


@dg.asset(deps=[raw_post])
def downstream() -> None:
    """What must not run behind a closed gate."""


class WorldGates:
    """The `gates` resource over a test's world."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def evaluate(self, gate_name: str, **selection: Any) -> GateResult:
        self.asked.append((gate_name, selection))
        result: GateResult = self.world.evaluate(gate_name, selection)
        return result


def run(world: Any) -> tuple[dg.ExecuteInProcessResult, WorldGates]:
    gates = WorldGates(world)
    job = dg.Definitions(
        assets=[raw_post, downstream],
        asset_checks=[gate_check("raw", asset_key=raw_post.key, source="portal", entity="post")],
        resources={"gates": gates},
        executor=dg.in_process_executor,
    ).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(raise_on_error=False), gates


def test_passing_gate_lets_the_run_go_on(world: Any) -> None:
    result, gates = run(world)

    assert result.success
    assert gates.asked == [("raw", {"source": "portal", "entity": "post"})]
    (evaluation,) = result.get_asset_check_evaluations()
    assert evaluation.check_name == "gate_raw"
    assert evaluation.metadata["expectations"].value == 9


def test_failing_gate_stops_what_is_downstream_and_shows_why(world: Any) -> None:
    world.connection.execute("update raw_post set source_post_id = null where origin_row = 3")

    result, _ = run(world)

    assert not result.success
    assert [str(event.asset_key) for event in result.get_asset_materialization_events()] == [str(raw_post.key)]
    (evaluation,) = result.get_asset_check_evaluations()
    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.ERROR
    assert evaluation.blocking
    assert evaluation.metadata["failed_blocking"].value == 1
    first = evaluation.metadata["verdicts"].records[0].data
    assert first == {
        "table": "raw_post",
        "column": "source_post_id",
        "expected": "a value in every row",
        "observed": "1 of 8 rows break it",
        "passed": False,
        "severity": "blocking",
        "why": "A row without its key cannot be found, joined or erased.",
    }


@pytest.mark.parametrize("gate_name", ["annotations", "edges", "scores", "marts"])
def test_every_gate_makes_one_blocking_check(gate_name: str) -> None:
    check = gate_check(gate_name, asset_key="fct_post", additional_deps=[["marts", "fct_reply"]])

    (spec,) = check.check_specs
    assert (spec.name, spec.blocking, spec.asset_key) == (f"gate_{gate_name}", True, dg.AssetKey("fct_post"))
    assert [dep.asset_key for dep in spec.additional_deps] == [dg.AssetKey(["marts", "fct_reply"])]
