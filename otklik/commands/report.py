"""`otklik report`: where the pages of the snapshot in force are."""

from pathlib import Path

from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.publishing.mart_contracts import Surface
from otklik.report.rendering import REPORT_FOLDER


def find_report(home: Home) -> Path:
    """The first page.

    Raises:
        ConfigurationError: the snapshot was published by a platform that wrote no pages.
    """
    page = (home.published / "current").resolve() / Surface.ANALYST / REPORT_FOLDER / "index.html"
    if not page.exists():
        raise ConfigurationError(f"{page}: no such page; the snapshot is older than pages are. Run `otklik run`.")
    return page
