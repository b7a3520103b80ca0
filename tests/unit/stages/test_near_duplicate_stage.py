"""Near-duplicate pairs in the lake: the same rows however the posts were delivered; gone with a person's texts."""

import hashlib
import random
import shutil

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nlp.duplicate_index import DuplicateIndex
from otklik.home import lake
from otklik.home.settings import Home
from otklik.stages import near_duplicates
from otklik.stages.near_duplicates import (
    NEAR_DUPLICATE,
    NEAR_DUPLICATE_SCHEMA,
    find_near_duplicates,
    forget_texts,
)
from otklik.stages.preparation import prepare_datasets

HEADS = ("Во дворе на Речной не вывозят мусор", "Автобус номер пять опять не пришёл утром", "Спасибо за новый сквер")
# Families of 40: larger than the representatives of a bucket, so that newcomers displace some of them.
TEXTS = [f"{head}{' примите меры' * (mark % 2)}{'!' * mark}" for head in HEADS for mark in range(40)]


def md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def deliver(home, number, texts):
    table = pa.table({"text_hash": [md5(text) for text in texts], "text": texts})
    lake.write_table(home.lake / "raw" / "post" / "source=wall" / f"load={number}.parquet", table)


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    prepare_datasets(home)
    return home


def rows(home):
    files = home.lake / "enriched" / NEAR_DUPLICATE / "*.parquet"
    return duckdb.sql(f"from read_parquet('{files}') order by all").fetchall()


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("whole"))
    prepare_datasets(home)
    deliver(home, 0, TEXTS)
    find_near_duplicates(home)
    return rows(home)


def test_pairs_have_the_agreed_columns(home, whole):
    deliver(home, 0, ["На мосту яма глубиной в метр", "На мосту яма, глубиной в метр!", "Спасибо"])
    find_near_duplicates(home)
    first, second = sorted((md5("На мосту яма глубиной в метр"), md5("На мосту яма, глубиной в метр!")))
    assert rows(home) == [(first, second, 1.0, False, "4")]
    for path in sorted((home.lake / "enriched" / NEAR_DUPLICATE).glob("*.parquet")):
        assert pq.read_schema(path).equals(NEAR_DUPLICATE_SCHEMA)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rows_do_not_depend_on_the_order_or_the_deliveries(home, whole, seed):
    rng = random.Random(seed)
    left = rng.sample(TEXTS, len(TEXTS))
    number = 0
    while left:
        size = rng.randint(1, 40)
        deliver(home, number, [*left[:size], rng.choice(TEXTS)])
        left, number = left[size:], number + 1
        find_near_duplicates(home)
    assert rows(home) == whole


def test_a_pass_without_news_changes_nothing(home, whole):
    deliver(home, 0, TEXTS)
    find_near_duplicates(home)
    summary = find_near_duplicates(home)
    assert (summary.n_new, summary.n_total, summary.n_new_pairs) == (0, len(TEXTS), 0)
    assert rows(home) == whole


def test_a_pass_that_was_interrupted_can_be_run_again(home, whole, monkeypatch):
    deliver(home, 0, TEXTS[:70])
    find_near_duplicates(home)
    deliver(home, 1, TEXTS[70:])
    with monkeypatch.context() as patch:
        patch.setattr(DuplicateIndex, "commit", _fail)
        with pytest.raises(KeyboardInterrupt):
            find_near_duplicates(home)
    find_near_duplicates(home)
    assert rows(home) == whole


def _fail(self, found):
    raise KeyboardInterrupt


def test_files_without_news_are_not_read_for_words(home, monkeypatch):
    deliver(home, 0, TEXTS[:10])
    find_near_duplicates(home)
    old = home.lake / "raw" / "post" / "source=wall" / "load=0.parquet"
    # whoever reads the words of this file again reads rubbish
    lake.write_table(old, pa.table({"text_hash": [md5(text) for text in TEXTS[:10]], "text": ["?"] * 10}))
    deliver(home, 1, TEXTS[10:20])
    assert find_near_duplicates(home).n_new == 10


def test_an_erased_text_leaves_the_index_and_the_rest_is_made_again(home):
    deliver(home, 0, TEXTS)
    find_near_duplicates(home)
    assert forget_texts(home, pa.array([md5("nobody wrote this")])) == []
    erased = md5(TEXTS[0])
    removed = forget_texts(home, pa.array([erased]))
    assert "restricted/duplicate_index/index.json" in removed
    assert rows(home) == []
    deliver(home, 0, TEXTS[1:])
    find_near_duplicates(home)
    assert rows(home)
    assert not any(erased in row for row in rows(home))
    held = DuplicateIndex(home.restricted / "duplicate_index").text_hashes()["text_hash"].to_pylist()
    assert sorted(held) == sorted(md5(text) for text in TEXTS[1:])


def test_an_index_of_older_rules_is_made_again(home, whole):
    deliver(home, 0, TEXTS)
    find_near_duplicates(home)
    manifest = near_duplicates._folder(home) / "index.json"
    manifest.write_text('{"version": "0", "segments": []}')
    find_near_duplicates(home)
    assert rows(home) == whole


def test_a_lake_that_was_deleted_gets_its_pairs_back(home, whole):
    deliver(home, 0, TEXTS)
    find_near_duplicates(home)
    shutil.rmtree(home.lake)
    deliver(home, 0, TEXTS)
    assert find_near_duplicates(home).n_new == len(TEXTS)
    assert rows(home) == whole
