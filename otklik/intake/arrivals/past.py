"""The past of a source, lent to a dry run: so that its gate judges there as it would in the home."""

import shutil

import pyarrow.parquet as pq

from otklik.home import lake
from otklik.home.settings import Home
from otklik.intake.arrivals.acceptance import MISSING_SCHEMA, accepted_loads, accepted_path, profile_path
from otklik.intake.entity import Entity
from otklik.intake.ingestion.ledger import LEDGER_SCHEMA


def lend_past(home: Home, entity: Entity, source: str, past: Home | None) -> None:
    """Make a dry run's home ready for the raw gate of one source and entity.

    Args:
        home: of the dry run, with what it took in; it gets copies, and links to rows.
        entity: what the source feeds.
        source: the source.
        past: the home whose published deliveries are the past; None for no past. It is read alone.
    """
    for path, schema in (
        (lake.load_path(home, entity.name, "_none", "_empty"), entity.stored_schema),
        (lake.ledger_path(home, "_none", "_none", "_empty"), LEDGER_SCHEMA),
        (home.lake / "missing" / "_empty.parquet", MISSING_SCHEMA),
    ):
        lake.write_table(path, schema.empty_table())
    if past is None or not profile_path(past, source, entity.name).exists() or not accepted_path(past).exists():
        return
    for path in (profile_path(past, source, entity.name), accepted_path(past)):
        target = home.root / path.relative_to(past.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    profiled = set(pq.read_table(profile_path(past, source, entity.name), columns=["load_id"])["load_id"].to_pylist())
    for load_id in sorted(profiled & accepted_loads(past, source, entity.name)):
        line = lake.ledger_path(home, entity.name, source, load_id)
        line.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(lake.ledger_path(past, entity.name, source, load_id), line)
        rows = lake.load_path(home, entity.name, source, load_id)
        rows.parent.mkdir(parents=True, exist_ok=True)
        if not rows.exists():
            rows.symlink_to(lake.load_path(past, entity.name, source, load_id).absolute())
