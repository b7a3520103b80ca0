"""What the marts must not reveal: suppressed cells, small groups, scores nobody agreed to (definition 24).

These suites are part of the gate before publishing (`mart_suites.py`). They look at the finished tables the way a
reader would, not at the SQL that suppresses.
"""

from data_quality.expectations import Suite, equal, is_false, nothing_in


def privacy_suites() -> tuple[Suite, ...]:
    """Suites over every published table that counts people; they read the parameter `min_group_size`."""
    return (
        _suppressed(
            "agg_sla_daily",
            (
                "n_incidents",
                "n_replied",
                "n_on_time",
                "n_decided",
                "on_time_share",
                "on_time_share_low",
                "on_time_share_high",
                "median_hours_to_first_reply_of_replied",
                "n_people",
            ),
            people="n_people",
            total=("opened_date", "source"),
        ),
        _suppressed(
            "agg_topic_daily",
            ("n_posts", "n_complaints", "n_questions", "n_people"),
            people="n_people",
            total=("posted_date", "source"),
        ),
        _suppressed(
            "agg_municipality_activity",
            (
                "n_posts",
                "n_people",
                "n_incidents",
                "incidents_per_1000",
                "n_decided",
                "on_time_share",
                "on_time_share_low",
                "on_time_share_high",
            ),
            people="n_people",
            total=("region",),
        ),
        _suppressed("dim_interest_group", ("n_members", "stability_score", "resolution"), people="n_members"),
        _suppressed(
            "fct_leader_score",
            ("n_members", "authority_score", "authority_rank", "spread_score", "spread_rank"),
            people="case when level = 'group' then coalesce(n_members, 0) end",
        ),
        _suppressed(
            "fct_tie",
            ("n_messages", "weight", "n_people", "first_at", "last_at"),
            people="case when level = 'group' then coalesce(n_people, 0) end",
        ),
        _suppressed("dim_subject", ("department",)),
        _group_members(),
        _staff_scores(),
    )


def _suppressed(mart: str, values: tuple[str, ...], *, people: str | None = None, total: tuple[str, ...] = ()) -> Suite:
    """Suppression (definition 24), seen from outside: what a reader of the published table could find out.

    Args:
        mart: Table with `is_suppressed`.
        values: Columns that must be null in a suppressed cell.
        people: SQL for the number of people in a cell; null where a row is not a cell of people. None where no row of
            the mart is one.
        total: Columns whose equal values form a total that could be subtracted from; empty where there is none.
    """
    has_value = " or ".join(f"{value} is not null" for value in values)
    expectations = [is_false("is_revealed", "A suppressed cell has no values, never a zero.")]
    if people is not None:
        expectations.append(is_false("is_too_small", "A shown cell stands on the smallest group size or more."))
    alone = "false"
    if total:
        window = f"over (partition by {', '.join(total)})"
        alone = f"is_suppressed and count(*) {window} > 1 and count(*) filter (where is_suppressed) {window} = 1"
        expectations.append(is_false("is_alone", "One hidden cell among shown ones could be had by subtraction."))
    return Suite(
        table=mart,
        query=f"""
            select
                is_suppressed and ({has_value}) as is_revealed,
                coalesce(not is_suppressed and {people or "null"} < (select min_group_size from parameter), false)
                    as is_too_small,
                {alone} as is_alone
            from {mart}
        """,
        expectations=tuple(expectations),
        relations=(mart,),
    )


def _group_members() -> Suite:
    return Suite(
        table="group_members",
        query="""
            select coalesce(groups.n_members, 0) as n_members, count(members.subject_id) as n_members_listed
            from dim_interest_group as groups
            full join bridge_group_member as members using (interest_group_id)
            group by interest_group_id, groups.n_members
        """,
        expectations=(equal("n_members", "n_members_listed", "Members are listed of shown groups only, all of them."),),
        relations=("bridge_group_member", "dim_interest_group"),
        is_computed_once=True,
    )


def _staff_scores() -> Suite:
    return Suite(
        table="staff_score",
        query="""
            select count(*) as n_shown_without_consent
            from fct_leader_score as scores
            left join dim_subject as subjects on scores.member_id = subjects.subject_id
            where scores.network = 'staff' and scores.level = 'subject' and not scores.is_suppressed
                and not coalesce(subjects.is_score_consented, false)
        """,
        expectations=(
            nothing_in("n_shown_without_consent", "A score about an employee is shown only if they agreed."),
        ),
        relations=("dim_subject", "fct_leader_score"),
        is_computed_once=True,
    )
