"""Figures of the pages, counted by hand on forty incidents."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from otklik.report.figures import Figures
from otklik.report.surface import share
from tests.unit.report.conftest import AS_OF, HOSTILE


@pytest.fixture
def figures(database: Path) -> Iterator[Figures]:
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        yield Figures(connection, AS_OF.isoformat())


def test_a_week_stands_beside_the_one_before_and_not_beside_a_year_that_is_not_there(figures: Figures) -> None:
    told = figures.headline("all")["all"]
    assert told["received"] == [6, 7, None], "the incident of a week ago to the minute belongs to the week before"
    assert told["confirmed"] == [1, 2, None]
    assert told["open"] == [10, 3, None]


def test_a_week_counts_on_time_what_became_ripe_in_it(figures: Figures) -> None:
    now, before, _ = figures.headline("all")["all"]["on_time"]
    # due within the week: incidents 2 to 7, of which 4 was answered in time; 8 to 14 in the week before, 8 and 12
    assert now[0] == pytest.approx(1 / 6)
    assert (now[3], before[0], before[3]) == (6, pytest.approx(2 / 7), 7)


def test_a_scope_counts_its_own_alone(figures: Figures) -> None:
    told = figures.headline("authority")
    assert told["a2"]["received"] == [3, 4, None]
    assert (told["a1"]["open"], told["a2"]["open"]) == ([10, 3, None], [None, None, None])
    assert [row["hours_late"] for row in figures.late("authority", 1)["a1"]] == [888.0]
    assert figures.topics("topic_group") == {"roads": [{"name": "Ремонт дорог", "now": 27, "before": 13}]}


def test_the_league_begins_with_the_lowest_and_ranks_nobody_with_few_ripe_incidents(figures: Figures) -> None:
    league = figures.on_time("authority")
    assert [(row["name"], row["n_on_time"], row["n_ripe"], row["is_ranked"]) for row in league] == [
        (HOSTILE, 0, 19, False),
        ("Комитет дорог", 10, 20, True),
    ]


def test_the_latest_reply_stands_first(figures: Figures) -> None:
    late = figures.late("all", 2)["all"]
    assert [(row["incident_id"], row["hours_late"]) for row in late] == [("i39", 912.0), ("i38", 888.0)]
    assert figures.late_by_authority()[0] == {
        "key": "a2", "name": HOSTILE, "n_late": 19, "median_hours": 480.0, "max_hours": 912.0,
    }  # fmt: skip


def test_nothing_ripe_has_no_share() -> None:
    assert share(0, 0) == (None, None, None, 0)
