with

models as (

    select * from {{ source('enriched', 'joining_model') }}

)

select * from models
