with

ranks as (

    select * from {{ source('enriched', 'municipality_rank') }}

)

select * from ranks
