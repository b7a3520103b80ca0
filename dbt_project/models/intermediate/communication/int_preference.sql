-- What somebody writes about says something of them even without a number, so a person who did not agree has no row.
-- A topic of a group is hidden by the rules of any cell of people, and when its people without consent are so few that
-- the published rows of the others would show them.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

preferences as (

    select * from {{ ref('stg_preference') }}

),

staff as (

    select * from {{ ref('int_staff_subject') }}

),

interest_groups as (

    select * from {{ ref('int_interest_group') }}
    where suppression_reason is null

),

departments as (

    select distinct
        organisation,
        department

    from {{ ref('int_department_member') }}

),

nameable as (

    select
        preferences.*,
        case
            when preferences.level = 'subject' then null
            when preferences.n_withheld between 1 and settings.min_group_size - 1 then 'difference'
            else {{ suppression_reason(
                'preferences.n_people', 'preferences.top_person_messages', 'preferences.n_messages',
                'settings.min_group_size',
            ) }}
        end as own_reason

    from preferences
    cross join settings
    -- Equalities alone: with a further condition on the left a join would compare every row with every other.
    left join staff on case when preferences.level = 'subject' then preferences.member_id end = staff.subject_id
    left join interest_groups
        on
            case when preferences.level = 'interest_group' then preferences.member_id end
            = interest_groups.interest_group_id
    left join departments
        on
            preferences.organisation = departments.organisation
            and case when preferences.level = 'department' then preferences.member_id end = departments.department
    where
        (preferences.level = 'subject' and (preferences.network = 'citizens' or staff.is_score_consented))
        or interest_groups.interest_group_id is not null
        or departments.department is not null

),

judged as (

    select
        *,
        {{ complementary_suppression_reason(
            'own_reason', 'network, organisation, level, member_id, kind', 'n_people', 'item'
        ) }} as suppression_reason

    from nameable

)

select * from judged
