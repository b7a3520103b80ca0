"""Which pages each surface of a snapshot has."""

import shutil
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from otklik.report.pages import write_report
from otklik.report.public_pages import write_public_report
from otklik.report.rendering import REPORT_FOLDER

WRITERS: Mapping[str, Callable[[Path, Path, datetime], None]] = {
    "analyst": write_report,
    "public": write_public_report,
}
"""Surface → what writes `report/` into its folder, from its database, as of an instant."""


def rewrite_pages(surface: Path, database: Path, as_of: datetime) -> None:
    """Write the pages of a surface anew after its tables were changed, or remove them where that cannot be done.

    Tables of an older platform may lack what today's pages are made of, and old pages would tell what is gone.

    Args:
        surface: folder of the surface, with `report/`.
        database: of the surface.
        as_of: the instant it describes.
    """
    pages = surface / REPORT_FOLDER
    shutil.rmtree(pages)
    try:
        WRITERS[surface.name](surface, database, as_of)
    except (duckdb.BinderException, duckdb.CatalogException):
        shutil.rmtree(pages)
