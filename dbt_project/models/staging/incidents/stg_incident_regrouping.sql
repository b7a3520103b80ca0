with

regroupings as (

    select * from {{ source('enriched', 'incident_regrouping') }}

)

select * from regroupings
