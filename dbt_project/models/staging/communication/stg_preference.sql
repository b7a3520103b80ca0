with

preferences as (

    select * from {{ source('enriched', 'preference') }}

)

select * from preferences
