"""Lists of people that figures are told of: which each run may use, and which were published (`lake/enriched/`).

One rule (`graph/group_release.py`) for all of them: departments, as they are now and by the day of a message, interest
groups, socially active citizens.
"""

from hashlib import md5

import pandas as pd

from graph.group_release import (
    ACTIVE_CITIZENS,
    DEPARTMENT,
    DEPARTMENT_OF_THE_DAY,
    INTEREST_GROUP,
    hold_small_changes,
    lists_of,
    rows_of,
)
from otklik.home.engine import open_warehouse
from otklik.home.lake import read_run_settings
from otklik.home.settings import Home
from otklik.stages import graph_tables as tables
from otklik.stages.graph_tables import GROUP_RELEASE, RELEASED_LIST, no_rows, query, table_path, write

_LIST = ["list_kind", "list_id"]

# Ids as dbt's macro `hashed_id` makes them.
_DEPARTMENT_ID = "md5(concat_ws('|', organisation, department))"
_LISTS = f"""
    select '{DEPARTMENT}' as list_kind, {_DEPARTMENT_ID} as list_id, subject_id,
        null::date as valid_from, null::date as valid_to
    from int_staff_subject where department is not null
    union
    select '{DEPARTMENT_OF_THE_DAY}', {_DEPARTMENT_ID}, subject_id, valid_from, valid_to
    from int_staff_department
    union
    select '{ACTIVE_CITIZENS}', md5(organisation), subject_id, null, null from int_active_citizen where is_active
"""

_SHOWN_LISTS = """
    select list_kind, list_id, subject_id, valid_from, valid_to from int_released_person
    order by all
"""


def find_releases(home: Home) -> pd.DataFrame:
    """Decide which list of people the figures of this run are of; writes and returns the table."""
    groups = pd.read_parquet(table_path(home, tables.INTEREST_GROUP))
    found = groups.assign(list_kind=INTEREST_GROUP, list_id=interest_group_ids(groups))
    lists = pd.concat([found[[*_LIST, "subject_id"]], query(home, _LISTS)], ignore_index=True)
    held = hold_small_changes(lists, _noted(home), k=read_run_settings(home)["min_group_size"])
    return write(home, GROUP_RELEASE, held)


def people_of(home: Home, kind: str) -> pd.DataFrame:
    """list_id, subject_id, valid_from, valid_to: people of the lists of a kind that figures may be told of."""
    lists = pd.read_parquet(table_path(home, GROUP_RELEASE))
    return lists[(lists["list_kind"] == kind) & ~lists["is_withheld"]]


def people_of_departments(home: Home, kind: str) -> pd.DataFrame:
    """The same of `DEPARTMENT` or `DEPARTMENT_OF_THE_DAY`, with the department's name beside."""
    names = query(home, f"select distinct {_DEPARTMENT_ID} as list_id, department from int_staff_department")
    return people_of(home, kind).merge(names, on="list_id")


def note_released_lists(home: Home) -> None:
    """Note the lists whose figures are about to be published: before, so that no death of a run loses one."""
    write(home, RELEASED_LIST, released_lists(home))


def interest_group_ids(groups: pd.DataFrame) -> pd.Series:
    """Ids as dbt's macro `hashed_id` makes them of network, organisation and group_id."""
    parts = groups["network"] + "|" + groups["organisation"] + "|" + groups["group_id"]
    return parts.map(lambda text: md5(text.encode(), usedforsecurity=False).hexdigest())


def released_lists(home: Home) -> pd.DataFrame:
    """Every list that figures were published of: those noted earlier and those the warehouse would show now.

    In full: of staff the tables name only those who agreed, and their numbers count all.

    Returns:
        release (1, 2 …), list_kind, list_id, subject_id, valid_from, valid_to; what was noted is not noted again.
    """
    noted = _noted(home)
    known = {(kind, list_id, entries) for (_, kind, list_id), entries in lists_of(noted, ["release", *_LIST])}
    with open_warehouse(home) as connection:
        shown = connection.execute(_SHOWN_LISTS).df()
    new = [(of, entries) for of, entries in lists_of(shown, _LIST) if (*of, entries) not in known]
    if not new:
        return noted
    last = int(noted["release"].max()) if len(noted) else 0
    rows = rows_of([((last + n, *of), entries) for n, (of, entries) in enumerate(new, 1)], ["release", *_LIST])
    return pd.concat([noted, rows], ignore_index=True) if len(noted) else rows


def _noted(home: Home) -> pd.DataFrame:
    path = table_path(home, RELEASED_LIST)
    return pd.read_parquet(path) if path.exists() else no_rows(RELEASED_LIST)
