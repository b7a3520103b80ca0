with

memberships as (

    select * from {{ ref('stg_interest_group') }}

),

members as (

    select distinct
        interest_group_id,
        subject_id

    from memberships

)

select * from members
