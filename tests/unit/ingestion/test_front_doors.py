"""`source init` over sixty invented deliveries: how many entries need no edit, and none is wrong without a word."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from otklik.intake.sources.check import check_sources
from otklik.intake.sources.configuration import load_configuration
from otklik.intake.sources.proposing import propose
from tests.unit.ingestion.front_doors import Door, american, exports
from tests.unit.ingestion.front_doors_2 import european, mangled, russian

RECEIVED_AT = datetime(2026, 12, 1, tzinfo=UTC)
LEAST_SHARE = 0.85


def verdict(door: Door, folder: Path) -> tuple[str, str]:
    """`right`, `told` (a comment says what may be wrong) or `wrong`, and what differs."""
    folder.mkdir()
    entry = propose(door.put(folder))
    comments = "\n".join(line for line in entry.splitlines() if line.lstrip().startswith("#"))
    sources = folder / "proposed.yaml"
    sources.write_text(entry, encoding="utf-8")
    reports = {one.entity: one for one in check_sources(load_configuration([sources], {}), received_at=RECEIVED_AT)}
    differs = [f"{one.entity} cannot be mapped: {one.error}" for one in reports.values() if one.error]
    loads = {name: one.rows_loaded for name, one in reports.items() if one.rows_loaded}
    if loads != dict(door.loads):
        differs.append(f"loads {loads} and not {dict(door.loads)}")
    for entity, facts in door.says.items():
        rows = reports[entity].sample if entity in reports else ()
        best = max(rows, key=lambda row: sum(row.get(key) == value for key, value in facts.items()), default={})
        differs += [
            f"{entity}.{key}: {best.get(key)!r} and not {value!r}"
            for key, value in facts.items()
            if best.get(key) != value
        ]
    if door.told not in comments:
        return "wrong", f"no comment says {door.told!r}"
    if not differs:
        return "right", ""
    is_told = door.told and all(any(f".{field}:" in one for field in door.misread) for one in differs)
    return "told" if is_told else "wrong", "; ".join(differs)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    folder = tmp_path_factory.mktemp("doors")
    doors = [*exports(), *american(), *european(), *russian(), *mangled(folder)]
    assert len({door.name for door in doors}) == len(doors)
    return {door.name: verdict(door, folder / str(n)) for n, door in enumerate(doors)}


def test_most_entries_need_no_edit_and_none_is_wrong_without_a_word(verdicts: dict[str, tuple[str, str]]):
    counts = {kind: sum(one == kind for one, _ in verdicts.values()) for kind in ("right", "told", "wrong")}
    print(f"\n{len(verdicts)} deliveries: {counts}")  # noqa: T201 - what docs/sources.md tells
    for name, (kind, why) in verdicts.items():
        print(f"  {kind:<6} {name}{': ' if why else ''}{why}")  # noqa: T201

    assert [f"{name}: {why}" for name, (kind, why) in verdicts.items() if kind == "wrong"] == []
    assert len(verdicts) >= 40
    assert counts["right"] >= LEAST_SHARE * len(verdicts)
