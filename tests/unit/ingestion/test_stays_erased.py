"""Whoever was erased stays erased: however their rows are delivered again, they come back as nobody."""

import json
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from otklik.home.settings import Home
from otklik.intake.entity import Realm
from otklik.intake.ingestion.ingest import ingest
from otklik.intake.owner_keys import VaultError
from otklik.intake.sources.configuration import load_configuration
from otklik.intake.vault import Vault
from otklik.privacy.erasure import erase_subject
from otklik.upgrade import hold_current

AT = datetime(2026, 9, 30, tzinfo=UTC)
ASKED = {"who": "operator", "at": AT, "why": "asked by the person, letter 17"}

POSTS = """id,posted,author,words
1,2026-09-01,anna,в нашем дворе темно
2,2026-09-02,boris,на мосту яма
3,2026-09-03, Anna,мусор не вывезли
3,2026-09-04,,
5,never,anna,это письмо без даты
6,never,annabella,и это без даты
"""
EVENTS = "id,day,kind\n1,2026-09-02,received\n2,2026-09-02,received\n"
LABELS = "id,day,value\n1,2026-09-02,complaint\n2,2026-09-02,complaint\n"
MAIL = """id,day,sender,recipients,subject
m1,2026-09-01,pavel@example.org,olga@example.org;igor@example.org,отпуск
m2,2026-09-02,olga@example.org,pavel@example.org,смета
m3,2026-09-03,olga@example.org,igor@example.org;pavel@example.org,отчёт
"""
STAFF = """id,accounts,manager
1,pavel@example.org,olga@example.org
2,olga@example.org,pavel@example.org
3,igor@example.org,pavel@example.org
"""
SOURCES = """version: 1
time_zone: UTC
sources:
  wall:
    title: Wall
    path: wall*.csv
    format: csv
    entities:
      post:
        select: >-
          select id as source_post_id, posted as posted_at, author, 'vk' as channel, words as text,
          words is null as is_deleted {more} from source
  cases:
    title: Cases of the wall
    path: cases*.csv
    format: csv
    entities:
      case_event: {{select: "select id as source_post_id, day as event_at, kind as event_kind from source"}}
      post:
        select: >-
          select id as source_post_id, day as posted_at, case id when '1' then 'anna' else 'boris' end as author,
          'vk' as channel from source
    account_namespace: wall
  labels:
    title: Labels
    path: labels*.csv
    format: csv
    entities:
      label:
        select: >-
          select 'cases' as of_source, id as of_source_post_id, 'intent' as label_kind, value,
          day as labelled_at from source
  mail:
    title: Mail
    path: mail*.csv
    format: csv
    entities:
      message:
        select: >-
          select id as source_message_id, day as sent_at, sender, string_split(recipients, ';') as recipients,
          'mail' as kind, subject {more_mail} from source
  staff:
    title: Staff
    path: staff*.csv
    format: csv
    entities:
      person:
        select: >-
          select id as source_person_id, string_split(accounts, ';') as accounts, manager from source
"""


class Region:
    """A folder of deliveries and the home that takes them in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / "home")

    def deliver(self, name: str, content: str) -> None:
        (self.folder / f"{name}.csv").write_text(content, encoding="utf-8")

    def load(self, more: str = "", more_mail: str = "") -> dict[tuple[str, str], list]:
        """Take in what is new; the loads by source and entity."""
        file = self.folder / "sources.yaml"
        file.write_text(SOURCES.format(more=more, more_mail=more_mail), encoding="utf-8")
        with hold_current(self.home, holder="a test"):
            return {
                (source.name, entity): ingest(self.home, source, entity, received_at=AT)
                for source in load_configuration([file], {}).sources.values()
                for entity in source.entities
            }

    def subject(self, realm: Realm, namespace: str, account: str) -> str:
        with Vault(self.home.vault) as vault:
            return vault.subjects(realm, namespace, [account])[account]

    def accounts(self) -> set[str]:
        with sqlite3.connect(self.home.vault / "vault.sqlite") as vault:
            return {account for (account,) in vault.execute("select account from account")}

    def rows(self, entity: str, columns: str) -> list[tuple]:
        files = f"{self.home.lake}/raw/{entity}/*/load=*.parquet"
        loads = f"read_parquet('{files}', hive_partitioning = true, union_by_name = true)"
        return duckdb.execute(f"select {columns} from {loads} order by all").fetchall()

    def words(self) -> str:
        """Everything of the home as text but receipts and the vault, Parquet decoded."""
        found = []
        for path in sorted(self.home.root.rglob("*")):
            parts = path.relative_to(self.home.root).parts
            if path.is_file() and parts[0] != "vault" and parts[:2] != ("lake", "erasures"):
                if path.suffix == ".parquet":
                    rows = duckdb.execute("from read_parquet(?, hive_partitioning = false)", [str(path)]).fetchall()
                    found.append("\n".join(map(str, rows)))
                else:
                    found.append(path.read_bytes().decode("utf-8", "replace"))
        return "\n".join(found)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    region = Region(tmp_path_factory.mktemp("region"))
    content = {"wall": POSTS, "cases": EVENTS, "labels": LABELS, "mail": MAIL, "staff": STAFF}
    for name, text in content.items():
        region.deliver(name, text)
    region.load()
    return region


@pytest.fixture
def region(made, tmp_path):
    """A copy of its own for every test."""
    shutil.copytree(made.folder, tmp_path / "region")
    return Region(tmp_path / "region")


def erase(region, realm=Realm.CITIZENS, namespace="wall", account="anna"):
    return erase_subject(region.home, region.subject(realm, namespace, account), **ASKED)


def balances(load) -> bool:
    return load.rows_read == load.rows_loaded + load.rows_duplicate + load.rows_quarantined + load.rows_erased


def test_the_delivery_read_again_by_another_mapping_brings_nobody_back(region):
    receipt = erase(region)
    assert receipt.n_tombstones == 4  # an account and posts 1 and 3 of the wall, post 1 of the cases
    (load,) = region.load(more=", 1.5 as lat")[("wall", "post")]
    assert (load.rows_read, load.rows_loaded, load.rows_quarantined, load.rows_erased) == (6, 1, 1, 4)
    assert balances(load)
    assert region.rows("post", "source, source_post_id") == [("cases", "2"), ("wall", "2")]
    assert "anna" not in region.accounts()
    words = region.words()
    assert "в нашем дворе темно" not in words
    assert "это письмо без даты" not in words
    assert "annabella" in words


def test_the_same_rows_in_another_file_bring_nobody_back(region):
    erase(region)
    region.deliver("wall_again", POSTS + "7,2026-09-05,boris,ещё яма\n")
    region.deliver("cases_again", EVENTS + "3,2026-09-03,received\n")
    region.deliver("labels_again", LABELS + "2,2026-09-03,thanks\n")
    loads = region.load()
    (wall,), (event,), (case,), (label,) = (
        loads[key] for key in (("wall", "post"), ("cases", "case_event"), ("cases", "post"), ("labels", "label"))
    )
    assert (wall.rows_read, wall.rows_loaded, wall.rows_duplicate, wall.rows_erased) == (7, 1, 1, 4)
    # the event and the decision about an erased post go with it; those about others are known already
    assert (event.rows_read, event.rows_loaded, event.rows_duplicate, event.rows_erased) == (3, 1, 1, 1)
    assert (case.rows_read, case.rows_loaded, case.rows_duplicate, case.rows_erased) == (3, 1, 1, 1)
    assert (label.rows_read, label.rows_loaded, label.rows_duplicate, label.rows_erased) == (3, 1, 1, 1)
    assert all(balances(load) for several in loads.values() for load in several)
    assert "anna" not in region.accounts()


def test_another_spelling_of_the_account_is_the_same_person(region):
    erase(region)
    region.deliver("wall_again", "id,posted,author,words\n8,2026-09-06,ＡＮＮＡ ,снова темно\n")
    (load,) = region.load()[("wall", "post")]
    assert (load.rows_read, load.rows_loaded, load.rows_erased) == (1, 0, 1)


def test_the_same_name_elsewhere_is_somebody_else(region):
    erase(region)
    region.deliver("mail_again", "id,day,sender,recipients,subject\nm9,2026-09-06,anna,olga@example.org,привет\n")
    (load,) = region.load()[("mail", "message")]
    assert (load.rows_read, load.rows_loaded, load.rows_erased) == (1, 1, 0)


def test_what_is_written_after_the_erasure_is_taken_in_as_by_somebody_new(region):
    before = region.subject(Realm.CITIZENS, "wall", "anna")
    erase(region)
    rows = f"9,{AT:%Y-%m-%d} 00:00:01,anna,я снова здесь\n10,2026-09-29 23:59:59,anna,а это было раньше\n"
    region.deliver("wall_later", "id,posted,author,words\n" + rows)
    (load,) = region.load()[("wall", "post")]
    assert (load.rows_read, load.rows_loaded, load.rows_erased) == (2, 1, 1)
    writer_of = dict(region.rows("post", "source_post_id, author_subject_id"))
    assert "10" not in writer_of
    assert writer_of["9"] != before


def test_a_member_of_staff_stays_off_directory_mail_and_recipients(region):
    receipt = erase(region, Realm.STAFF, "staff", "pavel@example.org")
    assert receipt.n_tombstones == 1
    region.deliver("staff_again", STAFF + "4,oleg@example.org,pavel@example.org\n")
    region.deliver("mail_again", MAIL + "m4,2026-09-04,igor@example.org,olga@example.org,план\n")
    loads = region.load()
    (people,), (mail,) = loads[("staff", "person")], loads[("mail", "message")]
    # directory: their own row goes, and they are nobody's manager
    assert (people.rows_read, people.rows_erased) == (4, 1)
    assert region.rows("person", "distinct manager_subject_id") == [(None,)]
    # what they sent, and what was sent to them alone; they are off the recipients of the rest
    assert (mail.rows_read, mail.rows_erased) == (4, 2)
    assert balances(people)
    assert balances(mail)
    assert "pavel@example.org" not in region.accounts()
    assert "отпуск" not in region.words()


def test_a_row_that_breaks_the_contract_is_not_quarantined_again(region):
    erase(region)
    rows = '11,never,"anna",пишу снова\n12,never,boris,про anna ни слова\n'
    region.deliver("wall_again", f"id,posted,author,words\n{rows}")
    (load,) = region.load()[("wall", "post")]
    # a row that speaks of the account goes too, as it does in an erasure
    assert (load.rows_read, load.rows_quarantined, load.rows_erased) == (2, 0, 2)


def test_tombstones_and_receipt_name_nobody_and_need_their_key(region):
    receipt = erase(region)
    kept = (region.home.lake / "erasures" / f"{receipt.receipt_id}.json").read_text(encoding="utf-8")
    assert "anna" not in kept
    assert json.loads(kept)["n_tombstones"] == 4
    content = (region.home.vault / "vault.sqlite").read_bytes()
    assert b"anna\x00" not in content.replace(b"annabella", b"")
    key = region.home.vault / "tombstone_key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    region.deliver("wall_again", POSTS + "7,2026-09-05,boris,ещё яма\n")
    with pytest.raises(VaultError, match="whoever was erased would come back"):
        region.load()


def test_a_rotated_vault_key_lets_nobody_back(region):
    erase(region)
    with Vault(region.home.vault) as vault:
        vault.rotate()
    region.deliver("wall_again", POSTS + "7,2026-09-05,boris,ещё яма\n")
    (load,) = region.load()[("wall", "post")]
    assert load.rows_erased == 4


def test_an_erasure_that_is_asked_for_again_later_reaches_what_came_meanwhile(region):
    erase(region)
    later = AT + timedelta(days=30)
    region.deliver("wall_later", f"id,posted,author,words\n9,{AT:%Y-%m-%d} 12:00,anna,я снова здесь\n")
    region.load()
    again = region.subject(Realm.CITIZENS, "wall", "anna")
    erase_subject(region.home, again, **ASKED | {"at": later})
    region.deliver("wall_again", f"id,posted,author,words\n9,{AT:%Y-%m-%d} 12:00,anna,я снова здесь вот\n")
    (load,) = region.load()[("wall", "post")]
    assert (load.rows_read, load.rows_erased) == (1, 1)
