with

post_routes as (

    select * from {{ source('enriched', 'post_route') }}

)

select * from post_routes
