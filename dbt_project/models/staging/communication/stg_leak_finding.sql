with

findings as (

    select * from {{ source('enriched', 'leak_finding') }}

),

renamed as (

    select distinct
        {{ every_column_but(['kind', 'last_two']) }},
        kind as leak_kind,
        last_two as last_two_characters

    from findings

)

select * from renamed
