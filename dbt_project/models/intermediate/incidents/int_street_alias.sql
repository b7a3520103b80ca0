-- Streets that are read as something else («улица Старых Мельниц» as «старая мельниц»): told by cases whose words name
-- the house of the street their address states. A post without a town may mean any street of the region, so there a
-- reading must stand for one street alone.

with

posts as (

    select * from {{ ref('int_live_post') }}
    where read_street is not null and place_text is not null

),

sources as (

    select * from {{ source('run', 'source') }}

),

municipalities as (

    select * from {{ ref('int_post_municipality') }}
    where municipality_id is not null

),

known as (

    select * from {{ ref('int_known_street') }}

),

said as (

    select
        coalesce(sources.region, posts.source) as region,
        municipalities.municipality_id as town,
        posts.read_street as reading,
        posts.stated_street as street,
        posts.house = posts.stated_house as is_same_house

    from posts
    inner join municipalities on posts.post_id = municipalities.post_id
    left join sources on posts.source = sources.source

),

counted as (

    select
        region,
        town,
        reading,
        street,
        sum(case when is_same_house then 1 else 0 end) as n_same_house,
        count(*) as n_posts,
        sum(count(*)) over (partition by region, town, reading) as n_posts_of_reading

    from said
    where length(reading) >= {{ var('known_street_min_length') }}
    group by region, town, reading, street

),

told as (

    select
        counted.region,
        counted.town,
        counted.reading,
        counted.street

    from counted
    inner join known
        on counted.region = known.region and counted.town = known.town and counted.street = known.street
    left join known as itself
        on counted.region = itself.region and counted.town = itself.town and counted.reading = itself.street
    where
        itself.street is null
        and counted.n_same_house >= {{ var('known_street_min_posts') }}
        and counted.n_posts >= {{ var('learned_place_min_share') }} * counted.n_posts_of_reading

),

aliases as (

    select
        region,
        town,
        reading,
        street

    from told
    union all
    select
        told.region,
        cast(null as varchar) as town,
        told.reading,
        min(told.street) as street

    from told
    left join known on told.region = known.region and told.reading = known.street
    where known.street is null
    group by told.region, told.reading
    having count(distinct told.street) = 1

)

select * from aliases
