"""The list of gates, by name. What a gate demands stands in the module of its stage, not here."""

from collections.abc import Callable
from typing import Any

from data_quality.expectations import Gate
from data_quality.graph_suites import edges_gate, scores_gate
from data_quality.lake_suites import annotations_gate, raw_gate
from data_quality.mart_suites import marts_gate
from data_quality.route_suites import routes_gate

_GATES: dict[str, Callable[..., Gate]] = {
    "raw": raw_gate,
    "annotations": annotations_gate,
    "routes": routes_gate,
    "edges": edges_gate,
    "scores": scores_gate,
    "marts": marts_gate,
}

GATE_NAMES = tuple(_GATES)
"""Gates in the order of the run."""


def gate_named(name: str, **selection: Any) -> Gate:
    """The gate called `name`.

    Args:
        name: One of `GATE_NAMES`.
        **selection: What the gate is narrowed to: `source` and `entity` for "raw"; `suppressions`, how each mart
            hides people, and `previous_row_counts`, those of the last published manifest, for "marts"; nothing for the
            others.

    Raises:
        ValueError: The gate, the source or the entity is unknown.
        TypeError: The selection does not fit the gate.
    """
    if name not in _GATES:
        raise ValueError(f"Unknown gate {name!r}; accepted: {list(GATE_NAMES)}.")
    return _GATES[name](**selection)
