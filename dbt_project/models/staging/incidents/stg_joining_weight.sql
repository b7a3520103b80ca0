with

weights as (

    select * from {{ source('enriched', 'joining_weight') }}

)

select * from weights
