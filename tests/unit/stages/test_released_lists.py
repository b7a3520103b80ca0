"""Lists that figures are told of are noted in full, whoever of them agreed to be named."""

import duckdb
import pandas as pd

from otklik.home.settings import Home
from otklik.stages.releasing import note_released_lists

_TABLE = """
    create table int_released_person (
        list_kind varchar, list_id varchar, subject_id varchar, valid_from date, valid_to date
    )
"""


def show(home: Home, **lists: str) -> None:
    """A warehouse that would show figures of these people, a kind to each list."""
    home.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(_TABLE)
        for kind, people in lists.items():
            for person in people:
                connection.execute(
                    "insert into int_released_person values (?, 'roads', ?, null, null)", [kind, f"s_{person}"]
                )


def noted(home: Home) -> list[tuple[int, str, str]]:
    table = pd.read_parquet(home.lake / "enriched" / "released_list" / "current.parquet")
    lists = table.groupby(["release", "list_kind"])["subject_id"].agg(lambda ids: "".join(i[2:] for i in ids))
    return [(int(release), str(name), people) for (release, name), people in lists.items()]


def test_shown_lists_are_noted_once_each_and_a_changed_one_again(tmp_path):
    home = Home(tmp_path)
    show(home, interest_group="abcde", department="abcde")
    note_released_lists(home)
    note_released_lists(home)
    assert noted(home) == [(1, "department", "abcde"), (2, "interest_group", "abcde")]
    show(home, interest_group="abcdefghij", department="abcde")
    note_released_lists(home)
    assert noted(home)[2:] == [(3, "interest_group", "abcdefghij")]
