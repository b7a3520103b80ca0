"""Late and changed data: whatever comes after the first run, the tables are those of a run that saw it all at once.

A hundred histories of posts (edited, deleted, a year late), of what happened to them and of internal messages are each
cut at random places into two deliveries, with a run after each. Histories share homes, because a run costs more than a
history; a cut is drawn for every row of its own. Some rows of the second delivery contradict rows of the first one
without saying when they were written: a post sent to another address, a person of another department.
"""

import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from .conftest import Deployment

pytestmark = pytest.mark.long

N_HISTORIES, N_DELIVERIES = 100, 2
TELLS_OF_DELIVERIES = {"meta_load", "meta_freshness", "meta_gate_result"}
# a group keeps the id under which an earlier run first met it
KEEPS_EARLIER_IDS = {"dim_interest_group", "bridge_group_member"}
AS_OF = datetime(2026, 9, 30, tzinfo=UTC)

SOURCES = """
version: 1
time_zone: UTC
region: Самарская область
organisation: Город
sources:
  portal:
    title: Портал
    path: inbox/portal_*.csv
    format: csv
    is_joining_cases: true
    entities:
      post:
        select: >-
          select id as source_post_id, happened as posted_at, edited as edited_at, gone as is_deleted, author,
          id as thread_id, 'portal' as channel, words as text, address as place_text, source_row as origin_row
          from source where kind = 'post'
      case_event:
        select: >-
          select id as source_post_id, happened as event_at, kind as event_kind, authority, words as text,
          source_row as origin_row from source where kind <> 'post'
  mail:
    title: Почта
    path: inbox/mail_*.csv
    format: csv
    entities:
      message:
        select: >-
          select id as source_message_id, sent as sent_at, sender, string_split(recipients, ';') as recipients,
          'mail' as kind, subject from source
  staff:
    title: Справочник
    path: inbox/staff*.csv
    format: csv
    entities:
      person:
        select: >-
          select id as source_person_id, [account] as accounts, department, manager, since as valid_from from source
"""
HEADERS = {
    "portal": "id,kind,happened,edited,gone,author,address,authority,words",
    "mail": "id,sent,sender,recipients,subject",
    "staff": "id,account,department,manager,since",
}
WORDS = (
    "Яма во дворе, машины объезжают по газону",
    "Во дворе дома яма стала глубже, просим засыпать",
    "На остановке второй месяц не горит фонарь",
    "Не вывозят мусор, контейнеры переполнены",
    "Спасибо за новый сквер",
    "Когда откроют поликлинику после ремонта?",
)
ADDRESSES = ("г. Тольятти, ул. Мира, 5", "г. Сызрань, ул. Советская, 10", "Тольятти", "")
REPLIES = ("Ваше обращение рассмотрено и передано по принадлежности.", "Яму засыпали 3 сентября, фото приложено.")
KINDS = ("received", "accepted", "rerouted", "interim_reply", "reply", "claimed_fixed", "confirmed", "refuted")
DEPARTMENTS = ("Дороги", "Благоустройство", "Связь")
STAFF = [f"staff{number}@city.example" for number in range(24)]

N_CORRECTED = len(STAFF) // 2

Rows = list[tuple[str, str]]
"""Pairs of a table of `HEADERS` and a row."""


def _history(number: int, order: random.Random) -> Rows:
    """A few posts with their versions and cases, and a few messages."""
    rows: Rows = []
    for post in range(order.randint(1, 3)):
        name = f"{number}-{post}"
        # one in six is a year late
        posted = AS_OF - timedelta(days=order.choice((365, *range(5, 60, 11))), hours=order.randint(0, 23))
        author, address = f"citizen{order.randint(1, 40)}", order.choice(ADDRESSES)
        for version in range(order.randint(1, 3)):
            edited = _at(posted + timedelta(hours=version)) if version else ""
            is_gone = "true" if version and order.random() < 0.3 else ""
            words = f'"{order.choice(WORDS)}"'
            rows.append(("portal", f'{name},post,{_at(posted)},{edited},{is_gone},{author},"{address}",,{words}'))
        moment = posted
        for kind in order.sample(KINDS, order.randint(0, 5)):
            # nothing lies in the future of any run
            moment = min(moment + timedelta(hours=order.randint(1, 60)), AS_OF - timedelta(days=3))
            authority = order.choice(("Администрация города", "Министерство дорог"))
            rows.append(("portal", f'{name},{kind},{_at(moment)},,,,,{authority},"{order.choice(REPLIES)}"'))
    for message in range(order.randint(1, 8)):
        sender, *recipients = order.sample(STAFF, order.randint(2, 4))
        sent = AS_OF - timedelta(days=order.randint(3, 120), minutes=order.randint(0, 600))
        to = ";".join(recipients)
        rows.append(("mail", f'{number}-{message},{_at(sent)},{sender},{to},"{order.choice(WORDS)}"'))
    return rows


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _directories(order: random.Random) -> tuple[list[str], list[str], list[str]]:
    """The staff; half of them in another department; and half of these corrections taken back."""
    managers = [order.randrange(len(STAFF)) for _ in STAFF]

    def row(number: int, department: str) -> str:
        return f"p{number},{STAFF[number]},{department},p{managers[number]},2025-01-01"

    departments = [order.choice(DEPARTMENTS) for _ in STAFF]
    first = [row(number, department) for number, department in enumerate(departments)]
    corrected = [row(number, "Новый отдел") for number in range(N_CORRECTED)]
    return first, corrected, first[: N_CORRECTED // 2]


def _readdressed(posts: list[str]) -> list[str]:
    """Some posts of the first delivery once more, sent to another address than before."""
    rows = []
    for post in posts[::5]:
        before, _, after = post.split('"', 2)
        rows.append(f'{before}"г. Самара, ул. Ленина, 1"{after}')
    return rows


def _write(inbox: Path, name: str, table: str, rows: list[str]) -> None:
    (inbox / f"{name}.csv").write_text("\n".join([HEADERS[table], *rows]) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Deployment, Deployment]:
    """A home that ran after each of two deliveries, and one with its vault that saw all of them at once."""
    folder = tmp_path_factory.mktemp("cuts")
    inbox = folder / "inbox"
    inbox.mkdir()
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    piecemeal = Deployment(folder / "piecemeal", folder / "sources.yaml")
    order = random.Random(17)
    deliveries: list[Rows] = [[] for _ in range(N_DELIVERIES)]
    for number in range(N_HISTORIES):
        for table, row in _history(number, order):
            deliveries[order.randrange(N_DELIVERIES)].append((table, row))
    first, *corrections = _directories(order)
    _write(inbox, "staff_0", "staff", first)
    posts = [row for kind, row in deliveries[0] if kind == "portal" and ",post," in row]
    deliveries[1].extend(("portal", row) for row in _readdressed(posts))
    for step, delivery in enumerate(deliveries):
        for table in ("portal", "mail"):
            _write(inbox, f"{table}_{step}", table, [row for kind, row in delivery if kind == table])
        if step == 1:
            for number, rows in enumerate(corrections, 1):
                _write(inbox, f"staff_{number}", "staff", rows)
        today = AS_OF - timedelta(days=N_DELIVERIES - 1 - step)
        assert piecemeal.run("--as-of", today.isoformat())["status"] == "published"
    at_once = Deployment(folder / "at_once", folder / "sources.yaml")
    # subjects are random: only a common vault gives the same accounts the same ones
    shutil.copytree(piecemeal.home / "vault", at_once.home / "vault")
    at_once.run("--as-of", AS_OF.isoformat())
    return piecemeal, at_once


def _differences(one: dict[str, str], other: dict[str, str]) -> set[str]:
    assert one.keys() == other.keys()
    return {name for name in one if one[name] != other[name]} - TELLS_OF_DELIVERIES


def _hashes(deployment: Deployment) -> dict[str, str]:
    return {name: mart["sha256"] for name, mart in deployment.marts.items()}


def test_the_cuts_reach_what_they_are_about(homes):
    """Late, edited and deleted posts, cases that are joined, replies and scores: else equality would say little."""
    piecemeal, _ = homes
    ((n_posts, n_late),) = piecemeal.query(
        "select count(*), count_if(posted_at < timestamptz '2026-01-01 00:00:00Z') from fct_post"
    )
    assert min(n_posts, n_late) > 20
    for table in ("fct_reply", "fct_incident_clock", "agg_communication_level", "fct_leader_score"):
        assert piecemeal.query(f"select count(*) from {table}")[0][0] > 0, table
    assert piecemeal.query("select max(n_posts) from fct_incident")[0][0] > 1


def test_of_rows_that_contradict_each_other_the_one_delivered_last_counts(homes):
    for one in homes:
        with duckdb.connect(str(one.home / "warehouse.duckdb"), read_only=True) as warehouse:
            moved = "select count(*) from int_staff_subject where department = 'Новый отдел'"
            assert warehouse.execute(moved).fetchall() == [(N_CORRECTED - N_CORRECTED // 2,)]
        ((n_readdressed,),) = one.query(
            "select count(*) from fct_post join dim_municipality using (municipality_id) where name = 'Самара'"
        )
        assert n_readdressed > 10


def test_deliveries_run_one_by_one_give_what_one_run_over_all_gives(homes):
    assert _differences(*map(_hashes, homes)) - KEEPS_EARLIER_IDS == set()


def test_a_full_refresh_changes_nothing(homes):
    piecemeal, _ = homes
    before = _hashes(piecemeal)
    piecemeal.run("--full-refresh", "--as-of", AS_OF.isoformat())
    assert _differences(before, _hashes(piecemeal)) == set()
