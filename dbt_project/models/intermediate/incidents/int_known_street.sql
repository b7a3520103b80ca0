-- The streets of a town, as the addresses of its cases name them. They tell what a street read in part («Ветров» of
-- «Семи Ветров») is, and find streets that a text writes without capitals.

with

posts as (

    select * from {{ ref('int_live_post') }}
    where stated_street is not null

),

sources as (

    select * from {{ source('run', 'source') }}

),

municipalities as (

    select * from {{ ref('int_post_municipality') }}
    where municipality_id is not null

),

stated as (

    select
        posts.post_id,
        coalesce(sources.region, posts.source) as region,
        municipalities.municipality_id as town,
        posts.stated_street as street

    from posts
    inner join municipalities on posts.post_id = municipalities.post_id
    left join sources on posts.source = sources.source

),

known as (

    select
        region,
        town,
        street

    from stated
    where length(street) >= {{ var('known_street_min_length') }}
    group by region, town, street
    having count(distinct post_id) >= {{ var('known_street_min_posts') }}

)

select * from known
