"""Which platform wrote a home: its format is a number, and `version.json` says it.

It is raised, with a step in `otklik/upgrade.py`, whenever an older platform would misread what a newer one keeps, or a
newer one what an older one kept. What needs no step: a field added to an entity (`Entity.added`), columns added to a
table of the lake, and whatever a run makes again by itself.
"""

import json
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from otklik.home.errors import ConfigurationError
from otklik.home.files import write_text
from otklik.home.settings import Home

HOME_FORMAT = 5

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


def note_version(home: Home, version: HomeVersion) -> None:
    """Write down what a home is from now on."""
    write_text(_path(home), json.dumps(asdict(version)) + "\n")
