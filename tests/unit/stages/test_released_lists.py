"""What groups are shown with is noted in full, whoever of them agreed to be listed."""

import duckdb
import pandas as pd

from otklik.home.settings import Home
from otklik.stages.grouping import note_released_lists


def show(home: Home, **groups: str) -> None:
    """A warehouse that would show groups of these members; one whose name begins with `hidden` is suppressed."""
    home.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("create table int_group_member (interest_group_id varchar, subject_id varchar)")
        connection.execute("create table int_interest_group (interest_group_id varchar, suppression_reason varchar)")
        for name, members in groups.items():
            reason = "unstable" if name.startswith("hidden") else None
            connection.execute("insert into int_interest_group values (?, ?)", [name, reason])
            for member in members:
                connection.execute("insert into int_group_member values (?, ?)", [name, f"s_{member}"])


def noted(home: Home) -> list[tuple[int, str, str]]:
    table = pd.read_parquet(home.lake / "enriched" / "released_list" / "current.parquet")
    lists = table.groupby(["release", "interest_group_id"])["subject_id"].agg(lambda ids: "".join(i[2:] for i in ids))
    return [(int(release), str(name), members) for (release, name), members in lists.items()]


def test_shown_lists_are_noted_once_each_and_a_changed_one_again(tmp_path):
    home = Home(tmp_path)
    show(home, roads="abcde", hidden_gardens="vwxyz")
    note_released_lists(home)
    note_released_lists(home)
    assert noted(home) == [(1, "roads", "abcde")]
    show(home, roads="abcdefghij")
    note_released_lists(home)
    assert noted(home) == [(1, "roads", "abcde"), (2, "roads", "abcdefghij")]
