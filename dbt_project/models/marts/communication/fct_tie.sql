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

described as (

    select
        ties.*,
        coalesce(sources.is_score_consented, false) and coalesce(targets.is_score_consented, false) as is_consented

    from ties
    left join staff as sources on ties.source_subject_id = sources.subject_id
    left join staff as targets on ties.target_subject_id = targets.subject_id

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

    select * from {{ ref('int_tie_department') }}

),

judged as (

    select
        department_ties.*,
        {{ suppression_reason(
            'department_ties.n_people', 'department_ties.top_person_messages', 'department_ties.n_messages',
            'settings.min_group_size',
        ) }} as suppression_reason

    from department_ties
    cross join settings

),

group_ties as (

    select
        'staff' as network,
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
