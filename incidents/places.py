"""Places side by side: shrunken rates with rank intervals (definition 11), and how much of them is reported (10)."""

import numpy as np
import pandas as pd

from incidents.rank_intervals import rank_activity
from incidents.reporting_rate import reporting_rate

METHOD_VERSION = "1"
MIN_RANKED_INCIDENTS = 30
"""A place with fewer gets a rate and no rank: its interval would span the list."""


def rank_places(places: pd.DataFrame) -> pd.DataFrame:
    """Ranks of every region's places by incidents per 1,000 residents, and the reporting rate of each.

    The reporting rate counts, for every incident, the other people who report it in the window in which a report can
    join it. The corrected number is what there would have been, had each lasted that window and reports come by chance.

    Args:
        places: region, municipality_id (str), n_incidents (int), population (int or null), n_further_reports (int),
            exposure_days (float), incident_window_days (int).

    Returns:
        One row per place, sorted: region, municipality_id; rate, rate_low, rate_high (per 1,000), rank, rank_low,
        rank_high (null without a population, ranks also under MIN_RANKED_INCIDENTS); reports_per_day with its exact
        Poisson interval, reported_share, corrected_incidents (null without exposure, the last also without a report).
    """
    ranked = [_ranked(str(region), rows) for region, rows in places.groupby("region", sort=True)]
    rates = pd.concat(ranked, ignore_index=True) if ranked else _ranked("", places)
    reported = places.apply(_reported, axis=1, result_type="expand") if len(places) else pd.DataFrame(columns=_REPORTED)
    told = pd.concat([places[["region", "municipality_id"]], reported.set_axis(_REPORTED, axis=1)], axis=1)
    frame = told.merge(rates, on=["region", "municipality_id"], how="left")
    frame["method_version"] = METHOD_VERSION
    return frame.sort_values(["region", "municipality_id"], ignore_index=True)


_REPORTED = ["reports_per_day", "reports_per_day_low", "reports_per_day_high", "reported_share", "corrected_incidents"]


def _ranked(region: str, rows: pd.DataFrame) -> pd.DataFrame:
    known = rows.rename(columns={"municipality_id": "place", "n_incidents": "n_events"})
    ranked = rank_activity(known[["place", "n_events", "population"]], min_count=MIN_RANKED_INCIDENTS)
    return ranked.rename(columns={"place": "municipality_id"}).assign(region=region)


def _reported(row: pd.Series) -> list[float]:
    if row["exposure_days"] <= 0:
        return [np.nan] * len(_REPORTED)
    rate = reporting_rate(
        np.array([row["n_further_reports"]]), np.array([row["exposure_days"]]), float(row["incident_window_days"])
    )
    corrected = rate.corrected_count(int(row["n_incidents"]))
    return [
        *(rate.per_day, rate.per_day_low, rate.per_day_high, rate.reported_share),
        np.nan if corrected is None else corrected,
    ]
