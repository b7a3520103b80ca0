"""Lists of people that figures are told of: which each run may use, and which were published (`lake/enriched/`).

One rule (`graph/group_release.py`) for all of them: departments, as they are now and by the day of a message, interest
groups, socially active citizens.
"""

from collections.abc import Iterator
from hashlib import md5

import pandas as pd

from graph.group_release import (
    ACTIVE_CITIZENS,
    DEPARTMENT,
    DEPARTMENT_OF_THE_DAY,
    INTEREST_GROUP,
    Entry,
    entries_of,
    hold_small_changes,
    rows_of,
)
from otklik.home.engine import open_warehouse
from otklik.home.lake import read_run_settings
from otklik.home.settings import Home
from otklik.stages import graph_tables as tables
from otklik.stages.graph_tables import GROUP_RELEASE, RELEASED_LIST, no_rows, query, table_path, write

_LIST = ["list_kind", "list_id"]

# Ids as dbt's macro `hashed_id` makes them.
_LISTS = f"""
    select '{DEPARTMENT}' as list_kind, md5(concat_ws('|', organisation, department)) as list_id, subject_id,
        null::date as valid_from, null::date as valid_to
    from int_staff_subject where department is not null
    union
    select '{DEPARTMENT_OF_THE_DAY}', md5(concat_ws('|', organisation, department)), subject_id, valid_from, valid_to
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
    known = {(kind, list_id, entries) for (_, kind, list_id), entries in _lists(noted, ["release", *_LIST])}
    frames, release = [noted], int(noted["release"].max()) if len(noted) else 0
    with open_warehouse(home) as connection:
        shown = connection.execute(_SHOWN_LISTS).df()
    for (kind, list_id), entries in _lists(shown, _LIST):
        if (kind, list_id, entries) not in known:
            release += 1
            frames.append(rows_of(kind, list_id, entries).assign(release=release))
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else no_rows(RELEASED_LIST)


def _noted(home: Home) -> pd.DataFrame:
    path = table_path(home, RELEASED_LIST)
    return pd.read_parquet(path) if path.exists() else no_rows(RELEASED_LIST)


def _lists(frame: pd.DataFrame, key: list[str]) -> Iterator[tuple[tuple[str, ...], frozenset[Entry]]]:
    if len(frame):
        yield from ((tuple(map(str, of)), entries_of(rows)) for of, rows in frame.groupby(key, sort=True))
