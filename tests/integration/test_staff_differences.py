"""Two snapshots around one member of staff isolate nobody: neither who came nor who moved (definition 24, c)."""

import itertools
import sqlite3

import duckdb
import pandas as pd
import pytest

from tests.integration.planted import MAIL, plant_staff

K = 5
# Every table with rows of departments, and the figures in it that are counted of people and of what they wrote. Means
# of scores are of the same people, but go by whom all others write to, and so does lift. Preferences count whatever the
# people of a list write, to newcomers too, so of these only the people are compared.
FIGURES = {
    "dim_department": "department, n_members",
    "fct_tie where level = 'group'": "source_member_id, target_member_id, n_messages, weight, n_people, last_at",
    "agg_communication_level": "* exclude is_suppressed",
    "fct_preference where level = 'department'": "member_id, kind, item, n_people, suppression_reason",
    "fct_leader_score where level = 'group'": "period_kind, period_start, member_id, n_members, suppression_reason",
    "fct_role where level = 'group'": "member_id, n_members, suppression_reason",
}


def figures(deployment, table):
    return deployment.query(f"select {FIGURES[table]} from {table} order by all")


@pytest.mark.soak
@pytest.mark.parametrize("table", FIGURES)
def test_no_figure_of_a_department_changes_with_one_who_comes_and_one_who_moves(published, published_again, table):
    before, after = figures(published, table), figures(published_again, table)
    assert len(before) >= 2
    assert after == before


@pytest.mark.soak
def test_both_are_told_of_where_they_agreed_but_with_no_department_until_its_list_has_them(published_again):
    with sqlite3.connect(published_again.home / "vault" / "vault.sqlite") as vault:
        ((account,),) = vault.execute("select subject_id from account where account = ?", [MAIL]).fetchall()
    with duckdb.connect(str(published_again.home / "warehouse.duckdb"), read_only=True) as warehouse:
        aliases = "select subject_id from int_subject_alias where account_subject_id = ?"
        ((subject,),) = warehouse.execute(aliases, [account]).fetchall()
        ((n_messages,),) = warehouse.execute(
            "select count(*) from int_staff_message where ? in (sender_subject_id, recipient_subject_id)", [subject]
        ).fetchall()
    assert n_messages == 3 * 2 * 16
    told = f"select department, is_score_consented, suppression_reason from dim_subject where subject_id = '{subject}'"
    assert published_again.query(told) == [(None, True, "difference")]


def test_messages_between_two_departments_are_one_figure_in_every_table(published):
    ties = published.query(
        "select source_member_id, target_member_id, n_messages, n_people from fct_tie "
        "where level = 'group' order by all"
    )
    levels = published.query(
        "select source_unit, target_unit, n_messages, n_people from agg_communication_level "
        "where level = 'pair' and period_kind = 'all' order by all"
    )
    assert len(ties) >= 2
    assert ties == levels


def test_no_department_is_named_on_the_public_surface(published):
    departments = {name for (name,) in published.query("select department from dim_department")}
    files = sorted((published.current / "public").glob("*.parquet"))
    tables = [duckdb.execute("from read_parquet(?)", [str(file)]).fetchall() for file in files]
    told = {str(value) for rows in tables for row in rows for value in row}
    assert len(departments) == 2
    assert not departments & told


@pytest.mark.soak
def test_of_no_pair_of_snapshots_lists_or_numbers_of_members_differ_by_a_few(published_again, tmp_path):
    """Six come to where one had; then all of them go, and the files of the second snapshot are published again."""
    mine = published_again.copy(tmp_path)
    folder = mine.sources.parent
    directory = folder / "staff" / "directory.csv"
    second = directory.read_text(encoding="utf-8")
    here, _ = plant_staff(folder, n_come=6)
    mine.run("--as-of", "2026-10-01T21:00:00+00:00")
    directory.write_text(second, encoding="utf-8")
    mine.run("--as-of", "2026-10-02T21:00:00+00:00")
    snapshots = sorted(path for path in (mine.home / "published" / "snapshots").iterdir() if path.is_dir())
    members = []
    for snapshot in snapshots:
        with duckdb.connect(str(snapshot / "analyst" / "otklik.duckdb"), read_only=True) as connection:
            found = "select n_members from dim_department where department = ?"
            members += connection.execute(found, [here]).fetchall()
    assert len(members) == 4
    assert len({n for (n,) in members}) > 1
    assert {abs(one - two) for (one,), (two,) in itertools.combinations(members, 2)} & set(range(1, K)) == set()
    lists = pd.read_parquet(mine.home / "lake" / "enriched" / "released_list" / "current.parquet")
    of_the_day = lists["list_kind"] == "department_of_the_day"
    for compared in (lists[of_the_day], lists[~of_the_day]):
        people = [set(rows["subject_id"]) for _, rows in compared.groupby("release")]
        assert len(people) > 2
        assert {len(one ^ two) for one, two in itertools.combinations(people, 2)} & set(range(1, K)) == set()
