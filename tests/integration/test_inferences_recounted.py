"""Answers of docs/questions.md that stand on what a model infers: that is taken as given, and all else counted again.

Given are which posts are one incident and in which municipality it is, what a post or message is about and whether it
complains, which places its words name, and who is in which group. Persons, instants, addresses, days and what is said
of the last whole day come from the region's own files.
"""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import gamma

from otklik.home.engine import text_literal
from tests.integration.source_files import ZONE, recounted
from tests.integration.test_questions import QUESTIONS, answer

WINDOW_DAYS = 14  # `incident_window_days` of docs/sources.md
DAY = pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def posts(recount):
    """Every post of the tables with its row of the files, and beside it what a model says of it."""
    rows = recount.query("""
        select source, source_post_id, author_subject_id, intent, topic_code, fct_post.channel,
            text_hash in (select text_hash from stg_post_place)
        from fct_post
    """)
    columns = ["source", "id", "subject", "intent", "topic", "channel_code", "is_place_in_words"]
    told = pd.DataFrame(rows, columns=columns)
    found = told.merge(recount.files.posts, on=["source", "id"], validate="one_to_one")
    assert len(found) == len(told)
    return found


def test_5_places_corrected_by_how_often_others_report_the_same(published, recount):
    named = "select incident_id, name from fct_incident inner join dim_municipality using (municipality_id)"
    places = dict(recount.query(named))
    members = recount.members.merge(recount.files.posts, on=["source", "id"])
    members["person"] = members["source"] + ":" + members["author"]
    incidents = recount.incidents.join(members.groupby("incident_id")["person"].nunique().rename("n_people"))
    incidents["place"] = incidents.index.map(places)
    incidents["days"] = ((recount.as_of - incidents["opened_at"]) / DAY).clip(upper=WINDOW_DAYS)
    told = {row[0]: row[1:] for row in answer(published, "5. Which quiet places")}
    assert told.keys() >= set(places.values())
    assert len(places) > 100
    for place, figures in told.items():
        here = incidents[incidents["place"] == place]
        assert figures == pytest.approx(corrected(len(here), (here["n_people"] - 1).sum(), here["days"].sum())), place


def corrected(n_incidents, n_further, n_days):
    """Incidents, the share that is reported, and the first by the second with its bounds, by the interval of λ."""
    if not n_days:
        return (n_incidents, None, None, None, None)
    rates = (
        n_further / n_days,
        gamma.ppf(0.975, n_further + 1) / n_days,
        gamma.ppf(0.025, n_further) / n_days if n_further else 0.0,
    )
    shares = [1 - np.exp(-rate * WINDOW_DAYS) for rate in rates]
    return (n_incidents, shares[0], *(n_incidents / share if share else None for share in shares))


def test_9_complaints_that_say_nowhere_where(published, posts):
    names = {"portal": "Портал обращений", "vk": "ВКонтакте", "ok": "Одноклассники", "telegram": "Телеграм"}
    complaints = posts[posts["intent"] == "complaint"]
    is_nowhere = ~complaints["is_placed"] & ~complaints["is_place_in_words"]
    counted = {
        names[channel]: (len(one), one.sum(), one.mean()) for channel, one in is_nowhere.groupby(complaints["channel"])
    }
    told = {row[0]: row[1:] for row in answer(published, "9. How many complaints")}
    assert 0 < is_nowhere.sum() < len(is_nowhere)
    assert counted.keys() <= told.keys()
    for channel, figures in told.items():
        assert figures == pytest.approx(counted.get(channel, (0, 0, None))), channel


def test_15_topics_of_groups(published, recount, posts):
    """Of citizens' groups from the posts of the files; of staff's from the messages of the tables."""
    written = posts.dropna(subset=["subject", "topic"])[["subject", "topic"]].assign(organisation="Привольский край")
    sent = recount.query("""
        with sent as (
            select distinct message_id, sender_subject_id, organisation from int_staff_message where n_recipients <= 25
        )
        select sender_subject_id, topic_code, organisation from sent inner join int_message_topic using (message_id)
    """)
    written = pd.concat([written, pd.DataFrame(sent, columns=written.columns)])
    members = pd.DataFrame(
        recount.query("select interest_group_id, subject_id from int_group_member where not is_withheld"),
        columns=["group", "subject"],
    )
    shown = pd.DataFrame(
        published.query(
            "select member_id, topic_ru from fct_preference inner join dim_topic on item = topic_code "
            "where level = 'interest_group' and kind = 'topic' and not is_suppressed"
        ),
        columns=["group", "topic"],
    )
    names = dict(recount.query("select topic_code, topic_ru from dim_topic"))
    written["topic"] = written["topic"].map(names)
    organisations = dict(published.query("select interest_group_id, organisation from dim_interest_group"))
    told = answer(published, "15. What do the groups")
    assert {network for network, *_ in told} == {"citizens", "staff"}
    for _, group, n_members, topic, share, lift in told:
        by_all = written[written["organisation"] == organisations[group]]
        by_group = by_all[by_all["subject"].isin(members[members["group"] == group]["subject"])]
        shares = by_group["topic"].value_counts(normalize=True)
        lifts = shares / by_all["topic"].value_counts(normalize=True)
        assert n_members == (members["group"] == group).sum(), group
        assert (share, lift) == pytest.approx((shares[topic], lifts[topic])), group
        assert lift == pytest.approx(lifts[shown[shown["group"] == group]["topic"]].max()), group


def test_18_what_the_next_snapshot_will_say_was_said_is_that_of_the_files(published, recount):
    """Of a day that nothing late has come to since, what was said and what is known now are the same."""
    (noted,) = (published.home / "lake" / "history" / "published_figure").glob("as_of=*.parquet")
    day = recount.as_of.tz_convert(ZONE).date() - timedelta(days=1)
    then = recounted(recount.files, recount.members, pd.Timestamp(day + timedelta(days=1), tz=ZONE))
    figures = (then["is_awaiting"].sum(), then["is_overdue"].sum())
    with duckdb.connect() as connection:
        connection.execute(f"attach {text_literal(published.current / 'analyst' / 'otklik.duckdb')} as now (read_only)")
        connection.execute(f"create table meta_published_figure as from read_parquet({text_literal(noted)})")
        connection.execute("create table fct_history_daily as from now.fct_history_daily")
        ((as_of, *told),) = connection.execute(next(sql for name, sql in QUESTIONS.items() if "18." in name)).fetchall()
    assert as_of == recount.as_of
    assert told == [day, *figures, *figures]


def test_20_working_days_are_those_of_the_calendar(published):
    days = answer(published, "20. On which days")
    assert [is_working for *_, is_working in days] == [True] * 5 + [False] * 2
    off = published.query("select calendar_date from dim_date where is_holiday and calendar_year = 2026 order by 1")
    # Of 2026, by the transfer of days off that the government laid down.
    january, others = [1, 2, 5, 6, 7, 8, 9], [(2, 23), (3, 9), (5, 1), (5, 11), (6, 12), (11, 4), (12, 31)]
    assert [day for (day,) in off] == [date(2026, 1, day) for day in january] + [date(2026, *day) for day in others]
