-- Names that only a source gives may be of anybody, so the public list is that of the deployment.

with

authorities as (

    select * from {{ ref('int_authority') }}

),

listed as (

    select
        authority_id,
        name,
        level,
        parent_authority_id

    from authorities
    where is_listed

)

select * from listed
