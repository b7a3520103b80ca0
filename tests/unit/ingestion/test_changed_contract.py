"""A contract may grow: loads from before stay valid, and only files whose mapping changed are read again."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from otklik.home import lake
from otklik.home.settings import Home
from otklik.intake.entities import entities
from otklik.intake.entity import Entity, Field, Role
from otklik.intake.ingestion import ingest as door
from otklik.intake.sources.configuration import load_configuration
from otklik.intake.vault import Vault
from otklik.privacy import erasure_files

FIRST_CONTRACTS = json.loads((Path(__file__).parent / "first_contracts.json").read_text(encoding="utf-8"))

MOOD = Field("mood", "VARCHAR", "How the writer felt.")
SEEN_AT = Field("seen_at", "TIMESTAMPTZ", "When somebody saw it.")
WITH_MOOD = "select id as source_post_id, posted as posted_at, author, 'vk' as channel, words as text, mood from source"
WITHOUT = "select id as source_post_id, posted as posted_at, author, 'vk' as channel, words as text from source"
POSTS = "id,posted,author,words,mood\n1,2026-09-01,anna,яма,зол\n2,2026-09-02,boris,лифт,\n"


def grown(name: str, *fields: Field, **changes: object) -> Entity:
    """The contract of a coming platform."""
    entity = entities()[name]
    added = tuple(field.name for field in fields)
    return replace(entity, fields=(*fields, *entity.fields), added=(*entity.added, *added), **changes)


@pytest.fixture
def grow(monkeypatch):
    """Puts contracts of a coming platform in the place of today's."""

    def put(*changed: Entity) -> None:
        contracts = entities() | {entity.name: entity for entity in changed}
        for module in (door, erasure_files):
            monkeypatch.setattr(module, "entities", lambda: contracts)

    return put


def test_no_entity_makes_loads_from_before_invalid():
    problems = []
    for name, entity in entities().items():
        first, now = FIRST_CONTRACTS.get(name), entity.first_columns
        if first is None:
            problems.append(f"{name} is new: write its columns into first_contracts.json")
            continue
        problems += [
            f"{name}.{column} came later: name its field in `added`, or every file is read again"
            for column in now.keys() - first.keys()
        ]
        problems += [
            f"{name}.{column}: loads hold it as {kind}; every file is read again unless it stays so"
            for column, kind in first.items()
            if now.get(column) != kind
        ]
        if not problems and list(first) != list(now):
            problems.append(f"{name}: keep the order of the first columns, it is part of the hash of a row")
    assert problems == []


def test_loads_are_named_as_the_first_platform_named_them(tmp_path):
    file = tmp_path / "sources.yaml"
    file.write_text(
        """version: 1
time_zone: Europe/Moscow
sources:
  s:
    title: S
    path: inbox/*
    format: csv
    options: {delimiter: ";", encoding: windows-1251}
    entities:
      post:
        select: select 1 as source_post_id from source
"""
    )
    source = load_configuration([file], {}).sources["s"]
    assert door._mapping_hash(source, entities()["post"]) == "0eb1d2b9"
    assert door._mapping_hash(source, grown("post", MOOD)) == "0eb1d2b9"


def test_a_key_that_came_later_renames_only_the_loads_that_use_it(deployment, monkeypatch):
    class TomorrowsOptions(door.TableOptions):
        skipped_lines: int = 0

    monkeypatch.setitem(door._FIRST_KEYS, TomorrowsOptions, door._FIRST_KEYS[door.TableOptions])
    today = deployment.source(select=WITHOUT)
    tomorrow = today.model_copy(update={"options": TomorrowsOptions()})
    used = today.model_copy(update={"options": TomorrowsOptions(skipped_lines=2)})
    names = [door._mapping_hash(source, entities()["post"]) for source in (today, tomorrow, used)]
    assert names[0] == names[1] != names[2]


def test_a_file_is_not_read_again_for_a_field_that_its_mapping_does_not_fill(deployment, ledger, grow):
    deployment.deliver("posts.csv", POSTS)
    (load,) = deployment.load(deployment.source(select=WITHOUT))
    before = load_bytes(deployment.home)
    grow(grown("post", MOOD, SEEN_AT))
    assert deployment.load(deployment.source(select=WITHOUT)) == []
    assert load_bytes(deployment.home) == before
    assert ledger(load) == (2, 2, 0, 0)


def test_rows_from_before_are_known_again_and_read_as_null(deployment, ledger, grow):
    deployment.deliver("posts_1.csv", POSTS)
    deployment.load(deployment.source(select=WITHOUT))
    grow(grown("post", MOOD, SEEN_AT))
    deployment.deliver("posts_2.csv", POSTS + "3,2026-09-03,anna,мусор,\n")
    (second,) = deployment.load(deployment.source(select=WITHOUT))
    assert ledger(second) == (3, 1, 2, 0)
    assert moods(deployment.home) == [("1", None), ("2", None), ("3", None)]


def test_only_files_whose_mapping_changed_are_read_again(deployment, ledger, grow):
    deployment.deliver("old.csv", POSTS)
    deployment.deliver("new/posts.csv", POSTS.replace("\n1,", "\n7,").replace("\n2,", "\n8,"))
    old, new = (deployment.source(select=WITHOUT, path=path) for path in ("inbox/old.csv", "inbox/new/posts.csv"))
    deployment.load(old)
    deployment.load(new)
    grow(grown("post", MOOD, SEEN_AT))
    mapped = deployment.source(select=WITH_MOOD, path="inbox/new/posts.csv")
    assert deployment.load(old) == []
    assert [ledger(load) for load in deployment.load(mapped)] == [(2, 2, 0, 0)]
    assert moods(deployment.home) == [("1", None), ("2", None), ("7", "зол"), ("8", None)]


def test_a_filled_field_makes_a_row_another_one(deployment, ledger, grow):
    grow(grown("post", MOOD))
    source = deployment.source(select=WITH_MOOD)
    deployment.deliver("posts_1.csv", POSTS)
    deployment.load(source)
    deployment.deliver("posts_2.csv", POSTS.replace("зол", "рад"))
    assert [ledger(load) for load in deployment.load(source)] == [(2, 1, 1, 0)]


DIRECTORY = "select id as source_person_id, [account] as accounts, department from source"


def test_a_register_whose_key_grew_still_knows_what_it_says(deployment, ledger, grow):
    source = deployment.source(entity="person", select=DIRECTORY, path="inbox/staff_*.csv")
    deployment.deliver("staff_1.csv", "id,account,department\np0,a,Roads\n")
    deployment.load(source, "person")
    site = Field("site", "VARCHAR", "Where the person works.")
    grow(grown("person", site, key=("source_person_id", "valid_from", "site")))
    deployment.deliver("staff_2.csv", "id,account,department\np0,a,Roads\np1,b,Parks\n")
    assert [ledger(load) for load in deployment.load(source, "person")] == [(2, 1, 1, 0)]


def test_erasing_reaches_loads_from_before_an_account_was_added(deployment, grow):
    deployment.deliver("posts_1.csv", POSTS)
    deployment.load(deployment.source(select=WITHOUT))
    grow(grown("post", Field("editor", "VARCHAR", "Who edited it.", role=Role.ACCOUNT)))
    edited = WITHOUT.replace("author,", "author, case id when '9' then 'anna' end as editor,")
    deployment.deliver("posts_2.csv", POSTS.replace("\n1,", "\n9,").replace("\n2,", "\n10,").replace("anna", "vera"))
    deployment.load(deployment.source(select=edited, path="inbox/posts_2.csv"))
    with Vault(deployment.home.vault) as vault, duckdb.connect() as connection:
        anna = vault.subjects(entities()["post"].realm, "s", ["anna"])["anna"]
        erasure_files.trace(connection, deployment.home, [anna])
        changes = list(erasure_files.erase_raw(connection, deployment.home))
    assert [(change.rows_removed, change.rows_altered) for change in changes] == [(1, 0), (0, 1)]
    assert posts(deployment.home, "source_post_id, editor_subject_id") == [("10", None), ("2", None), ("9", None)]


@pytest.mark.parametrize(
    "field",
    [
        Field("mood", "VARCHAR", "How the writer felt.", required=True),
        Field("title", "VARCHAR", "The heading.", role=Role.TEXT),
        Field("remark", "VARCHAR", "A clerk's words.", role=Role.RESTRICTED_TEXT),
    ],
    ids=lambda field: field.name,
)
def test_a_field_that_loads_from_before_would_break_cannot_be_added(field):
    with pytest.raises(ValueError, match="an added field is optional and holds no words"):
        grown("post", field)


def load_bytes(home: Home) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in home.root.rglob("load=*.parquet")}


def posts(home: Home, columns: str) -> list[tuple[object, ...]]:
    """Rows of all posts as dbt reads them: by name."""
    files = sorted(str(path) for path in lake.load_path(home, "post", "s", "_").parent.glob("*.parquet"))
    return duckdb.execute(
        f"select {columns} from read_parquet(?, union_by_name = true) order by all", [files]
    ).fetchall()


def moods(home: Home) -> list[tuple[object, ...]]:
    return posts(home, "source_post_id, mood")
