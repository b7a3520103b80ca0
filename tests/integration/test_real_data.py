"""The examples on the real data sets, against calculations of their own straight from the files."""

import csv
import gzip
import json
import os
import statistics
from datetime import datetime
from pathlib import Path

import pytest

from .conftest import ROOT, Deployment

DATA = Path(os.environ.get("OTKLIK_REAL_DATA", ROOT.parent / "shared" / "data")).absolute()
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not (DATA / "spb_portal").is_dir(), reason="the real data sets are not here"),
]
CONFIRMED = {
    "Завершено: Пользователь удовлетворен решением проблемы",
    "Завершено: Народный контролер подтвердил решение проблемы",
}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Saint Petersburg, Perm and Enron in one home, looked at from the last event of the portal's export."""
    deployment = Deployment(tmp_path_factory.mktemp("real"), ROOT / "examples" / "saint-petersburg" / "sources.yaml")
    files = [
        arg for name in ("saint-petersburg", "perm", "enron") for arg in ("--sources", f"examples/{name}/sources.yaml")
    ]
    assert deployment.run(*files, "--as-of", "2021-04-26T00:00:00+03:00")["status"] == "published"
    return deployment


@pytest.fixture(scope="module")
def cases():
    """Every case of the portal as (hours to first reply or None, is reopened, is confirmed, number of answers)."""
    found = []
    with gzip.open(DATA / "spb_portal" / "cases.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            case = json.loads(line)
            at = [(event["kind"], datetime.fromisoformat(event["at"]), event.get("status")) for event in case["events"]]
            opened = datetime.fromisoformat(case["created_at"])
            answers = [time for kind, time, _ in at if kind == "answer"]
            first = min((time for time in answers if time >= opened), default=None)
            hours = (first - opened).total_seconds() / 3600 if first else None
            petitions = sum(kind == "petition" for kind, _, _ in at)
            is_confirmed = any(kind == "status" and status in CONFIRMED for kind, _, status in at)
            found.append((hours, petitions > 1, is_confirmed, len(answers)))
    return found


def test_every_case_is_an_incident_and_every_answer_a_reply(real, cases):
    assert real.query("select count(*) from fct_incident where source = 'spb_portal'") == [(30_506,)]
    assert len(cases) == 30_506
    assert real.query("select count(*) from fct_reply") == [(33_823,)]
    assert sum(n for *_, n in cases) == 33_823


def test_hours_to_first_reply_agree(real, cases):
    hours = sorted(value for value, *_ in cases if value is not None)
    ((n, median, p90),) = real.query(
        "select count(hours_to_first_reply), median(hours_to_first_reply), quantile_cont(hours_to_first_reply, 0.9) "
        "from fct_incident"
    )
    assert n == len(hours)
    assert median == pytest.approx(statistics.median(hours), abs=1e-3)
    assert p90 == pytest.approx(statistics.quantiles(hours, n=10, method="inclusive")[-1], abs=1e-3)


def test_one_reply_sets_each_clock(real, cases):
    ((first,),) = real.query("select count(*) from fct_reply where is_first_reply")
    assert first == sum(hours is not None for hours, *_ in cases)


def test_shares_reopened_and_confirmed_agree(real, cases):
    ((reopened, confirmed),) = real.query(
        "select count_if(is_reopened), count_if(is_confirmed) from fct_incident where source = 'spb_portal'"
    )
    assert reopened == sum(one[1] for one in cases)
    assert confirmed == sum(one[2] for one in cases)


def test_on_time_share_at_24_hours_agrees(real, cases):
    ((on_time,),) = real.query("select count_if(is_reply_on_time) from fct_incident")
    assert on_time == sum(hours is not None and hours <= 24 for hours, *_ in cases)


def test_every_incident_has_its_municipality_in_the_activity_table(real):
    ((n_incidents, n_municipalities),) = real.query(
        "select sum(n_incidents), count(*) from agg_municipality_activity where region = 'Санкт-Петербург'"
    )
    assert n_municipalities >= 100
    # the rest is in suppressed cells, which say nothing
    assert 30_506 * 0.98 < n_incidents <= 30_506


def test_perm_rows_are_posts_once_each_and_open_no_incident(real):
    with (DATA / "perm_incidents" / "incidents.csv").open(encoding="utf-8", newline="") as file:
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
