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
        _suppressed(
            "agg_municipality_rank",
            (
                "n_people",
                *(f"shrunken_incidents_per_1000{bound}" for bound in ("", "_low", "_high")),
                *(f"activity_rank{bound}" for bound in ("", "_low", "_high")),
                *(f"reports_per_day{bound}" for bound in ("", "_low", "_high")),
                "reported_share",
                "corrected_incidents",
            ),
            people="n_people",
        ),
        _suppressed(
            "agg_waiting_time",
            ("n_incidents", "n_stopped", *_quantiles("median"), *_quantiles("p90"), "n_people"),
            people="n_people",
            total=("scope", "clock"),
        ),
        _suppressed(
            "agg_resolution",
            (
                *(f"n_{name}" for name in ("incidents", "claimed", "confirmed", "settled", "reopened", "followed")),
                *("n_repeated", "confirmed_share", "reopened_share", "repeated_share", "n_people"),
            ),
            people="n_people",
            total=("scope",),
        ),
        _suppressed(
            "dim_interest_group",
            ("n_members", "stability_score", "resolution", "main_topic_code", "main_topic_share", "main_topic_lift"),
            people="n_members",
        ),
        _suppressed(
            "fct_leader_score",
            (
                "n_members",
                *(
                    f"{score}_{name}"
                    for score in ("authority", "spread")
                    for name in ("score", "low", "high", "rank", "rank_low", "rank_high", "top_k_probability")
                ),
                "authority_null_p_value",
                "removal_edge_count",
                "reason_en",
                "reason_ru",
            ),
            people="case when level = 'group' then coalesce(n_members, 0) end",
        ),
        _suppressed(
            "fct_tie",
            ("n_messages", "weight", "n_people", "first_at", "last_at"),
            people="case when level = 'group' then coalesce(n_people, 0) end",
        ),
        _suppressed(
            "fct_role",
            (
                "n_members",
                "contact_count",
                "core_number",
                "constraint_score",
                "participation_score",
                "within_group_z",
                "role",
                "connector_share",
            ),
            people="case when level = 'group' then coalesce(n_members, 0) end",
        ),
        _suppressed(
            "fct_preference",
            ("n_messages", "n_people", "share", "lift", "breadth"),
            people="case when level <> 'subject' then coalesce(n_people, 0) end",
            total=("network", "organisation", "level", "member_id", "kind"),
        ),
        _suppressed(
            "fct_loyalty",
            ("n_messages", "share", "is_preferred", "n_active", "n_loyal", "n_vagrant", "loyalty_rate"),
            people="case when level = 'group' then coalesce(n_active, 0) end",
        ),
        _suppressed(
            "agg_communication_level",
            (
                "n_messages",
                "n_people",
                "n_internal_ties",
                "n_external_ties",
                "ei_index",
                "reciprocity",
                "answered_share",
                "response_hours_median",
            ),
            people="n_people",
        ),
        _suppressed("agg_active_citizens", ("n_citizens", "n_active_citizens"), people="n_citizens"),
        _suppressed("dim_subject", ("department",)),
        _group_events(),
        _group_members(),
        _released_lists(),
        _staff_rows(),
        _citizen_topics(),
    )


def _quantiles(name: str) -> tuple[str, ...]:
    return tuple(f"{name}_hours{bound}" for bound in ("", "_low", "_high"))


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


def _group_events() -> Suite:
    return Suite(
        table="fct_group_event",
        query="""
            select least(n_members, n_members_before) < (select min_group_size from parameter) as is_too_small
            from fct_group_event
        """,
        expectations=(is_false("is_too_small", "An event of a small group would show it."),),
        relations=("fct_group_event",),
    )


def _released_lists() -> Suite:
    """Definition 24: of two lists of one circle, whenever published, |A △ B| = 0 or ≥ k.

    Lists without a common member differ by all of their people, who are k at least each.
    """
    return Suite(
        table="group_release",
        query="""
            with released as (
                select release, interest_group_id, subject_id
                from read_parquet('lake/enriched/released_list/*.parquet', union_by_name = true)
            ),
            pair as (
                select members.interest_group_id, released.release, count(*) as n_common
                from bridge_group_member as members
                inner join released using (subject_id)
                group by members.interest_group_id, released.release
            ),
            size as (select interest_group_id, count(*) as n from bridge_group_member group by all),
            earlier as (select release, count(*) as n from released group by all)
            select
                size.n + earlier.n - 2 * pair.n_common between 1 and (select min_group_size from parameter) - 1
                    as is_difference
            from pair
            inner join size using (interest_group_id)
            inner join earlier using (release)
        """,
        expectations=(
            is_false("is_difference", "Two lists of a group that differ by a few people show who they are."),
        ),
        relations=("bridge_group_member",),
        is_computed_once=True,
    )


def _staff_rows() -> Suite:
    """Nothing about one employee is shown unless they agreed, in any table with rows of people."""
    tables = ("fct_leader_score", "fct_role", "fct_preference", "fct_loyalty")
    rows = " union all ".join(
        f"select network, level, member_id from {table} where not is_suppressed" for table in tables
    )
    return Suite(
        table="staff_row",
        query=f"""
            select count(*) as n_shown_without_consent
            from ({rows}) as shown
            left join dim_subject as subjects on shown.member_id = subjects.subject_id
            where shown.network = 'staff' and shown.level = 'subject'
                and not coalesce(subjects.is_score_consented, false)
        """,
        expectations=(nothing_in("n_shown_without_consent", "A row about an employee is shown only if they agreed."),),
        relations=("dim_subject", *tables),
        is_computed_once=True,
    )


def _citizen_topics() -> Suite:
    return Suite(
        table="person_topic",
        query="""
            select count(*) as n_special
            from fct_preference
            inner join dim_topic on fct_preference.item = dim_topic.topic_code
            where fct_preference.level = 'subject' and fct_preference.kind = 'topic'
                and dim_topic.group_code in ('health', 'social')
        """,
        expectations=(
            nothing_in("n_special", "That somebody writes about illness or need says something of that person."),
        ),
        relations=("dim_topic", "fct_preference"),
        is_computed_once=True,
    )
