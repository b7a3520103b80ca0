"""The examples on the real data sets, against calculations of their own straight from the files.

Every sixth case is taken: to mask names in all of them costs a test run minutes. `make real` runs on all.
"""

import csv
import gzip
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, ecdf

from incidents.kaplan_meier import kaplan_meier, waiting_times
from tests.forked import ROOT

from .conftest import Deployment

DATA = Path(os.environ.get("OTKLIK_REAL_DATA", ROOT.parent / "shared" / "data")).absolute()
AS_OF = datetime(2021, 4, 25, 21, tzinfo=UTC)
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not (DATA / "spb_portal").is_dir(), reason="the real data sets are not here"),
]
CONFIRMED = {
    "Завершено: Пользователь удовлетворен решением проблемы",
    "Завершено: Народный контролер подтвердил решение проблемы",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The data sets in a folder of their own, every sixth case of both portals."""
    folder = tmp_path_factory.mktemp("data")
    shutil.copytree(DATA / "enron_mail", folder / "enron_mail")
    for name in ("spb_portal", "perm_incidents"):
        (folder / name).mkdir()
    with (
        (DATA / "perm_incidents" / "incidents.csv").open(encoding="utf-8", newline="") as file,
        (folder / "perm_incidents" / "incidents.csv").open("w", encoding="utf-8", newline="") as part,
    ):
        header, *rows = csv.reader(file, delimiter=";")
        csv.writer(part, delimiter=";").writerows([header, *rows[::6], rows[0]])  # one comes twice
    cases = gzip.decompress((DATA / "spb_portal" / "cases.jsonl.gz").read_bytes()).splitlines(keepends=True)
    (folder / "spb_portal" / "cases.jsonl.gz").write_bytes(gzip.compress(b"".join(cases[::6]), compresslevel=1))
    return folder


@pytest.fixture(scope="module")
def real(tmp_path_factory, data):
    """Saint Petersburg, Perm and Enron in one home, looked at from the last event of the portal's export."""
    deployment = Deployment(tmp_path_factory.mktemp("real"), ROOT / "examples" / "saint-petersburg" / "sources.yaml")
    files = [
        arg for name in ("saint-petersburg", "perm", "enron") for arg in ("--sources", f"examples/{name}/sources.yaml")
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTKLIK_REAL_DATA", str(data))
        assert deployment.run(*files, "--as-of", AS_OF.isoformat())["status"] == "published"
    return deployment


def frame(real, query):
    with duckdb.connect(str(real.current / "analyst" / "otklik.duckdb"), read_only=True) as connection:
        return connection.execute(query).df()


@pytest.fixture(scope="module")
def cases(data):
    """One row per case of the portal, from the JSON alone."""
    with gzip.open(data / "spb_portal" / "cases.jsonl.gz", "rt", encoding="utf-8") as file:
        return pd.DataFrame([_case(json.loads(line)) for line in file])


def _instant(text):
    return pd.Timestamp(text).tz_localize("Europe/Moscow").tz_convert("UTC")


def _case(case):
    opened = _instant(case["created_at"])
    answers = [_instant(event["at"]) for event in case["events"] if event["kind"] == "answer"]
    timely = [at for at in answers if opened <= at <= AS_OF]
    petitions = [event for event in case["events"] if event["kind"] == "petition"][1:]
    statuses = {event["status"] for event in case["events"] if event["kind"] == "status"}
    return {
        "district": case["district"],
        "n_answers": len(answers),
        "first_answer_hours": (min(timely) - opened).total_seconds() / 3600 if timely else None,
        "waited_hours": (AS_OF - opened).total_seconds() / 3600,
        "is_reopened": bool(petitions),
        "is_ever_confirmed": bool(statuses & CONFIRMED),
        "is_ever_closed_automatically": "Завершено: Автоматически" in statuses,
    }


def censored(cases):
    """Hours to the first answer or until now, and whether there was one."""
    is_observed = cases["first_answer_hours"].notna()
    return np.where(is_observed, cases["first_answer_hours"], cases["waited_hours"]).astype(float), is_observed


def test_every_case_is_an_incident_and_every_answer_a_reply(real, cases):
    assert real.query("select count(*) from fct_incident where source = 'spb_portal'") == [(5_085,)]
    assert len(cases) == 5_085
    assert real.query("select count(*) from fct_reply") == [(cases["n_answers"].sum(),)]


def test_hours_citizens_waited_agree(real, cases):
    ours = frame(real, "select citizen_wait_hours as hours from fct_incident")["hours"].dropna()
    expected = cases["first_answer_hours"].dropna()
    assert len(ours) == len(expected)
    assert ours.quantile([0.5, 0.9]).tolist() == pytest.approx(expected.quantile([0.5, 0.9]).tolist(), abs=1e-3)


def test_one_reply_sets_each_clock(real, cases):
    ((first,),) = real.query("select count(*) from fct_reply where is_first_reply")
    assert first == cases["first_answer_hours"].notna().sum()


def test_on_time_mark_agrees_with_the_term_of_24_hours(real, cases):
    ((on_time,),) = real.query("select count_if(is_reply_on_time) from fct_incident")
    assert on_time == (cases["first_answer_hours"] <= 24).sum()


@pytest.mark.parametrize("term_hours", [24, 72, 720])
def test_share_on_time_is_that_of_the_cases(real, cases, term_hours):
    # a first answer after a reopening stops the second attempt's clock, so decided ones are taken from the incident
    of_incidents = f"""
        select
            count(*) filter (where citizen_wait_hours <= {term_hours}),
            count(*) filter (where first_reply_at is not null
                or timestamptz '{AS_OF}' - opened_at > to_hours({term_hours}))
        from fct_incident
    """
    of_clocks = f"""
        select count(*) filter (where is_stopped and calendar_hours + paused_hours <= {term_hours})
        from fct_incident_clock where clock = 'reply' and attempt_number = 1
    """
    hours, is_observed = censored(cases)
    on_time = int((is_observed & (hours <= term_hours)).sum())
    decided = int((is_observed | (hours > term_hours)).sum())
    assert real.query(of_incidents) == [(on_time, decided)]
    assert real.query(of_clocks)[0][0] == pytest.approx(on_time, rel=0.01)


def test_median_and_p90_are_those_of_an_independent_estimate(real, cases):
    hours, is_observed = censored(cases)
    curve = ecdf(CensoredData(uncensored=hours[is_observed], right=hours[~is_observed])).sf
    expected = [curve.quantiles[np.flatnonzero(curve.probabilities <= 1 - share + 1e-12)[0]] for share in (0.5, 0.9)]
    ours = frame(
        real,
        f"""
        select
            coalesce(citizen_wait_hours, date_diff('microsecond', opened_at, timestamptz '{AS_OF}') / 3.6e9) as hours,
            citizen_wait_hours is not null as is_observed
        from fct_incident
        """,
    )
    found = kaplan_meier(ours["hours"].to_numpy(), ours["is_observed"].to_numpy())
    assert [found.quantile(0.5), found.quantile(0.9)] == pytest.approx(expected, abs=1e-3)


def test_confirmed_closed_and_reopened_are_those_of_the_cases(real, cases):
    ((reopened, is_confirmed, ever_confirmed, closed),) = real.query(
        "select count_if(is_reopened), count_if(is_confirmed), count(confirmed_at), count_if(state = 'closed') "
        "from fct_incident where source = 'spb_portal'"
    )
    assert reopened == cases["is_reopened"].sum()
    assert is_confirmed == ever_confirmed == cases["is_ever_confirmed"].sum()
    assert closed <= cases["is_ever_closed_automatically"].sum()


def test_districts_have_their_own_medians(real, cases):
    hours, is_observed = censored(cases)
    expected = waiting_times(
        pd.DataFrame({"district": cases["district"], "hours": hours, "is_observed": is_observed}), ["district"]
    )
    found = frame(
        real,
        "select district, median(citizen_wait_hours) as median_of_answered, count(*) as n "
        "from fct_incident where district is not null group by district order by district",
    )
    assert found["district"].tolist() == expected["district"].tolist()
    assert found["n"].tolist() == expected["n"].tolist()
    # leaving the open ones out never makes a district look slower
    assert (found["median_of_answered"] <= expected["median_hours"] + 1e-3).mean() > 0.9


def test_every_incident_has_its_municipality_in_the_activity_table(real):
    ((n_incidents, n_municipalities),) = real.query(
        "select sum(n_incidents), count(*) from agg_municipality_activity where region = 'Санкт-Петербург'"
    )
    assert n_municipalities >= 100
    assert n_incidents == 5_085


def test_perm_rows_are_posts_once_each_and_open_no_incident(real, data):
    with (data / "perm_incidents" / "incidents.csv").open(encoding="utf-8", newline="") as file:
        rows = [tuple(row) for row in csv.reader(file, delimiter=";")][1:]
    assert real.query(
        "select rows_read, rows_loaded, rows_duplicate from meta_load where source = 'perm_incidents'"
    ) == [(len(rows), len(set(rows)), len(rows) - len(set(rows)))]
    assert real.query("select count(*) from fct_incident where source = 'perm_incidents'") == [(0,)]


def test_enron_has_its_156_subjects_and_shows_nobodys_score(real):
    assert real.query("select count(*) from dim_subject where network = 'staff'") == [(156,)]
    assert real.query(
        "select count(*) from fct_leader_score where level = 'subject' and authority_score is not null"
    ) == [(0,)]
