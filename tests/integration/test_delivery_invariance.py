"""However the same rows are delivered, the same tables are published: many histories, two homes with one vault.

In the first home every history comes once, in one file, and one run sees them all. In the second the same rows come one
to five times, renamed, packed anew, cut in two, in another order, and runs see them little by little: every file is
there before a cut of its own, so an edit may come before what it edits. Both are run by the command line; every
published table must be equal, but those that tell of the deliveries themselves. Two rows of one id and one time that
contradict each other are left out: of those the one delivered last counts. `make properties` tries 200 histories and
five cuts.
"""

import gzip
import os
import random
import shutil
from pathlib import Path

import pytest

from .conftest import Deployment

pytestmark = pytest.mark.long

N_HISTORIES = int(os.environ.get("OTKLIK_PROPERTY_CASES", "40"))
N_CUTS = max(1, N_HISTORIES // 40)
TELLS_OF_DELIVERIES = {"meta_load", "meta_freshness", "meta_gate_result"}

HEADER = "id,posted,edited,gone,author,words,address\n"
WORDS = ["Яма во дворе", "Не горит фонарь у дома", "Спасибо за новый сквер", "Когда вывезут мусор?", "", "яма, двор"]
SOURCES = """
version: 1
time_zone: Europe/Samara
region: Самарская область
as_of: 2026-09-30T00:00:00+04:00
parameters: {max_quarantined_share: 1}
sources:
  portal:
    title: Portal
    path: inbox/*
    format: csv
    entities:
      post:
        select: |
          select id as source_post_id, posted as posted_at, edited as edited_at, gone as is_deleted, author,
                 'portal' as channel, words as text, address as place_text, source_row as origin_row
          from source
"""


def _history(number: int, order: random.Random) -> list[str]:
    """Some posts with their edits, deletions, repetitions and unreadable dates."""
    rows: dict[tuple[str, ...], str] = {}
    for _ in range(order.randint(1, 6)):
        post = f"{number}-{order.randint(1, 3)}"
        day = order.choice(["2026-09-01", "2026-09-02 10:00", "2026-08-01T10:00:00Z", "never"])
        edited = order.choice(["", "", "2026-09-05"])
        gone = order.choice(["", "", "", "true"])
        author = order.choice(["anna", "Boris", "boris ", f"citizen{number}", ""])
        address = order.choice(["г. Тольятти, ул. Мира, 5", "Сызрань", ""])
        row = f'{post},{day},{edited},{gone},{author},"{order.choice(WORDS)}","{address}"\n'
        rows.setdefault((post, edited or day, gone), row)
    return list(rows.values())


def _write(path: Path, rows: list[str], *, is_packed: bool, order: random.Random) -> None:
    content = (HEADER + "".join(rows)).encode()
    if is_packed:
        packed = gzip.compress(content, compresslevel=order.randint(1, 9), mtime=order.randrange(10**6))
        path.with_name(f"{path.name}.gz").write_bytes(packed)
    else:
        path.write_bytes(content)


def _deliver_again(inbox: Path, number: int, rows: list[str], order: random.Random) -> None:
    for time in range(order.randint(1, 5)):
        shuffled = order.sample(rows, len(rows))
        cut = order.randint(0, len(rows)) if time == 0 else 0
        for part, some in enumerate((shuffled[:cut], shuffled[cut:])):
            name = f"{order.randrange(10**9)}_{number}_{time}_{part}.csv"
            _write(inbox / name, some, is_packed=order.random() < 0.3, order=order)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Deployment, Deployment]:
    folder = tmp_path_factory.mktemp("deliveries")
    order = random.Random(20260930)
    deployments = []
    for name in ("once", "again"):
        (folder / name / "inbox").mkdir(parents=True)
        (folder / name / "sources.yaml").write_text(SOURCES, encoding="utf-8")
        deployments.append(Deployment(folder / name / "home", folder / name / "sources.yaml"))
    for number in range(N_HISTORIES):
        rows = _history(number, order)
        _write(folder / "once" / "inbox" / f"{number}.csv", rows, is_packed=False, order=order)
        _deliver_again(folder / "again" / "inbox", number, rows, order)
    once, again = deployments
    once.run()
    # subjects are random: only a common vault gives the same accounts the same ones
    shutil.copytree(once.home / "vault", again.home / "vault")
    _run_little_by_little(again, folder / "waiting", order)
    return once, again


def _run_little_by_little(deployment: Deployment, waiting: Path, order: random.Random) -> None:
    inbox = deployment.sources.parent / "inbox"
    inbox.rename(waiting)
    inbox.mkdir()
    arrivals = [(order.randint(0, N_CUTS), path) for path in sorted(waiting.iterdir())]
    for cut in range(N_CUTS + 1):
        for arrival, path in arrivals:
            if arrival == cut:
                path.rename(inbox / path.name)
        deployment.run()


def test_every_published_table_is_the_same(homes):
    once, again = homes
    first, second = ({name: mart["sha256"] for name, mart in one.marts.items()} for one in homes)
    assert first.keys() == second.keys()
    different = {name for name in first if first[name] != second[name]} - TELLS_OF_DELIVERIES
    counted = {name: [one.query(f"select count(*) from {name}")[0][0] for one in (once, again)] for name in different}
    assert counted == {}
    assert once.query("select count(*) > 0 from fct_post") == [(True,)]


def test_every_row_of_every_delivery_is_accounted_for(homes):
    for one in homes:
        rows = one.query(
            "select sum(rows_read), sum(rows_loaded), sum(rows_duplicate), sum(rows_quarantined) from meta_load"
        )
        ((read, loaded, duplicate, quarantined),) = rows
        # equal files are one delivery
        contents = {_content(path) for path in (one.sources.parent / "inbox").iterdir()}
        delivered = sum(content.count(b"\n") - 1 for content in contents)
        assert (read, loaded + duplicate + quarantined) == (delivered, delivered)


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content
