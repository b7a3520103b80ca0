"""Types that every file of assets uses."""

from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

import dagster as dg

if TYPE_CHECKING:
    # What an asset returns when the table itself is in the lake and not in the hands of Dagster.
    Materialized = dg.MaterializeResult[None]
else:
    # Dagster compares an asset's annotation with the bare class.
    Materialized = dg.MaterializeResult


class AssetMarks(TypedDict):
    """What the assets of one file have in common."""

    group_name: str
    kinds: set[str]
    owners: list[str]


EVERY_DAY = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))
"""Of what a deployment makes each day: late after a late start and a long run, missing after a day without one."""
