with

interest_groups as (

    select * from {{ source('enriched', 'interest_group') }}

),

keyed as (

    select
        {{ hashed_id(['network', 'organisation', 'group_id']) }} as interest_group_id,
        *

    from interest_groups

)

select * from keyed
