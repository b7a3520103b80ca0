"""Aggregates for analysts add up to the facts they are of (definition 24, a): nothing is hidden, lost or counted twice.

These suites are part of the gate before publishing (`mart_suites.py`).
"""

from data_quality.expectations import Suite, equal, is_false


def total_suites() -> tuple[Suite, ...]:
    """Suites that count the facts again, cell by cell and as a whole."""
    return (*_sla(), *_topic(), _municipality_activity())


def _reconciled(
    mart: str, facts: str, keys: tuple[str, ...], counted: str, relations: tuple[str, ...], where: str = "true"
) -> Suite:
    """Every cell's count is the facts' count, and both sides have the same cells."""
    same = " and ".join(f"cells.{key} is not distinct from facts.{key}" for key in keys)
    return Suite(
        table=f"{mart}_cell",
        query=f"""
            with facts as ({facts}), cells as (select *, true as is_there from {mart} where {where})
            select
                cells.{counted} as {counted},
                facts.n as {counted}_of_facts,
                cells.is_there is null or facts.n is null as is_one_sided
            from cells
            full join facts on {same}
        """,
        expectations=(
            equal(counted, f"{counted}_of_facts", "A count is the number of facts behind it."),
            is_false("is_one_sided", "Every cell stands on facts, and every fact is in a cell."),
        ),
        relations=(mart, *relations),
        is_computed_once=True,
    )


def _adds_up(mart: str, facts: str, counted: str, scopes: tuple[str, ...], relations: tuple[str, ...]) -> Suite:
    """Definition 24, a: whatever is hidden from an analyst makes sums false, so nothing is."""
    values = ", ".join(f"('{scope}')" for scope in scopes)
    return Suite(
        table=f"{mart}_total",
        query=f"""
            with told as (select period_kind, scope, sum({counted}) as n from {mart} group by all)
            select coalesce(told.n, 0) as {counted}, ({facts}) as {counted}_of_facts
            from (values ('day'), ('week'), ('month'), ('year')) as kinds (period_kind)
            cross join (values {values}) as scopes (scope)
            left join told using (period_kind, scope)
        """,
        expectations=(
            equal(counted, f"{counted}_of_facts", "The cells of every kind of period and scope add up to all facts."),
        ),
        relations=(mart, *relations),
        is_computed_once=True,
    )


_SOURCES = "read_parquet('lake/run/source.parquet')"


def _sla() -> tuple[Suite, Suite]:
    cells = _reconciled(
        "agg_sla",
        f"""
            select
                cast(timezone(sources.time_zone, incidents.opened_at) as date) as period_start,
                coalesce(incidents.group_code, 'unknown') as cell_id, count(*) as n
            from fct_incident as incidents
            inner join {_SOURCES} as sources using (source)
            group by all
        """,
        ("period_start", "cell_id"),
        "n_incidents",
        ("fct_incident",),
        where="period_kind = 'day' and scope = 'topic_group'",
    )
    scopes = ("all", "authority", "topic_group", "municipality", "source")
    return cells, _adds_up("agg_sla", "select count(*) from fct_incident", "n_incidents", scopes, ("fct_incident",))


def _topic() -> tuple[Suite, Suite]:
    cells = _reconciled(
        "agg_topic",
        f"""
            select
                cast(timezone(sources.time_zone, posts.posted_at) as date) as period_start,
                coalesce(posts.topic_code, 'unknown') as cell_id, count(*) as n
            from fct_post as posts
            inner join {_SOURCES} as sources using (source)
            where posts.posted_at is not null
            group by all
        """,
        ("period_start", "cell_id"),
        "n_posts",
        ("fct_post",),
        where="period_kind = 'day' and scope = 'topic'",
    )
    scopes = ("all", "source", "topic_group", "topic")
    facts = "select count(*) from fct_post where posted_at is not null"
    return cells, _adds_up("agg_topic", facts, "n_posts", scopes, ("fct_post",))


def _municipality_activity() -> Suite:
    # Cells come from posts, so one without incidents is no error: it counts zero.
    return _reconciled(
        "agg_municipality_activity",
        f"""
            select
                region, municipality_id, case when municipality_id is null then district end as district,
                count(incident_id) as n
            from (
                select
                    source, municipality_id, nullif(trim(declared_district), '') as district,
                    null::varchar as incident_id
                from fct_post
                union all
                select source, municipality_id, district, incident_id from fct_incident
            )
            inner join {_SOURCES} as sources using (source)
            where region is not null
            group by all
        """,
        ("region", "municipality_id", "district"),
        "n_incidents",
        ("fct_incident", "fct_post"),
    )
