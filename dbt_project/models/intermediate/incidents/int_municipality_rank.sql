-- Ranks of municipalities that are there; one that is gone since the ranks were computed is not told.

with

ranks as (

    select * from {{ ref('stg_municipality_rank') }}

),

municipalities as (

    select * from {{ ref('int_municipality') }}

),

standing as (

    select ranks.*
    from ranks
    inner join municipalities on ranks.municipality_id = municipalities.municipality_id

)

select * from standing
