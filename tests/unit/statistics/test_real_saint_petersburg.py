"""The municipal portal of Saint Petersburg: the platform's figures beside ones computed straight from the JSON.

Texts are not annotated: every case is declared, so its clocks do not depend on words.
"""

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, ecdf

from incidents.kaplan_meier import kaplan_meier, waiting_times
from otklik.home.engine import connect
from otklik.home.settings import DBT_PROJECT_DIR, PROJECT_DIR, Home, Settings
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.sources.configuration import load_configuration
from otklik.run_context import decide
from otklik.warehouse.dbt_args import build_args

DATA = Path(os.environ.get("OTKLIK_REAL_DATA", PROJECT_DIR.parent / "shared" / "data"))
CASES = DATA / "spb_portal" / "cases.jsonl.gz"
AS_OF = datetime(2021, 4, 25, 21, tzinfo=UTC)
CONFIRMED = {
    "Завершено: Пользователь удовлетворен решением проблемы",
    "Завершено: Народный контролер подтвердил решение проблемы",
}

pytestmark = [pytest.mark.real, pytest.mark.skipif(not CASES.exists(), reason=f"{CASES} is not there")]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Cases and events taken in, clocks built, nothing else."""
    from otklik.stages.preparation import prepare_home
    from otklik.warehouse.dbt_project import invoke_dbt

    home = Home(tmp_path_factory.mktemp("saint_petersburg"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTKLIK_REAL_DATA", str(DATA))
        file = PROJECT_DIR / "examples" / "saint-petersburg" / "sources.yaml"
        configuration = load_configuration((file,))
        context = decide(Settings(home, (file,)), configuration, AS_OF)
        prepare_home(context)
        for source in configuration.sources.values():
            for entity in source.entities:
                ingest(home, source, entity, received_at=context.received_at)
        models = ["+fct_incident", "+fct_incident_clock"]
        invoke_dbt(home, build_args(DBT_PROJECT_DIR, home.dbt_target, models, indirect_selection="empty",
                                    is_full_refresh=True))  # fmt: skip
    return home


def rows(home, query):
    with connect(home.warehouse) as connection:
        return connection.execute(query).df()


@pytest.fixture(scope="module")
def cases():
    """One row per case, from the JSON alone: hours to the first answer, and how the case ended."""
    found = []
    with gzip.open(CASES, "rt", encoding="utf-8") as file:
        for line in file:
            found.append(_case(json.loads(line)))
    return pd.DataFrame(found)


def _instant(text):
    return pd.Timestamp(text).tz_localize("Europe/Moscow").tz_convert("UTC")


def _case(case):
    opened = _instant(case["created_at"])
    answers = [_instant(event["at"]) for event in case["events"] if event["kind"] == "answer"]
    answers = [at for at in answers if opened <= at <= AS_OF]
    petitions = [event for event in case["events"] if event["kind"] == "petition"][1:]
    statuses = [(_instant(event["at"]), event["status"]) for event in case["events"] if event["kind"] == "status"]
    return {
        "district": case["district"],
        "first_answer_hours": (min(answers) - opened).total_seconds() / 3600 if answers else None,
        "waited_hours": (AS_OF - opened).total_seconds() / 3600,
        "is_reopened": any(_instant(event["at"]) <= AS_OF for event in petitions),
        "is_ever_confirmed": any(status in CONFIRMED and at <= AS_OF for at, status in statuses),
        "is_ever_closed_automatically": any(status == "Завершено: Автоматически" for _, status in statuses),
    }


def censored(cases):
    is_observed = cases["first_answer_hours"].notna()
    return np.where(is_observed, cases["first_answer_hours"], cases["waited_hours"]).astype(float), is_observed


def test_every_case_is_one_incident(home, cases):
    assert rows(home, "select count(*) as n from fct_incident")["n"][0] == len(cases)


@pytest.mark.parametrize("term_hours", [24, 72, 720])
def test_share_on_time_is_that_of_the_cases(home, cases, term_hours):
    query = f"""
        select
            count(*) filter (where is_stopped and calendar_hours + paused_hours <= {term_hours}) as on_time,
            count(*) filter (where is_stopped or calendar_hours + paused_hours > {term_hours}) as decided
        from fct_incident_clock where clock = 'reply' and attempt_number = 1
    """
    # a first answer after a reopening stops the second attempt's clock, so it is taken from the incident
    incident = f"""
        select
            count(*) filter (where hours_to_first_reply <= {term_hours}) as on_time,
            count(*) filter (where first_reply_at is not null
                or timestamptz '2021-04-25 21:00:00+00' - opened_at > to_hours({term_hours})) as decided
        from fct_incident
    """
    hours, is_observed = censored(cases)
    on_time = int((is_observed & (hours <= term_hours)).sum())
    decided = int((is_observed | (hours > term_hours)).sum())
    assert rows(home, incident).iloc[0].tolist() == [on_time, decided]
    assert rows(home, query)["on_time"][0] == pytest.approx(on_time, rel=0.01)


def test_median_and_p90_are_those_of_an_independent_estimate(home, cases):
    hours, is_observed = censored(cases)
    curve = ecdf(CensoredData(uncensored=hours[is_observed], right=hours[~is_observed])).sf
    expected = [curve.quantiles[np.flatnonzero(curve.probabilities <= 1 - share + 1e-12)[0]] for share in (0.5, 0.9)]
    query = """
        select coalesce(hours_to_first_reply,
            date_diff('microsecond', opened_at, timestamptz '2021-04-25 21:00:00+00') / 3.6e9) as hours,
            hours_to_first_reply is not null as is_observed
        from fct_incident
    """
    ours = rows(home, query)
    found = kaplan_meier(ours["hours"].to_numpy(), ours["is_observed"].to_numpy())
    assert [found.quantile(0.5), found.quantile(0.9)] == pytest.approx(expected, abs=1e-3)


def test_confirmed_closed_and_reopened_are_those_of_the_cases(home, cases):
    query = """
        select
            count(*) filter (where is_reopened) as reopened,
            count(*) filter (where confirmed_at is not null) as ever_confirmed
        from fct_incident
    """
    expected = cases[["is_reopened", "is_ever_confirmed"]].sum().tolist()
    assert rows(home, query).iloc[0].tolist() == expected
    closed = rows(home, "select count(distinct incident_id) as n from fct_incident where state = 'closed'")["n"][0]
    assert closed <= cases["is_ever_closed_automatically"].sum()


def test_districts_have_their_own_medians(home, cases):
    hours, is_observed = censored(cases)
    expected = waiting_times(
        pd.DataFrame({"district": cases["district"], "hours": hours, "is_observed": is_observed}), ["district"]
    )
    query = """
        select district, median(hours_to_first_reply) as median_of_answered, count(*) as n
        from fct_incident where district is not null group by district order by district
    """
    found = rows(home, query)
    assert found["district"].tolist() == expected["district"].tolist()
    assert found["n"].tolist() == expected["n"].tolist()
    # leaving the open ones out never makes a district look slower
    assert (found["median_of_answered"] <= expected["median_hours"] + 1e-3).mean() > 0.9
