with

municipalities as (

    select * from {{ source('reference', 'municipality') }}

),

renamed as (

    select
        municipality_id,
        name,
        kind,
        centre,
        region,
        population,
        lat,
        lon,
        outline,
        coalesce(valid_from, {{ since_ever() }}) as valid_from,
        valid_to

    from municipalities

)

select * from renamed
