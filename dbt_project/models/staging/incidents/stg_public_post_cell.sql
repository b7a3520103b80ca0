with

cells as (

    select * from {{ source('enriched', 'public_post_cell') }}

)

select * from cells
