"""The figures of one home: what is published and how old, what gates found, runs, room. Reads, and changes nothing."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from otklik.home.engine import connect, text_literal
from otklik.home.errors import HomeLockedError
from otklik.home.history import sizes
from otklik.home.lock import require_free_home
from otklik.home.settings import Home
from otklik.home.space import free_bytes, needed_bytes
from otklik.home.versions import platform_version
from otklik.monitoring.exposition import Figure
from otklik.monitoring.history import RunHistory, daemons
from otklik.publishing.manifests import current_manifest
from otklik.publishing.snapshot_files import DATABASE_NAME

# Thirty days of a deployment that fetches from a dozen sources.
_RUNS_LOOKED_AT = 500


def figures(home: Home, history: RunHistory | None) -> list[Figure]:
    """Everything there is to tell of a home.

    Args:
        home: of any age; what is not there yet has no figure.
        history: of its runs; None where no run has been.
    """
    return [
        Figure("build_info", "The platform that answers.", [({"version": platform_version()}, 1)]),
        *_published(home),
        *_verdicts(home),
        *(_runs(history) if history is not None else ()),
        *_room(home),
    ]


def _published(home: Home) -> Iterator[Figure]:
    manifest = current_manifest(home.published)
    if manifest is None:
        return
    database = (home.analyst / DATABASE_NAME).resolve()
    as_of = datetime.fromisoformat(manifest["as_of"]).timestamp()
    yield Figure("snapshot_as_of_timestamp_seconds", "Instant that the snapshot in force looks from.", [({}, as_of)])
    written = database.stat().st_mtime
    yield Figure("snapshot_published_timestamp_seconds", "When the snapshot in force was made.", [({}, written)])
    missing = [
        ({"source": one["source"], "entity": one["entity"]}, one["n_rows"]) for one in manifest.get("missing", [])
    ]
    yield Figure("source_missing_rows", "Rows kept out of the snapshot, since their gate refused them.", missing)
    with connect(database) as connection:
        fed = connection.execute(
            "select source, entity, epoch(newest_event_at), rows_loaded from meta_freshness order by source, entity"
        ).fetchall()
    newest = [({"source": source, "entity": entity}, at) for source, entity, at, _ in fed if at is not None]
    yield Figure("source_newest_event_timestamp_seconds", "Newest event that the source told of.", newest)
    rows = [({"source": source, "entity": entity}, count) for source, entity, _, count in fed]
    yield Figure("source_rows", "Rows taken in from the source.", rows)


def _verdicts(home: Home) -> Iterator[Figure]:
    if not list((home.lake / "gates").glob("run=2*/gate=*.parquet")):
        return
    files = text_literal(home.lake / "gates" / "*" / "*.parquet")
    with connect() as connection:
        found = connection.execute(
            f"""
            with every as (from read_parquet({files}))
            select gate, severity, count(*), count_if(not is_passed)
            from every where run_key = (select max(run_key) from every)
            group by gate, severity order by gate, severity
            """
        ).fetchall()
    labels = [{"gate": gate, "severity": severity} for gate, severity, _, _ in found]
    demanded = [count for _, _, count, _ in found]
    failed = [count for _, _, _, count in found]
    named = "of the newest run that had gates"
    yield Figure("gate_expectations", f"Expectations {named}.", list(zip(labels, demanded, strict=True)))
    yield Figure("gate_failed_expectations", f"Failed expectations {named}.", list(zip(labels, failed, strict=True)))


def _runs(history: RunHistory) -> Iterator[Figure]:
    records = history.get_run_records(limit=_RUNS_LOOKED_AT)
    counts = Counter((one.dagster_run.job_name, one.dagster_run.status.value) for one in records)
    named = [({"job": job, "status": status.lower()}, count) for (job, status), count in sorted(counts.items())]
    yield Figure("runs", "Runs of the last thirty days by job and how they ended or stand.", named)
    newest: dict[tuple[str, str], Any] = {}
    for one in records:
        if one.end_time is not None:
            newest.setdefault((one.dagster_run.job_name, one.dagster_run.status.value.lower()), one)
    ended = [({"job": job, "status": status}, one) for (job, status), one in sorted(newest.items())]
    at = [(labels, one.end_time) for labels, one in ended]
    yield Figure("run_ended_timestamp_seconds", "When the newest run of the job ended so.", at)
    took = [(labels, one.end_time - one.start_time) for labels, one in ended if one.start_time is not None]
    yield Figure("run_duration_seconds", "How long the newest run of the job that ended so had worked.", took)
    beats = [({"daemon": one.name}, one.heartbeat) for one in daemons(history) if one.heartbeat is not None]
    yield Figure("daemon_heartbeat_timestamp_seconds", "When a part of the daemon last said that it lives.", beats)


def _room(home: Home) -> Iterator[Figure]:
    try:
        require_free_home(home)
        is_held = False
    except HomeLockedError:
        is_held = True
    yield Figure("home_is_held", "Whether a run or a command works on the home.", [({}, is_held)])
    parts = [({"part": name}, size) for name, size in sorted(sizes(home).items())]
    yield Figure("home_bytes", "Room that each part of the home takes.", parts)
    yield Figure("disk_free_bytes", "Room left where the home is.", [({}, free_bytes(home.root))])
    needed = needed_bytes(home, 0)
    yield Figure("run_needed_bytes", "Room that a run asks for before it begins, without deliveries.", [({}, needed)])
