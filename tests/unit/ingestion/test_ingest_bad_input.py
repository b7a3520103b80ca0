"""Bad input: nothing is lost, the ledger balances, and the message says what to do."""

import re

import pytest

from otklik.home.errors import ConfigurationError

from .conftest import POSTS_SELECT

HEADER = "id,posted,author,words\n"


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        (",2026-09-01,anna,x", "source_post_id", "required, and empty"),
        ("1,,anna,x", "posted_at", "required, and empty"),
        ("1,вчера,anna,x", "posted_at", "not a date and time"),
        ("1,2026-13-41,anna,x", "posted_at", "not a date and time"),
        ("1,2099-01-01,anna,x", "posted_at", "lies in the future"),
    ],
)
def test_a_row_that_breaks_the_contract_is_quarantined_with_its_reason(deployment, ledger, row, field, reason):
    deployment.deliver("a.csv", HEADER + "9,2026-09-01,anna,ok\n" + row + "\n")
    (load,) = deployment.load()
    assert ledger(load) == (2, 1, 0, 1)
    assert deployment.quarantined() == [(2, field, reason)]


def test_a_value_outside_the_accepted_ones_is_quarantined_and_they_are_named(deployment):
    deployment.deliver("a.csv", HEADER + "1,2026-09-01,anna,x\n")
    select = "select id as source_post_id, posted as posted_at, 'myspace' as channel from source"
    deployment.load(deployment.source(select=select))
    ((_, field, reason),) = deployment.quarantined()
    assert field == "channel"
    assert reason.startswith("unknown value; accepted are vk, ok, telegram")


def test_an_undated_source_may_lack_times_but_not_have_wrong_ones(deployment, ledger):
    deployment.deliver("a.csv", HEADER + "1,,anna,x\n2,вчера,anna,x\n")
    (load,) = deployment.load(deployment.source(is_undated=True))
    assert ledger(load) == (2, 1, 0, 1)
    assert deployment.quarantined() == [(2, "posted_at", "not a date and time")]


def test_two_rows_of_one_id_and_other_content_keep_one_and_quarantine_one(deployment, ledger):
    deployment.deliver("a.csv", HEADER + "1,2026-09-01,anna,one\n1,2026-09-01,anna,two\n")
    (load,) = deployment.load()
    assert ledger(load) == (2, 1, 0, 1)
    ((_, field, reason),) = deployment.quarantined()
    assert (field, reason) == ("source_post_id", "another row of this file has the same id and other content")


def test_equal_rows_of_one_file_are_loaded_once(deployment, ledger):
    deployment.deliver("a.csv", HEADER + "1,2026-09-01,anna,one\n" * 3)
    (load,) = deployment.load()
    assert ledger(load) == (3, 1, 2, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2,2026-09-01,anna,x,y,z", "broken record: more fields than the header"),
        ("2,2026-09-01", "broken record: fewer fields than the header"),
        ('2,2026-09-01,anna,"x', "broken record: a quote is not closed"),
    ],
)
def test_a_broken_csv_record_is_quarantined_and_its_neighbours_are_not(deployment, ledger, row, reason):
    deployment.deliver("a.csv", HEADER + "1,2026-09-01,anna,ok\n" + row + "\n")
    (load,) = deployment.load()
    assert ledger(load) == (2, 1, 0, 1)
    assert deployment.quarantined("reason, raw")[0] == (reason, row) or deployment.quarantined("reason") == [(reason,)]


def test_badly_encoded_bytes_are_quarantined_and_kept(deployment, ledger):
    deployment.deliver("a.csv", HEADER.encode() + b"1,2026-09-01,anna,ok\n2,2026-09-01,anna,\xff\xfe\n")
    (load,) = deployment.load()
    assert ledger(load) == (2, 1, 0, 1)
    assert deployment.quarantined("reason, raw") == [
        ("bad encoding: bytes that are not the declared encoding", "2,2026-09-01,anna,\\xff\\xfe")
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": 2', "broken record: not JSON"),
        (b"[1, 2]", "broken record: not a JSON object"),
        (b'{"id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "broken record: JSON nested more than 500 deep"),
        (b'{"id": ' + b"9" * 1_000_000 + b"}", "broken record: not JSON"),
        (b'{"id": "\xff"}', "bad encoding: bytes that are not UTF-8"),
    ],
    ids=["cut", "array", "deep", "million digits", "encoding"],
)
def test_a_broken_json_line_is_quarantined_under_its_line_number(deployment, ledger, line, reason):
    good = b'{"id": "1", "posted": "2026-09-01", "author": "anna", "words": "x"}\n'
    deployment.deliver("a.jsonl", good + b"\n" + line + b"\n" + good.replace(b'"1"', b'"3"'))
    (load,) = deployment.load(deployment.source(format="jsonl"))
    assert ledger(load) == (3, 2, 0, 1)
    assert deployment.quarantined("origin_row, reason") == [(3, reason)]
    assert deployment.rows("source_post_id, origin_row") == [("1", 1), ("3", 4)]


def test_a_json_value_of_another_type_than_declared_is_not_silently_null(deployment, ledger):
    row = '{"id": %s, "posted": "2026-09-01", "author": "anna", "words": "x"}\n'
    deployment.deliver("a.jsonl", row % "1" + row % '"two"')
    source = deployment.source(format="jsonl", columns="{id: BIGINT, posted: VARCHAR, author: VARCHAR, words: VARCHAR}")
    (load,) = deployment.load(source)
    assert ledger(load) == (2, 1, 0, 1)
    assert deployment.quarantined("origin_row, reason") == [(2, "broken record: id is not BIGINT")]


@pytest.mark.parametrize(
    ("select", "message"),
    [
        (
            "select nothing as source_post_id from source",
            "does not fit a.csv.*nothing.*columns are: id, posted, author",
        ),
        ("select id as post_number, posted as posted_at from source", "gives post_number, which post does not have"),
        ("select id as source_post_id from source", "must give posted_at, channel as well"),
        ("select from where", "is not SQL"),
        ("drop table x", "must be one SELECT"),
        ("select 1; select 2", "must be one SELECT"),
        ("select id::int + posted::int as source_post_id, now() as posted_at, 'vk' as channel from source", "try_cast"),
    ],
)
def test_a_mapping_that_does_not_fit_is_explained(deployment, select, message):
    deployment.deliver("a.csv", HEADER + "1,2026-09-01,anna,x\n")
    with pytest.raises(ConfigurationError, match="(?s)source 's', entity 'post'.*" + message):
        deployment.load(deployment.source(select=select))
    assert deployment.rows() == []


def test_a_header_in_capitals_gives_the_fields_of_the_same_name(deployment):
    deployment.deliver("a.csv", "ID,Posted_At,Channel,TEXT\n1,2026-09-01,vk,x\n")
    select = "select id as source_post_id, posted_at, channel, text from source"
    deployment.load(deployment.source(select=select))
    assert deployment.rows("source_post_id, channel, text") == [("1", "vk", "x")]


@pytest.mark.parametrize(
    "select",
    [
        "select content as source_post_id, now() as posted_at, 'vk' as channel from read_text('/etc/hostname')",
        "select content as source_post_id, now() as posted_at, 'vk' as channel from read_text('{vault}')",
    ],
)
def test_a_mapping_cannot_read_other_files(deployment, select):
    deployment.deliver("a.csv", HEADER + "1,2026-09-01,anna,x\n")
    deployment.load()
    vault = deployment.home.vault / "vault.sqlite"
    with pytest.raises(ConfigurationError, match="cannot be read by this mapping"):
        deployment.load(deployment.source(select=select.replace("{vault}", str(vault))))


def test_a_named_file_that_is_missing_is_an_error(deployment):
    (deployment.folder / "inbox" / "days").mkdir(parents=True)
    with pytest.raises(
        ConfigurationError, match=r"inbox/days is a folder, and csv is read from files\. .*inbox/days/\*"
    ):
        deployment.load(deployment.source(path="inbox/days"))
    with pytest.raises(ConfigurationError, match=r"no file at .*inbox/a\.csv.*pattern"):
        deployment.load(deployment.source(path="inbox/a.csv"))


def test_a_pattern_that_matches_nothing_yet_is_no_error(deployment):
    assert deployment.load() == []


def test_a_header_that_names_a_column_twice_numbers_the_second(deployment, ledger):
    deployment.deliver("a.csv", "id,posted,author,words,Words,\n1,2026-09-01,anna,яма,ответ,\n")
    select = "select id as source_post_id, posted as posted_at, author, 'vk' as channel, Words_1 as text from source"
    (load,) = deployment.load(deployment.source(select=select))
    assert ledger(load) == (1, 1, 0, 0)
    assert deployment.rows("text") == [("ответ",)]


def test_a_file_without_the_mapped_columns_is_quarantined_where_the_mapping_fits_another(deployment, ledger):
    deployment.deliver("a.csv", "when,what\n2026-09-01,x\n2026-09-02,y\n")
    deployment.deliver("b.csv", HEADER + "1,2026-09-01,anna,x\n")
    foreign, good = deployment.load()
    assert (foreign.file_name, ledger(foreign)) == ("a.csv", (1, 0, 0, 1))
    assert (good.file_name, ledger(good)) == ("b.csv", (1, 1, 0, 0))
    ((row, field, reason),) = deployment.quarantined()
    assert (row, field) == (1, None)
    assert re.search(r"(?s)does not fit a\.csv: .*\nThe file's columns are: when, what\.", reason)
    # and so is one that comes alone, to a mapping that has read files before
    deployment.deliver("c.csv", "when,what\n2026-09-03,z\n")
    assert [ledger(load) for load in deployment.load()] == [(1, 0, 0, 1)]
    assert deployment.load() == []


def test_a_changed_mapping_that_does_not_fit_a_file_loaded_before_takes_nothing_away(deployment):
    deployment.deliver("a.csv", HEADER + "1,2026-09-01,anna,x\n")
    deployment.load()
    deployment.deliver("b.csv", HEADER.replace("words", "said") + "2,2026-09-02,anna,y\n")
    with pytest.raises(ConfigurationError, match=r"does not fit a\.csv"):
        deployment.load(deployment.source(select=POSTS_SELECT.replace("words", "said")))
    assert deployment.rows("source_post_id") == [("1",)]
