"""Deliveries that cannot be read at all: one quarantined row with a reason, whatever the format; never an exception."""

import gzip
import io
from pathlib import Path

import duckdb
import pytest

from otklik.home.errors import ConfigurationError
from tests.unit.readers.reader_delivery import deliver, sample

POSTS = "select id as source_post_id, posted as posted_at, 'vk' as channel, words as text from source"
ROWS = b"id,posted,words\n" + b"".join(b"%d,2026-03-02 10:00:00,word %d\n" % (i, i) for i in range(5_000))


def _parquet(folder: Path) -> bytes:
    path = folder / "x.parquet"
    duckdb.execute(
        "copy (select i::varchar as id, '2026-03-02 10:00:00' as posted, md5(i::varchar) as words "
        "from range(20000) r(i)) "
        f"to '{path}' (format parquet)"
    )
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "mbox", "telegram", "mattermost", "exchange_tracking", "purview"])
@pytest.mark.parametrize("n_cut", [1, 200])
def test_a_gzip_file_that_is_cut_off_is_one_quarantined_row(tmp_path: Path, kind: str, n_cut: int):
    is_table = kind in ("csv", "jsonl")
    files = {"x.gz": gzip.compress(ROWS)[:-n_cut]}
    entity, select = ("post", POSTS) if is_table else ("message", None)
    outcome = deliver(tmp_path, kind, files, entity=entity, select=select)

    assert outcome.counts == (1, 0, 0, 1)
    assert outcome.quarantined()[0][2].startswith("cannot be decompressed")


def test_a_gzip_bomb_is_refused(tmp_path: Path):
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb") as stream:
        for _ in range(80):
            stream.write(bytes(1 << 20))
    outcome = deliver(tmp_path, "csv", {"x.csv.gz": target.getvalue()}, entity="post", select=POSTS)

    assert outcome.counts == (1, 0, 0, 1)
    assert outcome.quarantined("reason") == [("refused: it unpacks to more than 200 times its packed size",)]


@pytest.mark.parametrize("damage", ["no footer", "other bytes", "a page overwritten"])
def test_a_broken_parquet_file_is_one_quarantined_row(tmp_path: Path, damage: str):
    whole = _parquet(tmp_path)
    middle = len(whole) // 2
    content = {
        "no footer": whole[:middle],
        "other bytes": b"PAR1 what is this PAR1",
        "a page overwritten": whole[:100] + b"\xff" * (middle - 100) + whole[middle:],
    }[damage]
    outcome = deliver(tmp_path, "parquet", {"x.parquet": content}, entity="post", select=POSTS)

    assert outcome.counts == (1, 0, 0, 1)
    assert outcome.quarantined("reason")[0][0].startswith("not a Parquet file that can be read")


def test_a_mapping_that_is_wrong_is_still_the_operators_to_correct(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="does not fit"):
        deliver(
            tmp_path, "parquet", {"x.parquet": _parquet(tmp_path)}, entity="post", select="select nothing from source"
        )


def test_an_unreadable_delivery_stands_in_the_way_of_no_other(tmp_path: Path):
    files = {"a.csv.gz": gzip.compress(ROWS)[:-20], "b.csv": ROWS}
    outcome = deliver(tmp_path, "csv", files, entity="post", select=POSTS)

    assert outcome.counts == (5_001, 5_000, 0, 1)


def test_the_whole_file_that_follows_a_cut_one_is_loaded(tmp_path: Path):
    whole = gzip.compress(sample("mail.mbox"))
    assert deliver(tmp_path, "mbox", {"mail.mbox.gz": whole[:-20]}).counts == (1, 0, 0, 1)
    assert deliver(tmp_path, "mbox", {"mail.mbox.gz": whole}).counts == (5, 3, 1, 1)


@pytest.mark.parametrize(
    "name", ["it's.mbox", "a'; drop table x; --.mbox", "отчёт «март».mbox", "a\nb.mbox", "[x]*.mbox"]
)
def test_a_files_name_is_only_a_name(tmp_path: Path, name: str):
    assert deliver(tmp_path, "mbox", {name: sample("mail.mbox")}).counts == (5, 3, 1, 1)


@pytest.mark.parametrize(
    "date", ["0044-03-15 (BC) 10:00:00", "-infinity", "infinity", "290000-01-01 00:00:00", "1812-09-07"]
)
def test_times_that_no_calendar_of_ours_holds_are_quarantined(tmp_path: Path, date: str):
    rows = b"id,posted,words\n1," + date.encode() + b",x\n2,2026-03-02 10:00:00,y\n"
    outcome = deliver(tmp_path, "csv", {"x.csv": rows}, entity="post", select=POSTS)

    assert outcome.counts == (2, 1, 0, 1)
    assert outcome.quarantined()[0][1] == "posted_at"


def test_zeros_and_half_characters_in_words_do_not_stop_a_load(tmp_path: Path):
    mail = sample("mail.eml").replace(b"<p>", b"<p>\x00&#xD800;", 1)
    assert deliver(tmp_path, "eml", {"x.eml": mail}).counts == (1, 1, 0, 0)
