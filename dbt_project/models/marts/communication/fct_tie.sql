-- Ties between citizens' public accounts are published under pseudonyms. Ties between staff are published between
-- departments, and between two people only when both agreed to scores about them: from all of the ties anybody could
-- compute the scores that dim_subject and fct_leader_score withhold. The full map stays in int_tie.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

ties as (

    select * from {{ ref('int_tie') }}

),

staff as (

    select * from {{ ref('int_staff_subject') }}

),

subjects as (

    select
        staff.subject_id,
        staff.is_score_consented,
        case when staff.n_department_members >= settings.min_group_size then staff.department end as department

    from staff
    cross join settings

),

described as (

    select
        ties.*,
        sources.department as source_department,
        targets.department as target_department,
        coalesce(sources.is_score_consented, false) and coalesce(targets.is_score_consented, false) as is_consented

    from ties
    left join subjects as sources on ties.source_subject_id = sources.subject_id
    left join subjects as targets on ties.target_subject_id = targets.subject_id

),

subject_ties as (

    select
        network,
        organisation,
        'subject' as level,
        source_subject_id as source_member_id,
        target_subject_id as target_member_id,
        n_messages,
        weight,
        cast(null as bigint) as n_people,
        first_at,
        last_at,
        cast(null as varchar) as suppression_reason

    from described
    where network = 'citizens' or is_consented

),

department_ties as (

    select
        network,
        organisation,
        source_department,
        target_department,
        cast(sum(n_messages) as bigint) as n_messages,
        round(sum(weight), 6) as weight,
        least(count(distinct source_subject_id), count(distinct target_subject_id)) as n_people,
        min(first_at) as first_at,
        max(last_at) as last_at

    from described
    where network = 'staff' and source_department is not null and target_department is not null
    group by network, organisation, source_department, target_department

),

messages_by_person as (

    select
        network,
        organisation,
        source_department,
        target_department,
        source_subject_id as subject_id,
        'source' as side,
        sum(n_messages) as n_messages

    from described
    where network = 'staff' and source_department is not null and target_department is not null
    group by network, organisation, source_department, target_department, source_subject_id
    union all
    select
        network,
        organisation,
        source_department,
        target_department,
        target_subject_id as subject_id,
        'target' as side,
        sum(n_messages) as n_messages

    from described
    where network = 'staff' and source_department is not null and target_department is not null
    group by network, organisation, source_department, target_department, target_subject_id

),

top_people as (

    select
        network,
        organisation,
        source_department,
        target_department,
        max(n_messages) as top_person_messages

    from messages_by_person
    group by network, organisation, source_department, target_department

),

judged as (

    select
        department_ties.*,
        {{ suppression_reason(
            'department_ties.n_people', 'top_people.top_person_messages', 'department_ties.n_messages',
            'settings.min_group_size',
        ) }} as suppression_reason

    from department_ties
    cross join settings
    inner join top_people
        on
            department_ties.network = top_people.network
            and department_ties.organisation = top_people.organisation
            and department_ties.source_department = top_people.source_department
            and department_ties.target_department = top_people.target_department

),

group_ties as (

    select
        network,
        organisation,
        'group' as level,
        source_department as source_member_id,
        target_department as target_member_id,
        {{ shown('n_messages', 'suppression_reason') }} as n_messages,
        {{ shown('weight', 'suppression_reason') }} as weight,
        {{ shown('n_people', 'suppression_reason') }} as n_people,
        {{ shown('first_at', 'suppression_reason') }} as first_at,
        {{ shown('last_at', 'suppression_reason') }} as last_at,
        suppression_reason

    from judged

),

published_ties as (

    select
        *,
        suppression_reason is not null as is_suppressed

    from subject_ties
    union all
    select
        *,
        suppression_reason is not null as is_suppressed

    from group_ties

)

select * from published_ties
