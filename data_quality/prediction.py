"""What the raw gate would say of deliveries that a dry run took in: the very gate that a run asks."""

from collections.abc import Mapping, Sequence
from typing import Any

from data_quality.arrival_suites import Limits
from data_quality.gate import evaluate_gate
from data_quality.suites import gate_named
from otklik.home.settings import Home


def foresee_raw_gate(
    home: Home,
    source: str,
    entity: str,
    figures: Sequence[Limits],
    parameters: Mapping[str, Any],
    *,
    on_failure: str,
) -> list[str]:
    """The blocking failures in words, with counts and no value of a row; nothing where the gate would pass.

    Args:
        home: of the dry run.
        source: the source.
        entity: one of the entities it feeds.
        figures: name, least and most of what was measured.
        parameters: of the raw gate.
        on_failure: what a run would do; that it would go on does not make the deliveries better.
    """
    answer = "accept" if on_failure == "accept" else "stop"
    gate = gate_named("raw", source=source, entity=entity, figures=tuple(figures), on_failure=answer)
    return evaluate_gate(gate, database=None, search_path=home.root, parameters=parameters).blocking_failures
