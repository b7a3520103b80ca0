"""What one run is asked to do: the instant it looks from, the key it is known by, the settings dbt reads.

A run has one `as_of`, decided once at the front door and passed on. It reaches SQL as `lake/run/settings.parquet`, one
row, so that no model asks the clock and no dbt variable forces a re-parse.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from orchestration import lake
from orchestration.ingest import content_hash, deliveries
from orchestration.settings import DBT_PROJECT_DIR, PROJECT_ROOT, Home
from orchestration.sources import Configuration

_CODE_SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".csv", ".toml", ".json"}

_SETTINGS_SCHEMA = pa.schema(
    [
        ("as_of", pa.timestamp("us", "UTC")),
        ("run_key", pa.string()),
        ("min_group_size", pa.int32()),
        ("default_sla_hours", pa.int32()),
        ("incident_window_days", pa.int32()),
        ("tie_half_life_days", pa.float64()),
        ("max_recipients", pa.int32()),
        ("leader_top_k", pa.int32()),
    ]
)
_SOURCE_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("source", "title", "region", "organisation", "time_zone")]
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


def write_run_settings(context: RunContext) -> None:
    """Write `lake/run/settings.parquet` (one row) and `lake/run/source.parquet` (one row per source)."""
    folder = context.home.lake / "run"
    parameters = context.configuration.parameters.model_dump()
    settings = {"as_of": context.as_of, "run_key": context.run_key} | {
        name: parameters[name] for name in _SETTINGS_SCHEMA.names if name in parameters
    }
    lake.write_table(folder / "settings.parquet", pa.Table.from_pylist([settings], schema=_SETTINGS_SCHEMA))
    sources = [
        {name: getattr(source, "name" if name == "source" else name) for name in _SOURCE_SCHEMA.names}
        for source in context.configuration.sources.values()
    ]
    lake.write_table(folder / "source.parquet", pa.Table.from_pylist(sources, schema=_SOURCE_SCHEMA))


def inputs_fingerprint(context: RunContext) -> str:
    """Hash of everything a full run depends on: instant, configuration, every delivery's bytes, and our own code.

    Equal fingerprints mean equal published tables, so a run may be left out.
    """
    digest = hashlib.sha256()
    digest.update(context.as_of.isoformat().encode())
    digest.update(context.configuration.model_dump_json(exclude={"as_of"}).encode())
    for source in context.configuration.sources.values():
        for path in deliveries(source):
            digest.update(f"{source.name}\x1f{content_hash(path)}".encode())
    for path in _code_files():
        digest.update(path.relative_to(PROJECT_ROOT).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _code_files() -> Iterable[Path]:
    folders = [PROJECT_ROOT / name for name in ("orchestration", "nlp", "graph", "data_quality")] + [DBT_PROJECT_DIR]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            # dbt's own output stands inside its project
            if path.suffix in _CODE_SUFFIXES and not {"target", "logs"} & set(path.parts):
                yield path
