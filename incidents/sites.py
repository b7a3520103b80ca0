"""Which threads are about one site: one address, or points within fifty metres of the first one.

Being at one site is no reason to be one incident: a house has many lamps and doors. Incidents are `joining`.
"""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

SITE_METRES = 50.0
_METRES_PER_DEGREE = 111_195.0


class _Anchor(NamedTuple):
    """The first point of a site."""

    lat: float
    lon: float
    site: int


def find_sites(threads: pd.DataFrame, *, metres: float = SITE_METRES) -> pd.Series:
    """The site of every thread, by what came before it.

    A thread with an address is at the site of that address. One without is at the nearest site whose first point is
    within `metres`. Else it founds one, if it tells a place at all. A thread never moves those before it.

    Args:
        threads: thread_number (int64), address (str or None: anything that is equal for one building), lat, lon
            (float64, degrees, NaN where none), in any order.
        metres: how far from its first point a site reaches.

    Returns:
        Number of the first thread of the site, Int64 (NA where a thread tells no place), indexed by thread_number.
    """
    ordered = threads.sort_values("thread_number")
    by_address: dict[str, int] = {}
    cells: dict[tuple[int, int], list[_Anchor]] = {}
    height = metres / _METRES_PER_DEGREE
    sites = []
    rows = zip(
        ordered["thread_number"].tolist(),
        ordered["address"].astype(object).where(ordered["address"].notna(), None).tolist(),
        ordered["lat"].tolist(),
        ordered["lon"].tolist(),
        strict=True,
    )
    for number, address, lat, lon in rows:
        has_point = not (math.isnan(lat) or math.isnan(lon))
        # a degree of longitude is at least a third of one of latitude up to 70° N
        cell = (math.floor(lat / height), math.floor(lon / (3 * height))) if has_point else None
        if address is not None:
            site = by_address.get(address)
        else:
            site = _nearest(cells, cell, lat, lon, metres) if cell else None
        if site is None and (address is not None or has_point):
            site = number
            if address is not None:
                by_address[address] = site
            if cell:
                cells.setdefault(cell, []).append(_Anchor(lat, lon, site))
        sites.append(site)
    index = pd.Index(ordered["thread_number"].to_numpy(dtype=np.int64), name="thread_number")
    return pd.Series(pd.array(sites, dtype="Int64"), index=index, name="site_number")


def _nearest(
    cells: dict[tuple[int, int], list[_Anchor]], cell: tuple[int, int], lat: float, lon: float, metres: float
) -> int | None:
    """The site whose first point is nearest, of equally near ones the older; None beyond `metres`."""
    found: tuple[float, int] | None = None
    for north in (-1, 0, 1):
        for east in (-1, 0, 1):
            for anchor in cells.get((cell[0] + north, cell[1] + east), ()):
                away = _METRES_PER_DEGREE * math.hypot(
                    anchor.lat - lat, (anchor.lon - lon) * math.cos(math.radians(lat))
                )
                if away <= metres and (found is None or (away, anchor.site) < found):
                    found = (away, anchor.site)
    return found[1] if found else None
