"""Messages, topics and groups of the warehouse → preferences, loyalty and levels of communication.

The definitions are `graph/preference.py`, `graph/loyalty.py` and `graph/levels.py`; here is only what is counted and
where the tables go.
"""

import pandas as pd
import pyarrow as pa

from graph.group_release import DEPARTMENT, DEPARTMENT_OF_THE_DAY
from graph.group_release import INTEREST_GROUP as GROUP_LIST
from graph.levels import department_levels, department_openness
from graph.loyalty import loyalty
from graph.periods import month_number, periods_of
from graph.preference import preferences
from otklik.home.lake import read_run_settings
from otklik.home.settings import Home
from otklik.stages.graph_tables import (
    COMMUNICATION_LEVEL,
    ENRICHED_GRAPH_SCHEMAS,
    INTEREST_GROUP,
    LOYALTY,
    PREFERENCE,
    no_rows,
    query,
    table_path,
    write,
)
from otklik.stages.releasing import people_of, people_of_departments

PLACE = ["network", "organisation"]

# Of fewer messages every share is an accident.
MIN_PERSON_MESSAGES = 5

_COUNTS = """
    with staff as (
        select message_id, organisation, sender_subject_id as subject_id, kind
        from int_staff_message
        where n_recipients <= {max_recipients}
        group by all
    ),
    citizens as (
        select posts.post_id, sources.region as organisation, posts.author_subject_id as subject_id, posts.channel,
            posts.topic_code
        from int_live_post as posts
        inner join read_parquet('lake/run/source.parquet') as sources using (source)
        where posts.author_subject_id is not null and sources.region is not null
    )
    select 'staff' as network, organisation, subject_id, 'channel' as kind, kind as item, count(*) as n_messages
    from staff group by all
    union all
    select 'staff', organisation, subject_id, 'topic', topic_code, count(*)
    from staff inner join int_message_topic using (message_id) group by all
    union all
    select 'citizens', organisation, subject_id, 'channel', channel, count(*)
    from citizens where channel is not null group by all
    union all
    select 'citizens', organisation, subject_id, 'topic', topic_code, count(*)
    from citizens where topic_code is not null group by all
"""


def find_preferences(home: Home) -> pd.DataFrame:
    """Topics and channels of people, departments and interest groups; writes and returns the table."""
    counts = query(home, _COUNTS.format(max_recipients=int(read_run_settings(home)["max_recipients"])))
    counts = counts.astype({"n_messages": "int64"})
    people = query(home, "select subject_id, is_score_consented from int_staff_subject")
    consenting = set(people.loc[people["is_score_consented"], "subject_id"])
    is_withheld = (counts["network"] == "staff") & ~counts["subject_id"].isin(consenting)
    counts = counts.assign(is_withheld=is_withheld)
    departments = people_of_departments(home, DEPARTMENT).rename(columns={"department": "member_id"})
    groups = people_of(home, GROUP_LIST).rename(columns={"list_id": "member_id"})
    # Whoever writes much about these may be ill, disabled or in need: of groups it may be said, of nobody alone.
    group_only = query(home, "select topic_code from int_topic where is_group_only")
    frames = [
        _of_people(counts, set(group_only["topic_code"])),
        _of_groups(counts, departments, "department"),
        _of_groups(counts, groups, "interest_group"),
    ]
    return write(home, PREFERENCE, pd.concat(frames, ignore_index=True)[ENRICHED_GRAPH_SCHEMAS[PREFERENCE].names])


def _of_people(counts: pd.DataFrame, group_only_topics: set[str]) -> pd.DataFrame:
    counts = counts[~((counts["kind"] == "topic") & counts["item"].isin(group_only_topics))]
    found = preferences(counts.rename(columns={"subject_id": "member_id"}))
    total = found.groupby([*PLACE, "member_id", "kind"])["n_messages"].transform("sum")
    is_alone = found.assign(n_people=1, top_person_messages=found["n_messages"], n_withheld=0, level="subject")
    return is_alone[total >= MIN_PERSON_MESSAGES]


def _of_groups(counts: pd.DataFrame, members: pd.DataFrame, level: str) -> pd.DataFrame:
    joined = counts.merge(members[["subject_id", "member_id"]], on="subject_id")
    cell = [*PLACE, "member_id", "kind", "item"]
    found = preferences(joined, base=counts.rename(columns={"subject_id": "member_id"}))
    people = joined.groupby(cell, as_index=False).agg(
        n_people=("subject_id", "nunique"),
        top_person_messages=("n_messages", "max"),
        n_withheld=("is_withheld", "sum"),
    )
    return found.merge(people, on=cell).assign(level=level)


def find_loyalty(home: Home, messages: pd.DataFrame) -> pd.DataFrame:
    """Who wrote how much into which group in each month, and kept to it; writes and returns the table.

    A message is in the group of the person it went to.

    Args:
        home: the deployment's folder.
        messages: see `otklik.stages.graph_tables.read_messages`.
    """
    groups = pd.read_parquet(table_path(home, INTEREST_GROUP))[["subject_id", "group_id"]]
    activity = messages.merge(groups, left_on="target_subject_id", right_on="subject_id").drop(columns="subject_id")
    month = activity["sent_date"].dt.to_period("M").dt.to_timestamp()
    activity = activity.assign(
        subject_id=activity["source_subject_id"],
        period=[month_number(start) for start in month],
        n_messages=1,
    )
    found = loyalty(activity)
    starts = pd.to_datetime({"year": found["period"] // 12, "month": found["period"] % 12 + 1, "day": 1})
    return write(home, LOYALTY, found.assign(period_start=starts.dt.date))


def find_levels(home: Home, messages: pd.DataFrame) -> pd.DataFrame:
    """Volume, reciprocity and response times between departments, and how open each is; writes and returns the table.

    Everybody in the list of a department counts for it on the days on which they were there.

    Levels are `pair` (from a department to a department, itself included) and `unit`.

    Args:
        home: the deployment's folder.
        messages: see `otklik.stages.graph_tables.read_messages`.
    """
    messages = messages[messages["network"] == "staff"].rename(
        columns={"source_subject_id": "sender_subject_id", "target_subject_id": "recipient_subject_id"}
    )
    seats = people_of_departments(home, DEPARTMENT_OF_THE_DAY)
    seated, departments = at_the_time(messages, seats[["subject_id", "department", "valid_from", "valid_to"]])
    frames = []
    for organisation, rows in seated.groupby("organisation", sort=True):
        for period in periods_of(rows["sent_date"].min().date(), rows["sent_date"].max().date()):
            is_inside = rows["sent_date"].between(pd.Timestamp(period.start), pd.Timestamp(period.end))
            levels = _levels(rows[is_inside], departments)
            frames.append(
                levels.assign(
                    organisation=organisation,
                    period_kind=period.kind,
                    period_start=period.start,
                    period_end=period.end,
                )
            )
    schema = ENRICHED_GRAPH_SCHEMAS[COMMUNICATION_LEVEL]
    table = pd.concat(frames, ignore_index=True)[schema.names] if frames else no_rows(COMMUNICATION_LEVEL)
    counts = [column.name for column in schema if column.type == pa.int64()]
    return write(home, COMMUNICATION_LEVEL, table.astype(dict.fromkeys(counts, "Int64")))


def at_the_time(messages: pd.DataFrame, periods: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Messages between seats, a seat being a person in the department of that day, and the department of each seat.

    Within one department a seat is a person, so people are counted as before; a mover has a seat in each.

    Args:
        messages: sender_subject_id, recipient_subject_id, sent_date, and more.
        periods: subject_id, department, valid_from, valid_to (exclusive, null for ever). Of several that hold on a day
            the one that began last counts.

    Returns:
        The messages with seats in the two columns, and seat → department; nobody without a department has one.

    Examples:
        >>> day = pd.to_datetime(["2026-03-01", "2026-03-10"])
        >>> sent = pd.DataFrame({"sender_subject_id": "s_a", "recipient_subject_id": "s_b", "sent_date": day})
        >>> periods = pd.DataFrame({"subject_id": "s_a", "department": ["legal", "roads"],
        ...     "valid_from": pd.to_datetime(["2026-01-01", "2026-03-05"]), "valid_to": pd.to_datetime([None, None])})
        >>> seated, departments = at_the_time(sent, periods)
        >>> seated["sender_subject_id"].map(departments).tolist(), seated["recipient_subject_id"].tolist()
        (['legal', 'roads'], ['s_b', 's_b'])
    """
    ends = ("sender_subject_id", "recipient_subject_id")
    days = pd.concat([messages[[end, "sent_date"]].set_axis(["subject_id", "sent_date"], axis=1) for end in ends])
    held = days.drop_duplicates().merge(periods, on="subject_id")
    for day in ("sent_date", "valid_from", "valid_to"):
        held[day] = pd.to_datetime(held[day])
    holds = (held["valid_from"] <= held["sent_date"]) & ~(held["valid_to"] <= held["sent_date"])
    held = (
        held[holds].sort_values(["valid_from", "department"]).drop_duplicates(["subject_id", "sent_date"], keep="last")
    )
    held["seat"] = held["subject_id"] + "\x1f" + held["department"]
    seats = held.set_index(["subject_id", "sent_date"])["seat"]
    seated = messages.copy()
    for end in ends:
        at = pd.MultiIndex.from_arrays([messages[end], pd.to_datetime(messages["sent_date"])])
        seated[end] = pd.Series(seats.reindex(at).to_numpy(), index=messages.index).fillna(messages[end])
    return seated, held.drop_duplicates("seat").set_index("seat")["department"]


def _levels(messages: pd.DataFrame, departments: pd.Series) -> pd.DataFrame:
    pairs, openness = department_levels(messages, departments), department_openness(messages, departments)
    pairs = pairs.assign(
        level="pair",
        n_people=pairs[["n_senders", "n_recipients"]].min(axis=1),
        top_person_count=pairs["top_person_messages"],
        total_count=pairs["n_messages"],
        n_internal_ties=None,
        n_external_ties=None,
        ei_index=None,
    )
    openness = openness.rename(columns={"department": "source_unit", "top_person_ties": "top_person_count"}).assign(
        level="unit",
        target_unit=None,
        total_count=openness["n_internal_ties"] + openness["n_external_ties"],
        n_messages=None,
        reciprocity=None,
        answered_share=None,
        response_hours_median=None,
    )
    filled = [frame for frame in (pairs, openness) if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pairs
