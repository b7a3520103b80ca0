"""Anybody may read the public surface, and whoever attacks it isolates nobody (definition 24, b)."""

import re
import sqlite3

import duckdb
import pytest

from . import next_day

K = 5
CELL = "period_kind, period_start, region, municipality_id, group_code, topic_code"


def tables(deployment):
    """Public table → its columns and their types."""
    rows = deployment.query(
        "select table_name, column_name, data_type from information_schema.columns order by all", surface="public"
    )
    found = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


@pytest.fixture(scope="module")
def warehouse(published):
    with duckdb.connect(str(published.home / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute(f"set file_search_path = '{published.home}'")
        yield connection


def test_it_has_figures_rows_and_lists_and_nothing_of_staff_or_of_one_person(published):
    names = set(tables(published))
    assert {"agg_sla", "agg_topic", "fct_incident", "fct_burst", "dim_authority", "dim_topic"} <= names
    assert not names & {"fct_post", "fct_reply", "dim_subject", "bridge_group_member", "fct_leader_score", "fct_tie"}


def test_no_moment_id_of_a_person_or_free_text_is_a_column(published):
    columns = {(table, column): kind for table, those in tables(published).items() for column, kind in those.items()}
    assert {kind for kind in columns.values() if "TIME" in kind} == set()
    names = {column for _, column in columns}
    assert not names & {"subject_id", "author_subject_id", "post_id", "incident_id", "message_id", "text", "url"}
    assert not {name for name in names if name.startswith(("n_people", "top_person"))}
    # the map's centre of a municipality is no place of a report
    assert {table for table, column in columns if column in ("lat", "lon")} <= {"dim_municipality"}


def test_no_pseudonym_account_or_id_of_the_inside_is_in_its_files(published):
    with sqlite3.connect(published.home / "vault" / "vault.sqlite") as vault:
        known = {one for pair in vault.execute("select account, subject_id from account") for one in pair}
    inside = {
        row[0] for row in published.query("select post_id from fct_post union all select incident_id from fct_incident")
    }
    words = set()
    for table in tables(published):
        for row in published.query(f"from {table}", surface="public"):
            words |= {str(value) for value in row}
    for page in (published.current / "public" / "report").rglob("*.html"):
        words |= set(re.findall(r"[\w@.-]+", page.read_text(encoding="utf-8")))
    assert len(known) > 100
    assert not {one for one in known if len(one) > 8} & words
    assert not inside & words


def test_figures_of_its_pages_are_those_of_its_cells(published):
    def tiles(page):
        text = (published.current / "public" / "report" / page).read_text(encoding="utf-8")
        return [re.sub(r"\D", "", told) for told in re.findall(r"<dd>([^<]*)</dd>", text)][1:]

    figures = "n_incidents, n_replied, n_claimed, n_confirmed"
    ((*total,),) = published.query(f"select {figures} from agg_sla where is_total", surface="public")
    assert tiles("index.html") == [str(n) for n in total]
    sums = ", ".join(f"sum({name})::bigint" for name in figures.split(", "))
    towns = published.query(
        f"select municipality_id, {sums} from agg_sla where municipality_id is not null group by 1", surface="public"
    )
    assert len(towns) > 1
    for town, *counts in towns:
        assert tiles(f"municipalities/{town}.html") == [str(n) for n in counts]


@pytest.mark.parametrize(("table", "counted"), [("agg_sla", "n_incidents"), ("agg_topic", "n_posts")])
def test_shown_cells_add_up_to_the_shown_total(published, table, counted):
    sums = dict(published.query(f"select is_total, sum({counted}) from {table} group by all", surface="public"))
    assert sums[True] == sums[False] > 100


def test_every_incident_that_is_told_is_ripe_so_a_share_of_them_is_one_of_ripe_incidents(published, warehouse):
    ((n_told, n_ripe),) = warehouse.execute(
        "select count(*), count(*) filter (int_incident.is_ripe) "
        "from int_public_incident inner join int_incident using (incident_id)"
    ).fetchall()
    ((total,),) = published.query("select n_incidents from agg_sla where is_total", surface="public")
    assert total == n_told == n_ripe > 100


def test_most_of_what_is_over_is_told_and_much_of_it_finer_than_the_region(published):
    ((told, of_place),) = published.query(
        "select sum(n_incidents), sum(n_incidents) filter (where municipality_id is not null) from agg_sla "
        "where not is_total",
        surface="public",
    )
    ((over,),) = published.query(
        "select count(*) from fct_incident where is_ripe and opened_at < '2026-08-31 20:00:00+00'"
    )
    assert told >= over
    assert of_place > told / 4


@pytest.mark.parametrize(
    ("facts", "people"),
    [
        ("int_public_incident", "inner join int_incident_person using (incident_id)"),
        ("int_public_post", ""),
    ],
)
def test_every_cell_stands_on_five_people_none_of_whom_makes_up_more_than_half(warehouse, facts, people):
    cell = CELL + (", authority_id" if people else "")
    ((n_cells, fewest, most),) = warehouse.execute(
        f"""
        with sizes as (select {cell}, count(*) as n from {facts} group by all),
        persons as (select {cell}, author_subject_id, count(*) as n from {facts} {people}
            where author_subject_id is not null group by all),
        cells as (select {cell}, count(*) as n_people, max(n) as n_most from persons group by all)
        select count(*), min(n_people), max(n_most / sizes.n)
        from cells
        inner join sizes on {" and ".join(f"cells.{one} is not distinct from sizes.{one}" for one in cell.split(", "))}
        """
    ).fetchall()
    assert n_cells > 10
    assert fewest >= K
    assert most <= 0.5


def test_a_row_of_an_incident_is_of_a_municipality_group_and_month_of_five_people(published, warehouse):
    rows = published.query(
        "select municipality_id, group_code, opened_month, count(*) from fct_incident group by all", surface="public"
    )
    people = {
        (place, group, month): n
        for place, group, month, n in warehouse.execute(
            """
            select municipality_id, group_code, date_trunc('month', timezone('Europe/Samara', opened_at))::date,
                count(distinct author_subject_id)
            from int_incident inner join int_incident_person using (incident_id) group by all
            """
        ).fetchall()
    }
    assert sum(n for *_, n in rows) > 50
    assert min(people[place, group, month] for place, group, month, _ in rows) >= K


def test_what_became_of_a_row_is_shown_only_where_five_people_share_it(published, warehouse):
    shown = published.query(
        "select distinct cell_id, state, is_reply_on_time from fct_incident where not is_suppressed", surface="public"
    )
    assert shown
    for cell in shown:
        ((n_people,),) = warehouse.execute(
            "select count(distinct author_subject_id) from int_public_incident "
            "inner join int_incident_person using (incident_id) "
            "where cell_id = ? and state = ? and is_reply_on_time = ?",
            cell,
        ).fetchall()
        assert n_people >= K
    told = "coalesce(state, is_reply_on_time::varchar) is not null"
    hidden = f"select count(*) from fct_incident where is_suppressed and {told}"
    assert published.query(hidden, surface="public") == [(0,)]


def test_two_snapshots_around_one_persons_post_differ_by_nobody_or_by_five_people(published, grown):
    """A rare topic in a town where few write, planted into a month that was told already, and the run after it."""
    before, after = _cells(published), _cells(grown)
    ((post,),) = grown.query(
        f"select post_id from fct_post where source = 'portal' and posted_at = timestamptz '{next_day.RARE_AT}'"
    )
    gone = set()
    for cell in before.keys() | after.keys():
        earlier, later = before.get(cell, {}), after.get(cell, {})
        gone |= earlier.keys() - later.keys()
        come = set().union(*(later[fact] for fact in later.keys() - earlier.keys()))
        assert not come or len(come) >= K, cell
    # what left a cell is no incident any more: it was joined to another
    with duckdb.connect(str(grown.home / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute(f"set file_search_path = '{grown.home}'")
        ids = "select incident_id from int_incident union all select post_id from int_live_post"
        assert not gone & {fact for (fact,) in connection.execute(ids).fetchall()}
    assert all(len(set().union(*facts.values())) >= K for facts in after.values() if post in facts)


def _cells(deployment):
    """Table and cell → the facts counted in it, each with the people behind it."""
    found = {}
    with duckdb.connect(str(deployment.home / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select 'agg_sla', cell_id, incident_id, list(author_subject_id) from int_public_incident "
            "left join int_incident_person using (incident_id) group by all "
            "union all select 'agg_topic', cell_id, post_id, [author_subject_id] from int_public_post"
        ).fetchall()
    for table, cell, fact, people in rows:
        found.setdefault((table, cell), {})[fact] = {person for person in people if person is not None}
    return found
