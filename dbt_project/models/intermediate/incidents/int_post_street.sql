-- Which street the words of a post name, where the streets of its town are known: what was read, completed if it is a
-- part of exactly one known street or known to be read so; else, where nothing or no house was read, the one known
-- street that follows a word for a place («на ветров», «ул. семи ветров, 5»). A post without a town may mean any street
-- of the region, so there the match must be alone in the region.

with

posts as (

    select * from {{ ref('int_live_post') }}

),

sources as (

    select * from {{ source('run', 'source') }}

),

municipalities as (

    select * from {{ ref('int_post_municipality') }}

),

known as (

    select * from {{ ref('int_known_street') }}

),

aliases as (

    select * from {{ ref('int_street_alias') }}

),

read_streets as (

    select
        posts.post_id,
        coalesce(sources.region, posts.source) as region,
        municipalities.municipality_id as town,
        posts.read_street as street,
        posts.house,
        posts.heard_words,
        posts.heard_word_pairs

    from posts
    inner join municipalities on posts.post_id = municipalities.post_id
    left join sources on posts.source = sources.source

),

readings as (

    select distinct
        region,
        town,
        street

    from read_streets
    where length(street) >= {{ var('known_street_min_length') }}

),

-- A street that is known is its own completion; only the others are looked for in every street of the region.
unknown_readings as (

    select
        readings.region,
        readings.town,
        readings.street

    from readings
    left join known
        on
            readings.region = known.region
            and readings.street = known.street
            and (readings.town is null or readings.town = known.town)
    where known.street is null

),

completions as (

    select
        unknown_readings.region,
        unknown_readings.town,
        unknown_readings.street,
        min(known.street) as full_street

    from unknown_readings
    inner join known
        on
            unknown_readings.region = known.region
            and (unknown_readings.town is null or unknown_readings.town = known.town)
            and contains(known.street, unknown_readings.street)
    group by unknown_readings.region, unknown_readings.town, unknown_readings.street
    having count(distinct known.street) = 1

),

heard as (

    select
        post_id,
        region,
        town,
        {{ unnested('heard_words') }} as name

    from read_streets
    union all
    select
        post_id,
        region,
        town,
        {{ unnested('heard_word_pairs') }} as name

    from read_streets

),

heard_stems as (

    select distinct
        post_id,
        region,
        town,
        {{ street_stem(
            regexp_replace_all('name', '(,? *(' ~ any_of('house_words') ~ ')?[.]? *[0-9].*)$', '')
        ) }} as street,
        nullif(regexp_extract(name, '([0-9]+[а-яё]?)', 1), '') as house

    from heard

),

recognised as (

    select
        heard_stems.post_id,
        min(known.street) as street,
        case when count(distinct heard_stems.house) = 1 then min(heard_stems.house) end as house

    from heard_stems
    inner join known
        on
            heard_stems.region = known.region
            and heard_stems.street = known.street
            and (heard_stems.town is null or heard_stems.town = known.town)
    group by heard_stems.post_id
    having count(distinct known.street) = 1

),

named as (

    select
        read_streets.post_id,
        read_streets.house as read_house,
        coalesce(aliases.street, completions.full_street, read_streets.street) as read_street,
        recognised.street as recognised_street,
        recognised.house as recognised_house

    from read_streets
    left join aliases
        on
            read_streets.region = aliases.region
            and read_streets.town is not distinct from aliases.town
            and read_streets.street = aliases.reading
    left join completions
        on
            read_streets.region = completions.region
            and read_streets.town is not distinct from completions.town
            and read_streets.street = completions.street
    left join recognised on read_streets.post_id = recognised.post_id

),

streets as (

    select
        post_id,
        coalesce(read_street, recognised_street) as street,
        case
            when read_street is null or read_street = recognised_street then coalesce(read_house, recognised_house)
            else read_house
        end as house

    from named
    where coalesce(read_street, recognised_street) is not null

)

select * from streets
