"""What the marts must not reveal: suppressed cells, small groups, scores nobody agreed to (definition 24).

These suites are part of the gate before publishing (`mart_suites.py`). They look at the finished tables the way a
reader would, not at the SQL that suppresses.
"""

from collections.abc import Mapping

from data_quality.expectations import Expectation, Suite, at_least, is_false, is_true, nothing_in
from otklik.home.suppression import Suppression


def privacy_suites(suppressions: Mapping[str, Suppression]) -> tuple[Suite, ...]:
    """Suites over every published table that hides or counts people; they read the parameter `min_group_size`.

    Args:
        suppressions: Published mart → how it hides people.
    """
    of_marts = (_suppressed(mart, rule) for mart, rule in sorted(suppressions.items()) if rule.people or rule.hidden)
    members = tuple(mart for mart, rule in sorted(suppressions.items()) if rule.is_of_members)
    return (*of_marts, _group_members(), _released_lists(), _staff_rows(members), _citizen_topics())


def _suppressed(mart: str, rule: Suppression) -> Suite:
    """Suppression (definition 24), seen from outside: what a reader of the published table could find out."""
    is_suppressed = "is_suppressed" if rule.hidden else "false"
    checks: dict[str, tuple[str, Expectation]] = {}
    if rule.hidden:
        has_value = " or ".join(f"{column} is not null" for column in rule.hidden)
        says = "A suppressed cell has no values, never a zero."
        checks["is_revealed"] = f"is_suppressed and ({has_value})", is_false("is_revealed", says)
        says = "What is hidden says why, and what is shown is not flagged."
        unexplained = "is_suppressed is null or is_suppressed <> (suppression_reason is not null)"
        checks["is_unexplained"] = unexplained, is_false("is_unexplained", says)
    if rule.people:
        too_few = f"coalesce(least({', '.join(rule.people)}), 0) < (select min_group_size from parameter)"
        says = "A shown cell stands on the smallest group size or more."
        checks["is_too_small"] = (
            f"not {is_suppressed} and coalesce({rule.rows or 'true'}, false) and {too_few}",
            is_false("is_too_small", says),
        )
    if rule.total:
        window = f"over (partition by {', '.join(rule.total)})"
        says = "One hidden cell among shown ones could be had by subtraction."
        checks["is_alone"] = (
            f"is_suppressed and count(*) {window} > 1 and count(*) filter (where is_suppressed) {window} = 1",
            is_false("is_alone", says),
        )
    return Suite(
        table=mart,
        query=f"select {', '.join(f'{sql} as {name}' for name, (sql, _) in checks.items())} from {mart}",
        expectations=tuple(expectation for _, expectation in checks.values()),
        relations=(mart,),
    )


def _group_members() -> Suite:
    return Suite(
        table="group_members",
        query="""
            select
                coalesce(groups.n_members, 0) as n_members,
                count(members.subject_id) as n_members_listed,
                count(members.subject_id) = groups.n_members or groups.network = 'staff' as is_complete,
                count(members.subject_id) filter (
                    where subjects.network is distinct from 'citizens'
                    and not coalesce(subjects.is_score_consented, false)
                ) > 0 as is_listed_without_consent
            from dim_interest_group as groups
            full join bridge_group_member as members using (interest_group_id)
            left join dim_subject as subjects using (subject_id)
            group by interest_group_id, groups.n_members, groups.network
        """,
        expectations=(
            at_least("n_members", "n_members_listed", "Members are listed of shown groups only."),
            is_true("is_complete", "Of citizens all of them are."),
            is_false("is_listed_without_consent", "Staff are listed only if they agreed."),
        ),
        relations=("bridge_group_member", "dim_interest_group", "dim_subject"),
        is_computed_once=True,
    )


def _released_lists() -> Suite:
    """Definition 24: of two lists whose figures are compared, whenever published, |A △ B| = 0 or ≥ k.

    Lists without a common person differ by all of their people, who are k at least each. Those of the day of a message
    are compared with their own kind alone (`graph/group_release.py`).
    """
    return Suite(
        table="group_release",
        query="""
            with released as (
                select release::varchar as list, list_kind = 'department_of_the_day' as is_of_the_day, subject_id,
                    list(concat_ws('/', valid_from, valid_to) order by valid_from, valid_to) as days
                from read_parquet('lake/enriched/released_list/*.parquet', union_by_name = true)
                group by all
            ),
            shown as (
                select concat_ws(' ', list_kind, list_id) as list,
                    list_kind = 'department_of_the_day' as is_of_the_day, subject_id,
                    list(concat_ws('/', valid_from, valid_to) order by valid_from, valid_to) as days
                from int_released_person
                group by all
            ),
            compared as (from released union all from shown),
            pair as (
                select shown.list, compared.list as other, count(*) as n_common,
                    count(*) filter (where shown.days <> compared.days) as n_other_days
                from shown
                inner join compared using (subject_id, is_of_the_day)
                group by all
            ),
            size as (select list, count(*) as n from compared group by all)
            select
                one.n + two.n - 2 * pair.n_common + pair.n_other_days
                    between 1 and (select min_group_size from parameter) - 1 as is_difference
            from pair
            inner join size as one on pair.list = one.list
            inner join size as two on pair.other = two.list
        """,
        expectations=(
            is_false("is_difference", "Figures of two lists that differ by a few people show who they are."),
        ),
        relations=("int_released_person",),
        is_computed_once=True,
    )


def _staff_rows(tables: tuple[str, ...]) -> Suite:
    """Nothing about one employee is shown unless they agreed, in any table with rows of people."""
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
            inner join int_topic on fct_preference.item = int_topic.topic_code
            where fct_preference.level = 'subject' and fct_preference.kind = 'topic' and int_topic.is_group_only
        """,
        expectations=(
            nothing_in("n_special", "That somebody writes about illness or need says something of that person."),
        ),
        relations=("int_topic", "fct_preference"),
        is_computed_once=True,
    )
