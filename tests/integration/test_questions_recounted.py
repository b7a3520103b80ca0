"""Answers of docs/questions.md counted again in pandas from the files of the invented region.

Which posts are one incident is read from the published bridge; all the rest is the portal's file and arithmetic.
"""

import gzip
import json

import duckdb
import pandas as pd
import pytest

from otklik.home.engine import text_literal
from tests.integration.test_questions import answer

REPLIES = {"ANSWERED", "INTERIM"}
# One channel is recounted from its file, so whatever is compared is of this one alone.
SOURCE = "portal"


@pytest.fixture(scope="module")
def cases(published):
    """The portal's cases: source_post_id, created, events as (type, at), in UTC."""
    with gzip.open(published.sources.parent / "portal" / "cases.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return {str(row["id"]): row for row in rows if row.get("id") is not None and row.get("created")}


@pytest.fixture(scope="module")
def incidents(published, cases):
    """Incidents of the portal's cases alone: incident_id → its cases, as the bridge has them."""
    with duckdb.connect(str(published.home / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute(f"set file_search_path = {text_literal(published.home)}")
        rows = connection.execute(
            "select links.incident_id, posts.source, posts.source_post_id "
            "from bridge_incident_post as links inner join int_post as posts using (post_id)"
        ).df()
    is_ours = rows.groupby("incident_id")["source"].transform(lambda sources: (sources == SOURCE).all())
    rows = rows[is_ours & rows["source_post_id"].isin(cases.keys())]
    return rows.groupby("incident_id")["source_post_id"].agg(list)


def instant(text):
    return pd.Timestamp(text).tz_convert("UTC") if pd.Timestamp(text).tzinfo else pd.Timestamp(text, tz="Europe/Samara")


def first_reply(cases, members, as_of):
    """Instant of the first reply of an incident after its opening, or None."""
    opened = min(instant(cases[case]["created"]) for case in members)
    replies = [
        at
        for case in members
        for event in cases[case]["events"] or ()
        if event["type"] in REPLIES and opened <= (at := instant(event["at"])) <= as_of
    ]
    return opened, min(replies, default=None)


def test_waits_of_the_portal_are_those_of_its_file(published, cases, incidents):
    as_of = pd.Timestamp(published.manifest["as_of"])
    waited = dict(
        published.query("select incident_id, citizen_wait_hours from fct_incident where citizen_wait_hours is not null")
    )
    counted = {}
    for incident, members in incidents.items():
        opened, replied = first_reply(cases, members, as_of)
        if replied is not None:
            counted[incident] = (replied - opened).total_seconds() / 3600
    assert len(counted) > 50
    assert {one: waited.get(one) for one in counted} == pytest.approx(counted)
    assert not set(waited) & set(incidents.index) - set(counted)


def test_the_channel_of_the_portal_has_the_incidents_and_answers_of_its_file(published, cases, incidents):
    as_of = pd.Timestamp(published.manifest["as_of"])
    ids = ", ".join(f"'{one}'" for one in incidents.index)
    ((n_incidents, n_answered),) = published.query(
        f"select count(*), count(first_reply_at) from v_incident where incident_id in ({ids})"
    )
    replied = [first_reply(cases, members, as_of)[1] for members in incidents]
    assert (n_incidents, n_answered) == (len(replied), sum(one is not None for one in replied))


def test_the_flow_of_a_day_is_what_came_and_was_answered_on_it(published):
    frame = pd.DataFrame(
        published.query("select opened_date, first_reply_date, time_zone, opened_at, first_reply_at from fct_incident"),
        columns=["opened_date", "first_reply_date", "zone", "opened_at", "first_reply_at"],
    )
    received = frame.apply(lambda row: row["opened_at"].astimezone(row["zone"]).date(), axis=1).value_counts()
    rows = published.query(
        "select history_date, sum(n_received) from fct_history_daily group by 1 having sum(n_received) > 0"
    )
    assert dict(rows) == received.to_dict()


def test_the_backlog_of_any_day_is_counted_from_the_events(published):
    """Open at the end of a day: the last event that says anything about the state leaves the step to the authority."""
    events = pd.DataFrame(
        published.query(
            "select events.incident_id, events.sequence_number, kinds.state, events.event_at "
            "from fct_incident_event as events inner join dim_event_kind as kinds using (event_kind)"
        ),
        columns=["incident_id", "sequence_number", "state", "event_at"],
    )
    awaiting = {
        state for (state,) in published.query("select state from dim_incident_state where is_awaiting_authority")
    }
    opened = dict(published.query("select incident_id, opened_at from fct_incident"))
    told = dict(published.query("select history_date, sum(n_open) from fct_history_daily group by history_date"))
    days = sorted(told)
    for day in (days[10], days[len(days) // 2], days[-2]):
        end = pd.Timestamp(day).tz_localize("Europe/Samara") + pd.Timedelta(days=1)
        known = events[(events["event_at"] < end) & events["state"].notna()].sort_values("sequence_number")
        last = known.groupby("incident_id")["state"].last()
        open_then = [one for one, at in opened.items() if at < end and last.get(one, "received") in awaiting]
        assert told[day] == len(open_then), day


def test_stages_of_repeats_are_those_of_the_earlier_incident(published):
    rows = published.query(
        "select repeats.stage, posts.posted_at, earlier.first_reply_at, earlier.claimed_fixed_at, "
        "repeats.is_same_person, posts.author_subject_id, before.author_subject_id "
        "from fct_repeat as repeats inner join fct_post as posts using (post_id) "
        "inner join fct_post as before on repeats.earlier_post_id = before.post_id "
        "inner join fct_incident as earlier on repeats.earlier_incident_id = earlier.incident_id"
    )
    assert rows
    for stage, posted_at, replied, claimed, is_same_person, author, earlier_author in rows:
        assert is_same_person == (author is not None and author == earlier_author)
        if stage == "waiting":
            assert not (replied and replied <= posted_at) or replied > posted_at
        if stage == "claimed":
            assert claimed <= posted_at


def test_shares_by_authority_and_month_add_up_to_all_incidents(published):
    rows = answer(published, "1. Who answers in time")
    ((n_ripe, n_on_time),) = published.query(
        "select count(*) filter (where is_ripe), count(*) filter (where is_reply_on_time) from fct_incident"
    )
    assert sum(row[2] for row in rows) == n_ripe
    assert sum(round(row[2] * row[3]) for row in rows if row[2]) == n_on_time


def test_what_is_due_is_not_yet_judged(published):
    rows = answer(published, "19. Which terms end")
    ((n_waiting,),) = published.query(
        "select count(*) from v_incident "
        "where is_reply_on_time is null and first_reply_at is null and is_awaiting_authority"
    )
    assert sum(row[2] for row in rows) == n_waiting
