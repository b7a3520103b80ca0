"""Reference tables: what a deployment says of its place, and everything that stops a run before it decides by it."""

import json
import shutil
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from otklik.cli import app
from otklik.home import lake
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.reference.settling import settle_reference
from otklik.intake.sources.configuration import load_configuration

from .conftest import RECEIVED_AT

TOPICS = """topic_code,topic_ru,group_code,group_ru,built_in_codes
yards,Дворы,improvement,Благоустройство,improvement_yard_snow;improvement_greenery
roads,Дороги,transport,Транспорт,roads_road_repair
"""
AUTHORITIES = """name,level,parent,valid_from,valid_to
Правительство края,region,,,
Министерство дорог,region,Правительство края,,
Администрация города,municipality,Правительство края,,
"""
TERMS = "sla_term_code,clock,topic_code,group_code,authority_level,term_hours,calendar,valid_from,valid_to\n"
RULES = (
    "rule_code,topic_code,group_code,municipality_id,min_people,authority_level,authority,valid_from,valid_to\n"
    "rest,,,,,municipality,,,\n"
)
PLACES = "municipality_id,name,region,population,lat,valid_from,valid_to\n"
DAYS = "day,is_working\n"


class Place:
    """A deployment whose reference files have the columns of their entities."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder, Home(folder / "home")

    def write(self, **tables: str) -> None:
        """Write `<entity>.csv` for each, or `<entity>_<anything>.csv`."""
        for name, rows in tables.items():
            (self.folder / f"{name}.csv").write_text(rows, encoding="utf-8")
        sources = {}
        for path in sorted(self.folder.glob("*.csv")):
            entity = next(one for one in SELECTS if path.stem.startswith(one))
            mapped = {entity: {"select": SELECTS[entity]}}
            sources[path.stem] = {"title": "T", "path": path.name, "format": "csv", "entities": mapped}
        content = {"version": 1, "sources": sources}
        (self.folder / "sources.yaml").write_text(json.dumps(content), encoding="utf-8")  # JSON is YAML

    def settle(self) -> dict[str, int]:
        """Take everything in and settle the tables."""
        configuration = load_configuration([self.folder / "sources.yaml"], {})
        for source in configuration.sources.values():
            for entity in source.entities:
                ingest(self.home, source, entity, received_at=RECEIVED_AT)
        return settle_reference(self.home, configuration)

    def faults(self) -> list[str]:
        """What a run would be stopped by, a line each, without the advice at the end."""
        with pytest.raises(ConfigurationError) as caught:
            self.settle()
        *lines, advice = str(caught.value).splitlines()
        assert advice == "Correct these rows and run again: docs/reference-data.md shows each table."
        return lines

    def rows(self, entity: str) -> list[dict]:
        """What dbt reads."""
        return pq.read_table(lake.reference_path(self.home, entity)).to_pylist()


SELECTS = dict.fromkeys(
    ("sla_term", "routing_rule", "authority", "municipality", "calendar_day"),
    "select * rename (source_row as origin_row) from source",
) | {
    "topic": "select * replace (string_split(built_in_codes, ';') as built_in_codes) "
    "rename (source_row as origin_row) from source"
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_place_that_holds_together_is_written_as_its_files_say(place):
    place.write(
        topic=TOPICS,
        authority=AUTHORITIES,
        routing_rule=RULES + "roads,roads,,36701000,10,,министерство  дорог,2026-01-01,\n",
        sla_term=TERMS + "day,reply,,,,24,calendar,,\nnight,reply,,,,8,working,2026-07-01,\n",
        municipality=PLACES + "36701000,,,1150000,,01.01.2026,\nown,Новый,Край,900,53.1,,\n",
        calendar_day=DAYS + "2026-09-11,false\n",
    )
    assert place.settle() == {
        "sla_term": 2, "routing_rule": 2, "authority": 3, "municipality": 2, "calendar_day": 1, "topic": 2,
    }  # fmt: skip
    assert [(row["sla_term_code"], row["term_hours"], row["valid_from"]) for row in place.rows("sla_term")] == [
        ("day", 24, None),
        ("night", 8, date(2026, 7, 1)),
    ]
    assert place.rows("calendar_day") == [{"day": date(2026, 9, 11), "is_working": False}]
    assert [row["built_in_codes"] for row in place.rows("topic")] == [
        ["roads_road_repair"],
        ["improvement_yard_snow", "improvement_greenery"],
    ]


def test_a_spreadsheet_is_mapped_as_csv_is(place):
    place.write(municipality=PLACES)
    book = openpyxl.Workbook()
    for row in (
        ("municipality_id", "population", "valid_from"),
        ("36701000", 1_150_000, datetime.fromisoformat("2026-01-01")),
    ):
        book.active.append(row)
    book.save(place.folder / "municipality.xlsx")
    sources = place.folder / "sources.yaml"
    text = sources.read_text(encoding="utf-8").replace("municipality.csv", "municipality.xlsx")
    sources.write_text(text.replace('"format": "csv"', '"format": "xlsx"'), encoding="utf-8")
    place.settle()
    (row,) = place.rows("municipality")
    assert (row["municipality_id"], row["population"], row["valid_from"]) == ("36701000", 1_150_000, date(2026, 1, 1))


def test_without_files_every_table_is_empty_and_typed(place):
    place.write(calendar_day=DAYS)
    assert set(place.settle().values()) == {0}
    assert place.rows("sla_term") == []
    assert "valid_from" in pq.read_schema(lake.reference_path(place.home, "authority")).names


REFUSED = [
    (
        {"sla_term": TERMS + "a,ответ,,,,24,calendar,,\n"},
        "source 'sla_term', sla_term.csv, row 1: sla_term.clock: found 'ответ': unknown value; accepted are reply, "
        "claimed_fix, confirmed_fix.",
    ),
    (
        {"sla_term": TERMS + "a,reply,,,,сутки,calendar,,\n"},
        "source 'sla_term', sla_term.csv, row 1: sla_term.term_hours: found 'сутки': not a whole number.",
    ),
    (
        {"sla_term": TERMS + "a,reply,,,,0,calendar,,\n"},
        "source 'sla_term', sla_term.csv, row 1: sla_term.term_hours: found '0': not between 1 hour and ten years.",
    ),
    (
        {"sla_term": TERMS + "a,reply,,,,24,calendar,2026-07-01,2026-07-01\n"},
        "source 'sla_term', sla_term.csv, row 1: sla_term.valid_to: found '2026-07-01': not after valid_from; give a "
        "later day, or leave it empty.",
    ),
    (
        {"sla_term": TERMS + "a,reply,roads_road_repair,roads,,24,calendar,,\n"},
        "source 'sla_term', sla_term.csv, row 1: sla_term.group_code: found 'roads': given beside topic_code; a topic "
        "tells its group.",
    ),
    (
        {"routing_rule": RULES + "a,,health,,,,,,\n"},
        "source 'routing_rule', routing_rule.csv, row 2: routing_rule.authority_level: found nothing: empty beside "
        "an empty "
        "authority; give one.",
    ),
    (
        {"authority": AUTHORITIES + "Ведомство,краевое,,,\n"},
        "source 'authority', authority.csv, row 4: authority.level: found 'краевое': unknown value; accepted are "
        "region, "
        "municipality, organisation.",
    ),
    (
        {"municipality": PLACES + "36701000,,,0,,,\n"},
        "source 'municipality', municipality.csv, row 1: municipality.population: found '0': not a number of "
        "residents; "
        "leave it empty where it is not known.",
    ),
    (
        {"municipality": "municipality_id,outline\n36701000,kanareika@pochta.example\n"},
        "source 'municipality', municipality.csv, row 1: municipality.outline: found 'kanareika@pochta.example': no "
        "GeoJSON geometry of type Polygon or MultiPolygon.",
    ),
    (
        {"calendar_day": DAYS + "завтра,да\n"},
        "source 'calendar_day', calendar_day.csv, row 1: calendar_day.day: found 'завтра': not a date.",
    ),
    (
        {"calendar_day": DAYS + "2026-09-11,true\n2026-09-11,false\n"},
        "source 'calendar_day', calendar_day.csv, row 2: calendar_day.day: found '2026-09-11': another row of this "
        "file "
        "has the same id and other content.",
    ),
]


@pytest.mark.parametrize(("tables", "told"), REFUSED, ids=[told.split(": ")[1] for _, told in REFUSED])
def test_a_row_that_cannot_be_read_stops_the_run_and_is_told(place, tables, told):
    place.write(**tables)
    assert place.faults() == [told]


CONTRADICTIONS = [
    (
        "two terms for one scope and day",
        {"sla_term": TERMS + "a,reply,,,,24,calendar,2026-07-01,\nb,reply,,,,8,calendar,2026-07-01,\n"},
        "source 'sla_term', sla_term.csv, row 2: sla_term.valid_from: found '2026-07-01': source 'sla_term', "
        "sla_term.csv, row 1 holds from the same day for the same scope; keep one.",
    ),
    (
        "a term that reaches into the next",
        {"sla_term": TERMS + "a,reply,,,,24,calendar,,2026-09-01\nb,reply,,,,8,calendar,2026-07-01,\n"},
        "source 'sla_term', sla_term.csv, row 2: sla_term.valid_from: found '2026-07-01': source 'sla_term', "
        "sla_term.csv, row 1 holds for the same scope until 2026-09-01; end it on this day.",
    ),
    (
        "one code in two sources",
        {"sla_term": TERMS + "a,reply,,,,24,calendar,,\n", "sla_term_2": TERMS + "a,claimed_fix,,,,8,calendar,,\n"},
        "source 'sla_term_2', sla_term_2.csv, row 1: sla_term.sla_term_code: found 'a': stands in source 'sla_term', "
        "sla_term.csv, row 1 too, with other values; keep one.",
    ),
    (
        "a term for the name of a topic",
        {"sla_term": TERMS + "a,reply,Ямы на дорогах,,,24,calendar,,\n"},
        "source 'sla_term', sla_term.csv, row 1: sla_term.topic_code: found 'Ямы на дорогах': no such topic in the "
        "built-in taxonomy; of 82 the nearest are",
    ),
    (
        "a term for a topic of another taxonomy",
        {"topic": TOPICS, "routing_rule": RULES, "sla_term": TERMS + "a,reply,Дороги,,,24,calendar,,\n"},
        "source 'sla_term', sla_term.csv, row 1: sla_term.topic_code: found 'Дороги': no such topic in your rows of "
        "topic; its code is 'roads'.",
    ),
    (
        "a rule for a group that is not there",
        {"routing_rule": RULES + "a,,sport,,,region,,,\n"},
        "source 'routing_rule', routing_rule.csv, row 2: routing_rule.group_code: found 'sport': no such group in the "
        "built-in taxonomy; of 16 the nearest are",
    ),
    (
        "a rule for an authority that is not listed",
        {"authority": AUTHORITIES, "routing_rule": RULES + "a,,health,,,,Министерство дорог края,,\n"},
        "source 'routing_rule', routing_rule.csv, row 2: routing_rule.authority: found 'Министерство дорог края': no "
        "such "
        "authority; list it as authority, or correct the name: accepted are Администрация города, Министерство дорог, "
        "Правительство края.",
    ),
    (
        "a rule with another level than its authority's",
        {"authority": AUTHORITIES, "routing_rule": RULES + "a,,health,,,municipality,Министерство дорог,,\n"},
        "source 'routing_rule', routing_rule.csv, row 2: routing_rule.authority_level: found 'municipality': the "
        "authority's own is region; leave it empty, or correct it.",
    ),
    (
        "a rule for a municipality that is not there",
        {"routing_rule": RULES + "a,,,36701001,,municipality,,,\n"},
        "source 'routing_rule', routing_rule.csv, row 2: routing_rule.municipality_id: found '36701001': no such "
        "municipality; of 2594 the nearest are 36701000",
    ),
    (
        "two rules for one scope",
        {"routing_rule": RULES + "a,,,,0,region,,,\n"},
        "source 'routing_rule', routing_rule.csv, row 2: routing_rule.valid_from: found nothing: source "
        "'routing_rule', "
        "routing_rule.csv, row 1 holds from the same day for the same scope; keep one.",
    ),
    (
        "a parent that is not listed",
        {"authority": AUTHORITIES + "ГЖИ,region,Правительство,,\n"},
        "source 'authority', authority.csv, row 4: authority.parent: found 'Правительство': no such authority; list "
        "it as "
        "authority, or correct the name: accepted are Администрация города, ГЖИ, Министерство дорог, Правительство "
        "края.",
    ),
    (
        "a circle of parents",
        {"authority": "name,level,parent\nА,region,Б\nБ,region,В\nВ,region,А\nГ,region,А\n"},
        "source 'authority', authority.csv, row 1: authority.parent: found 'Б': goes round in a circle: А → Б → В → А; "
        "leave one of them empty.",
    ),
    (
        "a circle that a later row closes",
        {"authority": "name,level,parent,valid_from\nА,region,,\nБ,region,А,\nА,region,Б,2026-01-01\n"},
        "source 'authority', authority.csv, row 3: authority.parent: found 'Б': goes round in a circle: А → Б → А; "
        "leave "
        "one of them empty.",
    ),
    (
        "two levels of one authority on one day",
        {"authority": AUTHORITIES, "authority_2": "name,level\nминистерство дорог,organisation\n"},
        "source 'authority_2', authority_2.csv, row 1: authority.valid_from: found nothing: source 'authority', "
        "authority.csv, row 2 holds from the same day for the same scope; keep one.",
    ),
    (
        "an own municipality without a name",
        {"municipality": PLACES + "own,,Край,900,,,\n"},
        "source 'municipality', municipality.csv, row 1: municipality.name: found nothing: required where "
        "municipality_id is no built-in one, and empty.",
    ),
    (
        "two populations of one day",
        {
            "municipality": PLACES + "36701000,,,1150000,,2026-01-01,\n",
            "municipality_2": PLACES + "36701000,,,1160000,,2026-01-01,\n",
        },
        "source 'municipality_2', municipality_2.csv, row 1: municipality.valid_from: found '2026-01-01': source "
        "'municipality', municipality.csv, row 1 holds from the same day for the same scope; keep one.",
    ),
    (
        "a day beyond the calendar",
        {"calendar_day": DAYS + "2028-01-01,false\n2028-01-03,true\n"},
        "source 'calendar_day', calendar_day.csv, row 1: calendar_day.day: found '2028-01-01': 2028-01-02 is in no row "
        "and not in the built-in calendar; give every day in between.",
    ),
    (
        "two topics of one name",
        {"topic": TOPICS + "pits,дороги,transport,Транспорт,\n", "routing_rule": RULES},
        "source 'topic', topic.csv, row 3: topic.topic_ru: found 'дороги': 'дороги' names the topic of source 'topic', "
        "topic.csv, row 2 already; keep one.",
    ),
    (
        "a topic called as another is coded",
        {"topic": TOPICS + "pits,roads,transport,Транспорт,\n", "routing_rule": RULES},
        "source 'topic', topic.csv, row 3: topic.topic_ru: found 'roads': 'roads' names the topic of source 'topic', "
        "topic.csv, row 2 already; keep one.",
    ),
    (
        "a topic called as a built-in one for which another stands",
        {"topic": TOPICS + "pits,Ремонт дорог,transport,Транспорт,\n", "routing_rule": RULES},
        "source 'topic', topic.csv, row 3: topic.topic_ru: found 'Ремонт дорог': 'Ремонт дорог' names the topic of "
        "source 'topic', topic.csv, row 2 already; keep one.",
    ),
    (
        "a topic that stands for no built-in one",
        {"topic": TOPICS + "pits,Ямы,transport,Транспорт,roads_pits\n", "routing_rule": RULES},
        "source 'topic', topic.csv, row 3: topic.built_in_codes: found 'roads_pits': no built-in topic 'roads_pits'; "
        "of 82 the nearest are roads_",
    ),
    (
        "one group of two names",
        {"topic": TOPICS + "pits,Ямы,transport,Дороги края,\n", "routing_rule": RULES},
        "source 'topic', topic.csv, row 3: topic.group_ru: found 'Дороги края': the same group is called 'Транспорт' "
        "in "
        "source 'topic', topic.csv, row 2.",
    ),
    (
        "two topics that stand for one",
        {"topic": TOPICS + "pits,Ямы,transport,Транспорт,roads_road_repair\n", "routing_rule": RULES},
        "source 'topic', topic.csv, row 3: topic.built_in_codes: found 'roads_road_repair': 'roads_road_repair' names "
        "the topic of source 'topic', topic.csv, row 2 already; keep one.",
    ),
    (
        "rules that the own taxonomy leaves without their groups",
        {"topic": TOPICS},
        "source 'topic', topic.csv, row 1: topic: the built-in routing rules name the groups ecology, health, social, "
        "which this taxonomy does not have; give its groups these codes, or bring rows of routing_rule.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("tables", "told"), [case[1:] for case in CONTRADICTIONS], ids=[c[0] for c in CONTRADICTIONS])
def test_rows_that_contradict_each_other_stop_the_run_and_are_told(place, tables, told):
    place.write(**tables)
    assert place.faults()[0].startswith(told)


def test_a_row_taken_out_of_its_file_holds_no_longer(place):
    place.write(sla_term=TERMS + "a,reply,,,,24,calendar,,\nb,claimed_fix,,,,72,calendar,,\n")
    place.settle()
    place.write(sla_term=TERMS + "b,claimed_fix,,,,72,calendar,,\n")
    place.settle()
    assert [row["sla_term_code"] for row in place.rows("sla_term")] == ["b"]


def test_a_row_that_two_files_have_outlives_one_of_them(place):
    place.write(authority=AUTHORITIES, authority_2="name,level\nПравительство края,region\n")
    place.settle()
    assert len(place.rows("authority")) == 3
    (place.folder / "authority.csv").unlink()
    place.write()
    place.settle()
    assert [row["name"] for row in place.rows("authority")] == ["Правительство края"]


def test_a_source_taken_out_of_the_configuration_holds_no_longer(place):
    place.write(calendar_day=DAYS, sla_term=TERMS + "a,reply,,,,24,calendar,,\n")
    assert place.settle()["sla_term"] == 1
    (place.folder / "sla_term.csv").unlink()
    place.write()
    assert place.settle()["sla_term"] == 0


def test_a_pattern_that_finds_no_file_any_more_is_no_way_back_to_the_built_in_rows(place):
    place.write(sla_term=TERMS + "a,reply,,,,24,calendar,,\n")
    sources = place.folder / "sources.yaml"
    sources.write_text(sources.read_text().replace("sla_term.csv", "sla_term*.csv"))
    place.settle()
    shutil.move(place.folder / "sla_term.csv", place.folder / "elsewhere")
    with pytest.raises(ConfigurationError, match=r"no file at .*, where rows of sla_term came from before\. Bring the"):
        place.settle()


def test_a_file_that_cannot_be_read_stops_the_run(place):
    place.write(sla_term=TERMS + "a,reply,,,,24,calendar,,\n")
    place.settle()
    (place.folder / "sla_term.csv").write_bytes(b"\x00\xff\x00")
    (fault,) = place.faults()
    assert fault.startswith("source 'sla_term', sla_term.csv, row 1: sla_term: ")


def test_source_check_tells_what_would_stop_a_run(place):
    place.write(authority="name,level,parent\nА,region,Б\nБ,region,А\n")
    result = CliRunner().invoke(app, ["source", "check", str(place.folder / "sources.yaml")])
    assert "  stops a run: source 'authority', authority.csv, row 1: authority.parent: found 'Б': goes" in result.stdout
    assert str(result.exception) == "A run would stop: 1 faults of reference tables are told above."
