with

authorities as (

    select * from {{ ref('stg_authority') }}

),

bounded as (

    select
        authority_id,
        name,
        level,
        parent_authority_id,
        valid_from,
        {{ held_until(['authority_id']) }} as valid_to

    from authorities

)

select * from bounded
