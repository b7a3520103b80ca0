with

authorities as (

    select * from {{ ref('int_authority') }}

),

listed as (

    select
        authority_id,
        shown_name as name,
        level,
        parent_authority_id,
        is_listed

    from authorities

)

select * from listed
