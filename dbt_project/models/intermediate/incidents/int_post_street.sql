-- Which street the words of a post name, where the streets of its town are known: what was read, completed if it is a
-- part of exactly one known street; else, where nothing was read, the one known street that follows a word for a place
-- («на ветров», «ул. семи ветров»). A post without a town may mean any street of the region, so there the match must be
-- alone in the region.

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

read_streets as (

    select
        posts.post_id,
        coalesce(sources.region, posts.source) as region,
        municipalities.municipality_id as town,
        {{ street_stem('posts.place_key') }} as street,
        lower(posts.text) as words

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
        {{ unnested(regexp_all('words', street_after_cue(1))) }} as name

    from read_streets
    where street is null
    union all
    select
        post_id,
        region,
        town,
        {{ unnested(regexp_all('words', street_after_cue(2))) }} as name

    from read_streets
    where street is null

),

heard_stems as (

    select distinct
        post_id,
        region,
        town,
        {{ street_stem(regexp_replace_all('name', '(,? *(д|дом)?[.]? *[0-9].*)$', '')) }} as street,
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

streets as (

    select
        read_streets.post_id,
        coalesce(completions.full_street, read_streets.street, recognised.street) as street,
        case when read_streets.street is null then recognised.house end as recognised_house,
        read_streets.street is null and recognised.street is not null as is_recognised

    from read_streets
    left join completions
        on
            read_streets.region = completions.region
            and read_streets.town is not distinct from completions.town
            and read_streets.street = completions.street
    left join recognised on read_streets.post_id = recognised.post_id
    where coalesce(read_streets.street, recognised.street) is not null

)

select * from streets
