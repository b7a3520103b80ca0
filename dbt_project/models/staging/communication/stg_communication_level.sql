with

communication_levels as (

    select * from {{ source('enriched', 'communication_level') }}

)

select * from communication_levels
