"""What is done to a damaged home before a run makes the rest again: the damaged part is taken away, whole.

Each does nothing where there is nothing left to do. The caller holds the home.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from otklik.home import lake
from otklik.home.settings import Home

# Tables of one pass over texts: a text counts as seen by the one, so that a lost batch of the other would stay lost.
_ONE_PASS = ({"post_label", "post_place"}, {"leak_scan", "leak_finding"})


def nothing() -> None:
    """The run itself mends it."""


def drop(path: Path) -> None:
    """Remove a file."""
    path.unlink(missing_ok=True)


def drop_folder(path: Path) -> None:
    """Remove a folder with all that is in it."""
    shutil.rmtree(path, ignore_errors=True)


def drop_load(home: Home, entity: str, source: str, load_id: str) -> None:
    """Make a load unknown, so that its delivery is read again; its line goes first, without which the rest is none."""
    drop(lake.ledger_path(home, entity, source, load_id))
    drop(lake.load_path(home, entity, source, load_id))
    drop(lake.quarantine_path(home, entity, source, load_id))
    if entity == "message":
        drop(lake.message_text_path(home, source, load_id))


def drop_inference(home: Home, table: str, name: str) -> None:
    """Remove one file of inference with those of the same texts, so that the next pass computes them all."""
    tables = next((tables for tables in _ONE_PASS if table in tables), {table})
    for one in tables:
        drop(home.lake / "enriched" / one / name)


def drop_message_inference(home: Home, table: str, name: str, loads: Sequence[tuple[str, str]]) -> None:
    """Remove one file of what was found in messages, and make the messages unknown: retention has dropped old words."""
    drop_inference(home, table, name)
    for source, load_id in loads:
        drop_load(home, "message", source, load_id)


def drop_near_duplicates(home: Home) -> None:
    """Remove the index of texts and the pairs found by it: neither is right without the other."""
    from otklik.stages.near_duplicates import forget_all  # brings the text model along

    forget_all(home)


def drop_warehouse(home: Home) -> None:
    """Remove dbt's tables, and the log of changes that belongs to them."""
    drop(home.warehouse)
    drop(home.root / f"{home.warehouse.name}.wal")


def set_history_aside(home: Home) -> None:
    """Move Dagster's files away from its settings, under a name that is free."""
    number = len(list(home.dagster.glob("damaged-*"))) + 1
    aside = home.dagster / f"damaged-{number}"
    aside.mkdir()
    for name in ("history", "storage", "schedules"):
        if (home.dagster / name).exists():
            (home.dagster / name).rename(aside / name)


def erased_from(home: Home, entity: str, source: str, load_id: str) -> str | None:
    """Path of a file of the load that people were erased from, as a receipt tells; None if none was."""
    paths = {
        lake.load_path(home, entity, source, load_id),
        lake.message_text_path(home, source, load_id),
        lake.quarantine_path(home, entity, source, load_id),
    }
    mine = {str(path.relative_to(home.root)) for path in paths}
    for receipt in sorted(home.lake.glob("erasures/*.json")):
        try:
            changed = {one["path"] for one in json.loads(receipt.read_text(encoding="utf-8"))["files"]}
        except (ValueError, KeyError, TypeError):
            continue  # a damaged receipt is a damage of its own, and stops the run
        if found := sorted(mine & changed):
            return found[0]
    return None
