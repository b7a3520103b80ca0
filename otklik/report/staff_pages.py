"""Writes the pages that stand beside the morning on the analysts' surface: quality, communication.

Belongs here: what stands on them. Does not belong here: queries (`quality_figures`, `communication_figures`), the
drawing of an organisation (`networks`).
"""

import duckdb

from otklik.report import networks
from otklik.report.communication_figures import CommunicationFigures, isolated
from otklik.report.lists import write_lists
from otklik.report.quality_figures import QualityFigures
from otklik.report.rendering import Renderer
from otklik.report.surface import Row

_CONSERVATION = {
    "source": "Источник", "entity": "Что", "n_loads": "Поставок", "n_read": "Прочитано", "n_loaded": "Взято",
    "n_duplicate": "Повтор", "n_quarantined": "Карантин", "n_erased": "Стёрто", "n_left_out": "Вне учёта",
    "n_lost": "Потеряно",
}  # fmt: skip


def write_quality(renderer: Renderer, connection: duckdb.DuckDBPyConnection, as_of: str) -> None:
    """`quality.html` and the list behind it."""
    figures = QualityFigures(connection, as_of)
    conservation = figures.conservation()
    write_lists(renderer.folder, "conservation", _CONSERVATION, conservation)
    renderer.write(
        "quality.html", "quality.html.j2",
        gates=figures.gates(), failed=figures.failed(), drift=figures.drift(), sources=figures.sources(),
        conservation=conservation, hidden=figures.hidden(), joining=figures.joining(),
    )  # fmt: skip


def write_communication(renderer: Renderer, connection: duckdb.DuckDBPyConnection, as_of: str) -> None:
    """`communication.html`."""
    figures = CommunicationFigures(connection, as_of)
    units, pairs = figures.units(), figures.pairs()
    renderer.write(
        "communication.html", "communication.html.j2",
        organisations=[_organisation(name, units.get(name, []), pairs.get(name, [])) for name in sorted(units)],
        groups=figures.groups(), hidden_groups=figures.hidden_groups(), moves=figures.moves(),
        active=figures.active_citizens(),
    )  # fmt: skip


def _organisation(name: str, units: list[Row], pairs: list[Row]) -> Row:
    messages = {(row["source"], row["target"]): row["n_messages"] for row in pairs}
    return {
        "name": name,
        "first": min(row["period_start"] for row in units),
        "last": max(row["period_end"] for row in units),
        "chart": networks.organisation({row["unit"]: row["n_people"] for row in units}, messages),
        "n_left_out": max(0, len(units) - networks.MOST_UNITS),
        "n_hidden": sum(row["is_suppressed"] for row in pairs),
        "units": units,
        "isolated": isolated(units, pairs),
        "pairs": pairs,
    }
