-- Positions with what decides whether they may be shown, as int_leader_score.

with

positions as (

    select * from {{ ref('stg_role') }}

),

staff as (

    select * from {{ ref('int_staff_subject') }}

),

described as (

    select
        positions.*,
        coalesce(staff.is_score_consented, false) as is_score_consented

    from positions
    -- No id stands in both networks.
    left join staff on positions.subject_id = staff.subject_id

)

select * from described
