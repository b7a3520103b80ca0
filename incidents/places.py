"""Places side by side: shrunken rates with rank intervals (definition 11), and how much of them is reported (10)."""

import numpy as np
import pandas as pd
import pyarrow as pa

from incidents.rank_intervals import rank_activity
from incidents.reporting_rate import reporting_rate

METHOD_VERSION = "2"
MIN_RANKED_INCIDENTS = 30
"""A place with fewer gets a rate and no rank: its interval would span the list."""

_RATES = {
    f"{told}{bound}": f"{name}{bound}"
    for told, name in (("rate", "shrunken_incidents_per_1000"), ("rank", "activity_rank"))
    for bound in ("", "_low", "_high")
}
_REPORTED = [
    *("reports_per_day", "reports_per_day_low", "reports_per_day_high", "reported_share"),
    *("corrected_incidents", "corrected_incidents_low", "corrected_incidents_high"),
]

PLACE_RANK_SCHEMA = pa.schema(
    [
        pa.field("region", pa.string(), False, {"doc": "Region."}),
        pa.field("municipality_id", pa.string(), False, {"doc": "Municipality."}),
        pa.field(
            "shrunken_incidents_per_1000",
            pa.float64(),
            True,
            {"doc": "Incidents per 1,000 residents, drawn towards the mean of the region (definition 11)."},
        ),
        pa.field("shrunken_incidents_per_1000_low", pa.float64(), True, {"doc": "Lower bound of its 95 % interval."}),
        pa.field("shrunken_incidents_per_1000_high", pa.float64(), True, {"doc": "Upper bound of its 95 % interval."}),
        pa.field("activity_rank", pa.int64(), True, {"doc": "Rank in the region by that rate, 1 for the most active."}),
        pa.field("activity_rank_low", pa.int64(), True, {"doc": "Lower bound of its 95 % interval."}),
        pa.field("activity_rank_high", pa.int64(), True, {"doc": "Upper bound of its 95 % interval."}),
        pa.field(
            "reports_per_day",
            pa.float64(),
            True,
            {"doc": "Other people who report a known incident, a day (definition 10)."},
        ),
        pa.field("reports_per_day_low", pa.float64(), True, {"doc": "Lower bound of its 95 % interval."}),
        pa.field("reports_per_day_high", pa.float64(), True, {"doc": "Upper bound of its 95 % interval."}),
        pa.field(
            "reported_share",
            pa.float64(),
            True,
            {"doc": "Share of incidents reported at all within the window, 0 to 1."},
        ),
        pa.field(
            "corrected_incidents",
            pa.float64(),
            True,
            {"doc": "Incidents divided by that share; null where nothing was reported twice."},
        ),
        pa.field(
            "corrected_incidents_low",
            pa.float64(),
            True,
            {"doc": "Lower bound of it, by the interval of reports_per_day."},
        ),
        pa.field(
            "corrected_incidents_high",
            pa.float64(),
            True,
            {"doc": "Upper bound of it; null where too few reports give none."},
        ),
        pa.field("method_version", pa.string(), False, {"doc": "Version of the method."}),
    ],
    metadata={"doc": "One row per municipality whose activity is shown."},
)


def rank_places(places: pd.DataFrame) -> pd.DataFrame:
    """Ranks of every region's places by incidents per 1,000 residents, and the reporting rate of each.

    The reporting rate counts, for every incident, the other people who report it in the window in which a report can
    join it. The corrected number is what there would have been, had each lasted that window and reports come by chance.

    Args:
        places: region, municipality_id (str), n_incidents (int), population (int or null), n_further_reports (int),
            exposure_days (float), incident_window_days (int).

    Returns:
        Columns of PLACE_RANK_SCHEMA, sorted by the first two. Rates and ranks are null without a population, ranks
        also under MIN_RANKED_INCIDENTS; reports_per_day, whose interval is the exact Poisson one, and what follows from
        it are null without exposure, corrected_incidents also without a report.
    """
    ranked = [_ranked(str(region), rows) for region, rows in places.groupby("region", sort=True)]
    rates = pd.concat(ranked, ignore_index=True) if ranked else _ranked("", places)
    reported = places.apply(_reported, axis=1, result_type="expand") if len(places) else pd.DataFrame(columns=_REPORTED)
    told = pd.concat([places[["region", "municipality_id"]], reported.set_axis(_REPORTED, axis=1)], axis=1)
    frame = told.merge(rates, on=["region", "municipality_id"], how="left").assign(method_version=METHOD_VERSION)
    return frame.sort_values(["region", "municipality_id"], ignore_index=True).reindex(columns=PLACE_RANK_SCHEMA.names)


def _ranked(region: str, rows: pd.DataFrame) -> pd.DataFrame:
    known = rows.rename(columns={"municipality_id": "place", "n_incidents": "n_events"})
    ranked = rank_activity(known[["place", "n_events", "population"]], min_count=MIN_RANKED_INCIDENTS)
    return ranked.rename(columns={"place": "municipality_id", **_RATES}).assign(region=region)


def _reported(row: pd.Series) -> list[float]:
    if row["exposure_days"] <= 0:
        return [np.nan] * len(_REPORTED)
    rate = reporting_rate(
        np.array([row["n_further_reports"]]), np.array([row["exposure_days"]]), float(row["incident_window_days"])
    )
    corrected = rate.corrected_count(int(row["n_incidents"]))
    return [
        *(rate.per_day, rate.per_day_low, rate.per_day_high, rate.reported_share),
        *(np.nan if bound is None else bound for bound in corrected),
    ]
