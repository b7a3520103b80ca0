with

built_in as (

    select * from {{ ref('municipality') }}

),

corrections as (

    select * from {{ ref('stg_municipality') }}

),

merged as (

    select
        coalesce(corrections.municipality_id, built_in.municipality_id) as municipality_id,
        coalesce(corrections.name, built_in.name) as name,
        coalesce(built_in.full_name, corrections.name) as full_name,
        coalesce(corrections.kind, built_in.kind) as kind,
        coalesce(corrections.centre, built_in.centre) as centre,
        coalesce(corrections.region, built_in.region) as region,
        corrections.population,
        coalesce(corrections.lat, built_in.lat) as lat,
        coalesce(corrections.lon, built_in.lon) as lon

    from built_in
    full outer join corrections on built_in.municipality_id = corrections.municipality_id

),

keyed as (

    select
        municipality_id,
        name,
        full_name,
        kind,
        centre,
        region,
        population,
        lat,
        lon,
        {{ region_key('region') }} as region_key

    from merged

)

select * from keyed
