-- The point of the map a post was stated to be about. Where a source knows no more than the town, it gives every post
-- of the town one point; such a point stands beside several streets, or without any beside groups of topics that no
-- single site gathers, and tells no site.

with

posts as (

    select * from {{ ref('int_live_post') }}
    where lat between -90 and 90 and lon between -180 and 180

),

topics as (

    select * from {{ ref('int_topic') }}

),

stated as (

    select
        posts.post_id,
        posts.source,
        posts.lat,
        posts.lon,
        posts.stated_street as street,
        coalesce(stated_topics.group_code, topics.group_code) as group_code

    from posts
    left join topics on posts.topic_code = topics.topic_code
    left join topics as stated_topics on posts.declared_topic = stated_topics.topic_ru

),

crowded as (

    select
        source,
        lat,
        lon

    from stated
    group by source, lat, lon
    having
        count(distinct street) >= {{ var('town_point_min_streets') }}
        or count(street) = 0 and count(distinct group_code) >= {{ var('town_point_min_groups') }}

),

points as (

    select
        stated.post_id,
        stated.lat,
        stated.lon

    from stated
    left join crowded
        on stated.source = crowded.source and stated.lat = crowded.lat and stated.lon = crowded.lon
    where crowded.source is null

)

select * from points
