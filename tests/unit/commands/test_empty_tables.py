"""What `otklik status` says of tables without rows."""

import duckdb
import pytest

from otklik.commands.emptiness import why_empty

LOADS = """
create table meta_load as
select * from (values {rows}) as t (entity, rows_read, rows_loaded, rows_quarantined, rows_left_out)
"""


@pytest.fixture
def told():
    def _told(counts: dict[str, int], *loads: str) -> list[str]:
        with duckdb.connect() as connection:
            connection.execute(LOADS.format(rows=", ".join(loads)))
            return why_empty(connection, counts)

    return _told


POSTS = "('post', 9, 9, 0, 0)"


def test_a_table_with_rows_and_one_that_nobody_opens_first_are_not_told(told):
    assert told({"fct_post": 9, "bridge_burst_post": 0}, POSTS) == []


def test_an_entity_that_no_source_feeds_is_named_with_what_it_means(told):
    assert told({"fct_reply": 0, "fct_instruction": 0}, POSTS) == [
        "fct_instruction is empty: no source feeds `instruction` (instructions).",
        "fct_reply is empty: no source feeds `case_event` (replies and other events of cases).",
    ]


def test_what_stands_in_the_way_first_is_told_alone(told):
    messages = "('message', 5, 5, 0, 0)"
    assert told({"fct_tie": 0}, POSTS) == ["fct_tie is empty: no source feeds `message` (internal messages)."]
    assert told({"fct_tie": 0}, POSTS, messages) == [
        "fct_tie is empty: no source feeds `person` (the staff directory)."
    ]


def test_rows_that_were_read_and_not_taken_are_counted(told):
    assert told({"fct_tie": 0}, "('message', 1200, 0, 1000, 200)") == [
        "fct_tie is empty: of 1,200 rows of `message` (internal messages) none was taken: 1,000 in quarantine, 200 "
        "left out by design."
    ]


def test_where_everything_was_told_the_rule_of_the_table_is(told):
    (sentence,) = told({"fct_tie": 0}, "('message', 5, 5, 0, 0), ('person', 5, 5, 0, 0)")
    assert sentence.startswith("fct_tie is empty: nobody wrote to a colleague within the window: messages to more than")
