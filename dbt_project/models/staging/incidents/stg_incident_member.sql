with

members as (

    select * from {{ source('enriched', 'incident_member') }}

)

select * from members
