"""Which loads a snapshot stands for already, which arrive, and which are kept out because their gate refused them.

A load is accepted once a snapshot was published with it: those are the past of its source. Every other load arrives,
and is measured against that past before its gate judges it. A load that the gate refuses is taken out of the lake;
while its file lies in the inbox, every run reads and judges it anew.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from otklik.home import lake
from otklik.home.engine import connect, text_literal
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.intake.arrivals.judging import Finding, LoadProfile, judge, silence
from otklik.intake.arrivals.profile import PROFILE_SCHEMA, profile_of, profile_sql
from otklik.intake.entities import entities
from otklik.intake.entity import Entity
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.ingestion.ledger import Ledger, Load
from otklik.intake.sources.configuration import Source
from otklik.intake.sources.on_failure import OnFailure

FINDING_SCHEMA = pa.schema(
    [
        pa.field("figure", pa.string(), False, {"doc": "What was counted."}),
        pa.field("value", pa.float64(), False, {"doc": "What was found: rows, a share, an index, or hours."}),
        pa.field("least", pa.float64(), True, {"doc": "The least that the source's past lets expect."}),
        pa.field("most", pa.float64(), True, {"doc": "The most that the source's past lets expect."}),
        pa.field("load_id", pa.string(), False, {"doc": "The load that lies farthest out; empty for silence."}),
    ],
    metadata={"doc": "One row per figure that was judged."},
)
MISSING_SCHEMA = pa.schema(
    [
        pa.field("source", pa.string(), False, {"doc": "Name of the source."}),
        pa.field("entity", pa.string(), False, {"doc": "Name of the entity."}),
        pa.field(
            "missing_since",
            pa.timestamp("us", "UTC"),
            True,
            {"doc": "Newest instant that the tables know of it; null if they know nothing of it."},
        ),
        pa.field("n_deliveries", pa.int64(), False, {"doc": "Deliveries that were kept out."}),
        pa.field("n_rows", pa.int64(), False, {"doc": "Rows in them."}),
        pa.field("reason", pa.string(), False, {"doc": "Why, in a sentence."}),
    ],
    metadata={"doc": "One row per source and entity of which the tables lack what was delivered or is due."},
)

_HISTORY, _LOOKED_BACK = 60, 30
_NOT_READ = "What its path names is not there, or does not fit its mapping: `otklik source check` says what is wrong."
# Whose silence is a sign: people write every day. Labels, directories and outcomes come when somebody makes them.
_STEADY = frozenset({"post", "case_event", "message"})
_ACCEPTED_SCHEMA = pa.schema([(name, pa.string()) for name in ("source", "entity", "load_id")])


def missing_path(home: Home, source: str, entity: str) -> Path:
    """Where it is told what the tables lack of a source and entity."""
    return home.lake / "missing" / f"source={source},entity={entity}.parquet"


def findings_path(home: Home, source: str, entity: str) -> Path:
    """Where the figures of what arrives from a source and entity are."""
    return _folder(home, source, entity) / "findings.parquet"


def profile_path(home: Home, source: str, entity: str) -> Path:
    """Where the profiles of a source's loads are."""
    return _folder(home, source, entity) / "profile.parquet"


def _folder(home: Home, source: str, entity: str) -> Path:
    return home.lake / "arrivals" / f"source={source}" / f"entity={entity}"


def accepted_path(home: Home) -> Path:
    """Where it is noted which loads a snapshot stands for."""
    return home.lake / "arrivals" / "accepted.parquet"


def note_accepted(home: Home) -> None:
    """Note that a snapshot stands for every load there is now."""
    rows = [
        {name: part.partition("=")[2] for name, part in zip(_ACCEPTED_SCHEMA.names, path.parts[-3:], strict=True)}
        for path in sorted(line.with_suffix("") for line in home.lake.glob("ledger/source=*/entity=*/load=*.parquet"))
        if path.name != "load=_empty"
    ]
    lake.write_table(accepted_path(home), pa.Table.from_pylist(rows, schema=_ACCEPTED_SCHEMA))


def begin_acceptance(home: Home) -> None:
    """Where a snapshot is in force and nobody noted what it stands for: an older platform published it."""
    if not accepted_path(home).exists() and (home.published / "current").exists():
        note_accepted(home)


def measure(
    home: Home, source: Source, entity_name: str, *, as_of: datetime, without: str | None = None
) -> list[Finding]:
    """Measure what arrives from a source and entity against its past, and keep the figures for the gate.

    Args:
        home: where the loads are.
        source: whose they are.
        entity_name: one of the entities it feeds.
        as_of: the instant the run looks from.
        without: first part of the names of figures that cannot be judged here.
    """
    entity = entities()[entity_name]
    path = findings_path(home, source.name, entity_name)
    if entity.is_reference:
        return []
    # a file that nobody can read is told apart, and is no sign of how much a source delivers
    loads = [
        one for one in Ledger(home, source.name, entity_name).loads() if not one.rows_read == one.rows_quarantined == 1
    ]
    accepted = accepted_loads(home, source.name, entity_name)
    history = [load for load in loads if load.load_id in accepted][-_HISTORY:]
    arriving = [load for load in loads if load.load_id not in accepted]
    if not history:
        arriving = arriving[-_HISTORY:]  # a first intake may be years of files: the newest will be its past
    profiles = _profiles(home, source, entity, history, arriving)
    found = judge(
        [profiles[load.load_id] for load in arriving],
        [profiles[load.load_id] for load in history],
        is_register=entity.is_register,
    )
    if history and entity_name in _STEADY:
        ends = [load.last_event_at for load in (*history, *arriving) if load.last_event_at is not None]
        if (hours := silence(ends, as_of)) is not None:
            found.append(Finding("hours_silent", round(hours[0], 1), None, round(hours[1], 1), ""))
    found = [one for one in found if without is None or not one.figure.startswith(without)]
    rows = [{name: getattr(finding, name) for name in FINDING_SCHEMA.names} for finding in found]
    lake.write_table(path, pa.Table.from_pylist(rows, schema=FINDING_SCHEMA))
    return found


def read_findings(home: Home, source: str, entity: str) -> list[Finding]:
    """What `measure` kept last; nothing where it never did."""
    try:
        table = pq.read_table(findings_path(home, source, entity), partitioning=None)
        return [Finding(**row) for row in table.to_pylist()]
    except FileNotFoundError:
        return []


def read_limits(home: Home, source: str, entity: str) -> tuple[tuple[str, float | None, float | None], ...]:
    """Name, least and most of every figure that `measure` kept last."""
    return tuple((one.figure, one.least, one.most) for one in read_findings(home, source, entity))


def take_in(home: Home, source: Source, entity_name: str, *, received_at: datetime, as_of: datetime) -> list[Load]:
    """Ingest what a source delivered of an entity, and measure it for its gate.

    Args:
        home: the deployment's folder.
        source: the entry of `sources.yaml`, with what to do on failure.
        entity_name: one of the entities it feeds.
        received_at: as `ingest`.
        as_of: the instant the run looks from.

    Raises:
        ConfigurationError: as `ingest`, if the source is not one that others go on without.
    """
    missing_path(home, source.name, entity_name).unlink(missing_ok=True)  # found out anew
    try:
        loads = ingest(home, source, entity_name, received_at=received_at)
    except ConfigurationError:
        if source.on_failure is not OnFailure.PUBLISH_WITHOUT or entities()[entity_name].is_reference:
            raise
        # the error names files and columns, which a published table must not
        loads = []
        note_missing(home, source.name, entity_name, _NOT_READ)
    measure(home, source, entity_name, as_of=as_of)
    return loads


def withhold(home: Home, source: Source, entity_name: str, reason: str, *, as_of: datetime) -> int:
    """Take what arrives from a source and entity out of the lake again, and tell that it is missing.

    Args:
        home: the deployment's folder.
        source: the entry of `sources.yaml`.
        entity_name: one of the entities it feeds.
        reason: why, in a sentence without values of rows: it is published.
        as_of: the instant the run looks from.

    Returns:
        How many deliveries were taken out.
    """
    accepted = accepted_loads(home, source.name, entity_name)
    ledger = Ledger(home, source.name, entity_name)
    loads = [one for one in ledger.loads() if one.load_id not in accepted]
    for load in loads:
        ledger.retire(load.load_id)
    note_missing(home, source.name, entity_name, reason, withheld=loads)
    measure(home, source, entity_name, as_of=as_of)
    return len(loads)


def note_missing(home: Home, source: str, entity: str, reason: str, withheld: Sequence[Load] = ()) -> None:
    """Tell that the tables lack something of a source and entity, and since when."""
    instants = [one.last_event_at or one.loaded_at for one in Ledger(home, source, entity).loads()]
    row = {
        "source": source,
        "entity": entity,
        "missing_since": max(instants, default=None),
        "n_deliveries": len(withheld),
        "n_rows": sum(load.rows_read for load in withheld),
        "reason": reason,
    }
    lake.write_table(missing_path(home, source, entity), pa.Table.from_pylist([row], schema=MISSING_SCHEMA))


def read_missing(home: Home) -> list[dict[str, object]]:
    """What the tables lack: rows of `MISSING_SCHEMA`, sorted by source and entity."""
    paths = sorted((home.lake / "missing").glob("source=*.parquet"))
    return [row for path in paths for row in pq.read_table(path, partitioning=None).to_pylist()]


def accepted_loads(home: Home, source: str, entity: str) -> set[str]:
    """Ids of the loads of a source and entity that a snapshot stands for."""
    try:
        table = pq.read_table(accepted_path(home))
    except (FileNotFoundError, pa.ArrowInvalid):  # a damaged note costs the past, which the next publishing notes again
        return set()
    is_its = pc.and_(pc.equal(table["source"], source), pc.equal(table["entity"], entity))
    return set(table.filter(is_its)["load_id"].to_pylist())


def _profiles(
    home: Home, source: Source, entity: Entity, history: Sequence[Load], arriving: Sequence[Load]
) -> dict[str, LoadProfile]:
    """Profiles of loads by id; those made before are kept."""
    path = profile_path(home, source.name, entity.name)
    loads = [*history, *arriving]
    kept = _kept(path, {load.load_id for load in loads})
    made = set(kept["load_id"].to_pylist())
    parts = [kept]
    with connect() as connection:
        connection.execute(
            f"set memory_limit = '600MB'; set temp_directory = {text_literal(home.work)}; "
            "set preserve_insertion_order = false"
        )
        for number, load in enumerate(loads):
            if load.load_id not in made:
                earlier = loads[max(0, number - _LOOKED_BACK) : number]
                parts.append(_profile(connection, home, source, entity, load, earlier))
    table = pa.concat_tables(parts)
    if len(parts) > 1 or not path.exists():
        lake.write_table(path, table)
    counts: dict[str, dict[str, dict[str, int]]] = {load.load_id: {} for load in loads}
    for row in table.to_pylist():
        counts[row["load_id"]].setdefault(row["figure"], {})[row["bucket"]] = row["n"]
    return {load.load_id: _as_profile(load, source, counts[load.load_id]) for load in loads}


def _kept(path: Path, load_ids: set[str]) -> pa.Table:
    try:
        table = pq.read_table(path, partitioning=None)
    except (FileNotFoundError, pa.ArrowException):
        table = PROFILE_SCHEMA.empty_table()
    if table.schema != PROFILE_SCHEMA:
        return PROFILE_SCHEMA.empty_table()
    return table.filter(pc.is_in(table["load_id"], pa.array(sorted(load_ids), pa.string())))


def _profile(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    source: Source,
    entity: Entity,
    load: Load,
    earlier: Sequence[Load],
) -> pa.Table:
    rows = lake.load_path(home, entity.name, source.name, load.load_id)
    before = [lake.load_path(home, entity.name, source.name, one.load_id) for one in earlier]
    return profile_of(profile_sql(entity, load.load_id, rows, before, source.time_zone), connection)


def _as_profile(load: Load, source: Source, counts: dict[str, dict[str, int]]) -> LoadProfile:
    first, last = load.first_event_at, load.last_event_at
    is_a_day = first is not None and last is not None and (last - first).total_seconds() <= 36 * 3600
    middle = (first + (last - first) / 2).astimezone(source.zone) if is_a_day and first and last else None
    n = counts.get("rows", {}).get("", 0)
    return LoadProfile(load.load_id, load.rows_read, n, middle.weekday() if middle else None, counts)
