with

places as (

    select * from {{ ref('stg_post_place') }}

),

ranked as (

    select
        text_hash,
        place_key,
        house,
        row_number() over (partition by text_hash order by place_ordinal, place_key, house) as street_rank

    from places
    where place_kind = 'street' and place_key is not null

),

first_streets as (

    select
        text_hash,
        place_key,
        house

    from ranked
    where street_rank = 1

)

select * from first_streets
