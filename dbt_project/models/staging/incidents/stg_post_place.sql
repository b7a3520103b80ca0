with

post_places as (

    select * from {{ source('enriched', 'post_place') }}

),

ranked as (

    select
        text_hash,
        place_ordinal,
        kind as place_kind,
        nullif(place_key, '') as place_key,
        nullif(house, '') as house,
        model_version,
        rank() over (partition by text_hash order by model_version desc) as version_rank

    from post_places

),

latest as (

    select
        text_hash,
        place_ordinal,
        place_kind,
        place_key,
        house,
        model_version

    from ranked
    where version_rank = 1

)

select * from latest
