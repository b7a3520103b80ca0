-- Positions with what decides whether they may be shown, as int_leader_score.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

positions as (

    select * from {{ ref('stg_role') }}

),

staff as (

    select * from {{ ref('int_staff_subject') }}

),

described as (

    select
        positions.*,
        case when staff.n_department_members >= settings.min_group_size then staff.department end as department,
        coalesce(staff.is_score_consented, false) as is_score_consented

    from positions
    cross join settings
    -- No id stands in both networks.
    left join staff on positions.subject_id = staff.subject_id

)

select * from described
