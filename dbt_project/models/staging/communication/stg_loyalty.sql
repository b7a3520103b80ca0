with

loyalties as (

    select * from {{ source('enriched', 'loyalty') }}

),

keyed as (

    select
        {{ hashed_id(['network', 'organisation', 'group_id']) }} as interest_group_id,
        *

    from loyalties

)

select * from keyed
