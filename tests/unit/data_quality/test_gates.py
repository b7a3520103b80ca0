"""Every expectation holds on good data, and fails on data broken on purpose: a gate that cannot fail guards nothing."""

from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from data_quality.gate import GateError
from data_quality.suites import GATE_NAMES, gate_named
from otklik.home.lake import GATE_RESULT_SCHEMA
from tests.unit.data_quality.breakages import BREAKAGES
from tests.unit.data_quality.conftest import GATE_SELECTIONS

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("gate_name", GATE_NAMES)
def test_gate_passes_on_good_data(world: Any, gate_name: str) -> None:
    result = world.evaluate(gate_name)

    assert result.failures == []
    assert result.is_passed


@pytest.mark.parametrize(("gate_name", "breakage", "expected"), BREAKAGES)
def test_broken_data_fails_exactly_its_expectations_on_the_table(
    world: Any, gate_name: str, breakage: str, expected: list[tuple[str, str]]
) -> None:
    world.connection.execute(breakage)

    # Its table's suite alone: the whole gate would cost seconds for every line above.
    result = world.evaluate(gate_name, tables={table for table, _ in expected})

    assert [(row["table_name"], row["column_name"]) for row in result.failures] == expected


def test_every_expectation_has_a_breakage() -> None:
    demanded = {
        (name, suite.table, expectation.column)
        for name in GATE_NAMES
        for suite in gate_named(name, **GATE_SELECTIONS.get(name, {})).suites
        for expectation in suite.expectations
    }
    broken = {(gate, table, column) for gate, _, failures in BREAKAGES for table, column in failures}

    # A collapse needs a previous snapshot: the test below.
    unbroken = sorted(demanded - broken - {("marts", "mart_row_count", "lost_share")})
    assert not unbroken, "add lines to breakages.py that break the good data so that these fail:\n" + "\n".join(
        map(str, unbroken)
    )


def test_mart_that_lost_most_of_its_rows_is_a_warning(world: Any) -> None:
    previous = {"fct_post": 14, "fct_incident": 13, "fct_reply": 0}

    result = world.evaluate("marts", selection={"previous_row_counts": previous})

    assert result.is_passed
    assert [(row["column_name"], row["severity"], row["observed"]) for row in result.failures] == [
        ("lost_share", "warning", "1 of 2 rows break it")
    ]


def test_rows_of_a_mart_that_is_a_view_are_counted(world: Any) -> None:
    world.write()
    with duckdb.connect(str(world.root / "warehouse.duckdb")) as connection:
        connection.execute("create table analytics.shown as from analytics.fct_incident")
        connection.execute("drop table analytics.fct_incident")
        connection.execute("create view analytics.fct_incident as from warehouse.analytics.shown")
        (n_rows,) = connection.execute("select count(*) from analytics.shown").fetchone()

    result = world.judge("marts", selection={"previous_row_counts": {"fct_incident": n_rows}})

    assert result.failures == []


def test_warning_alone_does_not_stop_the_run(world: Any) -> None:
    world.connection.execute("update post_label set intent = 'other'")

    result = world.evaluate("annotations")

    assert result.is_passed
    assert [row["severity"] for row in result.failures] == ["warning"]


def test_thresholds_are_parameters(world: Any) -> None:
    assert not world.evaluate("raw", quarantined_share_ceiling=0.01).is_passed
    assert world.evaluate("annotations", other_share_ceiling=0.1).failures[0]["expected"] == "0 ≤ other_share ≤ 0.1"


def test_rows_left_out_by_design_make_no_share_of_refused_rows_smaller(world: Any) -> None:
    # 1 of 30 rows that were to be taken, of 40 that were read
    assert not world.evaluate("raw", quarantined_share_ceiling=0.03).is_passed
    assert world.evaluate("raw", quarantined_share_ceiling=0.034).is_passed


def test_source_without_loads_passes(world: Any) -> None:
    assert world.evaluate("raw", selection={"source": "mail", "entity": "post"}).is_passed


def test_quarantine_of_an_older_load_is_forgiven(world: Any) -> None:
    world.connection.execute("update ledger set rows_duplicate = 0, rows_quarantined = 1 where load_id = 'load1'")

    assert world.evaluate("raw").is_passed


UNREADABLE = "select '{id}', 'portal', 'post', 1, 0, 0, 1, 0, 0, timestamptz '{at}:00Z'"


@pytest.mark.parametrize(
    ("files", "is_passed", "is_warned"),
    [
        # a day brings one file, and today's is broken
        (["2026-03-02 00:00"], True, True),
        # yesterday's was broken as well
        (["2026-03-01 10:00", "2026-03-02 00:00"], False, True),
        # two files came at once, and neither can be read
        (["2026-03-02 00:00", "2026-03-02 00:00"], False, True),
        # one of two files that came at once; the other could be read
        (["2026-03-01 00:00"], True, True),
        # two of three
        (["2026-03-01 00:00", "2026-03-01 00:00"], False, True),
        # an old one, mended since
        (["2026-02-25 00:00", "2026-02-26 00:00"], True, False),
    ],
)
def test_one_unreadable_file_is_a_warning_and_a_source_of_them_blocks(
    world: Any, files: list[str], is_passed: bool, is_warned: bool
) -> None:
    for number, at in enumerate(files):
        world.connection.execute("insert into ledger " + UNREADABLE.format(id=f"bad{number}", at=at))

    result = world.evaluate("raw", tables={"raw_newest_load"})

    failed = {(row["column_name"], row["severity"]) for row in result.failures}
    assert result.is_passed is is_passed
    assert ("n_unreadable", "warning") in failed if is_warned else not failed
    assert (("is_source_lost", "blocking") in failed) is not is_passed


def test_a_file_that_is_damaged_row_by_row_still_blocks(world: Any) -> None:
    world.connection.execute(
        "insert into ledger select 'bad', 'portal', 'post', 9, 0, 0, 9, 0, 0, timestamptz '2026-03-02 00:00:00Z'"
    )

    assert [row["column_name"] for row in world.evaluate("raw", tables={"raw_newest_load"}).failures] == [
        "quarantined_share"
    ]


def test_verdicts_have_the_published_shape_and_are_equal_for_equal_data(world: Any) -> None:
    world.connection.execute("update raw_post set source_post_id = null where origin_row = 3")

    first, second = world.evaluate("raw"), world.evaluate("raw")

    assert first.table.schema == GATE_RESULT_SCHEMA
    assert first.table.equals(second.table)
    assert first.file_name == "gate=raw.portal.post.parquet"
    assert first.failures == [
        {
            "run_key": "run-1",
            "as_of": AS_OF,
            "gate": "raw.portal.post",
            "table_name": "raw_post",
            "expectation": "expect_column_values_to_not_be_null",
            "column_name": "source_post_id",
            "severity": "blocking",
            "is_passed": False,
            "observed": "1 of 8 rows break it",
            "expected": "a value in every row",
            "explanation": "A row without its key cannot be found, joined or erased.",
            "content_hash": "",
        }
    ]


def test_summary_counts_and_never_quotes(world: Any) -> None:
    world.connection.execute("update post_place set kind = 'Мария Иванова'; update post_label set intent = 'Пётр'")

    summary = world.evaluate("annotations").summary()

    assert "2 of 18 expectations" not in summary
    assert (
        "- blocking: post_place.kind: expected every value one of municipality, settlement, street, institution, "
        in (summary)
    )
    assert "found 1 of 1 rows break it" in summary
    assert "Мария" not in summary
    assert "Пётр" not in summary


def test_looking_back_judges_the_future_by_when_files_were_taken_in(world: Any) -> None:
    earlier = datetime(2026, 2, 3, tzinfo=UTC)

    assert world.evaluate("raw", as_of=earlier).is_passed


def test_relation_in_two_schemas_is_refused(world: Any) -> None:
    world.write()
    with duckdb.connect(str(world.root / "warehouse.duckdb")) as connection:
        connection.execute("create table main.int_tie as from analytics.int_tie")

    with pytest.raises(GateError, match=r"reads 'int_tie', found in schemas \['analytics', 'main'\]"):
        world.judge("edges")
