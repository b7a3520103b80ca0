"""What one run is asked to do: the instant it looks from, the key it is known by, the settings dbt reads.

A run has one `as_of`, decided once at the front door and passed on. It reaches SQL as `lake/run/settings.parquet`, one
row, so that no model asks the clock and no dbt variable forces a re-parse.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from otklik.home import lake
from otklik.home.errors import ConfigurationError
from otklik.home.settings import DBT_PROJECT_DIR, PACKAGES_DIR, Home, Settings
from otklik.home.space import needed_bytes, require_room
from otklik.intake.ingestion.deliveries import ContentHashes, deliveries_there
from otklik.intake.ingestion.ledger import unread_bytes
from otklik.intake.sources.configuration import Configuration
from otklik.intake.sources.parameters import Parameters

_RUNNING_PACKAGES = ("orchestration", "otklik", "incidents", "nlp", "graph", "data_quality")
_CODE_SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".csv", ".toml", ".json"}

_PARAMETER_TYPES: dict[Any, pa.DataType] = {int: pa.int32(), float: pa.float64(), bool: pa.bool_()}
SETTINGS_SCHEMA = pa.schema(
    [
        pa.field("as_of", pa.timestamp("us", "UTC"), True, {"doc": "The instant the run looks from."}),
        pa.field("run_key", pa.string(), True, {"doc": "Name of the run."}),
        *(
            pa.field(name, _PARAMETER_TYPES[one.annotation], True, {"doc": one.description})
            for name, one in Parameters.model_fields.items()
        ),
    ],
    metadata={"doc": "One row: the parameters of the run in progress."},
)
"""Columns of `lake/run/settings.parquet`: every parameter of a sources file reaches SQL."""
SOURCE_SCHEMA = pa.schema(
    [
        pa.field("source", pa.string(), True, {"doc": "Name of the source."}),
        pa.field("title", pa.string(), True, {"doc": "Title for people."}),
        pa.field("region", pa.string(), True, {"doc": "Region whose citizens it holds; prior for places."}),
        pa.field("organisation", pa.string(), True, {"doc": "Owner of internal messages; null for citizens."}),
        pa.field("time_zone", pa.string(), True, {"doc": "IANA time zone that its days are counted in."}),
        pa.field("on_failure", pa.string(), True, {"doc": "What the run does where its gate fails."}),
        pa.field("is_joining_cases", pa.bool_(), True, {"doc": "Whether its cases about one matter are one incident."}),
    ],
    metadata={"doc": "One row per configured source."},
)


@dataclass(frozen=True)
class RunContext:
    """One run's view of the world.

    Attributes:
        home: the deployment's folder.
        configuration: its sources and parameters.
        as_of: the instant the run looks from, UTC.
        received_at: the instant files count as taken in, UTC: `as_of`, or later when an operator looks back, so that
            looking back quarantines nothing as "from the future".
    """

    home: Home
    configuration: Configuration
    as_of: datetime
    received_at: datetime

    @property
    def run_key(self) -> str:
        """Names the run by what it looked at, not by chance: the instant and the settings."""
        settings = self.configuration.parameters.model_dump_json()
        digest = hashlib.sha256(settings.encode()).hexdigest()[:8]
        return f"{self.as_of:%Y%m%dT%H%M%SZ}-{digest}"


def decide(settings: Settings, configuration: Configuration, clock: datetime) -> RunContext:
    """Decide a run's instant: what was asked for, else what the sources file pins, else the clock.

    Args:
        settings: `as_of` in it is what was asked for.
        configuration: what its sources files pin.
        clock: the time at the front door, with its zone.

    Raises:
        ConfigurationError: the files pin different instants and none was asked for.
    """
    pinned = configuration.pinned
    if settings.as_of is None and len(pinned) > 1:
        listed = ", ".join(instant.isoformat() for instant in pinned)
        raise ConfigurationError(f"The sources files pin different instants: {listed}. Say which with --as-of.")
    taken_in = pinned[-1] if pinned else clock.astimezone(UTC)
    as_of = settings.as_of or taken_in
    return RunContext(settings.home, configuration, as_of=as_of, received_at=max(as_of, taken_in))


def require_room_for_run(context: RunContext) -> int:
    """Stop before a run that would fill the disk; returns the bytes that it may need.

    Raises:
        NoRoomError: less is free.
    """
    with ContentHashes(context.home) as hashes:
        unread = unread_bytes(context.home, context.configuration, hashes)
    require_room(context.home, unread)
    return needed_bytes(context.home, unread)


def write_run_settings(context: RunContext) -> None:
    """Write `lake/run/settings.parquet` (one row) and `lake/run/source.parquet` (one row per source)."""
    folder = context.home.lake / "run"
    settings = {
        "as_of": context.as_of,
        "run_key": context.run_key,
        **context.configuration.parameters.model_dump(),
    }
    lake.write_table(folder / "settings.parquet", pa.Table.from_pylist([settings], schema=SETTINGS_SCHEMA))
    sources = [
        {"source": source.name} | {name: getattr(source, name) for name in SOURCE_SCHEMA.names if name != "source"}
        for source in context.configuration.sources.values()
    ]
    lake.write_table(folder / "source.parquet", pa.Table.from_pylist(sources, schema=SOURCE_SCHEMA))


def read_regions(home: Home) -> list[str]:
    """Names of the regions the run's sources speak of, sorted."""
    regions = pq.read_table(home.lake / "run" / "source.parquet", columns=["region"])["region"].to_pylist()
    return sorted({region for region in regions if region})


def read_on_failure(home: Home, source: str) -> str:
    """What the run in progress does where a source's gate fails."""
    table = pq.read_table(home.lake / "run" / "source.parquet", columns=["source", "on_failure"])
    answers: dict[str, str] = {row["source"]: row["on_failure"] for row in table.to_pylist()}
    return answers[source]


def is_encoder_asked(home: Home) -> bool:
    """Whether the parameters of the home's last run ask for the sentence encoder."""
    path = home.lake / "run" / "settings.parquet"
    # there is none before the first run, and an older platform's run knew no such parameter
    return path.exists() and any(row.get("sentence_encoder") for row in pq.read_table(path).to_pylist())


def inputs_fingerprint(context: RunContext) -> str:
    """Hash of everything a full run depends on: instant, configuration, deliveries, the trained model, our own code.

    Equal fingerprints mean equal published tables, so a run may be left out.
    """
    digest = hashlib.sha256()
    digest.update(context.as_of.isoformat().encode())
    digest.update(context.configuration.model_dump_json(exclude={"pinned"}).encode())
    with ContentHashes(context.home) as hashes:
        for source in context.configuration.sources.values():
            for path in deliveries_there(source):
                digest.update(f"{source.name}\x1f{hashes.of(path)}".encode())
    for path in context.configuration.leak_patterns:
        digest.update(path.read_bytes() if path.is_file() else b"")
    for path in _code_files():
        digest.update(path.relative_to(PACKAGES_DIR).as_posix().encode())
        digest.update(path.read_bytes())
    if context.configuration.parameters.sentence_encoder:
        # whether there is an encoder, and which, is a matter of what is installed
        for name, version in sorted((one.name, one.version) for one in metadata.distributions()):
            digest.update(f"{name}=={version}\n".encode())
    if context.home.current_training.exists():
        digest.update(context.home.current_training.read_bytes())
    return digest.hexdigest()


def _code_files() -> Iterable[Path]:
    folders = [PACKAGES_DIR / name for name in _RUNNING_PACKAGES] + [DBT_PROJECT_DIR]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in _CODE_SUFFIXES:
                yield path


@contextmanager
def in_one_process(executor: str | None) -> Iterator[None]:
    """Refuse, before anything is touched, an executor that gives each step a process of its own.

    Args:
        executor: its name as the run's plan has it; None where the plan names none.

    Raises:
        ConfigurationError: it is such a one.
    """
    if executor not in ("in_process", "execute_in_process_executor", None):
        raise ConfigurationError(
            f"The executor {executor!r} gives each step a process of its own; accepted is in_process. A run holds its "
            "home from its first step to its last, and no step may find another one's half-written table. Nothing was "
            "begun. Steps that gain from several cores use them by themselves."
        )
    yield
