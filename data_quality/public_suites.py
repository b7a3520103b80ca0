"""What anybody may see (definition 24, b): cells of enough people that add up to the total; rows that isolate nobody.

These suites are part of the gate before publishing. People are counted anew from the facts, by what a reader sees of a
cell, and not by what the marts say of it.
"""

from data_quality.expectations import Expectation, Suite, equal, is_false

_TOO_SMALL = is_false("is_too_small", "A cell stands on the smallest group size or more.")
_DOMINATED = is_false("is_dominated", "Nobody makes up more than half of a cell.")
_INCIDENT_CELL = "period_kind, period_start, region, municipality_id, group_code, topic_code, authority_id"
_POST_CELL = "period_kind, period_start, region, municipality_id, group_code, topic_code"
_INCIDENT_PEOPLE = "select incident_id as fact_id, author_subject_id from int_incident_person"
_POST_PEOPLE = "select post_id as fact_id, author_subject_id from int_public_post where author_subject_id is not null"


def public_suites() -> tuple[Suite, ...]:
    """Suites over the tables of the public surface; they read the parameter `min_group_size`."""
    return (
        _cells("public_incident_cell", "int_public_incident", "incident_id", _INCIDENT_CELL, _INCIDENT_PEOPLE),
        _cells("public_post_cell", "int_public_post", "post_id", _POST_CELL, _POST_PEOPLE),
        _total("public_agg_sla", "n_incidents", "int_public_incident"),
        _total("public_agg_topic", "n_posts", "int_public_post"),
        _rows(),
    )


def _cells(name: str, facts: str, key: str, cell: str, people: str) -> Suite:
    return Suite(
        table=name,
        query=f"""
            with people as ({people}),
            facts as (select {key} as fact_id, hash({cell}) as seen_cell from {facts}),
            sizes as (select seen_cell, count(*) as n from facts group by all),
            by_person as (
                select seen_cell, author_subject_id, count(*) as n
                from facts inner join people using (fact_id) group by all
            )
            select
                count(by_person.author_subject_id) < (select min_group_size from parameter) as is_too_small,
                coalesce(max(by_person.n), 0) * 2 > any_value(sizes.n) as is_dominated
            from sizes
            left join by_person using (seen_cell)
            group by seen_cell
        """,
        expectations=(_TOO_SMALL, _DOMINATED),
        relations=tuple(sorted({facts, *(("int_incident_person",) if "int_incident_person" in people else ())})),
        is_computed_once=True,
    )


def _total(mart: str, counted: str, facts: str) -> Suite:
    """What is rolled up is not dropped: the cells add up to the total that is shown, and that to all that is told."""
    of_facts: Expectation = equal(f"{counted}_of_facts", counted, "The total is that of all that is told.")
    return Suite(
        table=f"{mart}_total",
        query=f"""
            select
                coalesce(sum({counted}) filter (where is_total), 0) as {counted},
                coalesce(sum({counted}) filter (where not is_total), 0) as {counted}_of_cells,
                (select count(*) from {facts}) as {counted}_of_facts
            from {mart}
        """,
        expectations=(equal(f"{counted}_of_cells", counted, "The shown cells add up to the shown total."), of_facts),
        relations=tuple(sorted({mart, facts})),
        is_computed_once=True,
    )


def _rows() -> Suite:
    """Rows of incidents: as many as their cell counts, and what is shown of them is shared by enough of its people."""
    return Suite(
        table="public_incident",
        query="""
            with shown as (select cell_id, state, is_reply_on_time, count(*) as n from public_fct_incident
                where not is_suppressed group by all),
            hidden as (select cell_id, count(*) as n from public_fct_incident where is_suppressed group by all),
            facts as (select * from int_public_incident inner join int_incident_person using (incident_id)),
            rest as (
                select cell_id, count(distinct author_subject_id) as n_people
                from facts anti join shown using (cell_id, state, is_reply_on_time) group by all
            ),
            behind as (
                select shown.cell_id, shown.n, count(distinct facts.author_subject_id) as n_people
                from shown left join facts using (cell_id, state, is_reply_on_time) group by all
                union all
                select hidden.cell_id, hidden.n, coalesce(rest.n_people, 0) from hidden left join rest using (cell_id)
            ),
            counted as (select cell_id, sum(n) as n from (from shown union all by name from hidden) group by cell_id)
            select
                behind.n_people < (select min_group_size from parameter) as is_too_small,
                counted.n as n_rows,
                cells.n_incidents
            from behind
            inner join counted using (cell_id)
            left join public_agg_sla as cells using (cell_id)
        """,
        expectations=(
            is_false("is_too_small", "What is said of a row, or not said of the rest, stands on enough people."),
            equal("n_rows", "n_incidents", "A cell has as many rows as it counts incidents."),
        ),
        relations=("int_incident_person", "int_public_incident", "public_agg_sla", "public_fct_incident"),
        is_computed_once=True,
    )
