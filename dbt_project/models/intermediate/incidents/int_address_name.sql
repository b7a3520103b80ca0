-- What stands between the commas of an address, as far as it may name a place: four parts reach as far as a street.

with

posts as (

    select * from {{ ref('int_live_post') }}
    where place_text is not null

),

sources as (

    select * from {{ source('run', 'source') }}
    where region is not null

),

addresses as (

    select distinct
        sources.region,
        posts.place_text

    from posts
    inner join sources on posts.source = sources.source

),

numbers as (

    select 1 as part_number
    union all
    select 2 as part_number
    union all
    select 3 as part_number
    union all
    select 4 as part_number

),

parts as (

    select
        addresses.region,
        addresses.place_text,
        numbers.part_number,
        trim(split_part(addresses.place_text, ',', numbers.part_number)) as place_name

    from addresses
    cross join numbers

),

named as (

    select
        region,
        place_text,
        part_number,
        place_name

    from parts
    where length(place_name) > 2

)

select * from named
