with

near_duplicates as (

    select * from {{ source('enriched', 'near_duplicate') }}

),

renamed as (

    select
        text_hash,
        other_text_hash,
        jaccard,
        is_elsewhere,
        model_version

    from near_duplicates

)

select * from renamed
