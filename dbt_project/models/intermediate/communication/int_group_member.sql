with

releases as (

    select * from {{ ref('stg_group_release') }}

),

members as (

    select
        interest_group_id,
        subject_id,
        is_held,
        is_withheld

    from releases

)

select * from members
