"""Leak findings and masked words in the lake: each text is read once by each version of the scanner, none is lost."""

import hashlib

import duckdb
import pyarrow as pa
import pytest

from nlp.leak_patterns import leak_version
from otklik.home import lake
from otklik.home.errors import ConfigurationError
from otklik.home.settings import Home
from otklik.intake.sources.own_patterns import own_patterns
from otklik.stages.leak_scanning import redact_published, scan_messages
from otklik.stages.preparation import prepare_datasets

OWN = """
[[pattern]]
name = "case number"
kind = "case_number"
shape = 'дело № ?[0-9]{2}-[0-9]{4}'
placeholder = "[дело]"
"""


def md5(text):
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    prepare_datasets(home)
    return home


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "patterns.toml"
    path.write_text(OWN, encoding="utf-8")
    return own_patterns([path])


def write(home, number, bodies):
    """Deliver internal messages without a subject."""
    columns = {"text_hash": list(map(md5, bodies)), "subject": [None] * len(bodies), "body": bodies}
    schema = pa.schema([(name, pa.string()) for name in columns])
    path = home.restricted / "message_text" / "source=mail" / f"load={number}.parquet"
    lake.write_table(path, pa.table(columns, schema))
    return path


def post(home, entity, texts):
    table = pa.table({"text_hash": [text and md5(text) for text in texts], "text": texts})
    lake.write_table(home.lake / "raw" / entity / "source=wall" / "load=0.parquet", table)


def found(home, table, columns):
    files = home.lake / "enriched" / table / "*.parquet"
    return duckdb.sql(f"select {columns} from read_parquet('{files}') order by all").fetchall()


def test_a_finding_tells_kind_place_and_two_characters(home):
    write(home, 0, ["Пишите на ivan@pochta.example", "Всем доброго дня"])
    scan_messages(home, ())
    assert found(home, "leak_finding", "text_hash, kind, start_char, end_char, last_two") == [
        (md5("Пишите на ivan@pochta.example"), "email", 10, 29, "le")
    ]
    assert dict(found(home, "leak_scan", "text_hash, status")) == {
        md5("Пишите на ivan@pochta.example"): "leak",
        md5("Всем доброго дня"): "clean",
    }


def test_subject_and_body_are_one_text_with_one_row_of_offsets(home):
    table = pa.table({"text_hash": ["t"], "subject": ["Почта"], "body": ["ivan@pochta.example"]})
    lake.write_table(home.restricted / "message_text" / "source=mail" / "load=0.parquet", table)
    scan_messages(home, ())
    assert found(home, "leak_finding", "start_char, end_char") == [(len("Почта\n"), len("Почта\nivan@pochta.example"))]


def test_a_message_too_long_to_be_read_is_a_review_and_not_clean(home):
    text = "Пишите на ivan@pochta.example " + "и ещё " * 6_000 + "тел. +7 912 345-67-89"
    write(home, 0, [text])
    scan_messages(home, ())
    assert found(home, "leak_scan", "status") == [("review",)]


def test_only_new_texts_are_read_again(home):
    write(home, 0, ["Первое", "Второе"])
    assert scan_messages(home, ()).n_new == 2
    write(home, 1, ["Второе", "Третье"])
    assert scan_messages(home, ()).n_new == 1
    assert scan_messages(home, ()).n_new == 0
    assert scan_messages(home, ()).n_total == 3


def test_a_pattern_of_ones_own_has_everything_read_again(home, own):
    write(home, 0, ["Смотрите дело №12-3456"])
    scan_messages(home, ())
    assert found(home, "leak_finding", "kind") == []
    assert scan_messages(home, own).n_new == 1
    assert found(home, "leak_finding", "kind, model_version") == [("case_number", leak_version(own))]
    assert leak_version(own) != leak_version()


def test_findings_of_an_older_scanner_stay_where_the_words_are_gone(home, own):
    path = write(home, 0, ["Пишите на ivan@pochta.example"])
    scan_messages(home, ())
    path.unlink()
    write(home, 1, ["Новое"])
    scan_messages(home, own)
    assert found(home, "leak_finding", "kind, model_version") == [("email", leak_version())]
    assert found(home, "leak_scan", "count(*)") == [(2,)]


def test_posts_and_replies_are_masked_and_clean_words_are_not_kept_twice(home, own):
    post(home, "post", ["Дело №12-3456, тел. +7 912 345-67-89", "Яма на дороге", None])
    post(home, "case_event", ["Ответ ушёл на ivan@pochta.example", "Яма на дороге"])
    summary = redact_published(home, own)
    assert (summary.n_new, summary.n_found) == (3, 3)
    assert dict(found(home, "text_redaction", "text_hash, redacted_text")) == {
        md5("Дело №12-3456, тел. +7 912 345-67-89"): "[дело], тел. [телефон]",
        md5("Ответ ушёл на ivan@pochta.example"): "Ответ ушёл на [почта]",
        md5("Яма на дороге"): None,
    }
    assert redact_published(home, own).n_new == 0


def test_titles_of_instructions_are_masked_and_words_that_a_post_holds_too_are_read_once(home, own):
    post(home, "post", ["Яма на дороге"])
    path = home.lake / "raw" / "instruction" / "source=head" / "load=1.parquet"
    titles = ["Позвонить +7 912 345-67-89", "Яма на дороге", None]
    lake.write_table(path, pa.table({"instruction_id": ["1", "2", "3"], "title": pa.array(titles, pa.string())}))
    assert redact_published(home, own).n_new == 2
    assert dict(found(home, "text_redaction", "text_hash, redacted_text")) == {
        md5("Позвонить +7 912 345-67-89"): "Позвонить [телефон]",
        md5("Яма на дороге"): None,
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("[[pattern]]\nname = 'a'\nkind = 'phone'\nshape = 'x'\n", "phone"),
        ("[[pattern]]\nname = 'a'\nkind = 'own'\nshape = '(?=x)'\n", "RE2"),
        ("pattern = 1", "pattern"),
    ],
)
def test_a_pattern_file_that_does_not_hold_is_a_configuration_error_that_names_it(tmp_path, content, told):
    path = tmp_path / "own.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"own\.toml") as error:
        own_patterns([path])
    assert told in str(error.value)


def test_a_pattern_file_that_is_missing_is_a_configuration_error_that_names_it(tmp_path):
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml"):
        own_patterns([tmp_path / "nowhere.toml"])
