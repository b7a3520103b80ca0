"""Where things are: the home folder's layout and the settings a process starts with.

Nothing here reads the environment at import; `Settings.from_environment` does when called, and it is called once, at
the front door (`cli.py`, `definitions.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from otklik.home.errors import ConfigurationError

PACKAGES_DIR = Path(__file__).resolve().parents[2]
"""The folder that holds this package and its siblings: a checkout, or an environment's `site-packages`."""

_INSTALLED = PACKAGES_DIR / "otklik" / "project"
PROJECT_DIR = _INSTALLED if _INSTALLED.is_dir() else PACKAGES_DIR
"""What is no Python: the dbt project, `workspace.yaml`, the lock. A wheel carries it inside the package `otklik`."""

DBT_PROJECT_DIR = PROJECT_DIR / "dbt_project"


@dataclass(frozen=True)
class Home:
    """The one folder that holds everything a deployment owns (`OTKLIK_HOME`)."""

    root: Path

    @property
    def lake(self) -> Path:
        """Parquet of every stage: raw loads, ledger, run settings, annotations, scores, gate results."""
        return self.root / "lake"

    @property
    def restricted(self) -> Path:
        """Words of internal messages; owner-only, never read by dbt."""
        return self.root / "restricted"

    @property
    def quarantine(self) -> Path:
        """Rows that broke their contract, with reason and origin; owner-only, since they are as they came."""
        return self.root / "quarantine"

    @property
    def vault(self) -> Path:
        """The only place that knows who a subject is; owner-only."""
        return self.root / "vault"

    @property
    def current_training(self) -> Path:
        """Which model of topics is in force, with its scores; the models lie beside it and are never published."""
        return self.root / "models" / "topic" / "current.json"

    @property
    def access_head(self) -> Path:
        """Where the access log of the vault ends, noted outside of it."""
        return self.root / "access_head.json"

    @property
    def joining_models(self) -> Path:
        """Weights of evidence that were fitted on people's answers, and how well they join."""
        return self.root / "models" / "joining"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that only dbt writes."""
        return self.root / "warehouse.duckdb"

    @property
    def alerts(self) -> Path:
        """What each target of alerts was told already."""
        return self.root / "alerts"

    @property
    def published(self) -> Path:
        """Snapshots for readers; the only folder BI tools open."""
        return self.root / "published"

    @property
    def analyst(self) -> Path:
        """The surface of the snapshot in force for staff: everything but restricted columns, nothing rolled up."""
        return self.published / "current" / "analyst"

    @property
    def dagster(self) -> Path:
        """Dagster's instance folder: run history, event logs, `dagster.yaml`."""
        return self.root / "dagster"

    @property
    def dbt_target(self) -> Path:
        """Dbt's artefacts of this home's runs."""
        return self.root / "dbt"

    @property
    def work(self) -> Path:
        """Files of loads in progress, and what is remembered of deliveries; owner-only, and nothing is lost with it."""
        return self.root / "work"

    @property
    def lock_file(self) -> Path:
        """Held by the run that works on this home."""
        return self.root / "run.lock"


@dataclass(frozen=True)
class Settings:
    """What a process needs to know before it reads any file.

    Attributes:
        home: the deployment's folder.
        source_files: the `sources.yaml` files, in the order given.
        as_of: the instant a run looks from; None lets the sources file, and then the clock at the front door, say.
        on_failure: for one run, what to do where a source's gate fails: `ANSWER` or `SOURCE=ANSWER`.
    """

    home: Home
    source_files: tuple[Path, ...]
    as_of: datetime | None = None
    on_failure: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Settings from `OTKLIK_HOME`, `OTKLIK_SOURCES` (several files joined by `:`) and `OTKLIK_AS_OF`.

        Raises:
            ConfigurationError: `OTKLIK_AS_OF` is not an instant with a zone.
        """
        home = Home(Path(environment.get("OTKLIK_HOME", "var")).absolute())
        sources = environment.get("OTKLIK_SOURCES") or str(home.root / "sources.yaml")
        as_of = environment.get("OTKLIK_AS_OF")
        return cls(
            home=home,
            source_files=tuple(Path(part).absolute() for part in sources.split(":")),
            as_of=parse_instant(as_of, "OTKLIK_AS_OF") if as_of else None,
        )


def parse_instant(text: str, name: str) -> datetime:
    """An ISO 8601 instant with its zone, as UTC.

    Raises:
        ConfigurationError: not ISO 8601, or without a zone: an instant without one would mean another hour elsewhere.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ConfigurationError(
            f"{name}: found {text!r}; accepted is an ISO 8601 instant with its zone, "
            "such as 2026-09-30T00:00:00+03:00 or 2026-09-29T21:00:00Z."
        )
    return instant.astimezone(UTC)
