"""What the marts must satisfy together before they are published: conservation and reconciliation across layers.

What they must not reveal stands in `privacy_suites.py`. Keys, relationships and accepted values of single columns are
dbt's tests, next to the models.
"""

from collections.abc import Mapping

from data_quality.backlog_suites import reply_backlog
from data_quality.expectations import (
    RUN_PARAMETERS,
    FromParameter,
    Gate,
    Parameter,
    Severity,
    Suite,
    at_least,
    between,
    equal,
    is_false,
    nothing_in,
)
from data_quality.figure_suites import figure_suites
from data_quality.privacy_suites import privacy_suites
from data_quality.public_suites import public_suites
from data_quality.total_suites import total_suites
from otklik.home.suppression import Suppression


def marts_gate(suppressions: Mapping[str, Suppression], previous_row_counts: Mapping[str, int] | None = None) -> Gate:
    """The gate before publishing.

    Args:
        suppressions: Published mart → how it hides people.
        previous_row_counts: Mart of the warehouse, without operational ones, which change with every run → rows in the
            last published manifest; None or empty before the first snapshot.
    """
    return Gate(
        name="marts",
        description="Marts agree with their sources and with each other, and reveal nobody.",
        suites=(
            _posts(),
            _cases(),
            _incidents(),
            reply_backlog(),
            *total_suites(),
            *figure_suites(),
            _what_is_said_of_the_place(),
            *privacy_suites(suppressions),
            *public_suites(),
            _row_counts(previous_row_counts or {}),
        ),
        parameters=(
            *RUN_PARAMETERS,
            Parameter("min_group_size", "INTEGER", "Fewest people a published cell may stand on.", is_required=True),
            Parameter("collapse_share", "DOUBLE", "Share of a mart's rows whose loss in one run is suspicious.", 0.5),
        ),
    )


def _posts() -> Suite:
    """Every post that came in is in the warehouse once, and every one that the run may see is published.

    A run may look back, and a source's clock may go up to a day ahead: what is later than the run's instant waits.
    """
    return Suite(
        table="post_conservation",
        query="""
            select
                (
                    select count(*) from (
                        select distinct source, source_post_id
                        from read_parquet(
                            'lake/raw/post/*/*.parquet',
                            hive_partitioning = true, hive_types_autocast = false, union_by_name = true
                        )
                    )
                ) as n_raw_posts,
                (select count(*) from int_post) as n_posts,
                (
                    select count(*) from int_post
                    semi join read_parquet('lake/run/source.parquet') using (source)
                    where not is_deleted
                        and (posted_at is null or posted_at <= (select as_of from parameter))
                ) as n_seen_posts,
                (select count(*) from fct_post) as n_published_posts
        """,
        expectations=(
            equal("n_raw_posts", "n_posts", "Versions of a post fold into one; no post is lost or doubled."),
            equal(
                "n_seen_posts",
                "n_published_posts",
                "Left out is only what was deleted, is later than the run's instant, or whose source is no longer "
                "configured.",
            ),
        ),
        relations=("fct_post", "int_post"),
        is_computed_once=True,
    )


def _cases() -> Suite:
    return Suite(
        table="declared_case",
        query="""
            with linked as (
                select fct_post.source, fct_post.source_post_id
                from bridge_incident_post
                inner join fct_post using (post_id)
            )
            select count(*) as n_without_incident
            from (
                select distinct source, source_post_id
                from read_parquet(
                    'lake/raw/case_event/*/*.parquet',
                    hive_partitioning = true, hive_types_autocast = false, union_by_name = true
                )
                where event_at <= (select as_of from parameter)
            )
            inner join fct_post using (source, source_post_id)
            anti join linked using (source, source_post_id)
            where fct_post.posted_at <= (select as_of from parameter)
        """,
        expectations=(
            nothing_in("n_without_incident", "What somebody already declared a case is an incident, or joined one."),
        ),
        relations=("bridge_incident_post", "fct_post"),
        is_computed_once=True,
    )


def _incidents() -> Suite:
    return Suite(
        table="incident",
        query="""
            with links as (
                select incident_id, count(*) as n_posts_linked, count(*) filter (where is_opening) as n_openings
                from bridge_incident_post
                group by incident_id
            ),
            replies as (
                select
                    incident_id, count(*) as n_first_replies, min(hours_since_opening) as first_hours
                from fct_reply
                where is_first_reply
                group by incident_id
            )
            select
                coalesce(links.n_openings, 0) as n_openings,
                incidents.n_posts,
                links.n_posts_linked,
                incidents.n_people,
                count(incidents.first_reply_at) over (partition by incidents.incident_id) as n_replied,
                coalesce(replies.n_first_replies, 0) as n_first_replies,
                incidents.citizen_wait_hours,
                incidents.citizen_wait_hours is distinct from replies.first_hours as is_another_wait,
                incidents.is_reply_on_time is distinct from clocks.is_on_time
                or incidents.is_ripe is distinct from clocks.is_ripe
                or incidents.due_at is distinct from clocks.due_at as is_another_clock,
                incidents.is_overdue <> (late.incident_id is not null) as is_late_in_one_place,
                incidents.is_reply_on_time is not null and not incidents.is_ripe as is_judged_early,
                incidents.opened_at > (select as_of from parameter) as is_in_future
            from fct_incident as incidents
            left join links using (incident_id)
            left join replies using (incident_id)
            left join fct_incident_clock as clocks
                on incidents.incident_id = clocks.incident_id and clocks.clock = 'reply' and clocks.attempt_number = 1
            left join escalation as late on incidents.incident_id = late.incident_id and late.clock = 'reply'
        """,
        expectations=(
            between("n_openings", "Every incident has one opening post.", least=1, most=1),
            equal("n_posts", "n_posts_linked", "An incident counts exactly the posts linked to it."),
            at_least("n_posts", "n_people", "No more people than posts."),
            equal("n_first_replies", "n_replied", "An incident has one first reply if it was replied to, else none."),
            between("citizen_wait_hours", "Only what follows the opening stops the clock.", least=0),
            is_false("is_another_wait", "The wait of an incident is that of its first reply."),
            is_false("is_another_clock", "One clock stands behind every table: term, ripeness, verdict."),
            is_false("is_late_in_one_place", "Whoever owes a late reply is in the list of the late, and nobody else."),
            is_false("is_judged_early", "Nothing is judged before its term has passed."),
            is_false("is_in_future", "A run knows nothing of what is later than its instant."),
        ),
        relations=("bridge_incident_post", "escalation", "fct_incident", "fct_incident_clock", "fct_reply"),
        is_computed_once=True,
    )


def _what_is_said_of_the_place() -> Suite:
    """What only the deployment can say, and nothing guesses: a warning, since all the rest is right without it."""
    return Suite(
        table="place",
        query="""
            select
                (select count(*) from dim_authority where level is null) as n_authorities_without_level,
                (
                    select count(*) from agg_municipality_activity
                    where municipality_id is not null and population is null
                ) as n_municipalities_without_population
        """,
        expectations=(
            nothing_in(
                "n_authorities_without_level",
                "Rules and escalation do not know whose these are: list them as authority (docs/reference-data.md).",
                severity=Severity.WARNING,
            ),
            nothing_in(
                "n_municipalities_without_population",
                "They have no rate and no rank: give their residents as municipality (docs/reference-data.md).",
                severity=Severity.WARNING,
            ),
        ),
        relations=("agg_municipality_activity", "dim_authority"),
        is_computed_once=True,
    )


def _row_counts(previous: Mapping[str, int]) -> Suite:
    counts = {name: n for name, n in sorted(previous.items()) if n > 0}
    # Counted and not read from the catalogue, which knows no rows of a view; some marts are views.
    shares = [f"select 1 - least(count(*) / {int(n)}, 1) as lost_share from {name}" for name, n in counts.items()]
    return Suite(
        table="mart_row_count",
        query=" union all ".join(shares) or "select cast(null as double) as lost_share where false",
        relations=tuple(counts),
        expectations=(
            between(
                "lost_share",
                "A mart lost most of its rows since the last snapshot: a source may be missing.",
                most=FromParameter("collapse_share"),
                severity=Severity.WARNING,
            ),
        ),
        is_computed_once=True,
    )
