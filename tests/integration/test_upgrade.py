"""A home of the platform before homes had a version: brought forward, it goes on where the old platform stopped."""

import gzip
import hashlib
import json
import sqlite3
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from otklik.home.settings import Home
from otklik.home.versions import HOME_FORMAT, platform_version
from otklik.intake.entities import entities
from otklik.intake.keyed_ids import keyed_ids
from otklik.publishing.manifests import current_manifest
from otklik.upgrade import STEPS
from tests.integration.conftest import Deployment

OLD_HOME = Path(__file__).parents[1] / "fixtures" / "homes" / "format-1.tar.xz"
KNOWN_CASE, NEW_CASE = 4000012, 4999999
ERASED = "c_0c7affb2882ba1d4"


@dataclass(frozen=True)
class Upgraded:
    """The home after its first run on this platform, and what the old one had left in it."""

    deployment: Deployment
    summary: dict[str, Any]
    accounts: list[tuple[Any, ...]]
    facts: dict[str, str]
    snapshots: dict[str, str]


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Upgraded:
    folder = tmp_path_factory.mktemp("old")
    with tarfile.open(OLD_HOME) as archive:
        archive.extractall(folder)
    deployment = Deployment(folder / "home", folder / "demo" / "sources.yaml")
    _deliver_again_with_one_case_more(deployment)
    home = Home(deployment.home)
    before = accounts(home), facts(home), snapshots(home)
    return Upgraded(deployment, deployment.run(), *before)


def _deliver_again_with_one_case_more(deployment: Deployment) -> None:
    """A full export, as portals send them: every case once more, and a new one by somebody known."""
    folder = deployment.sources.parent / "portal"
    lines = gzip.decompress((folder / "cases.jsonl.gz").read_bytes()).decode().splitlines()
    (known,) = (case for case in map(json.loads, lines) if case["id"] == KNOWN_CASE)
    new = known | {"id": NEW_CASE, "created": "2026-09-29T10:00:00", "description": "Снова яма.", "events": []}
    (folder / "cases_2.jsonl.gz").write_bytes(gzip.compress("\n".join([*lines, json.dumps(new)]).encode()))


def accounts(home: Home) -> list[tuple[Any, ...]]:
    with sqlite3.connect(home.vault / "vault.sqlite") as vault:
        return vault.execute("select realm, namespace, account, subject_id from account order by 1, 2, 3").fetchall()


def facts(home: Home) -> dict[str, str]:
    """Raw loads but for their ids, their lines in the ledger and the words of messages, by content."""
    folders = (home.lake / "raw", home.lake / "ledger", home.restricted / "message_text", home.lake / "erasures")
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    files = [path for path in files if path.stem != "load=_empty"]
    return {str(path.relative_to(home.root)): hashlib.sha256(_content(path)).hexdigest() for path in files}


def _content(path: Path) -> bytes:
    if path.suffix != ".parquet":
        return path.read_bytes()
    table = pq.ParquetFile(path).read()
    ids = {one.name for entity in entities().values() for one in entity.ids}
    return repr(table.drop_columns([name for name in table.column_names if name in ids]).to_pylist()).encode()


def snapshots(home: Home) -> dict[str, str]:
    files = sorted(path for path in (home.published / "snapshots").rglob("*") if path.is_file())
    return {str(path.relative_to(home.published)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_home_is_brought_forward_and_says_so(upgraded):
    assert len(upgraded.summary["upgrade"]) == len(STEPS)
    note = json.loads((upgraded.deployment.home / "version.json").read_text())
    assert note == {"format": HOME_FORMAT, "platform": platform_version()}


def test_a_snapshot_is_published_and_the_tables_of_old_ones_are_for_analysts(upgraded):
    home = Home(upgraded.deployment.home)
    assert upgraded.summary["status"] == "published"
    manifest = current_manifest(home.published)
    assert manifest is not None
    assert f"snapshots/{manifest['snapshot_id']}/manifest.json" not in upgraded.snapshots
    now = snapshots(home)
    tables = {name: content for name, content in upgraded.snapshots.items() if not name.endswith(".json")}
    moved = {str(Path(name).parent / "analyst" / Path(name).name): content for name, content in tables.items()}
    assert {name: now.get(name) for name in moved} == moved
    assert not now.keys() & tables.keys()
    for name in sorted(path for path in moved if path.endswith("otklik.duckdb")):
        assert oct((home.published / name).stat().st_mode)[-3:] == "640"
        with duckdb.connect(str(home.published / name), read_only=True) as database:
            assert database.execute("select count(*) from fct_post").fetchone() == (59,)


def test_every_account_keeps_its_subject(upgraded):
    assert accounts(Home(upgraded.deployment.home)) == upgraded.accounts


def test_no_load_is_made_again_but_those_of_tables_that_became_reference_tables(upgraded):
    home = Home(upgraded.deployment.home)
    now, retired = facts(home), home.restricted / "retired"
    gone = sorted(name for name, content in upgraded.facts.items() if now.get(name) != content)
    assert gone == sorted(str(path.relative_to(retired)) for path in retired.rglob("*.parquet"))
    new = sorted(name for name in now.keys() - upgraded.facts.keys() if name.startswith("lake/ledger"))
    reference = [["source=authorities", "entity=authority"], ["source=municipalities", "entity=municipality"]]
    assert [name.split("/")[2:4] for name in gone if name.startswith("lake/ledger")] == reference
    assert [name.split("/")[2:4] for name in new] == [
        *reference,
        ["source=portal", "entity=case_event"],
        ["source=portal", "entity=post"],
    ]


def test_rows_of_the_old_platform_are_known_again_in_a_new_delivery(upgraded):
    home = Home(upgraded.deployment.home)
    ledger = home.lake / "ledger" / "source=portal" / "entity=post"
    lines = [pq.ParquetFile(path).read().to_pylist()[0] for path in ledger.glob("*.parquet")]
    first, second = sorted(lines, key=lambda line: line["file_name"])
    assert second["rows_read"] == first["rows_read"] + 1
    assert second["rows_loaded"] == 1
    assert second["rows_duplicate"] == first["rows_loaded"] + first["rows_duplicate"]


def test_a_known_writer_of_a_new_post_is_the_same_subject(upgraded):
    ids = keyed_ids(Home(upgraded.deployment.home))
    posts = tuple(ids.of("post", "portal", str(case)) for case in (KNOWN_CASE, NEW_CASE))
    writers = upgraded.deployment.query(f"select distinct author_subject_id from fct_post where post_id in {posts}")
    assert len(writers) == 1
    assert upgraded.deployment.query("select count(*) from fct_post") == [(60,)]


def test_who_was_erased_does_not_come_back(upgraded):
    assert upgraded.deployment.query(f"select count(*) from fct_post where author_subject_id = '{ERASED}'") == [(0,)]
    on_the_wall = "source = 'wall' and author_subject_id is not null"
    rows = upgraded.deployment.query(f"select author_subject_id from fct_post where {on_the_wall}")
    assert rows
    assert {writer for (writer,) in rows} <= {subject for *_, subject in upgraded.accounts}
