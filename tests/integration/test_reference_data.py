"""A deployment fits the platform to its place with the files of docs/reference-data.md: published tables follow.

The six tables of the page are brought to the invented region; then a fault in one of them stops the next run.
"""

import re
from pathlib import Path

import pytest

from tests.forked import ROOT

from .conftest import Deployment

PAGE = ROOT / "docs" / "reference-data.md"
FILES = ("reference.yaml", "sla_term.csv", "routing_rule.csv", "authority.csv", "municipality.csv", "calendar_day.csv",
         "topic.csv")  # fmt: skip


def _write_page(folder: Path) -> Path:
    """The files of the page, as they stand there; returns the sources file."""
    text = PAGE.read_text(encoding="utf-8")
    found = dict(re.findall(r"^`([a-z_]+\.(?:csv|yaml))`:.*?```\w+\n(.*?)```$", text, re.DOTALL | re.MULTILINE))
    assert tuple(found) == FILES
    folder.mkdir()
    for name, content in found.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder / "reference.yaml"


@pytest.fixture(scope="module")
def place(published: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """The region, run once more with the files of the page."""
    deployment = published.copy(tmp_path_factory.mktemp("place"))
    _run(deployment, _write_page(deployment.home.parent / "place"))
    return deployment


def _run(deployment: Deployment, reference: Path) -> None:
    summary = deployment.run("--sources", str(deployment.sources), "--sources", str(reference))
    assert summary["status"] == "published"


def test_terms_follow_topic_and_day_of_opening(place):
    assert place.query(
        """
        select distinct
            clock, sla_term_code, term_hours, term_calendar,
            (opened_at at time zone 'Europe/Samara')::date >= date '2026-09-01' as is_later,
            topic_code is not distinct from 'water' as is_dry
        from fct_incident_clock join fct_incident using (incident_id)
        order by all
        """
    ) == [
        ("claimed_fix", "claimed_fix_general", 720, "calendar", False, False),
        ("claimed_fix", "claimed_fix_general", 720, "calendar", False, True),
        ("claimed_fix", "claimed_fix_general", 720, "calendar", True, False),
        ("claimed_fix", "claimed_fix_general", 720, "calendar", True, True),
        ("confirmed_fix", "confirmed_fix_general", 1056, "calendar", False, False),
        ("confirmed_fix", "confirmed_fix_general", 1056, "calendar", False, True),
        ("confirmed_fix", "confirmed_fix_general", 1056, "calendar", True, False),
        ("confirmed_fix", "confirmed_fix_general", 1056, "calendar", True, True),
        ("reply", "reply_day", 24, "calendar", False, False),
        ("reply", "reply_shift", 8, "working", True, False),
        ("reply", "reply_water", 2, "calendar", False, True),
        ("reply", "reply_water", 2, "calendar", True, True),
    ]


def test_a_free_friday_and_a_working_saturday_move_what_is_due(place):
    """Opened on Thursday after office hours: eight working hours end at five on the next working day."""
    due = """
        select distinct (fct_incident_clock.due_at at time zone 'Europe/Samara')::varchar
        from fct_incident_clock join fct_incident using (incident_id)
        where clock = 'reply' and attempt_number = 1 and paused_hours = 0 and sla_term_code = 'reply_shift'
            and opened_at between timestamptz '2026-09-10 18:00:00+04' and timestamptz '2026-09-10 23:59:00+04'
    """
    assert place.query(due) == [("2026-09-12 17:00:00",)]


def test_rules_send_matters_to_the_authorities_they_name(place):
    assert place.query(
        """
        select distinct
            rule_code, rule_level, rule_authority_name,
            case when topic_code = 'lighting' and municipality_id = '00601000' then 'lights'
                when group_code = 'transport' then 'buses' end as matter
        from fct_incident_route join fct_incident using (incident_id)
        where rule_code in ('buses', 'lights_of_yasnograd')
            or group_code = 'transport' and n_people < 3
            or topic_code = 'lighting' and municipality_id = '00601000' and n_people < 3
        order by all
        """
    ) == [
        ("buses", "region", "Министерство транспорта Привольского края", "buses"),
        ("lights_of_yasnograd", "organisation", "ООО «Горсвет»", "lights"),
    ]


def test_authorities_stand_where_they_do_on_the_day_of_the_run(place, published):
    parents = """
        select authorities.name, authorities.level, parents.name, authorities.is_listed
        from dim_authority as authorities
        left join dim_authority as parents on authorities.parent_authority_id = parents.authority_id
        where authorities.name like 'ООО %' order by all
    """
    assert published.query(parents) == [
        ("ООО «Чистый дол»", "organisation", "Министерство природы Привольского края", True),
    ]
    assert place.query(parents) == [
        ("ООО «Горсвет»", "organisation", "Администрация города Яснограда", True),
        ("ООО «Чистый дол»", "organisation", "Правительство Привольского края", True),
    ]


def test_residents_are_those_of_the_day_of_the_run(place, published):
    residents = """
        select municipality_id, population from dim_municipality
        where municipality_id in ('00601000', '00602000', '00603000') order by all
    """
    assert published.query(residents) == [("00601000", 612400), ("00602000", 287900), ("00603000", 164300)]
    assert place.query(residents) == [("00601000", 618000), ("00602000", 285000), ("00603000", 164300)]
    assert place.query(
        "select distinct round(incidents_per_1000 * 618 - n_incidents, 6) from agg_municipality_activity "
        "where municipality_id = '00601000'"
    ) == [(0.0,)]


def test_topics_are_those_of_the_own_taxonomy(place):
    own = ["benefits", "buses", "clinics", "heating", "lighting", "nature", "roads", "water", "yards"]
    assert place.query("select topic_code from dim_topic order by all") == [(code,) for code in own]
    assert place.query(
        "select distinct topic_code, group_code from fct_post "
        "where declared_topic in ('Ремонт дорог', 'Уличное освещение') order by all"
    ) == [("lighting", "improvement"), ("roads", "roads")]
    for table in ("fct_post", "fct_incident", "fct_burst", "escalation"):
        codes = place.query(f"select distinct topic_code from {table} where topic_code is not null")
        assert {code for (code,) in codes} <= set(own), table


def test_words_tell_the_own_topic_that_stands_for_the_built_in_one(place, published):
    told = "select post_id, topic_code from fct_post where declared_topic is null and topic_code is not null"
    before, now = dict(published.query(told)), dict(place.query(told))
    own = {
        built_in: {now.get(post) for post, code in before.items() if code == built_in} for built_in in before.values()
    }
    assert own["transport_stops"] == {"buses"}
    assert own["housing_cold_water"] == {"water"}
    assert own["housing_lifts"] == {None}, "no own topic stands for lifts"


def test_a_fault_stops_the_run_and_leaves_what_is_published(place, tmp_path):
    deployment = place.copy(tmp_path)
    before = deployment.current
    reference = _write_page(tmp_path / "place")
    terms = reference.with_name("sla_term.csv")
    terms.write_text(
        terms.read_text(encoding="utf-8") + "reply_soon,reply,,,,4,working,01.09.2026,,\n", encoding="utf-8"
    )
    result = deployment.otklik("run", "--sources", str(deployment.sources), "--sources", str(reference))
    assert result.returncode == 2
    assert (
        "source 'terms', sla_term.csv, row 4: sla_term.valid_from: found '2026-09-01': source 'terms', sla_term.csv, "
        "row 2 holds from the same day for the same scope; keep one." in result.stderr
    )
    assert deployment.current == before
