with

bursts as (

    select * from {{ source('enriched', 'burst') }}

),

keyed as (

    select
        {{ hashed_id(['topic_code', 'municipality_id', 'first_date']) }} as burst_id,
        *

    from bursts

)

select * from keyed
