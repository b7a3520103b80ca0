with

roles as (

    select * from {{ source('enriched', 'role') }}

)

select * from roles
