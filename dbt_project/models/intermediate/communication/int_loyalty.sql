with

loyalties as (

    select * from {{ ref('stg_loyalty') }}

),

interest_groups as (

    select * from {{ ref('int_interest_group') }}
    where suppression_reason is null

),

staff as (

    select * from {{ ref('int_staff_subject') }}

),

described as (

    select
        loyalties.*,
        loyalties.network = 'citizens' or coalesce(staff.is_score_consented, false) as is_shown

    from loyalties
    inner join interest_groups on loyalties.interest_group_id = interest_groups.interest_group_id
    -- No id stands in both networks.
    left join staff on loyalties.subject_id = staff.subject_id

)

select * from described
