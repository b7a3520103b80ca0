"""Erasure: afterwards no file of the home names the person, and everybody else is still there."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from otklik.home import lake
from otklik.home.errors import ConfigurationError, HomeLockedError
from otklik.home.lock import hold_home
from otklik.home.settings import Home
from otklik.home.versions import HOME_FORMAT, version_of
from otklik.intake.access_log import note_access
from otklik.intake.entities import entities
from otklik.intake.entity import Realm
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.sources.configuration import load_configuration
from otklik.intake.vault import Vault
from otklik.privacy.erasure import erase_subject
from otklik.publishing.manifests import current_manifest
from otklik.publishing.mart_contracts import Column, Mart
from otklik.publishing.snapshots import publish_snapshot
from otklik.stages.near_duplicates import find_near_duplicates
from otklik.upgrade import hold_current

AT = datetime(2026, 9, 30, tzinfo=UTC)
ASKED = {"who": "operator", "at": AT, "why": "asked by the person, letter 17"}

POSTS = """id,posted,author,words
1,2026-09-01,anna,в нашем дворе темно
2,2026-09-02,boris,на мосту яма
3,2026-09-03,anna,мусор не вывезли
3,2026-09-04,,
4,2026-09-05,boris,мусор не вывезли
5,never,anna,это письмо без даты
6,never,annabella,и это без даты
"""
EVENTS = "id,day,kind\n1,2026-09-02,received\n2,2026-09-02,received\n"
MAIL = """id,day,sender,recipients,subject
m1,2026-09-01,pavel@example.org,olga@example.org;igor@example.org,отпуск
m2,2026-09-02,olga@example.org,pavel@example.org,смета
m3,2026-09-03,olga@example.org,igor@example.org;pavel.p,отчёт
m4,2026-09-04,igor@example.org,olga@example.org,план
"""
STAFF = """id,accounts,manager
1,pavel@example.org;pavel.p;office@example.org,olga@example.org
2,olga@example.org,pavel@example.org
3,igor@example.org;office@example.org,pavel@example.org
"""
SOURCES = """version: 1
time_zone: UTC
sources:
  wall:
    title: Wall
    path: wall.csv
    format: csv
    entities:
      post:
        select: >-
          select id as source_post_id, posted as posted_at, author, 'vk' as channel, words as text,
          words is null as is_deleted from source
  cases:
    title: Cases of the wall
    path: cases.csv
    format: csv
    entities:
      case_event: {select: "select id as source_post_id, day as event_at, kind as event_kind from source"}
      post:
        select: >-
          select id as source_post_id, day as posted_at, case id when '1' then 'anna' else 'boris' end as author,
          'vk' as channel from source
    account_namespace: wall
  mail:
    title: Mail
    path: mail.csv
    format: csv
    entities:
      message:
        select: >-
          select id as source_message_id, day as sent_at, sender, string_split(recipients, ';') as recipients,
          'mail' as kind, subject from source
  staff:
    title: Staff
    path: staff.csv
    format: csv
    entities:
      person:
        select: >-
          select id as source_person_id, string_split(accounts, ';') as accounts, manager from source
"""


@pytest.fixture(scope="module")
def finished_home(tmp_path_factory):
    """Two sources of posts, mail with its directory, labels of the words, and a snapshot of two tables."""
    folder = tmp_path_factory.mktemp("deployment")
    for name, content in {"wall": POSTS, "cases": EVENTS, "mail": MAIL, "staff": STAFF}.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    file = folder / "sources.yaml"
    file.write_text(SOURCES, encoding="utf-8")
    home = Home(folder / "home")
    with hold_current(home, holder="the first run"):
        pass
    for source in load_configuration([file], {}).sources.values():
        for entity in source.entities:
            ingest(home, source, entity, received_at=AT)
    _annotate(home)
    _publish(home)
    return home


@pytest.fixture
def home(finished_home, tmp_path):
    """A copy of its own for every test."""
    shutil.copytree(finished_home.root, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


def _annotate(home):
    hashes = [row[0] for row in _rows(home, "select distinct text_hash from raw_post order by 1")]
    subjects = [row[0] for row in _rows(home, "select distinct author_subject_id from raw_post order by 1")]
    label = pa.table({"text_hash": hashes, "intent": ["complaint"] * len(hashes)})
    lake.write_table(home.lake / "enriched" / "post_label" / "a.parquet", label)
    messages = [row[0] for row in _rows(home, "select text_hash from raw_message order by 1")]
    leak = pa.table({"text_hash": messages, "kind": ["phone"] * len(messages)})
    lake.write_table(home.lake / "enriched" / "leak_finding" / "a.parquet", leak)
    score = pa.table({"subject_id": subjects, "authority_score": [1.0] * len(subjects)})
    lake.write_table(home.lake / "enriched" / "leader_score" / "current.parquet", score)


def _publish(home):
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute(
            f"""
            create table fct_post as
            select post_id, author_subject_id
            from read_parquet('{home.lake}/raw/post/*/*.parquet', hive_partitioning = true);
            create table fct_leak_finding as
            select source_message_id as finding_id, message_id
            from read_parquet('{home.lake}/raw/message/*/*.parquet', hive_partitioning = true);
            create table fct_incident as select md5(post_id) as incident_id, post_id as opening_post_id from fct_post;
            create table fct_burst as
            select 'b' || row_number() over () as burst_id, post_id as first_post_id from fct_post
            """
        )
    marts = [
        _mart("fct_post", "post_id", "author_subject_id"),
        _mart("fct_incident", "incident_id", "opening_post_id"),
        _mart("fct_leak_finding", "finding_id", "message_id"),
        _mart("fct_burst", "burst_id", "first_post_id"),
    ]
    publish_snapshot(warehouse=home.warehouse, published=home.published, marts=marts, as_of=AT, gate_verdicts=[])


def _mart(name, *columns):
    described = tuple(Column(column, "VARCHAR", f"What {column} is.") for column in columns)
    return Mart(name, described, order_by=columns, description=f"{name}.")


def _rows(home, query):
    with duckdb.connect() as connection:
        for entity in ("post", "case_event", "message", "person"):
            connection.execute(
                f"create view raw_{entity} as from read_parquet('{home.lake}/raw/{entity}/*/*.parquet', "
                "hive_partitioning = true)"
            )
        return connection.execute(query).fetchall()


def _subject(home, realm, namespace, account):
    with Vault(home.vault) as vault:
        return vault.subjects(realm, namespace, [account])[account]


def _naming(home: Path, word: str) -> list[str]:
    """Every file under the home with the word in its bytes, or, where the bytes are compressed, in its rows."""
    found = []
    for path in sorted(file for file in home.rglob("*") if file.is_file()):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            rows = duckdb.execute(f"select to_json(t)::varchar from read_parquet('{path}', hive_partitioning=false) t")
            content += "\n".join(row for (row,) in rows.fetchall()).encode()
        if path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as database:
                for (table,) in database.execute("select table_name from duckdb_tables()").fetchall():
                    rows = database.execute(f"select to_json(t)::varchar from {table} t").fetchall()
                    content += "\n".join(row for (row,) in rows).encode()
        if word.encode() in content:
            found.append(str(path.relative_to(home)))
    return found


def test_the_search_of_these_tests_finds_a_subject_where_there_is_one(home):
    anna = _subject(home, Realm.CITIZENS, "wall", "anna")
    kinds = {path.split("/")[0] for path in _naming(home.root, anna)}
    assert kinds == {"lake", "published", "vault", "warehouse.duckdb"}


def test_no_file_of_the_home_names_an_erased_citizen(home):
    anna = _subject(home, Realm.CITIZENS, "wall", "anna")
    note_access(home, "reveal", **ASKED, subject_id=anna)
    erase_subject(home, anna, **ASKED)
    assert _naming(home.root, anna) == []
    assert _naming(home.root, '"anna"') == []
    assert _naming(home.root, "в нашем дворе темно") == []


def test_the_posts_go_with_their_tombstones_and_events_and_nobody_elses_do(home):
    erase_subject(home, _subject(home, Realm.CITIZENS, "wall", "anna"), **ASKED)
    assert _rows(home, "select source, source_post_id from raw_post order by all") == [
        ("cases", "2"),
        ("wall", "2"),
        ("wall", "4"),
    ]
    assert _rows(home, "select source, source_post_id from raw_case_event") == [("cases", "2")]


def test_a_decision_about_two_posts_goes_with_either_of_them(home):
    pairs = [("1", None, "2"), ("2", None, "1"), ("2", "wall", "3"), ("2", "cases", "2"), ("2", None, "4")]
    rows = [
        {"of_source": "wall", "of_source_post_id": of, "with_source": source, "with_source_post_id": other}
        for of, source, other in pairs
    ]
    path = lake.load_path(home, "label", "people", "a")
    lake.write_table(path, pa.Table.from_pylist(rows, schema=entities()["label"].stored_schema))
    lake.write_table(lake.ledger_path(home, "label", "people", "a"), pa.table({"load_id": ["a"]}))
    erase_subject(home, _subject(home, Realm.CITIZENS, "wall", "anna"), **ASKED)
    left = pq.ParquetFile(path).read(["with_source", "with_source_post_id"]).to_pylist()
    assert [tuple(row.values()) for row in left] == [("cases", "2"), (None, "4")]


def test_labels_of_words_that_somebody_else_wrote_too_stay(home):
    erase_subject(home, _subject(home, Realm.CITIZENS, "wall", "anna"), **ASKED)
    labelled = duckdb.execute(
        f"select count(*) from '{home.lake}/enriched/post_label/a.parquet' where text_hash in "
        "(md5('мусор не вывезли'), md5('в нашем дворе темно'))"
    ).fetchall()
    assert labelled == [(1,)]


def test_rejected_rows_of_the_person_go_and_a_longer_name_stays(home):
    erase_subject(home, _subject(home, Realm.CITIZENS, "wall", "anna"), **ASKED)
    rows = duckdb.execute(f"select raw from '{home.quarantine}/post/*/*.parquet'").fetchall()
    assert [json.loads(raw)["author"] for (raw,) in rows] == ["annabella"]


def test_the_snapshot_in_force_stays_whole_and_true_to_its_manifest(home):
    before = current_manifest(home.published)
    receipt = erase_subject(home, _subject(home, Realm.CITIZENS, "wall", "anna"), **ASKED)
    after = current_manifest(home.published)
    assert after["snapshot_id"] == before["snapshot_id"]
    assert after["erasures"] == [receipt.receipt_id]
    folder = home.analyst.resolve()
    with duckdb.connect(str(folder / "otklik.duckdb"), read_only=True) as database:
        for name, entry in after["surfaces"]["analyst"].items():
            assert database.execute(f"select count(*) from {name}").fetchall() == [(entry["row_count"],)]
            assert (folder / entry["file"]).stat().st_size == entry["bytes"]
        comments = database.execute("select comment from duckdb_columns() where column_name = 'post_id'").fetchall()
    assert comments == [("What post_id is.",)]
    assert after["surfaces"]["analyst"]["fct_post"]["row_count"] == 3


def test_a_burst_that_began_with_an_erased_post_stays_and_names_it_no_more(home):
    before = duckdb.execute(f"from '{home.analyst}/fct_burst.parquet'").fetchall()
    erase_subject(home, _subject(home, Realm.CITIZENS, "wall", "anna"), **ASKED)
    posts = {post for (post,) in duckdb.execute(f"select post_id from '{home.analyst}/fct_post.parquet'").fetchall()}
    expected = [(burst, post if post in posts else None) for burst, post in before]
    assert duckdb.execute(f"from '{home.analyst}/fct_burst.parquet'").fetchall() == expected
    assert None in dict(expected).values()


def test_every_account_of_a_member_of_staff_goes_and_a_shared_one_stays(home):
    pavel, chat = (_subject(home, Realm.STAFF, "staff", name) for name in ("pavel@example.org", "pavel.p"))
    office, igor = (_subject(home, Realm.STAFF, "staff", name) for name in ("office@example.org", "igor@example.org"))
    receipt = erase_subject(home, chat, **ASKED)
    assert (receipt.n_subjects, receipt.n_accounts) == (2, 2)
    assert _naming(home.root, pavel) == _naming(home.root, chat) == []
    assert _rows(home, "select source_message_id, len(recipient_subject_ids) from raw_message order by 1") == [
        ("m3", 1),
        ("m4", 1),
    ]
    assert _rows(home, "select source_person_id, manager_subject_id from raw_person order by 1") == [
        ("2", None),
        ("3", None),
    ]
    assert _subject(home, Realm.STAFF, "staff", "office@example.org") == office
    assert _subject(home, Realm.STAFF, "staff", "igor@example.org") == igor


def test_words_of_messages_that_are_gone_go_as_well(home):
    erase_subject(home, _subject(home, Realm.STAFF, "staff", "pavel@example.org"), **ASKED)
    words = duckdb.execute(f"select subject from '{home.restricted}/message_text/*/*.parquet' order by 1").fetchall()
    assert words == [("отчёт",), ("план",)]


def test_leaks_found_in_what_they_wrote_go_from_the_lake_and_the_snapshot(home):
    erase_subject(home, _subject(home, Realm.STAFF, "staff", "olga@example.org"), **ASKED)
    left = _rows(
        home,
        f"select count(*) from '{home.lake}/enriched/leak_finding/*.parquet' semi join raw_message using (text_hash)",
    )
    assert left == _rows(home, f"select count(*) from '{home.lake}/enriched/leak_finding/*.parquet'") == [(1,)]
    folder = home.analyst.resolve()
    with duckdb.connect(str(folder / "otklik.duckdb"), read_only=True) as database:
        assert database.execute("select finding_id from fct_leak_finding order by 1").fetchall() == [("m1",), ("m4",)]


def test_the_receipt_counts_and_names_nobody(home):
    anna = _subject(home, Realm.CITIZENS, "wall", "anna")
    receipt = erase_subject(home, anna, **ASKED)
    assert receipt.rows_removed == {
        "enriched/leader_score": 1,
        "enriched/post_label": 1,
        "published": 8,
        "quarantine/post": 1,
        "raw/case_event": 1,
        "raw/post": 4,
    }
    written = (home.lake / "erasures" / f"{receipt.receipt_id}.json").read_text(encoding="utf-8")
    assert json.loads(written)["reason"] == ASKED["why"]
    assert anna not in written
    assert "anna" not in written


def test_a_contradicting_row_kept_under_the_subject_goes_too(tmp_path):
    rows = ["1,2026-09-01,anna,яма", "1,2026-09-01,anna,двор", "2,2026-09-01,boris,а", "2,2026-09-01,boris,б"]
    (tmp_path / "wall.csv").write_text("\n".join(["id,posted,author,words", *rows]), encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(SOURCES.split("  cases:")[0], encoding="utf-8")
    home = Home(tmp_path / "home")
    (source,) = load_configuration([tmp_path / "sources.yaml"], {}).sources.values()
    (load,) = ingest(home, source, "post", received_at=AT)
    path = lake.quarantine_path(home, "post", "wall", load.load_id)
    anna, boris = (_subject(home, Realm.CITIZENS, "wall", name) for name in ("anna", "boris"))
    held = "".join(pq.read_table(path)["raw"].to_pylist())
    assert anna in held
    assert boris in held
    erase_subject(home, anna, **ASKED)
    (left,) = pq.read_table(path)["raw"].to_pylist()
    assert boris in left


def test_the_next_run_must_build_the_warehouse_again(home):
    (home.published / "last_run.json").write_text("{}")
    receipt = erase_subject(home, _subject(home, Realm.CITIZENS, "wall", "anna"), **ASKED)
    assert receipt.removed_files == ["warehouse.duckdb", "published/last_run.json"]
    assert not home.warehouse.exists()


def test_words_of_the_erased_leave_the_duplicate_index_with_their_pairs(home):
    find_near_duplicates(home)
    receipt = erase_subject(home, _subject(home, Realm.CITIZENS, "wall", "anna"), **ASKED)
    assert "restricted/duplicate_index/index.json" in receipt.removed_files
    find_near_duplicates(home)
    words = [path.read_bytes() for path in (home.restricted / "duplicate_index").glob("*.texts.arrow")]
    assert any("мост".encode() in held for held in words)
    assert not any("двор".encode() in held for held in words)


def test_models_trained_on_words_now_gone_go_too(home):
    model = home.root / "models" / "topic" / "current.json"
    model.parent.mkdir(parents=True)
    model.write_text("{}")
    receipt = erase_subject(home, _subject(home, Realm.CITIZENS, "wall", "anna"), **ASKED)
    assert "models/topic/current.json" in receipt.removed_files
    assert not model.exists()


def test_an_interrupted_erasure_can_be_run_again(home, monkeypatch):
    anna = _subject(home, Realm.CITIZENS, "wall", "anna")
    monkeypatch.setattr("otklik.privacy.erasure.erase_raw", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        erase_subject(home, anna, **ASKED)
    monkeypatch.undo()
    erase_subject(home, anna, **ASKED)
    assert _naming(home.root, anna) == []


def _interrupt(*_):
    raise KeyboardInterrupt


def test_a_home_of_an_older_platform_is_brought_forward_first(home):
    (home.root / "version.json").unlink()
    erase_subject(home, _subject(home, Realm.CITIZENS, "wall", "anna"), **ASKED)
    version = version_of(home)
    assert version is not None
    assert version.format == HOME_FORMAT


def test_a_home_in_use_is_not_touched(home):
    anna = _subject(home, Realm.CITIZENS, "wall", "anna")
    with hold_home(home, holder="otklik run"), pytest.raises(HomeLockedError):
        erase_subject(home, anna, **ASKED)
    assert _naming(home.root, anna)


@pytest.mark.parametrize(
    ("subject", "why", "message"),
    [
        ("anna", "asked", "accepted is one subject id"),
        ("c_0123456789abcdef", " ", "--reason is empty"),
        ("c_0123456789abcdef", "asked", "neither the vault nor the lake knows"),
    ],
)
def test_erasing_nobody_says_what_is_accepted(home, subject, why, message):
    with pytest.raises(ConfigurationError, match=message):
        erase_subject(home, subject, who="operator", at=AT, why=why)
