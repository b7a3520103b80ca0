"""Which pages each surface of a snapshot has."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from otklik.report.pages import write_report
from otklik.report.public_pages import write_public_report

WRITERS: Mapping[str, Callable[[Path, Path, datetime], None]] = {
    "analyst": write_report,
    "public": write_public_report,
}
"""Surface → what writes `report/` into its folder, from its database, as of an instant."""
