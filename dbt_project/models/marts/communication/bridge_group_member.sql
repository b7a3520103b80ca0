-- Of staff only those who agreed to be shown stand in a list; how many a group has in all is in dim_interest_group.

with

interest_groups as (

    select * from {{ ref('int_interest_group') }}

),

members as (

    select * from {{ ref('int_group_member') }}

),

subjects as (

    select * from {{ ref('dim_subject') }}

),

published_members as (

    select
        members.interest_group_id,
        members.subject_id

    from members
    inner join interest_groups on members.interest_group_id = interest_groups.interest_group_id
    inner join subjects on members.subject_id = subjects.subject_id
    where
        interest_groups.suppression_reason is null
        and (interest_groups.network = 'citizens' or subjects.is_score_consented)

)

select * from published_members
