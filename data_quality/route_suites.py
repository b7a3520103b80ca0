"""What the trained model's names for texts must satisfy, and how far what arrives may drift from what it learned.

Without a trained model the table is empty and every expectation holds.
"""

from data_quality.expectations import (
    RUN_PARAMETERS,
    FromParameter,
    Gate,
    Parameter,
    Severity,
    Suite,
    between,
    not_null,
    nothing_in,
    total,
)

DRIFT_LABELS = ("group", "topic")
# Shares of classes that one period lacks are taken as half a post's, so that no logarithm is of zero.
_HALF_A_POST = 0.5


def routes_gate() -> Gate:
    """The gate on what the trained model said about texts."""
    return Gate(
        name="routes",
        description="Every text has one route of the trained model, and posts are like those it learned from.",
        suites=(_routes(), _texts(), *(_drift(label) for label in DRIFT_LABELS)),
        parameters=(
            *RUN_PARAMETERS,
            Parameter("route_version", "VARCHAR", "Version of the trained model; null when none was trained."),
            Parameter("trained_until", "TIMESTAMPTZ", "Newest post it learned from: the training period ends there."),
            Parameter("drift_least_posts", "BIGINT", "Posts of the new period under which drift is not judged.", 500),
            Parameter("drift_warning", "DOUBLE", "PSI above which the model should be trained again.", 0.25),
            Parameter("drift_ceiling", "DOUBLE", "PSI above which the model does not fit what arrives.", 1.0),
        ),
    )


def _routes() -> Suite:
    return Suite(
        table="post_route",
        query="""
            select predicted_authority, predicted_group, predicted_topic,
                predicted_authority_probability, predicted_group_probability, predicted_topic_probability
            from read_parquet('lake/enriched/post_route/*.parquet', union_by_name = true)
        """,
        expectations=tuple(
            expectation
            for label in ("authority", "group", "topic")
            for expectation in (
                not_null(f"predicted_{label}", "Whoever wants to abstain does so by the probability."),
                not_null(f"predicted_{label}_probability", "A label without its probability cannot be weighed."),
                between(f"predicted_{label}_probability", "A probability.", least=0, most=1),
            )
        ),
    )


def _texts() -> Suite:
    return Suite(
        table="routed_text",
        query="""
            with text as (
                select distinct text_hash
                from read_parquet('lake/raw/post/*/*.parquet', union_by_name = true)
                where length(trim(coalesce(text, ''))) > 0
            ),
            route as (
                select text_hash, count(*) as n_routes
                from read_parquet('lake/enriched/post_route/*.parquet', union_by_name = true)
                where model_version = (select route_version from parameter)
                group by text_hash
            )
            select
                count(*) filter (where route.n_routes is null and (select route_version from parameter) is not null)
                    as n_unrouted,
                count(*) filter (where route.n_routes > 1) as n_routed_twice
            from text
            left join route using (text_hash)
        """,
        expectations=(
            nothing_in("n_unrouted", "Every text has a route of the current trained model."),
            nothing_in("n_routed_twice", "Two routes of one text would double its posts in every join."),
        ),
        is_computed_once=True,
    )


def _drift(label: str) -> Suite:
    """PSI of the predicted classes between the training period and the time after it (definition 25).

    PSI of two samples of the same posts is about (1/n + 1/m) times a chi-square of K - 1 degrees of freedom (Yurdakul
    2018): its mean is taken off, so that many classes and few posts do not look like drift. One model names both
    periods.
    """
    return Suite(
        table=f"{label}_drift",
        query=f"""
            with named as (
                select route.predicted_{label} as class,
                    post.posted_at > (select trained_until from parameter) as is_new
                from read_parquet('lake/raw/post/*/*.parquet', union_by_name = true) as post
                inner join read_parquet('lake/enriched/post_route/*.parquet', union_by_name = true) as route
                    using (text_hash)
                where route.model_version = (select route_version from parameter)
                    and post.posted_at is not null and (select trained_until from parameter) is not null
            ),
            counted as (
                select class, count(*) filter (where is_new) as n_new, count(*) filter (where not is_new) as n_old
                from named
                group by class
            ),
            summed as (select sum(n_new) as n_new, sum(n_old) as n_old, count(*) as n_classes from counted),
            shared as (
                select
                    greatest(counted.n_new, {_HALF_A_POST}) / summed.n_new as p,
                    greatest(counted.n_old, {_HALF_A_POST}) / summed.n_old as q
                from counted
                cross join summed
            )
            select
                coalesce(
                    case when any_value(summed.n_new) >= (select drift_least_posts from parameter)
                            and any_value(summed.n_old) > 0
                        then greatest(0, sum((p - q) * ln(p / q))
                            - (any_value(n_classes) - 1) * (1 / any_value(n_new) + 1 / any_value(n_old)))
                    end,
                    0
                ) as {label}_psi
            from shared
            cross join summed
        """,
        expectations=(
            total(
                f"{label}_psi",
                "Posts differ from those the model learned from: label some of the new ones and train again.",
                least=0,
                most=FromParameter("drift_warning"),
                severity=Severity.WARNING,
            ),
            total(
                f"{label}_psi",
                "Posts have little in common with those the model learned from: train again, or remove the model.",
                least=0,
                most=FromParameter("drift_ceiling"),
            ),
        ),
        is_computed_once=True,
    )
