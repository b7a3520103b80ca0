with

municipalities as (

    select * from {{ ref('int_municipality') }}

),

listed as (

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
        outline

    from municipalities

)

select * from listed
