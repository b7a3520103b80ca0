with

findings as (

    select * from {{ source('enriched', 'leak_finding') }}

),

renamed as (

    select distinct
        text_hash,
        finding_ordinal,
        kind as leak_kind,
        start_char,
        end_char,
        last_two as last_two_characters,
        pattern_name,
        model_version

    from findings

)

select * from renamed
