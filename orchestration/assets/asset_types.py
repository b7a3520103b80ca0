"""Types that every file of assets uses."""

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
