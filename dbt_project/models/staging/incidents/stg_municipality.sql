with

municipalities as (

    select * from {{ source('lake', 'municipality') }}

),

ranked as (

    select
        municipality_id,
        name,
        kind,
        centre,
        region,
        population,
        lat,
        lon,
        row_number() over (partition by municipality_id order by {{ delivered_last() }}) as version_rank

    from municipalities

),

latest as (

    select
        municipality_id,
        name,
        kind,
        centre,
        region,
        population,
        lat,
        lon

    from ranked
    where version_rank = 1

)

select * from latest
