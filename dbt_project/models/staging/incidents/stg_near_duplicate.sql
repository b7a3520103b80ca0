with

near_duplicates as (

    select * from {{ source('enriched', 'near_duplicate') }}

)

select * from near_duplicates
