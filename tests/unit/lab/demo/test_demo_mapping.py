"""The mapping SQL of sources.yaml, run over the generated files as the platform would run it."""

import csv
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from ruamel.yaml import YAML

from lab.demo import DemoSummary
from otklik.intake.entities import entities

ZONE = "Europe/Samara"
MAPPED = [
    ("portal", "post"), ("portal", "case_event"), ("wall", "post"), ("wall", "case_event"), ("feed", "post"),
    ("mail", "message"), ("chat", "message"), ("directory", "person"), ("municipalities", "municipality"),
    ("authorities", "authority"), ("sla_terms", "sla_term"), ("routing_rules", "routing_rule"),
    ("instructions", "instruction"), ("outcomes", "outcome"), ("incident_labels", "label"),
]  # fmt: skip


def _sources(out: Path) -> dict:
    return YAML(typ="safe").load((out / "sources.yaml").read_text(encoding="utf-8"))


def _mapped(out: Path, source: str, entity: str) -> duckdb.DuckDBPyRelation:
    """The rows a mapping delivers, cast to the entity's types."""
    config = _sources(out)["sources"][source]
    connection = duckdb.connect()
    connection.execute(f"set timezone = '{config.get('time_zone', ZONE)}'")
    path = str(out / config["path"])
    if config["format"] == "csv":
        reader = (
            f"read_csv('{path}', all_varchar=true, header=true, delim='{config['options']['delimiter']}', quote='\"')"
        )
    else:
        types = ", ".join(f"\"{name}\": '{type_}'" for name, type_ in config["columns"].items())
        reader = f"read_json('{path}', format='newline_delimited', columns={{{types}}}, ignore_errors=true)"
    connection.execute(f"create table source as select *, row_number() over () as source_row from {reader}")
    fields = {field.name: field.type for field in entities()[entity].fields} | {"origin_row": "BIGINT"}
    rows = connection.sql(config["entities"][entity]["select"])
    assert set(rows.columns) <= fields.keys(), f"unknown fields: {set(rows.columns) - fields.keys()}"
    casts = ", ".join(f'cast("{name}" as {fields[name]}) as "{name}"' for name in rows.columns)
    return connection.sql(f"select {casts} from ({config['entities'][entity]['select']})")


def _defects(out: Path) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    with (out / "truth" / "defects.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[f"{row['file'].split('/')[-1].split('_')[0].split('.')[0]}/{row['reason']}"] += 1
    return found


def test_sources_name_every_mapping(demo: DemoSummary) -> None:
    config = _sources(demo.out)
    assert [(source, entity) for source, body in config["sources"].items() for entity in body["entities"]] == MAPPED
    assert datetime.fromisoformat(str(config["as_of"])).astimezone(UTC).isoformat() == "2026-09-29T21:00:00+00:00"


@pytest.mark.parametrize(("source", "entity"), MAPPED)
def test_required_fields_are_filled_but_for_planted_rows(demo: DemoSummary, source: str, entity: str) -> None:
    rows = _mapped(demo.out, source, entity)
    is_bad = " or ".join(f'"{field.name}" is null' for field in entities()[entity].fields if field.required)
    # A line that is not JSON is read as a row of nulls, so that row numbers stay those of the file.
    planted = {
        ("portal", "post"): "cases/broken JSON",
        ("wall", "post"): "wall/broken JSON",
        ("feed", "post"): "monitoring/unknown date",
        ("mail", "message"): "tracking/unknown date",
    }.get((source, entity))
    expected = _defects(demo.out)[planted] if planted else 0
    assert rows.filter(is_bad).shape[0] == expected
    assert expected > 0 or planted is None
    assert rows.shape[0] > 0


@pytest.mark.parametrize(("source", "entity"), MAPPED)
def test_codes_are_accepted(demo: DemoSummary, source: str, entity: str) -> None:
    rows = _mapped(demo.out, source, entity)
    for field in entities()[entity].fields:
        if field.accepted and field.name in rows.columns:
            found = {row[0] for row in rows.project(f'"{field.name}"').fetchall()}
            assert found - ({None} if not field.required else set()) <= set(field.accepted)


def test_posts_and_messages_are_as_many_as_asked(demo: DemoSummary) -> None:
    keys = {"post": "source_post_id", "message": "source_message_id"}
    counted: dict[str, int] = defaultdict(int)
    for source, entity in MAPPED:
        if entity in keys:
            rows = _mapped(demo.out, source, entity)
            event = "posted_at" if entity == "post" else "sent_at"
            good = rows.filter(f"{event} < timestamptz '2026-09-30 00:00:00+03'")
            counted[entity] += good.project(keys[entity]).distinct().shape[0]
    assert dict(counted) == {"post": 6000, "message": 2000}
    assert (demo.posts, demo.messages) == (6000, 2000)


def test_no_event_lies_in_the_future_but_planted_ones(demo: DemoSummary) -> None:
    future = {
        (source, entity): _mapped(demo.out, source, entity)
        .filter(f"{entities()[entity].event_time.name} >= timestamptz '2026-09-30 00:00:00+03'")
        .shape[0]
        for source, entity in MAPPED
        if entities()[entity].event_time
    }
    planted = sum(count for name, count in _defects(demo.out).items() if name.endswith("/date in the future"))
    assert sum(future.values()) == planted
    assert future[("portal", "case_event")] == future[("wall", "case_event")] == future[("chat", "message")] == 0


@pytest.mark.parametrize("source", ["portal", "wall"])
def test_case_events_have_posts_and_one_row_each(demo: DemoSummary, source: str) -> None:
    posts = {row[0] for row in _mapped(demo.out, source, "post").project("source_post_id").fetchall()}
    events = _mapped(demo.out, source, "case_event").project("source_post_id, event_at, event_kind").fetchall()
    assert {row[0] for row in events} <= posts
    repeated = len(events) - len(set(events))
    # A repeated portal row repeats its events; wall rows are repeated only without comments.
    assert repeated == 0 or source == "portal"


@pytest.mark.parametrize("source", ["wall", "feed"])
def test_answers_follow_what_they_answer(demo: DemoSummary, source: str) -> None:
    rows = _mapped(demo.out, source, "post").project("source_post_id, posted_at, parent_post_id").fetchall()
    posted = {row[0]: row[1] for row in rows}
    answers = [row for row in rows if row[2]]
    assert len(answers) > 100
    assert all(row[2] in posted and posted[row[2]] <= row[1] for row in answers if row[1] is not None)


def test_accounts_of_messages_are_in_the_directory(demo: DemoSummary) -> None:
    known = {name for row in _mapped(demo.out, "directory", "person").project("accounts").fetchall() for name in row[0]}
    assert "" not in known
    for source in ("mail", "chat"):
        for sender, recipients in _mapped(demo.out, source, "message").project("sender, recipients").fetchall():
            assert sender in known
            assert recipients
            assert set(recipients) <= known


def test_authorities_named_by_cases_are_in_the_reference(demo: DemoSummary) -> None:
    known = {row[0] for row in _mapped(demo.out, "authorities", "authority").project("name").fetchall()}
    parents = {row[0] for row in _mapped(demo.out, "authorities", "authority").project("parent").fetchall()} - {None}
    for source in ("portal", "wall"):
        named = _mapped(demo.out, source, "case_event").filter("authority is not null").project("authority")
        assert {row[0] for row in named.fetchall()} <= known
    assert parents <= known
