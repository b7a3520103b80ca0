-- Staff and citizens stand under one another and share no column that could link them; their ids are disjoint by
-- construction.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

staff as (

    select * from {{ ref('int_staff_subject') }}

),

citizens as (

    select * from {{ ref('int_citizen_subject') }}

),

staff_subjects as (

    select
        staff.subject_id,
        'staff' as network,
        staff.organisation,
        case
            when staff.is_score_consented and staff.n_department_members >= settings.min_group_size
                then staff.department
        end as department,
        staff.is_score_consented,
        case
            when staff.department is null then null
            when not staff.is_score_consented then 'no_consent'
            when staff.n_department_members < settings.min_group_size then 'too_few_people'
        end as suppression_reason

    from staff
    cross join settings

),

citizen_subjects as (

    select
        subject_id,
        'citizens' as network,
        cast(null as varchar) as organisation,
        cast(null as varchar) as department,
        false as is_score_consented,
        cast(null as varchar) as suppression_reason

    from citizens

),

subjects as (

    select
        *,
        suppression_reason is not null as is_suppressed

    from staff_subjects
    union all
    select
        *,
        suppression_reason is not null as is_suppressed

    from citizen_subjects

)

select * from subjects
