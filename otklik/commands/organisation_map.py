"""`otklik map --organisation NAME`: who writes to whom between departments, as one HTML file: matrix and drawing.

The page is made of *published* tables alone: what is suppressed there cannot come back here, and no person is on it.
Belongs here: reading the snapshot in force, what the page tells. Does not belong here: measuring (`graph/levels.py`),
suppression (the marts), geometry (`map_figures`), templates (`map_page`).
"""

import math
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from otklik.commands.map_figures import link_departments, order_departments, place_departments
from otklik.commands.map_page import render_page, write_page
from otklik.home.engine import connect
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.publishing.manifests import current_manifest
from otklik.publishing.snapshot_files import DATABASE_NAME

PERIOD = "rolling_90d"
# A larger matrix is no picture any more; every department is in the table.
MAX_DRAWN_DEPARTMENTS = 40
SHADES = 5
REASONS_RU = {"too_few_people": "слишком мало людей", "dominant_person": "большая часть — один человек"}


def write_organisation_map(home: Home, organisation: str, out: Path | None = None) -> Path:
    """Writes the map of one organisation and returns where it is.

    Args:
        home: the deployment's folder, after a run.
        organisation: as in `organisation` of the sources file.
        out: the file; by default `<home>/maps/<organisation>.html`.

    Raises:
        ConfigurationError: nothing is published yet, or the published levels know no such organisation.
    """
    manifest = current_manifest(home.published)
    if manifest is None:
        raise ConfigurationError(f"{home.published}: nothing is published yet. Run `otklik run` first.")
    with connect((home.analyst / DATABASE_NAME).resolve()) as snapshot:
        page = render(
            organisation,
            departments=_read_departments(snapshot, organisation, home),
            pairs=_read_pairs(snapshot, organisation),
            groups=_read_groups(snapshot, organisation),
            as_of=str(manifest["as_of"])[:10],
        )
    path = out or home.root / "maps" / (re.sub(r"\W+", "_", organisation).strip("_") + ".html")
    write_page(path, page, mode=0o644)
    return path


def render(
    organisation: str, *, departments: pd.DataFrame, pairs: pd.DataFrame, groups: pd.DataFrame, as_of: str
) -> str:
    """The page.

    Args:
        organisation: its name.
        departments: department, n_people, n_internal_ties, n_external_ties, ei_index, suppression_reason (null =
            shown), period_start, period_end; hidden numbers are null.
        pairs: source_unit, target_unit, n_messages, reciprocity, answered_share, response_hours_median,
            suppression_reason; only pairs with messages.
        groups: title (of the main topic), n_members, main_topic_share, main_topic_lift, stability_score.
        as_of: day of the data.
    """
    volumes = _volumes(pairs)
    people = dict(
        zip(departments["department"], (None if pd.isna(n) else int(n) for n in departments["n_people"]), strict=True)
    )
    busiest = _busiest(list(people), volumes)
    order = order_departments(busiest[:MAX_DRAWN_DEPARTMENTS], volumes)
    number = {department: place for place, department in enumerate([*order, *busiest[MAX_DRAWN_DEPARTMENTS:]], start=1)}
    marks = place_departments({department: people[department] for department in order})
    return render_page(
        "organisation_map.html.j2",
        organisation=organisation,
        as_of=as_of,
        first_day=str(departments["period_start"].min())[:10],
        last_day=str(departments["period_end"].max())[:10],
        departments=_records(departments.assign(number=departments["department"].map(number)).sort_values("number")),
        number=number,
        marks=marks,
        links=link_departments(marks, volumes),
        matrix=_matrix(order, pairs),
        pairs=_pair_rows(pairs, number),
        n_left_out=len(busiest) - len(order),
        n_hidden=int(pairs["suppression_reason"].notna().sum()),
        reasons=REASONS_RU,
        groups=_records(groups),
    )


def _volumes(pairs: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Messages of every pair of departments in both directions; 0 where both are hidden."""
    volumes: dict[tuple[str, str], int] = {}
    for source, target, n in zip(pairs["source_unit"], pairs["target_unit"], pairs["n_messages"], strict=True):
        key = (min(source, target), max(source, target))
        volumes[key] = volumes.get(key, 0) + (0 if pd.isna(n) else int(n))
    return volumes


def _busiest(departments: list[str], volumes: dict[tuple[str, str], int]) -> list[str]:
    total = dict.fromkeys(departments, 0)
    for pair, n in volumes.items():
        for department in set(pair) & set(total):
            total[department] += n
    return sorted(departments, key=lambda department: (-total[department], department))


def _matrix(order: list[str], pairs: pd.DataFrame) -> list[tuple[str, list[dict[str, Any] | None]]]:
    """Rows write, columns are written to; None = no message, shade 0 = hidden, else 1 to SHADES by the square root."""
    cells = {(row["source_unit"], row["target_unit"]): row for row in pairs.to_dict("records")}
    most = max(1, int(pairs["n_messages"].max(skipna=True)) if pairs["n_messages"].notna().any() else 1)

    def cell(source: str, target: str) -> dict[str, Any] | None:
        found = cells.get((source, target))
        if found is None:
            return None
        hidden = pd.isna(found["n_messages"])
        shade = 0 if hidden else math.ceil(SHADES * math.sqrt(found["n_messages"] / most))
        return {"n": None if hidden else int(found["n_messages"]), "shade": shade}

    return [(source, [cell(source, target) for target in order]) for source in order]


def _pair_rows(pairs: pd.DataFrame, number: dict[str, int]) -> list[dict[Hashable, Any]]:
    """Shown pairs of different departments, most messages first."""
    between = pairs[pairs["suppression_reason"].isna() & (pairs["source_unit"] != pairs["target_unit"])]
    between = between.assign(source=between["source_unit"].map(number), target=between["target_unit"].map(number))
    return _records(between.sort_values(["n_messages", "source", "target"], ascending=[False, True, True]))


def _records(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """Rows for a template, None where there is no value."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _read_departments(snapshot: duckdb.DuckDBPyConnection, organisation: str, home: Home) -> pd.DataFrame:
    departments = snapshot.execute(
        "select source_unit as department, n_people, n_internal_ties, n_external_ties, ei_index, suppression_reason, "
        "period_start, period_end from agg_communication_level "
        "where organisation = ? and level = 'unit' and period_kind = ? order by department",
        [organisation, PERIOD],
    ).df()
    if departments.empty:
        known = snapshot.execute("select distinct organisation from agg_communication_level order by all").fetchall()
        raise ConfigurationError(
            f"{home.published}: no level of communication of {organisation!r} is published. Known are: "
            f"{', '.join(repr(name) for (name,) in known) or 'none; they are named from min_group_size people on'}."
        )
    return departments


def _read_pairs(snapshot: duckdb.DuckDBPyConnection, organisation: str) -> pd.DataFrame:
    return snapshot.execute(
        "select source_unit, target_unit, n_messages, reciprocity, answered_share, response_hours_median, "
        "suppression_reason from agg_communication_level "
        "where organisation = ? and level = 'pair' and period_kind = ? order by source_unit, target_unit",
        [organisation, PERIOD],
    ).df()


def _read_groups(snapshot: duckdb.DuckDBPyConnection, organisation: str) -> pd.DataFrame:
    return snapshot.execute(
        "select topic_ru as title, n_members, main_topic_share, main_topic_lift, stability_score "
        "from dim_interest_group as groups left join dim_topic on groups.main_topic_code = dim_topic.topic_code "
        "where organisation = ? and network = 'staff' and not is_suppressed "
        "order by n_members desc, interest_group_id",
        [organisation],
    ).df()
