-- Scores with what decides whether they may be shown. A department too small to be named is not named here either.

with

settings as (

    select * from {{ source('run', 'settings') }}

),

scores as (

    select * from {{ ref('stg_leader_score') }}

),

staff as (

    select * from {{ ref('int_staff_subject') }}

),

described as (

    select
        scores.*,
        case when staff.n_department_members >= settings.min_group_size then staff.department end as department,
        coalesce(staff.is_score_consented, false) as is_score_consented

    from scores
    cross join settings
    -- No id stands in both networks.
    left join staff on scores.subject_id = staff.subject_id

)

select * from described
