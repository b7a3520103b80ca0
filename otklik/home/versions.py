"""Which platform wrote a home, and the steps that bring an older home forward.

A home's format is a number. It is raised, with a step here, whenever an older platform would misread what a newer one
keeps, or a newer one what an older one kept. What needs no step: a field added to an entity (`Entity.added`), columns
added to a table of the lake, and whatever a run makes again by itself.

A step may be killed at any point and is then begun again, so it does no harm where its work is done already.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from otklik.home.errors import ConfigurationError
from otklik.home.files import write_text
from otklik.home.lock import Hold, hold_home
from otklik.home.permissions import let_group_read
from otklik.home.seal import remove_seal
from otklik.home.settings import Home

HOME_FORMAT = 3

# homes of the first format do not say so; any of these shows that a platform was here
_FIRST_FORMAT = 1
_KEPT = ("lake", "vault", "published")


@dataclass(frozen=True)
class HomeVersion:
    """What a home says of itself.

    Attributes:
        format: number of its format.
        platform: version of the platform that last wrote it, such as `0.1.0`; None where nobody noted it.
    """

    format: int
    platform: str | None


@dataclass(frozen=True)
class Step:
    """Brings a home from the format before to `to_format`; `does` ends the sentence «format 2: …» for the operator."""

    to_format: int
    does: str
    take: Callable[[Home], None]


def platform_version() -> str:
    """The version of the platform that is installed."""
    return metadata.version("otklik")


def version_of(home: Home) -> HomeVersion | None:
    """What a home says of itself; None where there is no home yet.

    Raises:
        ConfigurationError: a newer platform wrote it, or `version.json` cannot be read.
    """
    path = _path(home)
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        version = HomeVersion(format=_whole(note["format"]), platform=str(note["platform"]))
    except FileNotFoundError:
        is_there = any((home.root / name).exists() for name in _KEPT)
        return HomeVersion(_FIRST_FORMAT, platform=None) if is_there else None
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f'{path}: found no version of a home; accepted is {{"format": {HOME_FORMAT}, "platform": '
            f'"{platform_version()}"}}. Restore it from your backup.'
        ) from error
    if version.format > HOME_FORMAT:
        raise ConfigurationError(
            f"{home.root}: written by otklik {version.platform} in format {version.format}; this is otklik "
            f"{platform_version()}, which knows formats up to {HOME_FORMAT}. "
            f"Install otklik {version.platform} or newer."
        )
    return version


@contextmanager
def hold_current(home: Home, *, holder: str) -> Iterator[Hold]:
    """Hold a home while the block runs, as one of this platform: the way in for every command that writes tables.

    Args:
        home: the folder to hold.
        holder: what the next comer is told.

    Yields:
        The hold, with a sentence for each step that brought the home forward.

    Raises:
        ConfigurationError: a newer platform wrote it, or `version.json` cannot be read.
        HomeLockedError: another process holds it.
    """
    # before anything is cleaned in it
    version_of(home)
    with hold_home(home, holder=holder) as hold:
        hold.upgrade = _bring_forward(home)
        yield hold


def _bring_forward(home: Home) -> list[str]:
    """Take every step that a home has not taken, in order, and note who writes it from now on."""
    version = version_of(home)
    mine = HomeVersion(HOME_FORMAT, platform_version())
    if version == mine:
        return []
    taken = []
    for step in STEPS:
        if version is not None and version.format < step.to_format:
            remove_seal(home)  # it is of the home as it was
            step.take(home)
            _note(home, HomeVersion(step.to_format, mine.platform))
            taken.append(f"Brought {home.root} to format {step.to_format}: {step.does}.")
    _note(home, mine)
    return taken


def require_current(home: Home) -> None:
    """Refuse a home that this platform cannot read as it is: a command that does not hold it changes no format.

    Raises:
        ConfigurationError: the home is of an older format, or as `version_of`.
    """
    version = version_of(home)
    if version is not None and version.format < HOME_FORMAT:
        raise ConfigurationError(
            f"{home.root}: of format {version.format}; otklik {platform_version()} works on format {HOME_FORMAT}. "
            f"Bring it forward: otklik run --home {home.root}"
        )


def _path(home: Home) -> Path:
    return home.root / "version.json"


def _whole(found: object) -> int:
    if not isinstance(found, int) or found < _FIRST_FORMAT:
        raise ValueError(found)
    return found


def _note(home: Home, version: HomeVersion) -> None:
    write_text(_path(home), json.dumps(asdict(version)) + "\n")


def _remove_warehouse(home: Home) -> None:
    """Its tables are those of the old models: some are called otherwise now, and some would stay in it for ever."""
    for path in (home.warehouse.with_suffix(".duckdb.wal"), home.warehouse):
        path.unlink(missing_ok=True)


def _give_to_analysts(home: Home) -> None:
    """Snapshots had one surface that anybody could read; what stood on it is for analysts."""
    for snapshot in sorted((home.published / "snapshots").glob("[!.]*")):
        path, folder = snapshot / "manifest.json", snapshot / "analyst"
        manifest = json.loads(path.read_bytes())
        folder.mkdir(exist_ok=True)
        for file in sorted(file for file in snapshot.iterdir() if file.is_file() and file != path):
            file.replace(folder / file.name)
            let_group_read(folder / file.name)
        if "marts" in manifest:
            marts = {name: {"relation": name, **entry} for name, entry in manifest.pop("marts").items()}
            write_text(path, json.dumps({**manifest, "format": 2, "surfaces": {"analyst": marts}}, indent=2) + "\n")
        let_group_read(folder)
        let_group_read(path)


STEPS = (
    Step(2, "the warehouse was removed, and the next run makes it again from the lake", _remove_warehouse),
    Step(3, "tables of earlier snapshots stand in their folders analyst/ and are for analysts", _give_to_analysts),
)
