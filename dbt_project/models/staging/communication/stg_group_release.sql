with

group_releases as (

    select * from {{ source('enriched', 'group_release') }}

)

select * from group_releases
