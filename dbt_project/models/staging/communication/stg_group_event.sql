with

group_events as (

    select * from {{ source('enriched', 'group_event') }}

)

select * from group_events
