-- Field by field, what the deployment said last by the day of as_of counts before the built-in list; what it says of a
-- later day is not known yet.

{%- set today = local_date('settings.as_of', "'UTC'") -%}
{%- set is_in_force = holds_on('municipalities', today) %}

with

settings as (

    select * from {{ source('run', 'settings') }}

),

built_in as (

    select * from {{ ref('municipality') }}

),

said as (

    select
        municipality_id,
        name,
        kind,
        centre,
        region,
        case when {{ is_in_force }} then population end as population,
        lat,
        lon,
        outline,
        valid_from,
        {{ is_in_force }} as is_in_force

    from {{ ref('stg_municipality') }} as municipalities
    cross join settings
    where municipalities.valid_from <= {{ today }}

),

-- What ended tells the name of a place that is no more, but nothing of today's residents.
corrections as (

    select distinct
        municipality_id
        {%- for field in ['name', 'kind', 'centre', 'region', 'lat', 'lon', 'population', 'outline'] %},
        {{ first_known(field) }} over (
            partition by municipality_id
            order by is_in_force desc, valid_from desc
            rows between unbounded preceding and unbounded following
        ) as {{ field }}
        {%- endfor %}

    from said

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
        coalesce(corrections.lon, built_in.lon) as lon,
        corrections.outline

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
        outline,
        {{ region_key('region') }} as region_key

    from merged

)

select * from keyed
