-- Staff and citizens stand under one another and share no column that could link them; their ids are disjoint by
-- construction.

with

staff as (

    select * from {{ ref('int_shown_staff') }}

),

citizens as (

    select * from {{ ref('int_citizen_subject') }}

),

staff_subjects as (

    select
        subject_id,
        'staff' as network,
        organisation,
        department,
        is_score_consented,
        suppression_reason

    from staff

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
