"""Erasure over a whole deployment: no file names the person, and what is delivered again brings nobody back."""

import csv
import gzip
import re
import sqlite3
from dataclasses import dataclass

import duckdb
import pytest

from tests.integration.canaries import PLANTED
from tests.integration.conftest import Deployment

_WORD = re.compile(r"[\w.@+-]+")
ACCOUNT = "kanareika"


@dataclass(frozen=True)
class Erased:
    """The deployment, and what must be found nowhere: the account, the subject, their posts by id."""

    deployment: Deployment
    needles: frozenset[str]
    snapshots_before: int
    found_before: frozenset[str]
    found_after: frozenset[str]
    doctor: str


def _content(path):
    """A file's content as text, with Parquet, DuckDB and packed files decoded."""
    raw = path.read_bytes()
    if path.suffix == ".parquet":
        return "\n".join(map(str, duckdb.execute("from read_parquet(?)", [str(path)]).fetchall()))
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    text = raw.decode("utf-8", "replace")
    if path.suffix == ".sqlite":
        # values that lie side by side in a page are no words of their own
        with sqlite3.connect(path) as tables:
            text += "\n".join(tables.iterdump())
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            names = connection.execute("select table_name from duckdb_tables()").fetchall()
            text += "\n".join(str(connection.execute(f'from "{name}"').fetchall()) for (name,) in names)
    return text


def _found(deployment, needles):
    """Files of the home, every one of them, that hold one of the words as a word of its own."""
    files = (path for path in deployment.home.rglob("*") if path.is_file() and not path.is_symlink())
    return frozenset(
        str(path.relative_to(deployment.home)) for path in files if needles & set(_WORD.findall(_content(path)))
    )


@pytest.fixture(scope="module")
def erased(grown, tmp_path_factory):
    # both of its snapshots hold the person
    mine = grown.copy(tmp_path_factory.mktemp("erased"))
    with sqlite3.connect(mine.home / "vault" / "vault.sqlite") as vault:
        ((subject,),) = vault.execute("select subject_id from account where account = ?", [ACCOUNT]).fetchall()
    posts = mine.query(f"select post_id from fct_post where author_subject_id = '{subject}'")
    assert len(posts) > len(PLANTED)
    needles = frozenset({ACCOUNT, subject, *(post for (post,) in posts)})
    n_snapshots = len(list(mine.home.glob("published/snapshots/*/manifest.json")))
    before = _found(mine, needles)
    assert mine.otklik("reveal", subject, "--reason", "asked_by_person").returncode == 0
    result = mine.otklik("erase", subject, "--reason", "letter 17")
    assert result.returncode == 0, result.stderr
    return Erased(mine, needles, n_snapshots, before, _found(mine, needles), mine.otklik("doctor").stdout)


def test_the_search_finds_the_person_where_they_were(erased):
    tops = {path.split("/")[0] for path in erased.found_before}
    assert {"lake", "published", "vault", "warehouse.duckdb"} <= tops
    assert erased.snapshots_before == 2
    in_snapshots = {path.split("/")[2] for path in erased.found_before if path.startswith("published/snapshots/")}
    assert len(in_snapshots) == 2


def test_no_file_of_the_home_names_the_person_afterwards(erased):
    assert erased.found_after == frozenset()


def test_an_erasure_is_no_damage_that_the_next_run_would_mend(erased):
    assert "✓ damage: every file is as the last run left it." in erased.doctor


def test_the_log_of_who_looked_holds_and_says_that_somebody_was_erased(erased):
    result = erased.deployment.otklik("audit", "verify")
    assert result.returncode == 0
    assert result.stdout.splitlines()[0] == "2 lines, 1 of them about somebody who was erased: whole."


def test_the_delivery_in_another_file_brings_nobody_back_and_every_row_is_accounted_for(erased):
    mine = erased.deployment
    folder = mine.sources.parent / "canary"
    with (folder / "posts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows.append({**rows[0], "id": "canary-of-somebody-else", "author": "vorobei"})
    with (folder / "posts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert mine.run()["status"] == "published"
    loads = mine.query(
        "select entity, rows_read, rows_loaded, rows_erased from meta_load "
        "where source = 'canary_posts' and rows_erased > 0 order by entity"
    )
    n_theirs = len(rows) - 1
    assert loads == [("case_event", n_theirs + 1, 1, n_theirs), ("post", n_theirs + 1, 1, n_theirs)]
    assert _found(mine, erased.needles) == frozenset()
    assert mine.query("select count(*) from fct_post where source = 'canary_posts'") == [(1,)]
