with

interest_groups as (

    select * from {{ ref('int_interest_group') }}

),

members as (

    select * from {{ ref('int_group_member') }}

),

published_members as (

    select
        members.interest_group_id,
        members.subject_id

    from members
    inner join interest_groups on members.interest_group_id = interest_groups.interest_group_id
    where interest_groups.suppression_reason is null

)

select * from published_members
