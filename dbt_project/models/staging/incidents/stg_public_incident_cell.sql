with

cells as (

    select * from {{ source('enriched', 'public_incident_cell') }}

)

select * from cells
