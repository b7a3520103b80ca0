"""Answers of docs/questions.md counted again in pandas from the region's own files (`source_files.py`).

Taken as given is what a model or a rule infers: which posts are one incident, at which site it is, who is responsible,
what a text is about. `test_inferences_recounted.py` has the questions that stand on little else: 5, 9, 15, 18.
"""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, norm

from tests.integration.recounts import settlements_of
from tests.integration.source_files import ZONE, events_of, recounted, repeats_of
from tests.integration.staff_files import openness, read_messages
from tests.integration.test_questions import answer

NOBODY = "не определён"


@pytest.fixture(scope="module")
def incidents(recount):
    """Incidents as the files tell them, with the name of whom the platform holds responsible."""
    names = recount.query(
        "select incident_id, coalesce(name, 'не определён'), authority_origin from fct_incident "
        "left join dim_authority using (authority_id)"
    )
    frame = pd.DataFrame(names, columns=["incident_id", "authority", "origin"]).set_index("incident_id")
    return recount.incidents.join(frame, how="left", validate="one_to_one")


@pytest.fixture(scope="module")
def messages(published, recount):
    return read_messages(published.sources.parent, recount.as_of)


def local_days(instants):
    return instants.dt.tz_convert(ZONE).dt.date


def test_1_shares_by_authority_and_month_and_their_bounds(published, incidents):
    ripe = incidents[incidents["is_ripe"]]
    month = local_days(ripe["opened_at"]).map(lambda day: day.replace(day=1))
    counted = {}
    for cell, of_cell in ripe.groupby([ripe["authority"], month]):
        counted[cell] = (len(of_cell), *share_and_bounds(of_cell["is_on_time"]))
    told = {row[:2]: row[2:] for row in answer(published, "1. Who answers in time") if row[2]}
    assert len(told) > 10
    assert told.keys() == counted.keys()
    for cell, figures in told.items():
        assert figures == pytest.approx(counted[cell]), cell


def test_2_posts_of_a_topic_last_week_and_the_week_before(published, recount):
    rows = recount.query(
        "select source, source_post_id, coalesce(topic_ru, 'не определена') "
        "from fct_post left join dim_topic using (topic_code)"
    )
    posts = pd.DataFrame(rows, columns=["source", "id", "topic"]).merge(recount.files.posts, on=["source", "id"])
    posts["week"] = local_days(posts["at"]).map(lambda day: day - timedelta(days=day.weekday()))
    _, last, before = sorted(posts["week"].unique(), reverse=True)[:3]
    by_week = posts.groupby(["topic", "week"]).size().unstack(fill_value=0)
    told = answer(published, "2. What grew")
    assert len(told) == 10
    for topic, n_before, n_last, _ in told:
        assert (n_before or 0, n_last or 0) == (by_week.loc[topic, before], by_week.loc[topic, last]), topic
    growth = (by_week[last] - by_week[before]).sort_values(ascending=False)
    assert [row[3] for row in told] == growth.head(10).tolist()


def test_3_waits_with_those_still_waiting_and_their_bounds(published, incidents):
    counted = {
        authority: (len(one), *kaplan_meier_median(one["elapsed_hours"], one["first_reply_at"].notna()))
        for authority, one in incidents.groupby("authority")
    }
    told = {row[0]: row[1:] for row in answer(published, "3. Where does one wait longest")}
    assert told.keys() == counted.keys()
    for authority, figures in told.items():
        assert figures == pytest.approx(counted[authority]), authority


def kaplan_meier_median(hours, is_stopped):
    """Median and its 95 % bounds, log-log; None where the curve, or a bound, never falls to one half."""
    survival, spread, found = 1.0, 0.0, [None, None, None]
    for hour in np.unique(hours[is_stopped]):
        n_at_risk, n_stopped = (hours >= hour).sum(), ((hours == hour) & is_stopped).sum()
        survival *= 1 - n_stopped / n_at_risk
        if n_stopped == n_at_risk:
            curves = (0.0, 0.0, 0.0)
        else:
            spread += n_stopped / (n_at_risk * (n_at_risk - n_stopped))
            margin = norm.ppf(0.975) * spread**0.5 / np.log(survival)
            curves = (survival, survival ** np.exp(-margin), survival ** np.exp(margin))
        found = [hour if old is None and curve <= 0.5 + 1e-9 else old for old, curve in zip(found, curves, strict=True)]
    return found


def test_4_overdue_replies_and_whose_they_are(published, incidents):
    late = incidents[incidents["is_overdue"]]
    told = pd.DataFrame(answer(published, "4. What is overdue"), columns=["authority", "origin", "clock", "n", "hours"])
    told = told[told["clock"] == "Ответ"]
    assert told.groupby("authority")["n"].sum().to_dict() == late["authority"].value_counts().to_dict()


def test_4_who_acted_last_is_responsible(incidents):
    acted = incidents[incidents["origin"] == "acted"]
    assert len(acted) == incidents["last_actor"].notna().sum() > 100
    # Canaries are in no list, and so their strings are not shown.
    shown = acted[acted["authority"] != "не в списке"]
    assert shown["authority"].tolist() == shown["last_actor"].tolist()


def test_6_every_final_reply_is_judged_under_who_gave_it(published, recount):
    events = events_of(recount.files, recount.members)
    given = events[events["kind"] == "reply"]["by"].str.replace("Канарейка .*", "не в списке", regex=True)
    told = {row[0]: row[1] for row in answer(published, "6. Who replies formally")}
    assert told == given.value_counts().to_dict()


def test_7_repeats_by_their_stage(published, recount, incidents):
    repeats = repeats_of(recount.files, recount.reports).join(incidents, on="incident_id_before")
    stages = {"first_reply_at": "получен ответ", "claimed_at": "заявлено решение", "settled_at": "закрыто"}
    repeats["stage"] = "ждёт ответа"
    for instant, stage in stages.items():
        repeats.loc[repeats[instant] <= repeats["at"], "stage"] = stage
    repeats["days"] = (repeats["at"] - repeats["at_before"]) / pd.Timedelta(days=1)
    told = {row[0]: row[1:] for row in answer(published, "7. Who had to write again")}
    assert told.keys() == set(repeats["stage"])
    for stage, one in repeats.groupby("stage"):
        assert told[stage] == pytest.approx((len(one), one["is_same_person"].sum(), one["days"].median())), stage


def test_what_held_of_what_was_claimed_and_settled(published, recount, incidents):
    """Reopened, or reported anew by anybody at the same site, within 30 days; of what was settled 30 days ago (7)."""
    cells = dict(recount.query("select incident_id, coalesce(authority_id, 'unknown') from fct_incident"))
    settlements = settlements_of(recount)
    settlement_cells = settlements.index.map(cells)
    told = {row[0]: row[1:] for row in answer(published, "What share of the claimed fixes held")}
    assert told.keys() == set(cells.values())
    assert settlements["is_repeated"].any()
    for cell, one in incidents.groupby(incidents.index.map(cells)):
        claimed = one[one["claimed_at"].notna()]["is_confirmed"]
        settled = settlements[settlement_cells == cell]
        followed = settled["is_repeated"].dropna()
        counted = (len(claimed), *share_and_bounds(claimed), len(settled), share_of(settled["is_reopened"]))
        assert told[cell] == pytest.approx((*counted, len(followed), share_of(followed))), cell


def share_of(flags):
    return flags.mean() if len(flags) else None


def share_and_bounds(flags):
    if not len(flags):
        return (None, None, None)
    bounds = binomtest(int(flags.sum()), len(flags)).proportion_ci(method="wilson")
    return (flags.mean(), bounds.low, bounds.high)


def test_8_and_16_the_backlog_of_any_day_is_that_of_the_files(published, recount):
    told = {day: tuple(map(int, figures)) for day, *figures in answer(published, "16. How large was the backlog")}
    days = sorted(told)
    week = {day: tuple(map(int, figures)) for day, *figures in answer(published, "8. What changed since")}
    assert week == {day: told[day] for day in (days[-8], days[-1])}
    for day in (days[10], days[len(days) // 2], days[-8], days[-2], days[-1]):
        end = min(pd.Timestamp(day).tz_localize(ZONE) + pd.Timedelta(days=1), recount.as_of)
        then = recounted(recount.files, recount.members, end)
        assert told[day] == (then["is_awaiting"].sum(), then["is_overdue"].sum()), day


def test_10_channels(published, incidents):
    names = {"portal": "Портал обращений", "vk": "ВКонтакте", "ok": "Одноклассники", "telegram": "Телеграм"}
    counted = {}
    for channel, one in incidents.groupby("channel"):
        ripe = one[one["is_ripe"]]
        counted[channel] = (len(one), one["first_reply_at"].notna().sum(), len(ripe), ripe["is_on_time"].mean())
    told = {row[0]: row[1:] for row in answer(published, "10. Through which channels")}
    assert told.keys() <= set(names.values())
    for channel, figures in counted.items():
        assert told[names[channel]] == pytest.approx(figures), channel


def test_11_people_of_a_burst_are_the_authors_of_its_posts(published, recount):
    rows = recount.query("select burst_id, source, source_post_id from bridge_burst_post join int_post using (post_id)")
    posts = pd.DataFrame(rows, columns=["burst_id", "source", "id"]).merge(recount.files.posts, on=["source", "id"])
    posts["author"] = posts["source"] + posts["author"]
    counted = posts.groupby("burst_id")["author"].agg(["size", "nunique"])
    told = published.query("select burst_id, n_posts, n_people from fct_burst order by burst_id")
    assert told == list(counted.itertuples(name=None))


def test_12_distinct_people_who_answer_a_citizen(published, recount):
    posts = recount.files.posts
    answers = posts.merge(posts, left_on=["source", "parent"], right_on=["source", "id"], suffixes=("", "_of"))
    answers = answers[answers["author"] != answers["author_of"]]
    n_senders = answers.groupby(["source", "author_of"])["author"].nunique()
    rows = recount.query("select source, source_post_id, author_subject_id from int_post")
    subjects = pd.DataFrame(rows, columns=["source", "id", "subject"]).merge(posts, on=["source", "id"])
    subjects = subjects.groupby("subject")[["source", "author"]].first()
    told = answer(published, "12. Whom do citizens turn to")
    assert len(told) >= 5
    for _, _, subject, n, *_ in told:
        assert n == n_senders[tuple(subjects.loc[subject])], subject


def test_13_messages_between_departments(published, messages):
    counted = messages.groupby(["source_unit", "target_unit"]).size().to_dict()
    told = {row[:2]: row[2] for row in answer(published, "13. Which departments write")}
    assert len(told) >= 2
    assert told == {pair: counted[pair] for pair in told}


def test_14_openness_of_departments(published, messages):
    counted = openness(messages)
    told = {row[1]: row[3:] for row in answer(published, "14. Which units keep")}
    assert len(told) >= 2
    for unit, figures in told.items():
        assert figures == pytest.approx(counted[unit]), unit


def test_17_and_20_the_flow_of_every_day(published, incidents):
    columns = ["opened_at", "first_reply_at", "claimed_at", "confirmed_at"]
    flows = {name: local_days(incidents[name].dropna()).value_counts() for name in columns}
    by_day = pd.DataFrame(flows).fillna(0).astype(int).sort_index().cumsum()
    told = {day: tuple(map(int, flow)) for day, *flow in answer(published, "17. Does the work keep up")}
    assert told[max(told)] == tuple(by_day.iloc[-1])
    assert {day: told[day] for day in by_day.index} == {row[0]: tuple(row[1:]) for row in by_day.itertuples()}

    week = ["понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"]
    came, answered = (flows[name].groupby(lambda day: week[day.weekday()]).sum() for name in columns[:2])
    shown = {row[0]: tuple(map(int, row[1:3])) for row in answer(published, "20. On which days")}
    assert shown == {day: (came[day], answered[day]) for day in week}


def test_19_terms_that_end_in_the_coming_week(published, incidents):
    coming = incidents[incidents["first_reply_at"].isna() & ~incidents["is_ripe"] & incidents["is_awaiting"]]
    counted = coming.groupby([local_days(coming["due_at"]), "authority"]).size().to_dict()
    told = {row[:2]: row[2] for row in answer(published, "19. Which terms end")}
    assert told == counted
