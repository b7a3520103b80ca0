"""What a file does to the lake: once, under its bytes, whatever it is called."""

import gzip

import pytest

HEADER = "id,posted,author,words\n"
GOOD = HEADER + "1,2026-09-01 10:00,anna,Яма у дома\n2,2026-09-02T10:00:00+05:00,boris,Спасибо\n"


def test_a_file_becomes_a_load_with_its_rows_in_utc(deployment, ledger):
    deployment.deliver("a.csv", GOOD)
    (load,) = deployment.load()
    assert ledger(load) == (2, 2, 0, 0)
    assert deployment.rows("source_post_id, posted_at::varchar, text, origin_row") == [
        ("1", "2026-09-01 07:00:00+00", "Яма у дома", 1),
        ("2", "2026-09-02 05:00:00+00", "Спасибо", 2),
    ]


def test_the_same_file_again_changes_nothing(deployment):
    deployment.deliver("a.csv", GOOD)
    deployment.load()
    before = deployment.rows("*")
    assert deployment.load() == []
    assert deployment.rows("*") == before


def test_the_same_file_renamed_changes_nothing(deployment):
    path = deployment.deliver("a.csv", GOOD)
    deployment.load()
    before = deployment.rows("*")
    path.rename(path.with_name("b.csv"))
    assert deployment.load() == []
    assert deployment.rows("*") == before


def test_the_same_file_zipped_again_changes_nothing(deployment):
    path = deployment.deliver("a.csv.gz", gzip.compress(GOOD.encode(), mtime=1))
    assert len(deployment.load()) == 1
    path.unlink()
    deployment.deliver("later.csv.gz", gzip.compress(GOOD.encode(), compresslevel=1, mtime=2))
    assert deployment.load() == []


def test_overlapping_exports_count_their_common_rows_as_duplicates(deployment, ledger):
    deployment.deliver("a.csv", GOOD)
    deployment.deliver("b.csv", HEADER + "2,2026-09-02T10:00:00+05:00,boris,Спасибо\n3,2026-09-03 10:00,anna,Ещё\n")
    first, second = deployment.load()
    assert (ledger(first), ledger(second)) == ((2, 2, 0, 0), (2, 1, 1, 0))
    assert len(deployment.rows()) == 3


def test_a_corrected_mapping_replaces_the_load_of_the_same_file(deployment):
    deployment.deliver("a.csv", GOOD)
    deployment.load()
    corrected = deployment.source(
        select="select id as source_post_id, posted as posted_at, 'ok' as channel from source"
    )
    assert len(deployment.load(corrected)) == 1
    assert deployment.rows("source_post_id, channel") == [("1", "ok"), ("2", "ok")]


def test_row_order_leaves_no_trace_in_the_rows(deployment):
    deployment.deliver("a.csv", GOOD)
    deployment.load()
    straight = deployment.rows("* exclude (origin_row)")
    lines = GOOD.splitlines(keepends=True)
    deployment.deliver("a.csv", "".join([lines[0], lines[2], lines[1]]))
    (load,) = deployment.load()
    assert (load.rows_loaded, load.rows_duplicate) == (0, 2)
    assert deployment.rows("* exclude (origin_row)") == straight


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_empty_file_is_a_load_of_nothing(deployment, ledger, content):
    deployment.deliver("a.csv", content)
    (load,) = deployment.load()
    assert ledger(load) == (0, 0, 0, 0)
    assert deployment.rows() == []


def test_a_header_alone_is_a_load_of_nothing(deployment, ledger):
    deployment.deliver("a.csv", HEADER)
    (load,) = deployment.load()
    assert ledger(load) == (0, 0, 0, 0)


def test_one_file_feeds_several_entities(deployment, ledger):
    deployment.deliver("a.jsonl", '{"id": 1, "at": "2026-09-01", "log": [{"k": "received"}, {"k": "closed"}]}\n')
    posts = deployment.source(
        format="jsonl", select="select id as source_post_id, \"at\" as posted_at, 'portal' as channel from source"
    )
    assert ledger(deployment.load(posts)[0]) == (1, 1, 0, 0)
    events = deployment.source(
        entity="case_event",
        format="jsonl",
        select='select id as source_post_id, "at" as event_at, unnest(log).k as event_kind from source',
    )
    assert ledger(deployment.load(events, "case_event")[0]) == (2, 2, 0, 0)
    assert deployment.rows("event_kind", "case_event") == [("closed",), ("received",)]


def test_parquet_is_read_with_its_types(deployment, ledger):
    import duckdb

    path = deployment.folder / "inbox" / "a.parquet"
    path.parent.mkdir()
    duckdb.execute(
        "copy (select 7 as id, timestamp '2026-09-01 10:00' as posted, 'anna' as author, 'Яма' as words) "
        f"to '{path}' (format parquet)"
    )
    (load,) = deployment.load(deployment.source(format="parquet"))
    assert ledger(load) == (1, 1, 0, 0)
    assert deployment.rows("source_post_id, posted_at::varchar") == [("7", "2026-09-01 07:00:00+00")]


def test_windows_1251_with_semicolons_is_read_as_declared(deployment, ledger):
    content = "id;posted;author;words\n1;01.09.2026 10:00;Анна;Яма у дома\n".encode("windows-1251")
    deployment.deliver("a.csv", content)
    source = deployment.source(options="{delimiter: ';', encoding: windows-1251}")
    (load,) = deployment.load(source)
    assert ledger(load) == (1, 1, 0, 0)
    assert deployment.rows("text, posted_at::varchar") == [("Яма у дома", "2026-09-01 07:00:00+00")]
