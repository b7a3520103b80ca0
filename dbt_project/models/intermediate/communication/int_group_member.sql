with

releases as (

    select * from {{ ref('stg_group_release') }}
    where list_kind = 'interest_group'

),

members as (

    select
        list_id as interest_group_id,
        subject_id,
        is_held,
        is_withheld

    from releases

)

select * from members
