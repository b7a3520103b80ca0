"""Rows that a mapping leaves out by design: counted by reason, kept nowhere, and counted against nobody."""

import pyarrow.parquet as pq
import pytest

from otklik.home import lake
from otklik.intake.ingestion.ledger import LEDGER_SCHEMA, Ledger
from otklik.intake.left_out import REASONS
from otklik.intake.sources.check import check_sources, print_reports
from otklik.intake.sources.configuration import load_configuration

from .conftest import POSTS_SELECT, RECEIVED_AT

POSTS = """id,posted,author,words,state
1,2026-09-01,anna,яма,ok
2,2026-09-01,,реклама,spam
3,never,anna,ещё реклама,spam
4,2026-09-02,bot,привет,robot
5,never,boris,свет,ok
"""
SELECT = POSTS_SELECT.replace(
    " from source",
    ", case state when 'spam' then 'unwanted' when 'robot' then 'bot' end as left_out from source",
)


@pytest.fixture
def delivered(deployment):
    deployment.deliver("a.csv", POSTS)
    return deployment


def test_a_row_left_out_is_not_refused_and_is_counted_by_its_reason(delivered):
    (load,) = delivered.load(delivered.source(select=SELECT))
    assert (load.rows_read, load.rows_loaded, load.rows_quarantined, load.rows_left_out) == (5, 1, 1, 3)
    assert load.left_out == {"unwanted": 2, "bot": 1}
    # row 3 has no time, and nobody asks
    assert delivered.quarantined() == [(5, "posted_at", "not a date and time")]


def test_nothing_of_a_row_left_out_is_kept(delivered):
    delivered.load(delivered.source(select=SELECT))
    kept = b"".join(path.read_bytes() for path in delivered.home.root.rglob("*") if path.is_file())
    assert "реклама".encode() not in kept
    assert delivered.rows("text") == [("яма",)]


def test_a_reason_that_nobody_knows_is_refused_with_those_that_are_known(delivered):
    (load,) = delivered.load(delivered.source(select=POSTS_SELECT.replace(" from", ", 'mine' as left_out from")))
    assert (load.rows_left_out, load.rows_quarantined) == (0, 5)
    assert delivered.quarantined("distinct field, reason") == [
        (
            "left_out",
            "unknown reason; accepted are bot, system_note, note_to_self, repost, deleted, other_kind, undated, "
            "unwanted",
        )
    ]


def test_check_tells_what_would_be_left_out_and_why(delivered, capsys):
    delivered.source(select=SELECT)
    reports = check_sources(load_configuration([delivered.folder / "sources.yaml"], {}), received_at=RECEIVED_AT)
    print_reports(reports)
    told = capsys.readouterr().out
    assert "5 rows read from 1 files: 1 would load, 0 duplicate, 1 to quarantine, 3 left out" in told
    assert "  2 left out: left out by the source's own mapping (unwanted)" in told


def test_every_reason_has_its_count_in_the_ledger():
    columns = {name for name in LEDGER_SCHEMA.names if name.startswith("left_out_")}
    assert columns == {f"left_out_{reason}" for reason in REASONS}


def test_a_line_of_the_ledger_from_before_has_left_nothing_out(delivered):
    delivered.load(delivered.source())
    (line,) = lake.ledger_path(delivered.home, "post", "s", "_").parent.glob("*.parquet")
    table = pq.read_table(line, partitioning=None)
    later = [name for name in table.column_names if "left_out" in name]
    pq.write_table(table.drop_columns(later), line)
    (load,) = Ledger(delivered.home, "s", "post").loads()
    assert len(later) == 9
    assert (load.rows_left_out, load.left_out) == (0, {})
